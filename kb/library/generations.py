"""Generations: several ways of cutting and embedding side by side, of which one is active."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, case, delete, func, select, update

from kb.errors import NotFoundError, UsageError
from kb.library.digests import checksum
from kb.library.passage_rows import NewPassage, drop_passages, put_passages, require_vectors
from kb.library.rows import GenerationRow, GenerationState
from kb.library.schema import documents, generations, passages, planted, vectors
from kb.library.scopes import within_scope
from kb.library.store import Store, generation_row, insert_generation

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
                    alive if row.state == "retired" else _count_missing(connection, generation_row(row)),
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
            known = connection.execute(_alike(row)).first()
            return generation_row(known) if known else insert_generation(connection, row, "building")

    def find_generation(self, row: GenerationRow) -> GenerationRow:
        """The generation that `begin_generation` would go on with; `row` itself, with id 0, where there is none."""
        with self.reading() as connection:
            known = connection.execute(_alike(row)).first()
        return generation_row(known) if known else row

    def missing(self, generation: GenerationRow, after: str, limit: int) -> list[tuple[str, str]]:
        """(document id, its current revision's id) of what a generation has not, in order of id: the first after one.

        A page costs what it looks at, and not what the library holds.
        """
        with self.reading() as connection:
            query = _missing(generation).where(documents.c.id > after).order_by(documents.c.id).limit(limit)
            return [(row.id, row.revision_id) for row in connection.execute(query)]

    def in_scope(self, generation: GenerationRow, after: str, limit: int) -> list[tuple[str, str]]:
        """(document id, its current revision's id) of what a generation is to hold, in order of id, as `missing`."""
        with self.reading() as connection:
            query = _wanted(generation).where(documents.c.id > after).order_by(documents.c.id).limit(limit)
            return [(row.id, row.revision_id) for row in connection.execute(query)]

    def held_documents(self, generation_id: int) -> tuple[str, ...]:
        """Ids of the documents that a generation holds, be it with no passage, in order."""
        query = select(planted.c.document_id).where(planted.c.generation_id == generation_id)
        with self.reading() as connection:
            return tuple(connection.scalars(query.order_by(planted.c.document_id)))

    def count_in_scope(self, generation: GenerationRow) -> int:
        with self.reading() as connection:
            return _count(connection, _wanted(generation))

    def count_missing(self, generation: GenerationRow) -> int:
        with self.reading() as connection:
            return _count_missing(connection, generation)

    def count_passages(self, generation_id: int) -> tuple[int, int]:
        """(passages, distinct inputs among them) of a generation."""
        mine = passages.c.generation_id == generation_id
        with self.reading() as connection:
            inputs = select(passages.c.input_hash).where(mine).distinct().subquery()
            return (
                connection.scalar(select(func.count()).where(mine)) or 0,
                connection.scalar(select(func.count()).select_from(inputs)) or 0,
            )

    def checksum(self, generation_id: int) -> str:
        """SHA-256, hex, of a generation's ids, texts and settings, whichever way it came to hold them."""
        with self.reading() as connection:
            return checksum(connection, generation_id, _known(connection, generation_id).recipe())

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
            held = select(planted.c.revision_id).where(
                planted.c.generation_id == generation.id, planted.c.document_id == document_id
            )
            if connection.scalar(held) == revision_id:
                return True
            drop_passages(connection, document_id, generation.id)
            require_vectors(connection, generation.model_key, entries)
            put_passages(connection, generation.id, document_id, revision_id, entries)
            return True

    def finish_generation(self, generation_id: int) -> None:
        """Building becomes ready, or a trial; other states stay."""
        with self.writing() as connection:
            mine = (generations.c.id == generation_id) & (generations.c.state == "building")
            made = case((generations.c.scope == "", "ready"), else_="trial")
            connection.execute(update(generations).where(mine).values(state=made))

    def activate(self, generation_id: int) -> bool:
        """Make a generation the active one, in one transaction; the one before is retained.

        False, and nothing is changed, while it misses a document. Raises NotFoundError, UsageError (it is retired).
        """
        with self.writing() as connection:
            row = _known(connection, generation_id)
            if row.state == "active":
                return True
            require_whole(row)
            if row.state not in _USABLE:
                raise UsageError(
                    f"generation {generation_id} is {row.state}",
                    way_out="`kb generations` lists those that can be active.",
                )
            if connection.execute(_missing(row).limit(1)).first() is not None:
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


def require_whole(row: GenerationRow) -> None:
    """Raises UsageError for a trial: it would hide the documents that it has not."""
    if row.scope:
        raise UsageError(
            f"generation {row.id} is a trial of part of the library: it is never activated",
            way_out="`kb reindex` without --where makes the whole one, and embeds nothing of the trial again.",
        )


def _known(connection: Connection, generation_id: int) -> GenerationRow:
    row = connection.execute(select(generations).where(generations.c.id == generation_id)).first()
    if row is None:
        raise NotFoundError(f"there is no generation {generation_id}", way_out="`kb generations` lists them all.")
    return generation_row(row)


def _alike(row: GenerationRow) -> Select[Any]:
    """Generations of the same recipe and scope that still hold something, the newest first."""
    return (
        select(generations)
        .where(
            generations.c.model_key == row.model_key,
            generations.c.passages == row.passages,
            generations.c.normaliser == row.normaliser,
            generations.c.scope == row.scope,
            generations.c.state != "retired",
        )
        .order_by(generations.c.id.desc())
    )


def _wanted(row: GenerationRow) -> Select[Any]:
    return within_scope(
        select(documents.c.id, documents.c.revision_id).where(documents.c.deleted.is_(False)), row.scope
    )


def _missing(row: GenerationRow) -> Select[Any]:
    held = select(planted.c.document_id).where(
        planted.c.generation_id == row.id,
        planted.c.document_id == documents.c.id,
        planted.c.revision_id == documents.c.revision_id,
    )
    return _wanted(row).where(~held.exists())


def _count_missing(connection: Connection, row: GenerationRow) -> int:
    return _count(connection, _missing(row))


def _count(connection: Connection, query: Select[Any]) -> int:
    return connection.scalar(select(func.count()).select_from(query.subquery())) or 0


def _next_activation(connection: Connection) -> int:
    return int(connection.scalar(select(func.max(generations.c.activated))) or 0) + 1
