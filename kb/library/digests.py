"""What a generation holds, as one checksum: kept document by document, so that it costs no reading of the texts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from sqlalchemy import Connection, Select, select

from kb.library.schema import passages, planted


def digest_of(rows: Iterable[tuple[str, int, int, str]]) -> str:
    """SHA-256 of a document's passages (id, start, end, hash of the embedded input), in whatever order they come.

    The input's hash is of the embedded text and its sentences, so equal digests mean equal ids and equal texts.
    """
    digest = hashlib.sha256()
    for passage_id, start, end, input_hash in sorted(rows, key=lambda row: (row[1], row[2], row[0])):
        digest.update(f"{passage_id} {start} {end} {input_hash}\n".encode())
    return digest.hexdigest()


def stored_digests(connection: Connection, generation_id: int) -> Iterator[tuple[str, str]]:
    """(document id, digest of the passages that are in the database), in order of id. Rows are read as they come."""
    query = (
        select(passages.c.document_id, passages.c.id, passages.c.start, passages.c.end, passages.c.input_hash)
        .where(passages.c.generation_id == generation_id)
        .order_by(passages.c.document_id)
    )
    here, rows = "", list[tuple[str, int, int, str]]()
    for row in connection.execute(query.execution_options(yield_per=1_000)):
        if row.document_id != here:
            if rows:
                yield here, digest_of(rows)
            here, rows = row.document_id, []
        rows.append((row.id, row.start, row.end, row.input_hash))
    if rows:
        yield here, digest_of(rows)


def checksum(connection: Connection, generation_id: int, recipe: Iterable[str]) -> str:
    """SHA-256 over how a generation was made and what it holds of each document, in order of id."""
    digest = hashlib.sha256("\n".join(recipe).encode())
    for row in connection.execute(_held(generation_id).execution_options(yield_per=1_000)):
        digest.update(f"\n{row.document_id} {row.revision_id} {row.digest}".encode())
    return digest.hexdigest()


def _held(generation_id: int) -> Select[tuple[str, str, str]]:
    return (
        select(planted.c.document_id, planted.c.revision_id, planted.c.digest)
        .where(planted.c.generation_id == generation_id)
        .order_by(planted.c.document_id)
    )
