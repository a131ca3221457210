"""Backup, restore, and the proof that the library keeps its invariants."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select, text

from kb.errors import LibraryError, UsageError
from kb.library.connection import database_path, translated
from kb.library.digests import digest_of, stored_digests
from kb.library.entry_points import host_question_faults
from kb.library.migrations import SCHEMA_VERSION
from kb.library.passage_rows import unused_vectors
from kb.library.schema import (
    appearances,
    changes,
    collected,
    document_facets,
    documents,
    generations,
    host_questions,
    links,
    passages,
    planted,
    revisions,
    segments,
    sources,
    vectors,
)
from kb.library.store import Store, read_revision
from kb.records import tiling_fault
from kb.settings import Settings


class Keeping(Store):
    def backup(self, target: Path) -> None:
        """A consistent copy of the database in one file, while others read and write. Refuses to overwrite."""
        if target.exists():
            raise UsageError("there is something already", where=str(target), way_out="Name a new file.")
        part = target.with_name(target.name + ".part")
        part.unlink(missing_ok=True)
        with self.reading() as connection:
            if connection.dialect.name != "sqlite":
                raise UsageError("kb backup copies SQLite libraries", way_out="Use the database's own backup.")
            raw = connection.connection.driver_connection
            assert raw is not None  # noqa: S101  # an open connection has its driver's
            try:
                copy = sqlite3.connect(part)
                with contextlib.closing(copy):
                    raw.backup(copy)
            except sqlite3.OperationalError as error:
                raise LibraryError(str(error), where=str(target), way_out="Name a folder that exists.") from error
        os.replace(part, target)

    def faults(self) -> list[str]:
        """Every invariant of the library that does not hold, in words; empty: all hold."""
        with self.reading() as connection:
            found = _sqlite_faults(connection)
            for row in connection.execute(select(revisions).order_by(revisions.c.id)):
                revision = read_revision(connection, row)
                fault = tiling_fault(revision.text, revision.segments)
                if fault:
                    found.append(f"revision {row.id[:16]}: {fault}")
                marks = [mark.offset for mark in revision.marks]
                if marks != sorted(marks) or any(not 0 <= offset <= len(revision.text) for offset in marks):
                    found.append(f"revision {row.id[:16]}: its time marks are out of order or out of the text")
                found.extend(_passage_faults(connection, row.id, revision.text))
            found.extend(_vector_faults(connection))
            found.extend(_change_faults(connection))
            found.extend(_generation_faults(connection))
            found.extend(_digest_faults(connection))
            found.extend(_collected_faults(connection))
            found.extend(host_question_faults(connection))
        return found

    def traces(self, document_id: str) -> list[str]:
        """Tables that still hold something of a document; empty once it is purged."""
        own = {
            "documents": documents.c.id,
            "document_facets": document_facets.c.document_id,
            "appearances": appearances.c.document_id,
            "links": links.c.document_id,
            "links (other)": links.c.other_id,
            "revisions": revisions.c.document_id,
            "sources": sources.c.document_id,
            "passages": passages.c.document_id,
            "planted": planted.c.document_id,
            "collected": collected.c.document_id,
            "host_questions": host_questions.c.document_id,
            "changes": changes.c.document_id,
        }
        with self.reading() as connection:
            found = [
                f"{count} rows of {name}"
                for name, column in own.items()
                if (count := connection.scalar(select(func.count()).where(column == document_id)) or 0)
            ]
            orphans = select(func.count()).where(unused_vectors())
            if count := connection.scalar(orphans) or 0:
                found.append(f"{count} cached vectors that nothing uses")
            lost = select(func.count()).where(segments.c.revision_id.not_in(select(revisions.c.id)))
            if count := connection.scalar(lost) or 0:
                found.append(f"{count} segments of no revision")
        return found


def restore(settings: Settings, source: Path) -> None:
    """Put a backup in the library's place, checked first; what was there is kept beside it as .before-restore."""
    if settings.database_url:
        raise UsageError("kb restore works on the embedded library", way_out="Use the database's own restore.")
    if not source.is_file():
        raise UsageError("there is no such backup", where=str(source), way_out="Name a file that `kb backup` wrote.")
    with translated(str(source)):
        _check_backup(source)
    target = database_path(settings)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    with (
        translated(str(target)),
        contextlib.closing(sqlite3.connect(source)) as old,
        contextlib.closing(sqlite3.connect(part)) as new,
    ):
        old.backup(new)
    for suffix in ("-wal", "-shm"):
        if target.exists():
            with contextlib.closing(sqlite3.connect(target)) as current:
                current.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        target.with_name(target.name + suffix).unlink(missing_ok=True)
    if target.exists():
        os.replace(target, target.with_name(target.name + ".before-restore"))
    os.replace(part, target)


