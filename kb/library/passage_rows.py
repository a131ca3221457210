"""Passages of a generation, and the vectors that they share: put, dropped, found missing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import ColumnElement, Connection, delete, insert, select

from kb.errors import VectorsGoneError
from kb.library.digests import digest_of
from kb.library.schema import host_questions, passage_themes, passage_voices, passages, planted, vectors
from kb.library.sequence import log
from kb.records import Passage


@dataclass(frozen=True, slots=True)
class NewPassage:
    """A passage ready to be stored. voices: (speaker, side) pairs heard in it."""

    passage: Passage
    input_hash: str
    voices: tuple[tuple[str, str], ...]
    themes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NewVector:
    """vector: float32 bytes; sentences: float16 bytes."""

    input_hash: str
    vector: bytes
    sentences: bytes


def drop_passages(connection: Connection, document_id: str, generation_id: int = 0) -> None:
    """A document's passages, in one generation or (0) in all."""
    mine, held = passages.c.document_id == document_id, planted.c.document_id == document_id
    if generation_id:
        mine, held = (
            mine & (passages.c.generation_id == generation_id),
            held & (planted.c.generation_id == generation_id),
        )
    query = select(passages.c.no, passages.c.generation_id).where(mine)
    by_generation: dict[int, list[int]] = {}
    for no, owner in connection.execute(query.order_by(passages.c.no)):
        by_generation.setdefault(owner, []).append(no)
    for owner, nos in by_generation.items():
        log(connection, "remove", document_id, owner, nos)
    connection.execute(delete(passages).where(mine))
    connection.execute(delete(planted).where(held))


def put_passages(
    connection: Connection, generation_id: int, document_id: str, revision_id: str, entries: Sequence[NewPassage]
) -> None:
    nos = []
    for entry in entries:
        result = connection.execute(
            insert(passages).values(
                id=entry.passage.id,
                generation_id=generation_id,
                document_id=document_id,
                revision_id=revision_id,
                start=entry.passage.start,
                end=entry.passage.end,
                sentences=json.dumps(entry.passage.sentences),
                input_hash=entry.input_hash,
            )
        )
        key = result.inserted_primary_key
        assert key is not None  # noqa: S101  # an insert of one row always has one
        nos.append(int(key[0]))
    pairs = list(zip(nos, entries, strict=True))
    heard = [
        {"passage_no": n, "speaker": name, "side": side} for n, e in pairs for name, side in dict(e.voices).items()
    ]
    if heard:
        connection.execute(insert(passage_voices), heard)
    themed = [{"passage_no": n, "theme": theme} for n, e in pairs for theme in sorted(set(e.themes))]
    if themed:
        connection.execute(insert(passage_themes), themed)
    log(connection, "add", document_id, generation_id, nos)
    digest = digest_of((e.passage.id, e.passage.start, e.passage.end, e.input_hash) for e in entries)
    held = {"generation_id": generation_id, "document_id": document_id, "revision_id": revision_id, "digest": digest}
    connection.execute(insert(planted).values(**held))


def require_vectors(connection: Connection, model_key: str, entries: Sequence[NewPassage]) -> None:
    """Raises VectorsGoneError where a passage's vector is not there: a purge may have dropped it since it was seen."""
    hashes = sorted({entry.input_hash for entry in entries})
    for at in range(0, len(hashes), 5_000):
        part = hashes[at : at + 5_000]
        known = select(vectors.c.input_hash).where(vectors.c.model_key == model_key, vectors.c.input_hash.in_(part))
        if len(set(connection.scalars(known))) < len(part):
            raise VectorsGoneError("vectors were dropped while they were in use", way_out="Do it again.")


def put_vectors(connection: Connection, model_key: str, rows: Sequence[NewVector]) -> None:
    hashes = [row.input_hash for row in rows]
    known = set(
        connection.scalars(
            select(vectors.c.input_hash).where(vectors.c.model_key == model_key, vectors.c.input_hash.in_(hashes))
        )
    )
    fresh = {row.input_hash: row for row in rows if row.input_hash not in known}
    if fresh:
        connection.execute(insert(vectors), [{"model_key": model_key, **asdict(row)} for row in fresh.values()])


def unused_vectors() -> ColumnElement[bool]:
    """Vectors of no passage, of no host's question and of no theme's phrase."""
    return (
        vectors.c.input_hash.not_in(select(passages.c.input_hash))
        & vectors.c.input_hash.not_in(select(host_questions.c.input_hash))
        & vectors.c.input_hash.not_like("theme:%")
    )


def drop_unused_vectors(connection: Connection, hashes: Sequence[str]) -> None:
    for at in range(0, len(hashes), 5_000):
        part = list(hashes[at : at + 5_000])
        connection.execute(delete(vectors).where(vectors.c.input_hash.in_(part) & unused_vectors()))
