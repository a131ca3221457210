from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.markup import plain
from ingest.names import plausible, speakers_named, split_name
from ingest.readers.turns import TurnsReader
from ingest.reading import Reading
from kb.errors import InputError
from tests.ingest.transcripts import assert_sound, said, source, words_of

ARTICLE = """# Three mistakes

**Cost:** most teams look at the price first.

Here is why: it is printed on page one.

**Speed:** others look at the calendar.

A paragraph without any label at all follows here.

Another one does, too, and says nothing of who speaks.
"""


def read(text: str) -> Reading:
    reading = TurnsReader().read(source(text, "talk.md"))
    assert_sound(reading)
    return reading


@pytest.mark.parametrize(
    "text",
    [
        "**Jane Doe:** Is it ready?\n\n**Bob:** No.\n\nNot yet.\n\n**Jane Doe:** Oh.",
        "**Jane Doe**: Is it ready?\n\n**Bob**: No.\n\nNot yet.\n\n**Jane Doe**: Oh.",
        "__Jane Doe:__ Is it\nready?\n\n__Bob:__ No.\n\nNot yet.\n\n__Jane Doe:__ Oh.",
        "Jane Doe: Is it ready?\nBob: No.\n\nNot yet.\nJane Doe: Oh.\n",
        "Jane Doe (00:01): Is it ready?\n\nBob (00:02): No.\n\nNot yet.\n\nJane Doe (00:03): Oh.",
        "Jane Doe (00:00:01):\nIs it ready?\n\nBob (00:00:02):\nNo.\n\nNot yet.\n\nJane Doe (00:00:03):\nOh.",
        "**Jane Doe** (00:01):\n\nIs it ready?\n\n**Bob** (00:02):\n\nNo.\n\nNot yet.\n\n**Jane Doe** (00:03):\n\nOh.",
        "[00:01] Jane Doe: Is it ready?\n[00:02] Bob: No.\n\nNot yet.\n[00:03] Jane Doe: Oh.\n",
    ],
)
def test_turns_when_written_in_any_way_then_speakers_and_words(text: str) -> None:
    reading = read(text)
    assert said(reading) == [("Jane Doe", "Is it ready?"), ("Bob", "No."), ("Bob", "Not yet."), ("Jane Doe", "Oh.")]
    assert {block.kind for block in reading.blocks} == {"turn"}
    assert [block.opens for block in reading.blocks] == [True, True, False, True]
    starts = [block.start_s for block in reading.blocks]
    assert starts == ([1.0, 2.0, None, 3.0] if "00:0" in text else [None] * 4)
    assert TurnsReader().sniff(source(text)) >= 0.7


def test_times_when_in_the_text_then_taken_out_and_marked() -> None:
    text = (
        r"**Ann:** \[04:15\] One, [04:20] two \[unintelligible 00:04:25.04\] three \[laughs\]." + "\n\n**Ann:** Four."
    )
    block = read(text).blocks[0]
    assert block.text == "One, two [unintelligible 00:04:25.04] three [laughs]."
    assert block.marks == ((0, 255.0), (5, 260.0), (9, 265.04))
    assert block.start_s == 255.0


def test_time_when_behind_the_last_word_then_that_of_the_next() -> None:
    reading = read("**Ann:** One. [00:10]\n\nTwo.\n\n**Ann:** Three.")
    assert [block.start_s for block in reading.blocks] == [None, 10.0, None]
    assert reading.blocks[0].marks == ()


def test_markdown_when_in_a_turn_then_undone() -> None:
    text = r"**Ann:** episode \#14 of **our** show, *truly*: graph\_nets, sh\*\*t, C\#, 2 * 3 * 4 &quot;so&quot; [site](https://x.org/a)."
    reading = read(text + "\n\n**Ann:** Yes.")
    assert reading.blocks[0].text == 'episode #14 of our show, truly: graph_nets, sh**t, C#, 2 * 3 * 4 "so" site.'
    assert [(item.reason, item.text) for item in reading.dropped] == [("address of a link", "https://x.org/a")]


def test_break_when_between_turns_then_reported_and_its_time_kept() -> None:
    reading = read(
        "**Ann:** One.\n\n**Break:** \\[16:45\\]\n\n**Ann:** Two.\n\n**Break**: \\[20:00\\]\n\n**Bob:** Three."
    )
    assert said(reading) == [("Ann", "One."), ("Ann", "Two."), ("Bob", "Three.")]
    assert [block.start_s for block in reading.blocks] == [None, 1005.0, 1200.0]
    assert [item.reason for item in reading.dropped] == ["break marker", "break marker"]


