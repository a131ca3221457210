"""Files that mean harm or came to it, through the whole ingest: each is refused with a reason or read."""

from __future__ import annotations

import io
import time
import zipfile
from pathlib import Path

import docx
import pytest

from ingest import prepare
from ingest.charset import decode
from ingest.feed import is_feed
from ingest.outcome import Entry
from ingest.pipeline import ingest
from ingest.readers import choose, prose
from ingest.readers import docx as docx_reader
from ingest.readers.docx import DocxReader
from ingest.readers.html_article import HtmlArticleReader
from ingest.readers.podcast_html import PodcastHtmlReader
from ingest.reading import Source
from kb.assembly import KnowledgeBase
from kb.errors import InputError
from tests.ingest.transcripts import source

SAID = "We asked for the batch record on a Friday, and it came before the weekend was over."


def _ingested(knowledge_base: KnowledgeBase, folder: Path) -> dict[str, Entry]:
    report = ingest(knowledge_base, [folder])
    assert report.stopped is None
    return {Path(entry.path).name: entry for entry in report.entries}


def test_a_file_when_its_name_leaves_no_room_for_a_sidecars_then_is_read_and_stops_nothing(
    knowledge_base: KnowledgeBase, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / f"{'x' * 252}.md").write_text(f"# Long\n\n{SAID}\n")
    (folder / "short.md").write_text(f"# Short\n\n{SAID} Twice.\n")
    assert {entry.status for entry in _ingested(knowledge_base, folder).values()} == {"added"}


def test_a_sidecar_when_the_disk_cannot_tell_of_it_then_its_file_fails_alone(
    knowledge_base: KnowledgeBase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(path: Path) -> Path | None:
        if path.name == "bad.md":
            raise PermissionError(13, "Permission denied")
        return None

    monkeypatch.setattr("ingest.plan._sidecar", broken)
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("bad.md", "good.md"):
        (folder / name).write_text(f"# {name}\n\n{name}: {SAID}\n")
    entries = _ingested(knowledge_base, folder)
    assert (entries["bad.md"].status, entries["good.md"].status) == ("failed", "added")
    assert "Permission denied" in entries["bad.md"].reason


def test_a_document_when_endless_then_is_refused_before_it_is_cut(
    knowledge_base: KnowledgeBase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepare, "MOST_CHARS", 5 * len(SAID))
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "endless.txt").write_text(f"{SAID} " * 9)
    (folder / "short.txt").write_text(SAID)
    entries = _ingested(knowledge_base, folder)
    assert (entries["endless.txt"].status, entries["short.txt"].status) == ("failed", "added")
    assert "more than any interview or article" in entries["endless.txt"].reason


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('ime": 3.0, "body": "We asked."}, {"startTime": 4.0, "body": "Yes."}]}', "half.json"),
        ("title>Episode 7</title><item><title>Episode 8</title></item></channel></rss>", "half.xml"),
        ("<item><title>Episode 8</title></item></channel></rss>", "half.rss"),
        ('<?xml version="1.0"?><!DOCTYPE thing><thing><part>Words.</part></thing>', "thing.txt"),
    ],
)
def test_syntax_when_no_reader_knows_it_then_it_is_not_taken_for_an_article(text: str, name: str) -> None:
    with pytest.raises(InputError, match="no format"):
        choose(source(text, name))


def test_a_feed_when_it_declares_entities_then_is_still_known_for_a_feed() -> None:
    declared = '<!ENTITY a "ha"><!ENTITY b "&a;&a;">'
    assert is_feed(source(f'<?xml version="1.0"?><!DOCTYPE rss [{declared}]><rss version="2.0"></rss>', "feed.xml"))


def test_text_when_it_holds_halves_of_characters_then_is_refused_with_its_line() -> None:
    with pytest.raises(InputError, match="surrogates") as caught:
        decode(f"{SAID}\n{SAID} ".encode() + b"\xed\xa0\xbd\xed\xb8\x80", "talk.txt")
    assert caught.value.where == "talk.txt, line 2"


def test_html_when_a_tag_has_100_000_attributes_then_is_read_in_a_moment() -> None:
    attributes = " ".join(f"a{number}=1" for number in range(100_000))
    page = f"<!doctype html><html><body><main><p {attributes}>{SAID}</p>\n<p>Then {SAID}</p></main></body></html>"
    started = time.monotonic()
    reading = HtmlArticleReader().read(source(page, "page.html"))
    assert time.monotonic() - started < 10
    assert [block.text for block in reading.blocks] == [SAID, f"Then {SAID}"]


@pytest.mark.parametrize("reader", [HtmlArticleReader(), PodcastHtmlReader()])
def test_html_when_it_has_more_tags_than_any_page_then_is_refused(
    reader: HtmlArticleReader | PodcastHtmlReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prose, "MOST_TAGS", 50)
    with pytest.raises(InputError, match="more than any page"):
        reader.read(source("<cite>Ann:</cite><time>0:01</time>" + "<p>We asked." * 60, "page.html"))


def test_a_docx_when_its_parsed_parts_are_huge_then_is_refused_though_its_ratio_is_small(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(docx_reader, "MOST_XML_BYTES", 10_000)
    stream = io.BytesIO()
    docx.Document().save(stream)
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr("word/more.xml", b" " * 10_000)
    with pytest.raises(InputError, match="unpacks to"):
        DocxReader().read(Source(Path("article.docx"), stream.getvalue(), "", ""))
