"""Generations: several ways of cutting and embedding side by side, of which one is active."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Select, delete, func, insert, select, update

from kb.errors import NotFoundError, UsageError
from kb.library.rows import GenerationRow, GenerationState, Run
from kb.library.schema import documents, generations, passages, planted, runs, vectors
from kb.library.store import Store, generation_row, insert_generation
from kb.library.writes import NewPassage, drop_passages, put_passages, require_vectors

# What a step of retiring takes away in one transaction, so that nobody waits long for it.
_RETIRE_DOCUMENTS = 64
_AT_ONCE = 5_000
# States in which a generation can be made active, once it misses nothing.
_USABLE = ("building", "ready", "retained")


class Generations(Store):
    def generations(self) -> list[GenerationState]:
        """Every generation, oldest first, with what it holds and what it misses."""
        with self.reading() as connection:
            rows = connection.execute(select(generations).order_by(generations.c.id)).all()
            alive = connection.scalar(select(func.count()).where(documents.c.deleted.is_(False))) or 0
            return [
                GenerationState(
                    generation_row(row),
                    connection.scalar(select(func.count()).where(passages.c.generation_id == row.id)) or 0,
                    connection.scalar(select(func.count()).where(planted.c.generation_id == row.id)) or 0,
                    alive if row.state == "retired" else _count_missing(connection, row.id),
                    row.created_at,
                )
                for row in rows
            ]

    def generation(self, generation_id: int) -> GenerationRow:
        """Raises NotFoundError."""
        with self.reading() as connection:
            return _known(connection, generation_id)

    def start_generation(self, row: GenerationRow) -> GenerationRow:
        """Make the first generation of a library that has none, active at once. Returns the active one."""
        with self.writing() as connection:
            active = connection.execute(select(generations).where(generations.c.state == "active")).first()
            if active is not None:
                return generation_row(active)
            return insert_generation(connection, row, "active", _next_activation(connection))

    def begin_generation(self, row: GenerationRow) -> GenerationRow:
        """The newest generation of this recipe, so that a job that was killed goes on with it; else a new one."""
        with self.writing() as connection:
            alike = (
                select(generations)
                .where(
                    generations.c.model_key == row.model_key,
                    generations.c.passages == row.passages,
                    generations.c.normaliser == row.normaliser,
                    generations.c.state != "retired",
                )
                .order_by(generations.c.id.desc())
            )
            known = connection.execute(alike).first()
            return generation_row(known) if known else insert_generation(connection, row, "building")

    def missing(self, generation_id: int, limit: int) -> list[tuple[str, str]]:
        """(document id, its current revision's id) of what a generation has not, in order of id, the first few."""
        with self.reading() as connection:
            query = _missing(generation_id).order_by(documents.c.id).limit(limit)
            return [(row.id, row.revision_id) for row in connection.execute(query)]

    def count_missing(self, generation_id: int) -> int:
        with self.reading() as connection:
            return _count_missing(connection, generation_id)

    def plant(
        self,
        generation: GenerationRow,
        document_id: str,
        revision_id: str,
        entries: Sequence[NewPassage],
    ) -> bool:
        """Put a document's passages, whose vectors are cached, into a generation; False where it was changed meanwhile.

        Raises UsageError (it was retired meanwhile), VectorsGoneError.
        """
        with self.writing() as connection:
            if _known(connection, generation.id).state == "retired":
                raise UsageError(f"generation {generation.id} was retired meanwhile", way_out="Run `kb reindex` again.")
            current = select(documents.c.revision_id).where(
                documents.c.id == document_id, documents.c.deleted.is_(False)
            )
            if connection.scalar(current) != revision_id:
                return False
            drop_passages(connection, document_id, generation.id)
            require_vectors(connection, generation.model_key, entries)
            put_passages(connection, generation.id, document_id, revision_id, entries)
            return True

    def finish_generation(self, generation_id: int) -> None:
        """Building becomes ready; other states stay."""
        with self.writing() as connection:
            mine = (generations.c.id == generation_id) & (generations.c.state == "building")
            connection.execute(update(generations).where(mine).values(state="ready"))

    def activate(self, generation_id: int) -> bool:
        """Make a generation the active one, in one transaction; the one before is retained.

        False, and nothing is changed, while it misses a document. Raises NotFoundError, UsageError (it is retired).
        """
        with self.writing() as connection:
            row = _known(connection, generation_id)
            if row.state == "active":
                return True
            if row.state not in _USABLE:
                raise UsageError(
                    f"generation {generation_id} is {row.state}",
                    way_out="`kb generations` lists those that can be active.",
                )
            if _count_missing(connection, generation_id):
                return False
            was_active = generations.c.state == "active"
            connection.execute(update(generations).where(was_active).values(state="retained"))
            order = _next_activation(connection)
            chosen = generations.c.id == generation_id
            connection.execute(update(generations).where(chosen).values(state="active", activated=order))
            return True

    def before_active(self) -> GenerationRow:
        """The generation that was active last before the present one. Raises UsageError where there is none."""
        query = (
            select(generations)
            .where(generations.c.state == "retained", generations.c.activated > 0)
            .order_by(generations.c.activated.desc())
        )
        with self.reading() as connection:
            row = connection.execute(query).first()
        if row is None:
            raise UsageError("no earlier generation is retained", way_out="`kb generations` lists what there is.")
        return generation_row(row)

    def record_run(self, kind: str, started_at: str, seconds: float, exit_code: int, body: Mapping[str, Any]) -> None:
        """Keep what a batch job did."""
        values = {"kind": kind, "started_at": started_at, "seconds": seconds, "exit_code": exit_code}
        with self.writing() as connection:
            connection.execute(insert(runs).values(**values, body=json.dumps(body, ensure_ascii=False)))

    def runs(self, limit: int) -> list[Run]:
        """The last runs, newest first."""
        with self.reading() as connection:
            rows = connection.execute(select(runs).order_by(runs.c.id.desc()).limit(limit)).all()
        return [Run(r.id, r.kind, r.started_at, r.seconds, r.exit_code, json.loads(r.body)) for r in rows]

    def retire(self, generation_id: int) -> None:
        """Drop what a generation holds, a few documents at a time. Raises NotFoundError, UsageError (it is active)."""
        with self.writing() as connection:
            row = _known(connection, generation_id)
            if row.state == "active":
                raise UsageError(
                    f"generation {generation_id} is active", way_out="Activate another one first (`kb activate`)."
                )
            connection.execute(update(generations).where(generations.c.id == generation_id).values(state="retired"))
        while self._retire_some(generation_id):
            pass

    def _retire_some(self, generation_id: int) -> bool:
        with self.writing() as connection:
            query = select(planted.c.document_id).where(planted.c.generation_id == generation_id)
            ids = connection.scalars(query.order_by(planted.c.document_id).limit(_RETIRE_DOCUMENTS)).all()
            mine = (passages.c.generation_id == generation_id) & passages.c.document_id.in_(ids)
            hashes = connection.scalars(select(passages.c.input_hash).where(mine)).all()
            for document_id in ids:
                drop_passages(connection, document_id, generation_id)
            _drop_vectors(connection, generation_id, hashes)
        return bool(ids)


def _drop_vectors(connection: Connection, generation_id: int, hashes: Sequence[str]) -> None:
    """Vectors of these inputs, of this generation's model, that no other generation of that model uses."""
    key = connection.scalar(select(generations.c.model_key).where(generations.c.id == generation_id))
    same_model = select(generations.c.id).where(generations.c.model_key == key)
    for at in range(0, len(hashes), _AT_ONCE):
        part = list(hashes[at : at + _AT_ONCE])
        used = select(passages.c.input_hash).where(
            passages.c.input_hash.in_(part), passages.c.generation_id.in_(same_model)
        )
        gone = sorted(set(part) - set(connection.scalars(used)))
        connection.execute(delete(vectors).where(vectors.c.model_key == key, vectors.c.input_hash.in_(gone)))


def _known(connection: Connection, generation_id: int) -> GenerationRow:
    row = connection.execute(select(generations).where(generations.c.id == generation_id)).first()
    if row is None:
        raise NotFoundError(f"there is no generation {generation_id}", way_out="`kb generations` lists them all.")
    return generation_row(row)


def _missing(generation_id: int) -> Select[tuple[str, str]]:
    held = select(planted.c.document_id).where(
        planted.c.generation_id == generation_id,
        planted.c.document_id == documents.c.id,
        planted.c.revision_id == documents.c.revision_id,
    )
    return select(documents.c.id, documents.c.revision_id).where(documents.c.deleted.is_(False), ~held.exists())


def _count_missing(connection: Connection, generation_id: int) -> int:
    return connection.scalar(select(func.count()).select_from(_missing(generation_id).subquery())) or 0


def _next_activation(connection: Connection) -> int:
    return int(connection.scalar(select(func.max(generations.c.activated))) or 0) + 1
