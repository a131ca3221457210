"""Who takes part in a document: rows made of its current revision's metadata."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert

from kb.library.schema import appearances
from kb.records import Metadata


def put_appearances(connection: Connection, document_id: str, metadata: Metadata) -> None:
    """In the place of what was there. A name that the metadata gives twice counts as it is given first."""
    connection.execute(delete(appearances).where(appearances.c.document_id == document_id))
    named = {speaker.name: speaker for speaker in reversed(metadata.speakers) if speaker.name}
    rows = [
        {
            "document_id": document_id,
            "name": speaker.name,
            "role": speaker.role,
            "organisation": speaker.organisation,
            "side": speaker.side,
            "host": speaker.host,
            "guessed": speaker.guessed,
        }
        for speaker in named.values()
    ]
    if rows:
        connection.execute(insert(appearances), rows)
