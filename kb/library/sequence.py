"""The change sequence: what every index is told of what came, went and was purged."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import Connection, insert, select

from kb.library.schema import changes, generations, passages


def log(connection: Connection, kind: str, document_id: str, generation_id: int, nos: Sequence[int]) -> None:
    if nos:
        connection.execute(
            insert(changes).values(
                kind=kind, document_id=document_id, generation_id=generation_id, nos=json.dumps(list(nos))
            )
        )


def log_changed(connection: Connection, nos: Sequence[int]) -> None:
    query = select(passages.c.no, passages.c.document_id, passages.c.generation_id).where(passages.c.no.in_(nos))
    owners: dict[tuple[str, int], list[int]] = {}
    for row in connection.execute(query.order_by(passages.c.no)):
        owners.setdefault((row.document_id, row.generation_id), []).append(row.no)
    for (document_id, generation_id), mine in owners.items():
        for kind in ("remove", "add"):
            log(connection, kind, document_id, generation_id, mine)


def log_purge(connection: Connection) -> None:
    """Tell every index that what was removed must leave the disk."""
    rows = [
        {"kind": "purge", "document_id": "purged", "generation_id": generation_id, "nos": "[]"}
        for generation_id in connection.scalars(select(generations.c.id).where(generations.c.state != "retired"))
    ]
    if rows:
        connection.execute(insert(changes), rows)
