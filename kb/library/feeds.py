"""What indexes follow: the change sequence, vectors, and which passages a filter allows."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Select, func, select

from kb.library.rows import Change, GenerationRow, IndexEntry, VectorRow
from kb.library.schema import (
    changes,
    document_facets,
    documents,
    generations,
    passage_themes,
    passage_voices,
    passages,
    vectors,
)
from kb.library.store import Store, read_texts
from kb.records import Filter

# Rows read at once: their documents' texts are in memory together.
_AT_ONCE = 2_000


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
        """Those of the passages that still exist, in order of number, with text and vector."""
        found: list[IndexEntry] = []
        with self.reading() as connection:
            for at in range(0, len(nos), _AT_ONCE):
                wanted = [int(no) for no in nos[at : at + _AT_ONCE]]
                rows = connection.execute(
                    select(passages).where(passages.c.no.in_(wanted)).order_by(passages.c.no)
                ).all()
                texts = read_texts(connection, {row.revision_id for row in rows})
                # Two steps: joined, SQLite walks every cached vector instead of asking for these.
                cached = select(vectors.c.input_hash, vectors.c.vector).where(
                    vectors.c.model_key == model_key, vectors.c.input_hash.in_([row.input_hash for row in rows])
                )
                blobs = {row.input_hash: row.vector for row in connection.execute(cached)}
                for row in rows:
                    if row.input_hash in blobs:
                        text = texts[row.revision_id][row.start : row.end]
                        vector = np.frombuffer(blobs[row.input_hash], dtype=np.float32)
                        found.append(IndexEntry(row.no, row.document_id, text, vector))
        return found

    def document_of(self, nos: Sequence[int]) -> dict[int, str]:
        found: dict[int, str] = {}
        with self.reading() as connection:
            for at in range(0, len(nos), _AT_ONCE):
                part = [int(no) for no in nos[at : at + _AT_ONCE]]
                query = select(passages.c.no, passages.c.document_id).where(passages.c.no.in_(part))
                found.update((row.no, row.document_id) for row in connection.execute(query))
        return found

    def allowed_nos(self, where: Filter, generation_id: int) -> npt.NDArray[np.int64]:
        """Numbers of the passages that the filter allows, ascending: int64 (n,)."""
        query = select(passages.c.no).where(passages.c.generation_id == generation_id)
        query = _passage_conditions(query, where)
        if where.show or where.kind or where.since or where.until or where.phase or where.modality:
            query = _document_conditions(query.join(documents, documents.c.id == passages.c.document_id), where)
        with self.reading() as connection:
            return np.array(sorted(connection.scalars(query)), dtype=np.int64)

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


def _passage_conditions(query: Select[Any], where: Filter) -> Select[Any]:
    if where.document:
        query = query.where(passages.c.document_id.in_(where.document))
    if where.theme:
        chosen = select(passage_themes.c.passage_no).where(passage_themes.c.theme.in_(where.theme))
        query = query.where(passages.c.no.in_(chosen))
    if where.speaker or where.side:
        heard = select(passage_voices.c.passage_no)
        if where.speaker:
            heard = heard.where(func.lower(passage_voices.c.speaker).in_([name.lower() for name in where.speaker]))
        if where.side:
            heard = heard.where(passage_voices.c.side.in_(where.side))
        query = query.where(passages.c.no.in_(heard))
    return query


def _document_conditions(query: Select[Any], where: Filter) -> Select[Any]:
    if where.show:
        query = query.where(func.lower(documents.c.show).in_([show.lower() for show in where.show]))
    if where.kind:
        query = query.where(documents.c.kind.in_(where.kind))
    if where.since:
        query = query.where(documents.c.date >= where.since)
    if where.until:
        # "2026" and "2026-10" mean the whole year or month
        query = query.where(documents.c.date != "", func.substr(documents.c.date, 1, len(where.until)) <= where.until)
    for name, chosen in (("phase", where.phase), ("modality", where.modality)):
        if chosen:
            having = select(document_facets.c.document_id).where(
                document_facets.c.name == name, document_facets.c.value.in_(chosen)
            )
            query = query.where(documents.c.id.in_(having))
    return query
