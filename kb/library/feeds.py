"""What indexes follow: the change sequence, passages with their vectors and facets."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, Row, func, select

from kb.facets import day_of, facet_keys, shown_values
from kb.library.rows import Change, GenerationRow, IndexEntry, VectorRow
from kb.library.schema import (
    appearances,
    changes,
    document_facets,
    documents,
    generations,
    passage_themes,
    passage_voices,
    passages,
    vectors,
)
from kb.library.store import Store, generation_row, read_texts

# Rows read at once: their documents' texts are in memory together.
_AT_ONCE = 2_000
# Passages that say what all passages share.
_SAMPLE = 2_000

Rows = npt.NDArray[np.float32]


class Feeds(Store):
    def sequence(self) -> int:
        """The last change's number; 0 for a library in which nothing changed yet."""
        with self.reading() as connection:
            return int(connection.scalar(select(func.max(changes.c.seq))) or 0)

    def position(self) -> tuple[int, int]:
        """(the last change's number, the active generation's id or 0): where a follower must be."""
        last = select(func.max(changes.c.seq)).scalar_subquery()
        active = select(func.max(generations.c.id)).where(generations.c.state == "active").scalar_subquery()
        with self.reading() as connection:
            row = connection.execute(select(last, active)).one()
        return int(row[0] or 0), int(row[1] or 0)

    def kept_generations(self) -> list[GenerationRow]:
        """Those that are not retired, oldest first."""
        query = select(generations).where(generations.c.state != "retired").order_by(generations.c.id)
        with self.reading() as connection:
            return [generation_row(row) for row in connection.execute(query)]

    def changes_since(self, seq: int, generation_id: int, limit: int) -> list[Change]:
        query = (
            select(changes)
            .where(changes.c.seq > seq, changes.c.generation_id == generation_id)
            .order_by(changes.c.seq)
            .limit(limit)
        )
        with self.reading() as connection:
            rows = connection.execute(query).all()
        return [Change(row.seq, row.kind, row.document_id, tuple(json.loads(row.nos))) for row in rows]

    def live_nos(self, generation_id: int) -> list[int]:
        query = select(passages.c.no).where(passages.c.generation_id == generation_id).order_by(passages.c.no)
        with self.reading() as connection:
            return list(connection.scalars(query))

    def entries(self, nos: Sequence[int], model_key: str) -> list[IndexEntry]:
        """Those of the passages that still exist, in order of number, with text, vector and facets."""
        found: list[IndexEntry] = []
        with self.reading() as connection:
            for at in range(0, len(nos), _AT_ONCE):
                wanted = [int(no) for no in nos[at : at + _AT_ONCE]]
                query = select(passages).where(passages.c.no.in_(wanted)).order_by(passages.c.no)
                found += _entries(connection, connection.execute(query).all(), model_key)
        return found

    def sample(self, generation: GenerationRow, known: Sequence[str] = ()) -> tuple[list[str], Rows | None]:
        """(inputs, vectors float32 (n, dim)) of the passages of a generation whose ids sort first.

        Ids are hashes, so these few are drawn evenly and depend on nothing but what the library holds.
        None for the vectors where the inputs are those that are known already.
        """
        first = select(passages.c.input_hash).where(passages.c.generation_id == generation.id)
        with self.reading() as connection:
            inputs = list(connection.scalars(first.order_by(passages.c.id).limit(_SAMPLE)))
        if inputs == list(known):
            return inputs, None
        found = self.vectors_by_hash(generation.model_key, inputs)
        rows = [np.frombuffer(found[name].vector, dtype=np.float32) for name in inputs if name in found]
        return inputs, np.stack(rows) if rows else np.empty((0, generation.dimension), dtype=np.float32)

    def entries_after(self, no: int, generation: GenerationRow, limit: int) -> list[IndexEntry]:
        """A generation's next passages in order of number; empty: there are no more."""
        query = (
            select(passages)
            .where(passages.c.generation_id == generation.id, passages.c.no > no)
            .order_by(passages.c.no)
            .limit(limit)
        )
        with self.reading() as connection:
            return _entries(connection, connection.execute(query).all(), generation.model_key)

    def cached_hashes(self, model_key: str, hashes: Sequence[str]) -> set[str]:
        found: set[str] = set()
        with self.reading() as connection:
            for at in range(0, len(hashes), _AT_ONCE):
                part = list(hashes[at : at + _AT_ONCE])
                query = select(vectors.c.input_hash).where(
                    vectors.c.model_key == model_key, vectors.c.input_hash.in_(part)
                )
                found.update(connection.scalars(query))
        return found

    def vectors_by_hash(self, model_key: str, hashes: Sequence[str]) -> dict[str, VectorRow]:
        found: dict[str, VectorRow] = {}
        with self.reading() as connection:
            for at in range(0, len(hashes), _AT_ONCE):
                part = list(hashes[at : at + _AT_ONCE])
                query = select(vectors).where(vectors.c.model_key == model_key, vectors.c.input_hash.in_(part))
                found.update(
                    (row.input_hash, VectorRow(row.vector, row.sentences)) for row in connection.execute(query)
                )
        return found

    def sentence_vectors(self, nos: Sequence[int], generation: GenerationRow) -> dict[int, npt.NDArray[np.float16]]:
        """float16 (sentences, dim) of each passage: the blob that its own forward pass left."""
        with self.reading() as connection:
            rows = connection.execute(
                select(passages.c.no, passages.c.input_hash).where(passages.c.no.in_([int(no) for no in nos]))
            ).all()
            cached = select(vectors.c.input_hash, vectors.c.sentences).where(
                vectors.c.model_key == generation.model_key, vectors.c.input_hash.in_([row.input_hash for row in rows])
            )
            blobs = {row.input_hash: row.sentences for row in connection.execute(cached)}
        return {
            row.no: np.frombuffer(blobs[row.input_hash], dtype=np.float16).reshape(-1, generation.dimension)
            for row in rows
            if row.input_hash in blobs
        }


