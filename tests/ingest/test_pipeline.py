from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from ingest import pipeline
from ingest.outcome import READING, Event, IngestReport
from ingest.pipeline import ingest
from kb.assembly import KnowledgeBase
from kb.errors import BusyError, DiskFullError
from kb.indexing import Item, Outcome, Publisher
from tests.tiny import TinyEmbedder

TALK = """**Jane Doe:** Why did you move the filling step to a second site so early in the programme?

**Richard Roe:** Because a single site is a single point of failure, and our first winter had shown us what that means.

**Jane Doe:** And what would you tell a founder who asks you about it today?

**Richard Roe:** Qualify the second site while you still have time to be slow about it, and let the same people do both.
"""
ARTICLE = """# Audits that help

A good audit is a conversation about risk. Bring the people who will run the process, and let them ask.

## Before the visit

Send the questions two weeks ahead. Nobody learns anything from a surprise.
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "in"
    made.mkdir()
    (made / "talk.md").write_text(TALK, encoding="utf-8")
    (made / "audits.md").write_text(ARTICLE, encoding="utf-8")
    return made


def _statuses(report: IngestReport) -> dict[str, str]:
    counts = report.counts
    assert counts["found"] == counts["read"] + counts["skipped_all"] + counts["failed"] == len(report.entries)
    return {Path(entry.path).name: entry.status for entry in report.entries}


def test_files_when_new_are_added_with_their_reports_and_are_found(knowledge_base: KnowledgeBase, folder: Path) -> None:
    report = ingest(knowledge_base, [folder])
    assert _statuses(report) == {"audits.md": "added", "talk.md": "added"}
    assert report.exit_code == 0
    talk = next(entry for entry in report.entries if entry.path.endswith("talk.md"))
    assert set(talk.report["speakers"]) == {"Jane Doe", "Richard Roe"}
    assert talk.report["host_guessed"] is True
    revision = knowledge_base.library.current(talk.document)
    assert revision.report["words"] == talk.report["words"]
    assert revision.metadata.kind == "episode"
    hits = knowledge_base.search("second site single point of failure")
    assert hits[0].passage.document_id == talk.document


def test_files_when_unchanged_are_passed_over_and_nothing_is_embedded(
    knowledge_base: KnowledgeBase, tiny_embedder: TinyEmbedder, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest(knowledge_base, [folder])
    before, sequence = len(tiny_embedder.embedded), knowledge_base.library.sequence()
    monkeypatch.setattr(pipeline, "load_source", _never)
    report = ingest(knowledge_base, [folder])
    assert _statuses(report) == {"audits.md": "unchanged", "talk.md": "unchanged"}
    assert len(tiny_embedder.embedded) == before
    assert knowledge_base.library.sequence() == sequence


def _never(*_: object) -> None:
    raise AssertionError("the file was read again")


def test_a_file_when_changed_becomes_a_new_revision_of_its_document(
    knowledge_base: KnowledgeBase, folder: Path
) -> None:
    first = ingest(knowledge_base, [folder / "talk.md"]).entries[0]
    (folder / "talk.md").write_text(TALK.replace("first winter", "second winter"), encoding="utf-8")
    [entry] = ingest(knowledge_base, [folder / "talk.md"]).entries
    assert (entry.status, entry.document) == ("changed", first.document)
    assert knowledge_base.library.current(entry.document).number == 2


def test_a_file_when_only_its_manifest_changed_is_read_again(knowledge_base: KnowledgeBase, folder: Path) -> None:
    ingest(knowledge_base, [folder])
    (folder / "manifest.toml").write_text('[[document]]\nfile = "talk.md"\ntitle = "Two sites"\n', encoding="utf-8")
    report = ingest(knowledge_base, [folder])
    assert _statuses(report) == {"audits.md": "unchanged", "manifest.toml": "skipped", "talk.md": "changed"}
    assert {row.title for row in knowledge_base.library.documents()} == {"Audits that help", "Two sites"}


def test_a_file_when_renamed_stays_its_document_and_is_then_unchanged(
    knowledge_base: KnowledgeBase, folder: Path
) -> None:
    [first] = ingest(knowledge_base, [folder / "talk.md"]).entries
    (folder / "talk.md").rename(folder / "sites.md")
    [entry] = ingest(knowledge_base, [folder / "sites.md"]).entries
    assert (entry.status, entry.document) == ("renamed", first.document)
    [again] = ingest(knowledge_base, [folder / "sites.md"]).entries
    assert (again.status, again.document) == ("unchanged", first.document)


def test_a_file_when_renamed_and_then_edited_stays_its_document(knowledge_base: KnowledgeBase, folder: Path) -> None:
    [first] = ingest(knowledge_base, [folder / "talk.md"]).entries
    (folder / "talk.md").rename(folder / "sites.md")
    ingest(knowledge_base, [folder / "sites.md"])
    (folder / "sites.md").write_text(TALK + "\n**Jane Doe:** Thank you.\n", encoding="utf-8")
    [entry] = ingest(knowledge_base, [folder / "sites.md"]).entries
    assert (entry.status, entry.document) == ("changed", first.document)


def test_a_copy_when_the_first_file_is_still_there_is_skipped(knowledge_base: KnowledgeBase, folder: Path) -> None:
    shutil.copy(folder / "talk.md", folder / "twin.md")
    (folder / "windows.md").write_bytes(ARTICLE.replace("\n", "\r\n").encode())
    for _ in range(2):
        report = ingest(knowledge_base, [folder])
        statuses = _statuses(report)
        assert (statuses["twin.md"], statuses["windows.md"]) == ("copy", "copy")
        assert all("the same" in entry.reason for entry in report.entries if entry.status == "copy")
    assert len(knowledge_base.library.documents()) == 2


def test_files_when_they_trade_places_lose_nothing_in_silence(knowledge_base: KnowledgeBase, folder: Path) -> None:
    ingest(knowledge_base, [folder])
    (folder / "audits.md").rename(folder / "new.md")
    (folder / "talk.md").rename(folder / "audits.md")
    report = ingest(knowledge_base, [folder])
    held = [knowledge_base.library.current(row.id).text for row in knowledge_base.library.documents()]
    for entry in report.entries:
        text = Path(entry.path).read_text(encoding="utf-8")
        assert entry.status == "failed" or any(text[-60:].strip() in one for one in held)
    statuses = _statuses(report)
    assert statuses["audits.md"] in {"changed", "renamed"}
    assert statuses["new.md"] != "copy"


def test_bad_files_when_among_good_ones_fail_alone_with_a_reason(knowledge_base: KnowledgeBase, folder: Path) -> None:
    (folder / "empty.txt").write_bytes(b"")
    (folder / "binary.vtt").write_bytes(bytes(range(256)) * 40)
    (folder / "deep.json").write_text("[" * 100_000, encoding="utf-8")
    (folder / "broken.docx").write_bytes(b"PK\x03\x04 not really")
    (folder / "half.pdf").write_bytes(b"%PDF-1.7\n1 0 obj\n<<")
    report = ingest(knowledge_base, [folder])
    statuses = _statuses(report)
    bad = {"empty.txt", "binary.vtt", "deep.json", "broken.docx", "half.pdf"}
    assert {name for name, status in statuses.items() if status == "failed"} == bad
    assert report.counts["added"] == 2
    assert report.exit_code == 3
    assert all(entry.reason for entry in report.entries if entry.status == "failed")


def test_a_reader_when_it_trips_costs_its_file_only(
    knowledge_base: KnowledgeBase, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_prepare = pipeline.prepare

    def tripping(planned: object, source: object) -> object:
        if getattr(planned, "path").name == "audits.md":  # noqa: B009
            raise RecursionError("too deep")
        return real_prepare(planned, source)  # type: ignore[arg-type]

    monkeypatch.setattr(pipeline, "prepare", tripping)
    report = ingest(knowledge_base, [folder])
    assert _statuses(report) == {"audits.md": "failed", "talk.md": "added"}
    assert "RecursionError" in report.entries[0].reason


def test_a_file_when_larger_than_allowed_is_refused(knowledge_base: KnowledgeBase, folder: Path) -> None:
    small = knowledge_base.settings.with_values(max_file_bytes=400)
    knowledge_base.settings = small
    report = ingest(knowledge_base, [folder])
    assert _statuses(report) == {"audits.md": "added", "talk.md": "failed"}
    assert "max_file_bytes" in report.entries[1].reason


def test_two_files_when_they_claim_one_key_are_not_mixed_up(knowledge_base: KnowledgeBase, folder: Path) -> None:
    entries = "".join(f'[[document]]\nfile = "{name}.md"\nkey = "same"\n' for name in ("audits", "talk"))
    (folder / "manifest.toml").write_text(entries, encoding="utf-8")
    for _ in range(2):
        report = ingest(knowledge_base, [folder])
        assert _statuses(report)["talk.md"] == "failed"
        assert "same key" in report.entries[-1].reason
    [row] = knowledge_base.library.documents()
    assert row.title == "Audits that help"


def _failing(error: Exception, after: int) -> Callable[[Publisher, Iterable[Item]], Iterator[Outcome]]:
    """A publisher that stores `after` documents, one at a time, and then raises."""
    real_publish = Publisher.publish_all

    def publish_all(self: Publisher, items: Iterable[Item]) -> Iterator[Outcome]:
        for number, item in enumerate(items):
            if number == after:
                raise error
            yield from real_publish(self, [item])

    return publish_all


@pytest.mark.parametrize("error", [BusyError("another ingest holds it"), DiskFullError("no room")])
def test_a_library_when_it_fails_ends_the_batch_and_what_was_acknowledged_is_reported(
    knowledge_base: KnowledgeBase, folder: Path, monkeypatch: pytest.MonkeyPatch, error: BusyError | DiskFullError
) -> None:
    (folder / "zz.md").write_text("# Later\n\nNever looked at in this run.\n", encoding="utf-8")
    with monkeypatch.context() as patch:
        patch.setattr(Publisher, "publish_all", _failing(error, 1))
        report = ingest(knowledge_base, [folder])
    assert _statuses(report) == {"audits.md": "added", "talk.md": "failed", "zz.md": "failed"}
    assert report.stopped is error
    assert report.exit_code == error.exit_code
    assert error.what in report.entries[2].reason
    assert knowledge_base.check() == []
    assert _statuses(ingest(knowledge_base, [folder])) == {
        "audits.md": "unchanged",
        "talk.md": "added",
        "zz.md": "added",
    }


def test_a_document_when_it_trips_the_publisher_up_does_not_take_its_neighbours_along(
    knowledge_base: KnowledgeBase, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "zz.md").write_text("# Later\n\nRead after the one that trips.\n", encoding="utf-8")
    real_prepare = Publisher._prepare

    def tripping(self: Publisher, item: Item) -> object:
        if item.path.endswith("talk.md"):
            raise ValueError("no such span")
        return real_prepare(self, item)

    monkeypatch.setattr(Publisher, "_prepare", tripping)
    report = ingest(knowledge_base, [folder])
    assert _statuses(report) == {"audits.md": "added", "talk.md": "failed", "zz.md": "added"}
    assert "no such span" in report.entries[1].reason


def test_progress_when_asked_for_is_told_of_every_file_once(knowledge_base: KnowledgeBase, folder: Path) -> None:
    (folder / "empty.txt").write_bytes(b"")
    events: list[Event] = []
    report = ingest(knowledge_base, [folder], progress=events.append)
    settled = [event for event in events if event.status != READING]
    assert [event.done for event in settled] == [1, 2, 3]
    assert {event.total for event in events} == {3}
    assert {(event.path, event.status) for event in settled} == {(one.path, one.status) for one in report.entries}


def test_progress_when_a_file_is_read_is_told_before_it_is_settled_and_counts_nothing(
    knowledge_base: KnowledgeBase, folder: Path
) -> None:
    events: list[Event] = []
    ingest(knowledge_base, [folder], progress=events.append)
    assert (events[0].status, events[0].done) == (READING, 0)
    for name in ("audits.md", "talk.md"):
        assert [event.status for event in events if event.path.endswith(name)] == [READING, "added"]
    assert [event.done for event in events] == sorted(event.done for event in events)
    events.clear()
    ingest(knowledge_base, [folder], progress=events.append)
    assert [event.status for event in events] == ["unchanged", "unchanged"]


def test_an_interview_when_another_file_of_the_batch_holds_the_same_words_is_linked(
    knowledge_base: KnowledgeBase, folder: Path
) -> None:
    (folder / "talk-published.md").write_text(TALK.replace("Jane Doe", "Host"), encoding="utf-8")
    report = ingest(knowledge_base, [folder])
    one, other = (entry for entry in report.entries if "talk" in entry.path)
    assert [near["document"] for near in other.report["near_duplicates"]] == [one.document]
    assert knowledge_base.library.document(one.document).linked == (other.document,)
    audits = next(entry for entry in report.entries if "audits" in entry.path)
    assert knowledge_base.library.document(audits.document).linked == ()


def test_the_report_when_printed_is_plain_json(knowledge_base: KnowledgeBase, folder: Path) -> None:
    import json

    body = ingest(knowledge_base, [folder]).as_json()
    assert json.loads(json.dumps(body)) == body
    assert body["counts"]["found"] == 2
    assert [set(file) for file in body["files"]] == [{"path", "status", "reason", "document", "report"}] * 2


def test_a_deleted_document_when_its_file_is_ingested_again_comes_back(
    knowledge_base: KnowledgeBase, folder: Path
) -> None:
    [first] = ingest(knowledge_base, [folder / "talk.md"]).entries
    knowledge_base.library.delete(first.document)
    [entry] = ingest(knowledge_base, [folder / "talk.md"]).entries
    assert (entry.status, entry.document) == ("added", first.document)


def test_the_corpus_when_ingested_is_read_whole_and_then_unchanged(knowledge_base: KnowledgeBase, corpus: Path) -> None:
    report = ingest(knowledge_base, [corpus])
    assert report.counts["failed"] == 0
    assert report.counts["added"] >= 14
    assert knowledge_base.check() == []
    rows = {row.title: row for row in knowledge_base.library.documents()}
    table = rows["When to call the CDMO"]
    assert table.composed
    assert table.kind == "episode"
    assert table.speakers[0] == "Host"
    again = ingest(knowledge_base, [corpus])
    assert again.counts["unchanged"] == report.counts["added"]
