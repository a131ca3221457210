"""The connection that every part of the library shares."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from kb.library.connection import connect, database_path, translated
from kb.library.migrations import migrate
from kb.library.rows import GenerationRow
from kb.library.schema import documents, facts, generations, links, revisions, segments
from kb.records import Revision, Segment, TimeMark, metadata_from_json
from kb.settings import Settings


class Store:
    """One database. reading: a snapshot; writing: BEGIN IMMEDIATE, committed at the end or not at all."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.where = settings.database_url.split("@")[-1] or str(database_path(settings))
        self._engine = connect(settings)
        self._writer = self._engine.execution_options(writes=True)
        with self.writing() as connection:
            migrate(connection, self.where)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with translated(self.where), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        with translated(self.where), self._writer.begin() as connection:
            yield connection

    def close(self) -> None:
        self._engine.dispose()

    def fact(self, name: str) -> str:
        with self.reading() as connection:
            return connection.scalar(select(facts.c.value).where(facts.c.name == name)) or ""

    def set_fact(self, name: str, value: str) -> None:
        with self.writing() as connection:
            connection.execute(facts.delete().where(facts.c.name == name))
            connection.execute(facts.insert().values(name=name, value=value))

    def active_generation(self) -> GenerationRow | None:
        with self.reading() as connection:
            row = connection.execute(select(generations).where(generations.c.state == "active")).first()
        return generation_row(row) if row else None


def generation_row(row: Row[Any]) -> GenerationRow:
    return GenerationRow(**{name: getattr(row, name) for name in GenerationRow.__dataclass_fields__})


def insert_generation(connection: Connection, row: GenerationRow, state: str, activated: int = 0) -> GenerationRow:
    """A new generation like `row`; its id is the library's to give."""
    values = {name: getattr(row, name) for name in GenerationRow.__dataclass_fields__ if name != "id"}
    now = datetime.now(UTC).isoformat(timespec="seconds")
    values |= {"state": state, "activated": activated, "created_at": now}
    result = connection.execute(insert(generations).values(**values))
    key = result.inserted_primary_key
    assert key is not None  # noqa: S101  # an insert of one row always has one
    return generation_row(connection.execute(select(generations).where(generations.c.id == key[0])).one())


def linked_ids(connection: Connection, document_id: str) -> tuple[str, ...]:
    """Documents that are the same interview, directly or through another one, in order; itself left out."""
    seen = {document_id}
    queue = [document_id]
    while queue:
        here = queue.pop()
        out = connection.scalars(select(links.c.other_id).where(links.c.document_id == here)).all()
        back = connection.scalars(select(links.c.document_id).where(links.c.other_id == here)).all()
        for other in (*out, *back):
            if other not in seen:
                seen.add(other)
                queue.append(other)
    alive = select(documents.c.id).where(documents.c.id.in_(seen), documents.c.deleted.is_(False))
    return tuple(sorted(set(connection.scalars(alive)) - {document_id}))


def read_texts(connection: Connection, revision_ids: Collection[str]) -> dict[str, str]:
    """Texts of revisions, by id. Cutting many spans out of a text is far quicker here than in the database."""
    query = select(revisions.c.id, revisions.c.text).where(revisions.c.id.in_(revision_ids))
    return {row.id: row.text for row in connection.execute(query)}


def read_revision(connection: Connection, row: Row[Any]) -> Revision:
    parts = connection.execute(select(segments).where(segments.c.revision_id == row.id).order_by(segments.c.n)).all()
    return Revision(
        id=row.id,
        document_id=row.document_id,
        number=row.number,
        metadata=metadata_from_json(json.loads(row._mapping[revisions.c.metadata])),
        text=row.text,
        segments=tuple(
            Segment(part.start, part.end, part.kind, part.speaker, part.start_s, part.end_s, part.level, part.opens)
            for part in parts
        ),
        marks=tuple(TimeMark(offset, second) for offset, second in json.loads(row.marks)),
        report=json.loads(row.report),
        created_at=row.created_at,
    )