def _entries(connection: Connection, rows: Sequence[Row[Any]], model_key: str) -> list[IndexEntry]:
    texts = read_texts(connection, {row.revision_id for row in rows})
    # Two steps: joined, SQLite walks every cached vector instead of asking for these.
    cached = select(vectors.c.input_hash, vectors.c.vector).where(
        vectors.c.model_key == model_key, vectors.c.input_hash.in_([row.input_hash for row in rows])
    )
    blobs = {row.input_hash: row.vector for row in connection.execute(cached)}
    facets = _Facets(connection, [row.no for row in rows], sorted({row.document_id for row in rows}))
    return [
        IndexEntry(
            row.no,
            row.document_id,
            texts[row.revision_id][row.start : row.end],
            np.frombuffer(blobs[row.input_hash], dtype=np.float32),
            facets.keys(row.no, row.document_id),
            facets.days[row.document_id],
            facets.shown(row.no, row.document_id),
        )
        for row in rows
        if row.input_hash in blobs
    ]


class _Facets:
    """What filters can ask of some passages."""

    def __init__(self, connection: Connection, nos: Sequence[int], document_ids: Sequence[str]) -> None:
        self._voices: dict[int, list[tuple[str, str, str]]] = {}
        self._themes: dict[int, list[str]] = {}
        self._values: dict[str, dict[str, list[str]]] = {}
        self.days: dict[str, int] = {}
        heard = (
            select(passage_voices, func.coalesce(appearances.c.organisation, "").label("organisation"))
            .join(passages, passages.c.no == passage_voices.c.passage_no)
            .outerjoin(
                appearances,
                (appearances.c.document_id == passages.c.document_id)
                & (appearances.c.name == passage_voices.c.speaker),
            )
        )
        for voice in connection.execute(heard.where(passage_voices.c.passage_no.in_(nos))):
            self._voices.setdefault(voice.passage_no, []).append((voice.speaker, voice.side, voice.organisation))
        for theme in connection.execute(select(passage_themes).where(passage_themes.c.passage_no.in_(nos))):
            self._themes.setdefault(theme.passage_no, []).append(theme.theme)
        mine = select(documents.c.id, documents.c.show, documents.c.kind, documents.c.date)
        for row in connection.execute(mine.where(documents.c.id.in_(document_ids))):
            self._values[row.id] = {"show": [row.show], "kind": [row.kind]}
            self.days[row.id] = day_of(row.date)
        held = select(document_facets).where(document_facets.c.document_id.in_(document_ids))
        for facet in connection.execute(held):
            self._values[facet.document_id].setdefault(facet.name, []).append(facet.value)

    def keys(self, no: int, document_id: str) -> tuple[str, ...]:
        return facet_keys(self._voices.get(no, ()), self._themes.get(no, ()), self._values[document_id])

    def shown(self, no: int, document_id: str) -> dict[str, str]:
        return shown_values(self._voices.get(no, ()), self._values[document_id])
