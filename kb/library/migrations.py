"""Numbered schema steps. A library of a newer schema is refused, an older one is brought up."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable

from sqlalchemy import Connection, inspect, select, text, update

from kb.errors import SchemaError
from kb.library.appearing import put_appearances
from kb.library.digests import digest_of, stored_digests
from kb.library.host_asking import put_host_questions
from kb.library.schema import (
    appearances,
    collected,
    collections,
    documents,
    facts,
    generations,
    host_questions,
    metadata,
    planted,
    revisions,
    runs,
    segments,
    unanswered,
)
from kb.records import Segment, metadata_from_json


def _first(connection: Connection) -> None:
    metadata.create_all(connection)
    connection.execute(facts.insert().values(name="library_id", value=uuid.uuid4().hex))


def _second(connection: Connection) -> None:
    """Segments know whether the file names the speaker where they begin."""
    if "opens" not in {column["name"] for column in inspect(connection).get_columns("segments")}:
        connection.execute(text("ALTER TABLE segments ADD COLUMN opens BOOLEAN NOT NULL DEFAULT FALSE"))


def _third(connection: Connection) -> None:
    """Several generations side by side: what each holds, in which order they were active; and the record of runs."""
    if "activated" not in {column["name"] for column in inspect(connection).get_columns("generations")}:
        connection.execute(text("ALTER TABLE generations ADD COLUMN activated INTEGER NOT NULL DEFAULT 0"))
    planted.create(connection, checkfirst=True)
    runs.create(connection, checkfirst=True)
    connection.execute(text("UPDATE generations SET activated = 1 WHERE state = 'active'"))
    connection.execute(
        text(
            "INSERT INTO planted (generation_id, document_id, revision_id) SELECT g.id, d.id, d.revision_id "
            "FROM generations g, documents d WHERE g.state = 'active' AND NOT d.deleted"
        )
    )


def _fourth(connection: Connection) -> None:
    """Trials of part of the library; runs that are told of while they go on; what a generation holds, as checksums."""
    for table, column, kind in (
        ("generations", "scope", "TEXT NOT NULL DEFAULT ''"),
        ("runs", "state", "VARCHAR NOT NULL DEFAULT 'ended'"),
        ("runs", "process", "VARCHAR NOT NULL DEFAULT ''"),
        ("runs", "seen_at", "VARCHAR NOT NULL DEFAULT ''"),
        ("runs", "generation_id", "INTEGER NOT NULL DEFAULT 0"),
        ("planted", "digest", "VARCHAR NOT NULL DEFAULT ''"),
    ):
        if column not in {known["name"] for known in inspect(connection).get_columns(table)}:
            connection.execute(text(f"ALTER TABLE {table} ADD COLUMN {column} {kind}"))
    connection.execute(update(planted).values(digest=digest_of(())))
    for generation_id in connection.scalars(select(generations.c.id)).all():
        for document_id, digest in list(stored_digests(connection, generation_id)):
            mine = (planted.c.generation_id == generation_id) & (planted.c.document_id == document_id)
            connection.execute(update(planted).where(mine).values(digest=digest))


def _fifth(connection: Connection) -> None:
    """Collections of saved quotes."""
    collections.create(connection, checkfirst=True)
    collected.create(connection, checkfirst=True)


def _sixth(connection: Connection) -> None:
    """Questions that readers let the editors have."""
    unanswered.create(connection, checkfirst=True)


def _seventh(connection: Connection) -> None:
    """Who takes part in each document, in a table of its own; it was read off the current revisions until now."""
    appearances.create(connection, checkfirst=True)
    current = select(documents.c.id, revisions.c.metadata).join(revisions, revisions.c.id == documents.c.revision_id)
    for document_id in connection.scalars(select(documents.c.id)).all():
        for row in connection.execute(current.where(documents.c.id == document_id)):
            put_appearances(connection, row.id, metadata_from_json(json.loads(row._mapping[revisions.c.metadata])))


def _eighth(connection: Connection) -> None:
    """What hosts asked, of every document that is not deleted."""
    host_questions.create(connection, checkfirst=True)
    current = select(documents.c.id, revisions.c.id.label("revision_id"), revisions.c.text, revisions.c.metadata).join(
        revisions, revisions.c.id == documents.c.revision_id
    )
    for document_id in connection.scalars(select(documents.c.id).where(documents.c.deleted.is_(False))).all():
        for row in connection.execute(current.where(documents.c.id == document_id)).all():
            mine = segments.c.revision_id == row.revision_id
            spoken = select(segments.c.start, segments.c.end, segments.c.kind, segments.c.speaker).where(mine)
            parts = [Segment(*part) for part in connection.execute(spoken.order_by(segments.c.n))]
            speakers = metadata_from_json(json.loads(row._mapping[revisions.c.metadata])).speakers
            put_host_questions(connection, document_id, row.revision_id, row.text, parts, speakers)


# Step n brings schema n - 1 to schema n. Never change one that was released; add the next.
STEPS: tuple[Callable[[Connection], None], ...] = (
    _first,
    _second,
    _third,
    _fourth,
    _fifth,
    _sixth,
    _seventh,
    _eighth,
)
SCHEMA_VERSION = len(STEPS)


def schema_version(connection: Connection) -> int:
    if not inspect(connection).has_table("facts"):
        return 0
    value = connection.scalar(select(facts.c.value).where(facts.c.name == "schema_version"))
    return int(value or 0)


def migrate(connection: Connection, where: str) -> None:
    """Bring the database to SCHEMA_VERSION, in the caller's transaction. Raises SchemaError for a newer one."""
    version = schema_version(connection)
    if version > SCHEMA_VERSION:
        raise SchemaError(
            f"its schema is {version}, this Counterpart knows {SCHEMA_VERSION}",
            where=where,
            way_out="Use the newer Counterpart that made it.",
        )
    for step in STEPS[version:]:
        step(connection)
    connection.execute(facts.delete().where(facts.c.name == "schema_version"))
    connection.execute(facts.insert().values(name="schema_version", value=str(SCHEMA_VERSION)))
