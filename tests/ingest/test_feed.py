from __future__ import annotations

from pathlib import Path

import pytest

from ingest.charset import load_source
from ingest.feed import FeedItem, is_feed, read_feed
from kb.errors import InputError
from tests.ingest.transcripts import source

PODCAST = 'xmlns:podcast="https://podcastindex.org/namespace/1.0"'


def rss(*items: str, channel: str = "") -> str:
    inner = "".join(f"<item>{item}</item>\n" for item in items)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<rss {PODCAST} version="2.0"><channel>'
        f"<title>The Show</title><language>en-GB</language>{channel}\n{inner}</channel></rss>"
    )


def item(number: int, *extra: str) -> str:
    return (
        f"<title>Talk {number}</title><guid>guid-{number}</guid><link>https://x.org/{number}</link>"
        f"<pubDate>Fri, 0{number} May 2026 10:00:00 GMT</pubDate>"
        f'<enclosure url="https://x.org/{number}.mp3" type="audio/mpeg" length="1"/>' + "".join(extra)
    )


def transcript(url: str, kind: str = "text/vtt", language: str = "") -> str:
    said = f' language="{language}"' if language else ""
    return f'<podcast:transcript url="{url}" type="{kind}"{said}/>'


def read(folder: Path, text: str) -> list[FeedItem]:
    path = folder / "feed.xml"
    path.write_text(text, encoding="utf-8")
    return read_feed(load_source(path, 10_000_000))


def test_item_when_read_then_all_that_the_feed_says_of_it(tmp_path: Path) -> None:
    people = '<podcast:person>Ann</podcast:person><podcast:person role="guest">Bob</podcast:person>'
    art = '<podcast:person role="artist" group="visuals">Eve</podcast:person>'
    (found,) = read(tmp_path, rss(item(1, people, art)))
    assert found.hints == {
        "kind": "episode",
        "show": "The Show",
        "language": "en",
        "key": "guid-1",
        "title": "Talk 1",
        "date": "2026-05-01",
        "url": "https://x.org/1",
        "audio": "https://x.org/1.mp3",
        "speakers": [
            {"name": "Ann", "role": "host", "side": "host", "host": True},
            {"name": "Bob", "role": "guest", "side": "unknown", "host": False},
        ],
    }
    assert (found.transcript_path, found.reason) == (None, "the feed names no transcript for it")


def test_people_when_the_channel_names_them_then_of_items_that_name_none(tmp_path: Path) -> None:
    channel = "<podcast:person>Ann</podcast:person>"
    first, second = read(tmp_path, rss(item(1), item(2, "<podcast:person>Bob</podcast:person>"), channel=channel))
    assert [one["name"] for one in first.hints["speakers"]] == ["Ann"]
    assert [one["name"] for one in second.hints["speakers"]] == ["Bob"]


def test_transcripts_when_several_lie_beside_then_the_best_kind_is_chosen(tmp_path: Path) -> None:
    links = [
        transcript("https://x.org/a/talk.txt", "text/plain"),
        transcript("https://x.org/a/talk.html", "text/html"),
        transcript("https://x.org/a/talk.srt?x=1", "application/x-subrip"),
        transcript("https://x.org/a/talk.json", "application/json"),
        transcript("https://x.org/a/talk%2Evtt", "text/vtt"),
    ]
    for name in ("talk.txt", "talk.html", "talk.srt", "talk.json", "talk.vtt"):
        (tmp_path / name).write_text("words")
    for best in ("talk.vtt", "talk.json", "talk.srt", "talk.html", "talk.txt"):
        (found,) = read(tmp_path, rss(item(1, *links)))
        assert found.transcript_path == tmp_path / best
        (tmp_path / best).unlink()
    (found,) = read(tmp_path, rss(item(1, *links)))
    assert found.transcript_path is None
    assert "beside" in found.reason


def test_transcripts_when_alike_then_the_shows_language_is_chosen(tmp_path: Path) -> None:
    for name in ("es.vtt", "en.vtt"):
        (tmp_path / name).write_text("words")
    links = transcript("https://x.org/es.vtt", language="es") + transcript("https://x.org/en.vtt", language="en")
    (found,) = read(tmp_path, rss(item(1, links)))
    assert found.transcript_path == tmp_path / "en.vtt"


def test_file_when_two_items_claim_it_by_name_then_nobodys(tmp_path: Path) -> None:
    (tmp_path / "transcript.vtt").write_text("words")
    items = [item(no, transcript(f"https://x.org/ep{no}/transcript.vtt")) for no in (1, 2)]
    assert [one.transcript_path for one in read(tmp_path, rss(*items))] == [None, None]
    (tmp_path / "ep1").mkdir()
    (tmp_path / "ep1" / "transcript.vtt").write_text("words")
    first, second = read(tmp_path, rss(*items))
    assert first.transcript_path == tmp_path / "ep1" / "transcript.vtt"
    assert second.transcript_path == tmp_path / "transcript.vtt"


