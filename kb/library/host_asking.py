"""What hosts asked, in the current revision of each document: rows made of its text."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert

from kb.host_questions import host_questions as found_in
from kb.library.schema import host_questions
from kb.records import Segment, Speaker, content_hash

_PREFIX = "question:"


def put_host_questions(
    connection: Connection,
    document_id: str,
    revision_id: str,
    text: str,
    segments: Sequence[Segment],
    speakers: Sequence[Speaker],
) -> None:
    """In the place of what was there of the document."""
    drop_host_questions(connection, document_id)
    rows = [
        {
            "document_id": document_id,
            "revision_id": revision_id,
            "start": one.start,
            "end": one.end,
            "asker": one.asker,
            "answer_start": one.answer_start,
            "answer_end": one.answer_end,
            "answerer": one.answerer,
            "input_hash": input_hash_of(text[one.start : one.end]),
        }
        for one in found_in(text, segments, speakers)
    ]
    if rows:
        connection.execute(insert(host_questions), rows)


def drop_host_questions(connection: Connection, document_id: str) -> None:
    connection.execute(delete(host_questions).where(host_questions.c.document_id == document_id))


def input_hash_of(question: str) -> str:
    """Under which a question's vectors are kept: white space does not count."""
    return _PREFIX + content_hash(" ".join(question.split()))