def test_times_when_backwards_then_the_fewest_are_left_out_and_told() -> None:
    turns = "".join(f"**Ann:** [{time}] Words.\n\n" for time in ("00:10", "50:00", "00:20", "00:30"))
    reading = read(turns + "**Ann:** More [unclear 00:01] words.")
    assert [block.start_s for block in reading.blocks] == [10.0, None, 20.0, 30.0, None]
    assert ["50:00" in reading.faults[0], "0:01" in reading.faults[1]] == [True, True]


@pytest.mark.parametrize(
    "head",
    [
        "---\ntitle: A talk\ndate: 2026-03-01\nhost: Jane Doe\nguests: Bob, Richard Roe\nurl: https://x.org\n"
        "mood: ok\n---\n",
        "# A talk\n\nDate: 2026-03-01\nHost: Jane Doe\nGuests: Bob and Richard Roe\nURL: https://x.org\n",
    ],
)
def test_header_when_there_then_hints_and_no_turns(head: str) -> None:
    reading = read(head + "\n**Jane Doe:** Hello.\n\n**Bob:** Hi.\n\n## Part two\n\n**Jane Doe:** So.\n")
    metadata = dict(reading.metadata)
    speakers = metadata.pop("speakers")
    assert metadata == {"title": "A talk", "date": "2026-03-01", "url": "https://x.org"}
    assert [(one["name"], one["host"]) for one in speakers] == [
        ("Jane Doe", True),
        ("Bob", False),
        ("Richard Roe", False),
    ]
    assert [(block.kind, block.text) for block in reading.blocks][2] == ("heading", "Part two")
    assert "front matter" in {item.reason for item in reading.dropped}


def test_sniff_when_a_header_comes_first_then_the_turns_count() -> None:
    text = "Title: A talk\nDate: 2026-02-03\n\nHost: Welcome.\n\nGuest: Thanks.\n\nHost: So."
    assert TurnsReader().sniff(source(text)) > 0.5
    assert said(read(text)) == [("Host", "Welcome."), ("Guest", "Thanks."), ("Host", "So.")]


def test_words_when_before_the_first_head_then_kept_without_a_speaker() -> None:
    reading = read("Recorded in March.\n\n**Ann:** Hello.\n\n**Ann:** So.")
    assert (reading.blocks[0].kind, reading.blocks[0].speaker) == ("paragraph", None)


@pytest.mark.parametrize(
    "text",
    [
        ARTICLE,
        "Just prose.\n\nMore of it: a list, and a colon.\n",
        "WEBVTT\n\nAnn: one\n\nAnn: two",
        "x",
        "Dear Ann:\n\nhello",
    ],
)
def test_sniff_when_no_turns_then_not_mine(text: str) -> None:
    assert TurnsReader().sniff(source(text, "article.md")) == 0.0


def test_file_when_no_turn_has_words_then_refused_with_its_line() -> None:
    with pytest.raises(InputError, match="no speaker's turn") as caught:
        read("\n**Ann:**\n\n**Bob:**\n")
    assert caught.value.where == "talk.md, line 2"


@given(st.text(st.sampled_from("*_[]():\\# \nAnn0123456789-<&;.`~>"), max_size=200))
def test_any_text_when_read_then_turns_or_an_input_error(text: str) -> None:
    body = "**Ann:** One.\n\n" + text + "\n\n**Bob:** Two.\n"
    reading = read(body)
    assert words_of(reading.blocks)[:1]
    assert TurnsReader().sniff(source(body)) >= 0.0


@given(st.text(st.sampled_from("ab*_[]():\\ \n0123456789.<&;"), max_size=120))
def test_letters_when_markdown_is_undone_then_all_stay(text: str) -> None:
    undone = plain(text)
    kept = [char for char in text if char in "ab"]
    assert [char for char in undone.text if char in "ab"] == kept
    assert all(0 <= offset <= len(undone.text) for offset, _ in undone.times + undone.noted)


@pytest.mark.parametrize(
    "name", ["Ann", "Dr. Jane Doe", "CDMO programme lead", "Speaker 1", "SPEAKER_00", "Q", "J. van der Doe"]
)
def test_name_when_somebody_then_plausible(name: str) -> None:
    assert plausible(name)


@pytest.mark.parametrize(
    "name", ["", "So the question", "Note", "12", "ann", "one, two", "Step 3", "It works. Then", "A" * 61]
)
def test_name_when_nobody_then_not_plausible(name: str) -> None:
    assert not plausible(name)


def test_names_when_told_apart_then_those_that_recur_or_are_capitalised() -> None:
    assert speakers_named(["Ann", "Ann", "Richard Roe", "Quality director"]) == {"Ann", "Richard Roe"}
    assert speakers_named(["Ann", "Bob"]) == set()
    assert speakers_named(["Ann", "Bob"], "Ann") == {"Ann", "Bob"}
    assert split_name(">> [Jane Doe]: Hello") == ("Jane Doe", "Hello")
    assert split_name("https://x.org") == ("", "https://x.org")
