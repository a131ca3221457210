from __future__ import annotations

from pathlib import Path

import pytest

from ingest.charset import load_source
from ingest.readers import READERS, choose
from ingest.reading import Source
from kb.errors import InputError
from tests.ingest.transcripts import source

CUE = "00:00:01.000 --> 00:00:02.000\nHello there.\n"


@pytest.mark.parametrize(
    ("text", "name", "reader"),
    [
        ("WEBVTT\n\n" + CUE, "talk.txt", "webvtt"),
        (CUE, "talk.vtt", "webvtt"),
        ("1\n" + CUE.replace(".", ","), "talk.txt", "srt"),
        ('{"segments": [{"startTime": 0, "body": "Hi"}]}', "talk", "podcast-json"),
        ('{"segments": [{"start": 0, "text": "Hi"}]}', "talk", "whisper-json"),
        ('{"a": 1}', "talk.json", "podcast-json"),
        ("<cite>Ann:</cite><time>0:01</time><p>Hi</p>", "talk.html", "podcast-html"),
        ("**Ann:** Hi.\n\n**Bob:** Yes.\n\n**Ann:** So.", "talk.md", "turns"),
        ("A plain article.\n\nWith two paragraphs.", "article.txt", "plain"),
        ("<!DOCTYPE html><html><body><article><p>Words.</p></article></body></html>", "article.html", "html"),
    ],
)
def test_reader_when_chosen_then_by_content(text: str, name: str, reader: str) -> None:
    assert choose(source(text, name)).name == reader


def test_reader_when_none_knows_the_source_then_the_formats_are_named() -> None:
    with pytest.raises(InputError, match="no format") as caught:
        choose(Source(Path("thing.bin"), b"", "", "binary"))
    assert all(name in caught.value.way_out for name in READERS)


def test_readers_when_listed_then_by_their_own_names_in_order() -> None:
    assert [reader.name for reader in READERS.values()] == list(READERS)
    assert list(READERS)[-1] == "plain"


@pytest.mark.parametrize(
    ("folder", "readers"),
    [("articles", {"plain"}), ("notes", {"plain"}), ("roundtables", {"webvtt", "srt", "podcast-json", "turns"})],
)
def test_corpus_when_read_then_each_file_by_its_own_reader(corpus: Path, folder: str, readers: set[str]) -> None:
    files = sorted(path for path in (corpus / folder).iterdir() if path.is_file())
    assert {choose(load_source(path, 10_000_000)).name for path in files} == readers
