"""The library keeps what it acknowledged, and says so when it cannot."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from kb.assembly import KnowledgeBase, restore
from kb.errors import BusyError, DiskFullError, LibraryError, NotFoundError, SchemaError, UsageError
from kb.library import Library
from kb.library.connection import database_path, translate
from kb.library.migrations import SCHEMA_VERSION
from kb.records import Filter
from kb.settings import Settings
from tests.kb.makers import TRUST, draft, item
from tests.tiny import TinyEmbedder, TinyJudge


def publish(base: KnowledgeBase, *drafts: object, **known: str) -> list[str]:
    outcomes = list(base.publisher().publish_all(item(d, **known) for d in drafts))  # type: ignore[arg-type]
    return [outcome.status for outcome in outcomes]


def test_publishing_the_same_twice_changes_nothing_and_embeds_nothing(
    knowledge_base: KnowledgeBase, tiny_embedder: TinyEmbedder
) -> None:
    assert publish(knowledge_base, draft(TRUST)) == ["added"]
    sequence, embedded = knowledge_base.library.sequence(), len(tiny_embedder.embedded)
    assert publish(knowledge_base, draft(TRUST)) == ["unchanged"]
    assert (knowledge_base.library.sequence(), len(tiny_embedder.embedded)) == (sequence, embedded)


def test_an_edit_makes_a_new_revision_and_embeds_only_what_is_new(
    knowledge_base: KnowledgeBase, tiny_embedder: TinyEmbedder
) -> None:
    long = [("Guest", "A plain sentence about resin supply and its price. " * 14), *TRUST]
    publish(knowledge_base, draft(long))
    before = len(tiny_embedder.embedded)
    edited = [*long[:-1], ("Other", "Agree who pays, in writing, before the first batch.")]
    assert publish(knowledge_base, draft(edited)) == ["changed"]
    row = knowledge_base.library.documents()[0]
    assert row.revision_number == 2
    assert len(tiny_embedder.embedded) == before + 1
    assert knowledge_base.check() == []


def test_an_edit_taken_back_makes_the_old_revision_current_again(knowledge_base: KnowledgeBase) -> None:
    publish(knowledge_base, draft(TRUST), draft(TRUST[:2]), draft(TRUST))
    row = knowledge_base.library.documents()[0]
    assert row.revision_number == 1
    assert knowledge_base.library.current(row.id).text.endswith("quarrels.")
    assert knowledge_base.check() == []


def test_an_old_citation_still_resolves_after_an_edit(knowledge_base: KnowledgeBase) -> None:
    publish(knowledge_base, draft(TRUST))
    quote = knowledge_base.ask("How is trust built?").quotes[0]
    publish(knowledge_base, draft(TRUST[2:]))
    cited = knowledge_base.library.resolve_citation(quote.citation.id)
    assert knowledge_base.library.read_span(cited.revision_id, cited.start, cited.end) == quote.text
    assert not knowledge_base.library.is_current(cited.revision_id)


def test_delete_hides_and_purge_leaves_no_trace(knowledge_base: KnowledgeBase) -> None:
    publish(knowledge_base, draft(TRUST), draft(TRUST[:2], key="second"))
    gone = next(row.id for row in knowledge_base.library.documents() if row.source_key == "episode-1")
    knowledge_base.library.delete(gone)
    assert gone not in {hit.passage.document_id for hit in knowledge_base.search("trust")}
    assert knowledge_base.check_deleted(gone) != []
    knowledge_base.library.delete(gone, purge=True)
    assert knowledge_base.check_deleted(gone) == []
    assert knowledge_base.check() == []
    raw = database_path(knowledge_base.settings).read_bytes()
    assert b"year of quarrels" not in raw
    with pytest.raises(NotFoundError):
        knowledge_base.library.delete(gone, purge=True)


def test_a_deleted_document_that_is_published_again_is_back(knowledge_base: KnowledgeBase) -> None:
    publish(knowledge_base, draft(TRUST))
    knowledge_base.library.delete(knowledge_base.library.documents()[0].id)
    assert knowledge_base.ask("How is trust built?").status == "not_found"
    assert publish(knowledge_base, draft(TRUST)) == ["added"]
    assert knowledge_base.ask("How is trust built?").status == "answered"


def test_filters_allow_exactly_the_passages_they_name(knowledge_base: KnowledgeBase) -> None:
    publish(
        knowledge_base,
        draft(TRUST, date="2025-05-05", phase=("phase 1",), modality=("mRNA",)),
        draft(TRUST[2:], key="b", show="Other show", kind="article", date="2026-06"),
    )
    first = {row.source_key: row.id for row in knowledge_base.library.documents()}["episode-1"]

    def documents(**where: object) -> set[str]:
        hits = knowledge_base.search("trust batch", Filter(**where))  # type: ignore[arg-type]
        return {"first" if hit.passage.document_id == first else "second" for hit in hits}

    assert documents(side=("cdmo",)) == {"first"}
    assert documents(speaker=("other",)) == {"first", "second"}
    assert documents(show=("other SHOW",)) == {"second"}
    assert documents(kind=("episode",)) == {"first"}
    assert documents(phase=("phase 1",), modality=("mRNA",)) == {"first"}
    assert documents(since="2026") == {"second"}
    assert documents(until="2025") == {"first"}
    assert documents(document=(first,)) == {"first"}
    assert documents(side=("regulator",)) == set()


def test_a_newer_schema_is_refused_with_the_way_out(settings: Settings) -> None:
    Library(settings).set_fact("schema_version", "99")
    with pytest.raises(SchemaError, match="schema is 99"):
        Library(settings)


def test_a_library_of_the_first_schema_is_brought_up_and_keeps_what_it_holds(settings: Settings) -> None:
    library = Library(settings)
    library.set_fact("note", "kept")
    library.set_fact("schema_version", "1")
    library.close()
    with closing(sqlite3.connect(database_path(settings))) as connection:
        connection.execute("ALTER TABLE segments DROP COLUMN opens")
        connection.commit()
    library = Library(settings)
    assert library.fact("note") == "kept"
    assert library.fact("schema_version") == str(SCHEMA_VERSION)
    with closing(sqlite3.connect(database_path(settings))) as connection:
        assert "opens" in {row[1] for row in connection.execute("PRAGMA table_info(segments)")}


def test_a_library_of_the_third_schema_gets_checksums_of_what_it_holds_and_keeps_its_runs(
    settings: Settings, tiny_embedder: TinyEmbedder
) -> None:
    with KnowledgeBase(settings, tiny_embedder, TinyJudge()) as base:
        list(base.publisher().publish_all([item(draft(TRUST, key=key)) for key in ("one", "two")]))
        base.library.record_run("ingest", "2026-01-01T00:00:00+00:00", 1.0, 0, {"added": 2})
        before = base.library.checksum(1)
        base.library.set_fact("schema_version", "3")
    with closing(sqlite3.connect(database_path(settings))) as connection:
        newer = {"generations": ("scope",), "planted": ("digest",)}
        newer["runs"] = ("state", "process", "seen_at", "generation_id")
        for table, column in ((table, column) for table, columns in newer.items() for column in columns):
            connection.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        connection.commit()
    with KnowledgeBase(settings, tiny_embedder, TinyJudge()) as base:
        assert base.check() == []
        assert base.library.checksum(1) == before
        [run] = base.library.runs(5)
        assert (run.state, run.body) == ("ended", {"added": 2})


def test_documents_are_published_where_no_theme_is_named(
    settings: Settings, tiny_embedder: TinyEmbedder, tmp_path: Path
) -> None:
    (tmp_path / "themes.toml").write_text("")
    with KnowledgeBase(
        settings.with_values(themes_file=str(tmp_path / "themes.toml")), tiny_embedder, TinyJudge()
    ) as base:
        [outcome] = list(base.publisher().publish_all([item(draft(TRUST))]))
        assert outcome.status == "added"


def test_a_checksum_that_is_not_of_what_is_held_is_a_fault(settings: Settings, tiny_embedder: TinyEmbedder) -> None:
    with KnowledgeBase(settings, tiny_embedder, TinyJudge()) as base:
        list(base.publisher().publish_all([item(draft(TRUST))]))
        with closing(sqlite3.connect(database_path(settings))) as connection:
            connection.execute("UPDATE planted SET digest = 'another'")
            connection.commit()
        assert [fault for fault in base.check() if "than its checksum says" in fault]


def test_a_file_that_is_no_database_is_refused(settings: Settings) -> None:
    settings.data_folder.mkdir()
    database_path(settings).write_bytes(b"this is no database at all, only words" * 100)
    with pytest.raises(LibraryError, match="damaged"):
        Library(settings)


def test_a_writer_that_waits_too_long_says_that_another_one_writes(settings: Settings) -> None:
    library = Library(settings.with_values(busy_timeout_s=0.05))
    other = sqlite3.connect(database_path(settings), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(BusyError, match="another process"):
        library.set_fact("a", "b")
    other.execute("ROLLBACK")
    other.close()
    library.set_fact("a", "b")
    assert library.fact("a") == "b"


def test_a_full_disk_is_an_error_that_loses_nothing(knowledge_base: KnowledgeBase) -> None:
    publish(knowledge_base, draft(TRUST))
    library = knowledge_base.library
    with library.reading() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
    library.close()
    engine = library._engine
    from sqlalchemy import event

    @event.listens_for(engine, "connect")
    def _small(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages}")

    big = draft([("Guest", "Words upon words. " * 20_000)], key="big")
    with pytest.raises(DiskFullError, match="disk is full"):
        publish(knowledge_base, big)
    assert [row.source_key for row in library.documents()] == ["episode-1"]
    assert knowledge_base.library.faults() == []


def test_foreign_errors_are_translated_by_what_they_say() -> None:
    assert isinstance(translate(sqlite3.OperationalError("database or disk is full"), "x"), DiskFullError)
    assert isinstance(translate(sqlite3.OperationalError("database is locked"), "x"), BusyError)


def test_backup_and_restore_bring_the_library_back(
    knowledge_base: KnowledgeBase, settings: Settings, tmp_path: Path
) -> None:
    publish(knowledge_base, draft(TRUST))
    copy = tmp_path / "copy.sqlite"
    knowledge_base.backup(copy)
    with pytest.raises(UsageError, match="already"):
        knowledge_base.backup(copy)
    publish(knowledge_base, draft(TRUST[:2], key="later"))
    knowledge_base.close()
    restore(settings, copy)
    with KnowledgeBase(settings, TinyEmbedder(), TinyJudge()) as back:
        assert [row.source_key for row in back.library.documents()] == ["episode-1"]
        assert back.check() == []


def test_restore_refuses_what_is_no_backup(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("only words" * 1000)
    with pytest.raises(LibraryError):
        restore(settings, tmp_path / "words.txt")
    with pytest.raises(UsageError, match="no such backup"):
        restore(settings, tmp_path / "none")


def test_check_names_a_passage_whose_vector_is_gone(knowledge_base: KnowledgeBase) -> None:
    publish(knowledge_base, draft(TRUST))
    raw = sqlite3.connect(database_path(knowledge_base.settings))
    raw.execute("DELETE FROM vectors WHERE input_hash NOT LIKE 'theme:%'")
    raw.commit()
    raw.close()
    assert any("has no vector" in fault for fault in knowledge_base.check())


def test_two_bases_on_one_library_see_each_others_documents_at_once(settings: Settings) -> None:
    with (
        KnowledgeBase(settings, TinyEmbedder(), TinyJudge()) as writer,
        KnowledgeBase(settings, TinyEmbedder(), TinyJudge()) as server,
    ):
        assert server.ask("How is trust built?").status == "not_found"
        publish(writer, draft(TRUST))
        assert server.ask("How is trust built?").status == "answered"
        writer.library.delete(writer.library.documents()[0].id)
        assert server.ask("How is trust built?").status == "not_found"
