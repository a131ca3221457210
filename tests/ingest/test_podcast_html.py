from __future__ import annotations

import pytest

from ingest.readers.podcast_html import PodcastHtmlReader
from ingest.reading import Reading
from kb.errors import InputError
from tests.ingest.transcripts import assert_sound, said, source

TURN = "<cite>Ann:</cite>\n<time>0:01</time>\n<p>Is it <b>ready</b>, R&amp;D?</p>\n"


def read(text: str) -> Reading:
    reading = PodcastHtmlReader().read(source(text, "talk.html"))
    assert_sound(reading)
    return reading


def test_turns_when_read_then_speaker_time_and_words() -> None:
    reading = read(TURN + "<cite>Bob:</cite><time>1:04:15</time><p>No.<br>Not\nyet.</p><p>Sorry.</p>")
    assert said(reading) == [("Ann", "Is it ready, R&D?"), ("Bob", "No. Not yet."), ("Bob", "Sorry.")]
    assert [block.start_s for block in reading.blocks] == [1.0, 3855.0, None]
    assert reading.blocks[1].line == 4


def test_words_when_outside_of_paragraphs_then_kept() -> None:
    head = "<html><head><title>A talk</title><style>p {}</style></head>"
    reading = read(f"{head}<body><h2>Part one</h2>{TURN}<div>More of it</div></body>")
    assert [(block.kind, block.text) for block in reading.blocks] == [
        ("heading", "Part one"),
        ("turn", "Is it ready, R&D?"),
        ("turn", "More of it"),
    ]
    assert reading.metadata == {"title": "A talk"}
    assert [item.reason for item in reading.dropped] == ["title, kept as metadata", "<style>"]


def test_script_when_in_the_page_then_dropped_and_never_text() -> None:
    reading = read(f"<script>alert('x')</script>{TURN}<p>Yes<script>bad()</script> indeed</p>")
    assert reading.blocks[-1].text == "Yes indeed"
    assert [item.text for item in reading.dropped] == ["alert('x')", "bad()"]


def test_time_when_it_runs_backwards_then_left_out_and_told() -> None:
    turns = "".join(f"<cite>Ann</cite><time>{time}</time><p>Words.</p>" for time in ("0:10", "9:00", "0:20", "0:30"))
    reading = read(turns)
    assert [block.start_s for block in reading.blocks] == [10.0, None, 20.0, 30.0]
    assert "9:00" in reading.faults[0]


def test_time_when_no_clock_then_dropped() -> None:
    assert [item.text for item in read(f"<time>October</time>{TURN}").dropped] == ["October"]


def test_page_when_nested_too_deep_then_refused() -> None:
    with pytest.raises(InputError, match="depth") as caught:
        read(TURN + "<div>" * 10_000 + "deep")
    assert caught.value.where.startswith("talk.html, line ")


@pytest.mark.parametrize("text", ["<cite>Ann</cite><time>0:01</time><p></p>", "<!-- -->", "<html></html>"])
def test_page_when_without_words_then_refused(text: str) -> None:
    with pytest.raises(InputError):
        read(text)


def test_sniff_when_article_then_not_mine() -> None:
    article = '<article><time datetime="2026-01-01">1 January</time><p>As <cite>Ulysses</cite> says.</p></article>'
    assert PodcastHtmlReader().sniff(source(article)) == 0.0
    assert PodcastHtmlReader().sniff(source(TURN)) > 0.9
    assert PodcastHtmlReader().sniff(source("<cite>Ann:</cite><p>a</p><cite>Bob:</cite><p>b</p>")) > 0.8