@pytest.mark.parametrize(
    "url",
    [
        "https://x.org/../secret.vtt",
        "../secret.vtt",
        "https://x.org/%2e%2e/secret.vtt",
        "https://x.org/..%2fsecret.vtt",
        "file:///etc/passwd",
        "https://x.org/link.vtt",
        "https://x.org/..",
        "http://[broken",
        "https://x.org/" + "a" * 5000,
        "https://x.org/a%00b.vtt",
        "..\\secret.vtt",
    ],
)
def test_transcript_when_outside_of_the_folder_then_never_read(tmp_path: Path, url: str) -> None:
    folder = tmp_path / "feed"
    folder.mkdir()
    (tmp_path / "secret.vtt").write_text("words")
    (folder / "link.vtt").symlink_to(tmp_path / "secret.vtt")
    (found,) = read(folder, rss(item(1, transcript(url))))
    assert found.transcript_path is None
    assert found.reason


def test_chapters_when_beside_then_hints_and_when_broken_then_a_fault(tmp_path: Path) -> None:
    text = rss(item(1, '<podcast:chapters url="https://x.org/c.json" type="application/json"/>'))
    file = tmp_path / "c.json"
    file.write_text(
        '{"chapters": [{"startTime": 9, "title": "Two"}, {"startTime": 0, "title": " One "}, {"toc": false}, 3]}'
    )
    assert read(tmp_path, text)[0].hints["chapters"] == [{"start_s": 0, "title": "One"}, {"start_s": 9, "title": "Two"}]
    for bad in ("[" * 100_000, "{}", "\udcff"):
        file.write_text(bad, errors="surrogateescape")
        (found,) = read(tmp_path, text)
        assert "chapters" not in found.hints
        assert found.faults[0].startswith("c.json")


def test_atom_when_read_then_its_entries(tmp_path: Path) -> None:
    text = (
        f'<feed xmlns="http://www.w3.org/2005/Atom" {PODCAST}><title>The Show</title>'
        '<entry><id>urn:1</id><title>One</title><link href="https://x.org/1"/><updated>2026-05-01T00:00:00Z</updated>'
        '<link rel="enclosure" type="audio/mpeg" href="https://x.org/1.mp3"/></entry></feed>'
    )
    assert is_feed(source(text))
    (found,) = read(tmp_path, text)
    assert {key: found.hints[key] for key in ("key", "title", "date", "show", "audio")} == {
        "key": "urn:1",
        "title": "One",
        "date": "2026-05-01",
        "show": "The Show",
        "audio": "https://x.org/1.mp3",
    }


@pytest.mark.parametrize(
    ("text", "what", "line"),
    [
        (rss(item(1))[:-40], "broken XML", 4),
        ('<?xml version="1.0"?>\n<!DOCTYPE rss [<!ENTITY a "b">]>\n<rss><channel/></rss>', "entities", 2),
        ("<rss><channel>" + "<a>" * 1000, "broken XML", 1),
    ],
)
def test_xml_when_broken_or_hostile_then_refused_with_its_line(tmp_path: Path, text: str, what: str, line: int) -> None:
    with pytest.raises(InputError, match=what) as caught:
        read(tmp_path, text)
    assert caught.value.where.startswith("feed.xml, line ")
    assert int(caught.value.where.split()[-1]) <= line


def test_charset_when_declared_otherwise_than_decoded_then_words_are_right(tmp_path: Path) -> None:
    path = tmp_path / "feed.xml"
    path.write_bytes(
        rss(item(1)).replace("UTF-8", "ISO-8859-1").replace("Talk 1", "Über Öl und Käse").encode("latin-1")
    )
    assert read_feed(load_source(path, 10_000))[0].hints["title"] == "Über Öl und Käse"


def test_links_when_no_web_addresses_then_left_out(tmp_path: Path) -> None:
    (found,) = read(tmp_path, rss("<title>T</title><guid>g</guid><link>javascript:alert(1)</link>"))
    assert "url" not in found.hints


@pytest.mark.parametrize(
    ("text", "feed"),
    [
        (rss(), True),
        ("<!-- a note -->\n<rss version='2.0'/>", True),
        ("<html><body>rss</body></html>", False),
        ("An article about <rss> feeds", False),
        ("", False),
    ],
)
def test_feed_when_asked_then_known_by_its_first_element(text: str, feed: bool) -> None:
    assert is_feed(source(text)) is feed
