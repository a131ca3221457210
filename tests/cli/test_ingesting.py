"""`kb ingest` and `kb reindex`: the whole road through the command, and what it says of each file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from kb.assembly import KnowledgeBase
from kb.cli.progress import Step
from kb.cli.remarks import remarks, report_lines
from kb.errors import DiskFullError
from kb.indexing import Tally
from tests.cli.conftest import Kb, out

VTT = """WEBVTT

00:00:01.000 --> 00:00:06.000
<v Host>When should we call the manufacturer?

00:00:06.000 --> 00:00:14.000
<v CDMO lead>Call the manufacturer a year before the toxicology batch. It is never too early.
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "files"
    made.mkdir()
    (made / "talk.vtt").write_text(VTT, encoding="utf-8")
    (made / "note.md").write_text("# Freezers\n\nCalibrate the freezer probes every quarter.\n", encoding="utf-8")
    return made


def counts(kb: Kb, *paths: Path) -> Any:
    return json.loads(out(kb("ingest", *map(str, paths), "--json")))["counts"]


def test_ingest_when_files_are_new_adds_them_and_they_are_found(kb: Kb, folder: Path) -> None:
    assert counts(kb, folder)["added"] == 2
    hits = json.loads(out(kb("search", "call the manufacturer toxicology", "--json")))["hits"]
    assert hits[0]["speakers"][-1] == "CDMO lead"


def test_ingest_when_nothing_changed_changes_nothing_and_embeds_nothing(kb: Kb, folder: Path) -> None:
    counts(kb, folder)
    listed = out(kb("list", "--json"))
    body = json.loads(out(kb("ingest", str(folder), "--json")))
    assert (body["counts"]["unchanged"], body["embedded"]) == (2, 0)
    assert out(kb("list", "--json")) == listed


def test_ingest_when_one_file_cannot_be_read_does_the_rest_and_exits_3(kb: Kb, folder: Path) -> None:
    (folder / "broken.docx").write_bytes(b"PK\x03\x04 not a document at all")
    result = kb("ingest", str(folder))
    assert result.exit_code == 3, result.output
    assert "failed" in result.stdout
    assert "broken.docx" in result.stdout
    assert "Traceback" not in result.output
    assert len(json.loads(out(kb("list", "--json")))["documents"]) == 2


def test_ingest_when_a_path_is_missing_says_so_and_does_the_rest(kb: Kb, folder: Path) -> None:
    result = kb("ingest", str(folder), str(folder / "nothing.vtt"))
    assert result.exit_code in (2, 3), result.output
    assert "nothing.vtt" in result.output
    assert "Traceback" not in result.output


def test_ingest_when_no_path_is_given_reads_the_corpus_of_the_settings(kb: Kb, folder: Path) -> None:
    body = json.loads(out(kb("ingest", "--json", KB_CORPUS=str(folder))))
    assert body["counts"]["added"] == 2


def test_ingest_when_the_disk_is_full_exits_4_and_says_what_was_kept(
    kb: Kb, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full:
        tally = Tally()

        def publish_all(self, items: Any) -> Any:
            for _ in items:
                raise DiskFullError("the disk is full", way_out="Make room.")
            return iter(())

    monkeypatch.setattr(KnowledgeBase, "publisher", lambda _base: Full())
    result = kb("ingest", str(folder))
    assert result.exit_code == 4, result.output
    assert "kb: the disk is full. Make room." in result.stderr


def test_ingest_when_somebody_watches_tells_of_a_file_as_soon_as_it_is_read(
    kb: Kb, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[int, int, str]] = []

    @contextmanager
    def noting(_what: str) -> Iterator[Step]:
        yield lambda done, total, label="": told.append((done, total, label))

    monkeypatch.setattr("kb.cli.ingesting.progress_bar", noting)
    assert counts(kb, folder)["added"] == 2
    assert told[0] == (0, 2, f"reading {folder / 'note.md'}")
    assert [done for done, _, label in told if label.startswith("added ")] == [1, 2]


def test_reindex_when_done_keeps_documents_and_answers(kb: Kb, folder: Path) -> None:
    counts(kb, folder)
    before = json.loads(out(kb("search", "freezer probes", "--json")))["hits"]
    assert json.loads(out(kb("reindex", "--json")))["done"] == "reindexed"
    after = json.loads(out(kb("search", "freezer probes", "--json")))["hits"]
    assert [hit["passage"] for hit in after] == [hit["passage"] for hit in before]
    assert out(kb("check")) == "Clean: no fault was found.\n"


def test_lines_of_a_report_when_summed_account_for_every_file() -> None:
    files = [
        {"path": "a.vtt", "status": "added", "reason": "", "report": {"host_guessed": True}},
        {"path": "b.docx", "status": "failed", "reason": "b.docx: is no DOCX file.", "report": {}},
    ]
    tally = {
        "found": 2,
        "read": 1,
        "skipped_all": 0,
        "failed": 1,
        "added": 1,
        "changed": 0,
        "unchanged": 0,
        "renamed": 0,
    }
    assert list(report_lines({"files": files, "counts": tally, "embedded": 4, "cached": 1})) == [
        "added     a.vtt",
        "          who the host is, is a guess",
        "failed    b.docx: b.docx: is no DOCX file.",
        "2 found: 1 read (1 added), 0 skipped, 1 failed.",
        "4 passages embedded, 1 taken from the cache.",
    ]


def test_remarks_when_a_report_is_odd_name_each_oddity_once() -> None:
    report = {
        "flagged": True,
        "words_set_aside": 30,
        "set_aside": [{"reason": "promotion"}, {"reason": "promotion"}, {"reason": "navigation"}],
        "share_without_speaker": 0.25,
        "doubled_share": 0.5,
        "impossible_speech_rates_count": 3,
        "near_duplicates": [{"document": "d1", "similarity": 0.93}],
        "faults": ["cue 12 ends before it starts"],
    }
    found = list(remarks(report))
    assert len(found) == 7
    assert "30 words set aside: promotion (2), navigation" in found
    assert "25% of what is said has no speaker" in found
    assert "holds much of what document d1 holds (93%)" in found


def test_remarks_when_nothing_is_odd_are_none() -> None:
    assert list(remarks({"set_aside": [], "share_without_speaker": 0.0, "doubled_share": 0.01, "faults": []})) == []