def _check_backup(source: Path) -> None:
    with contextlib.closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as connection:
        if connection.execute("PRAGMA quick_check").fetchone()[0] != "ok":
            raise LibraryError("the backup is damaged", where=str(source), way_out="Use another one.")
        try:
            row = connection.execute("SELECT value FROM facts WHERE name = 'schema_version'").fetchone()
        except sqlite3.OperationalError as error:
            raise LibraryError("is no library", where=str(source), way_out="Name a `kb backup` file.") from error
        if row is None or int(row[0]) > SCHEMA_VERSION:
            raise LibraryError("was made by a newer Counterpart", where=str(source), way_out="Use that one.")


def _sqlite_faults(connection: Connection) -> list[str]:
    if connection.dialect.name != "sqlite":
        return []
    found = [f"SQLite: {row[0]}" for row in connection.execute(text("PRAGMA integrity_check")) if row[0] != "ok"]
    found += [f"a row of {row[0]} points to nothing" for row in connection.execute(text("PRAGMA foreign_key_check"))]
    return found


def _passage_faults(connection: Connection, revision_id: str, whole: str) -> list[str]:
    found = []
    for row in connection.execute(select(passages).where(passages.c.revision_id == revision_id)):
        if not 0 <= row.start < row.end <= len(whole):
            found.append(f"passage {row.id}: [{row.start}, {row.end}) is outside its text")
        at = 0
        for a, b in json.loads(row.sentences):
            if not at <= a < b <= row.end - row.start or whole[row.start + at : row.start + a].strip():
                found.append(f"passage {row.id}: its sentences do not cover its text")
                break
            at = b
    return found


def _vector_faults(connection: Connection) -> list[str]:
    found = []
    query: Any = (
        select(passages.c.id, passages.c.sentences, generations.c.dimension, vectors.c.vector, vectors.c.sentences)
        .join(generations, generations.c.id == passages.c.generation_id)
        .outerjoin(
            vectors,
            (vectors.c.input_hash == passages.c.input_hash) & (vectors.c.model_key == generations.c.model_key),
        )
        .where(generations.c.state != "retired")
    )
    for passage_id, spans, dimension, vector, rows in connection.execute(query):
        if vector is None:
            found.append(f"passage {passage_id}: has no vector")
        elif len(vector) != 4 * dimension or len(rows) != 2 * dimension * len(json.loads(spans)):
            found.append(f"passage {passage_id}: its vectors are of another size than its model's")
    return found


def _change_faults(connection: Connection) -> list[str]:
    """Replaying the change sequence must give exactly the passages that are there."""
    alive: dict[int, set[int]] = {}
    for row in connection.execute(select(changes).order_by(changes.c.seq)):
        nos = set(json.loads(row.nos))
        here = alive.setdefault(row.generation_id, set())
        alive[row.generation_id] = here | nos if row.kind == "add" else here - nos
    found = []
    kept = select(generations.c.id).where(generations.c.state != "retired")
    for generation_id in connection.scalars(kept):
        stored = set(connection.scalars(select(passages.c.no).where(passages.c.generation_id == generation_id)))
        if stored != alive.get(generation_id, set()):
            found.append(f"the change sequence of generation {generation_id} does not lead to its passages")
    return found


def _generation_faults(connection: Connection) -> list[str]:
    """There is one active generation at most, and it holds every document in its current revision."""
    active = connection.scalars(select(generations.c.id).where(generations.c.state == "active")).all()
    found = [f"{len(active)} generations are active at once"] if len(active) > 1 else []
    for generation_id in active:
        held = select(planted.c.revision_id).where(
            planted.c.generation_id == generation_id, planted.c.document_id == documents.c.id
        )
        lost = select(documents.c.id).where(documents.c.deleted.is_(False), documents.c.revision_id.not_in(held))
        found += [f"document {name} is not in generation {generation_id}" for name in connection.scalars(lost)]
    return found


def _digest_faults(connection: Connection) -> list[str]:
    """What a generation is said to hold of a document is what it holds: checksums are made of these."""
    found = []
    for generation_id in connection.scalars(select(generations.c.id).where(generations.c.state != "retired")).all():
        stored = dict(stored_digests(connection, generation_id))
        query = select(planted.c.document_id, planted.c.digest).where(planted.c.generation_id == generation_id)
        found += [
            f"document {row.document_id} has other passages in generation {generation_id} than its checksum says"
            for row in connection.execute(query.order_by(planted.c.document_id))
            if stored.get(row.document_id, digest_of(())) != row.digest
        ]
    return found


def _collected_faults(connection: Connection) -> list[str]:
    """A saved quote is of a document that is there, deleted or not; a purge leaves no citation of what it took."""
    lost = select(collected.c.id).where(
        collected.c.citation != "", collected.c.document_id.not_in(select(documents.c.id))
    )
    return [f"saved quote {number} is of no document" for number in connection.scalars(lost.order_by(collected.c.id))]
