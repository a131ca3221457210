"""What hosts asked, read for whoever offers it as a way into the library."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, select

from kb.library.host_asking import input_hash_of
from kb.library.rows import AskedQuestion
from kb.library.schema import appearances, documents, generations, host_questions, passage_themes, passages
from kb.library.scopes import named, scope_of, within_scope
from kb.library.store import Store, read_texts
from kb.records import Filter

# Revisions whose texts are in memory together.
_AT_ONCE = 200


class EntryPoints(Store):
    def host_questions(self, known: Mapping[str, Sequence[AskedQuestion]]) -> dict[str, list[AskedQuestion]]:
        """Revision id -> its questions in order of the text, for all documents that are here, newest first.

        known: what an earlier call gave; its revisions' texts, which never change, are not read again.
        """
        query = (
            select(host_questions, documents.c.title, documents.c.show, documents.c.date)
            .add_columns(documents.c.composed, documents.c.sponsored)
            .join(documents, documents.c.revision_id == host_questions.c.revision_id)
            .where(documents.c.deleted.is_(False))
            .order_by(documents.c.date.desc(), documents.c.id, host_questions.c.start)
        )
        with self.reading() as connection:
            rows: dict[str, list[Row[Any]]] = {}
            for row in connection.execute(query):
                rows.setdefault(row.revision_id, []).append(row)
            themes = _themes(connection)
            fresh = [revision_id for revision_id in rows if revision_id not in known]
            read: dict[str, list[AskedQuestion]] = {}
            for at in range(0, len(fresh), _AT_ONCE):
                part = fresh[at : at + _AT_ONCE]
                texts = read_texts(connection, part)
                read.update({one: [_asked(row, texts[one]) for row in rows[one]] for one in part})
        found = {revision_id: read.get(revision_id) or known[revision_id] for revision_id in rows}
        return {
            revision_id: [replace(one, themes=themes.get((revision_id, one.start), ())) for one in questions]
            for revision_id, questions in found.items()
        }

    def asked_within(self, questions: Collection[AskedQuestion], where: Filter) -> list[AskedQuestion]:
        """Those whose answer the filter allows: document and theme of the answer, and who gives it."""
        if not scope_of(where):
            return list(questions)
        of_documents = replace(where, theme=(), speaker=(), side=(), organisation=())
        speakers = select(appearances.c.document_id, appearances.c.name)
        if where.side:
            speakers = speakers.where(appearances.c.side.in_(where.side))
        if where.organisation:
            speakers = speakers.where(named(appearances.c.organisation, where.organisation))
        with self.reading() as connection:
            within = within_scope(select(documents.c.id), scope_of(of_documents))
            allowed = set(connection.scalars(within))
            voices = (
                {(row.document_id, row.name) for row in connection.execute(speakers)} if _of_voices(where) else None
            )
        names, themes = {name.lower() for name in where.speaker}, set(where.theme)
        return [
            one
            for one in questions
            if one.document_id in allowed
            and (not themes or themes & set(one.themes))
            and (not names or one.answerer.lower() in names)
            and (voices is None or (one.document_id, one.answerer) in voices)
        ]

    def still_asked(self, questions: Collection[AskedQuestion]) -> list[AskedQuestion]:
        """Those that stand in their document's current revision as they are told, read from the database now."""
        wanted = {one.revision_id for one in questions}
        alive = select(documents.c.revision_id).where(
            documents.c.revision_id.in_(wanted), documents.c.deleted.is_(False)
        )
        with self.reading() as connection:
            texts = read_texts(connection, set(connection.scalars(alive)))
        return [one for one in questions if texts.get(one.revision_id, "")[one.start : one.end] == one.text]


def _of_voices(where: Filter) -> bool:
    return bool(where.side or where.organisation)


def _themes(connection: Connection) -> dict[tuple[str, int], tuple[str, ...]]:
    """(revision, where the question begins) -> themes of the passage in which its answer begins."""
    active = select(generations.c.id).where(generations.c.state == "active")
    query = (
        select(host_questions.c.revision_id, host_questions.c.start, passage_themes.c.theme)
        .join(
            passages,
            (passages.c.revision_id == host_questions.c.revision_id)
            & (passages.c.start <= host_questions.c.answer_start)
            & (passages.c.end > host_questions.c.answer_start),
        )
        .join(passage_themes, passage_themes.c.passage_no == passages.c.no)
        .where(passages.c.generation_id.in_(active))
        .order_by(passage_themes.c.theme)
        .distinct()
    )
    found: dict[tuple[str, int], tuple[str, ...]] = {}
    for revision_id, start, theme in connection.execute(query):
        found[revision_id, start] = (*found.get((revision_id, start), ()), theme)
    return found


def _asked(row: Row[Any], text: str) -> AskedQuestion:
    given = {name: getattr(row, name) for name in AskedQuestion.__dataclass_fields__ if name not in ("text", "themes")}
    return AskedQuestion(**given, text=text[row.start : row.end])


def host_question_faults(connection: Connection) -> list[str]:
    """Each is a span of its document's current revision, with the words that its vectors are kept under."""
    query = select(host_questions, documents.c.revision_id.label("current"), documents.c.deleted).join(
        documents, documents.c.id == host_questions.c.document_id
    )
    found = []
    texts: dict[str, str] = {}
    for row in connection.execute(query.order_by(host_questions.c.document_id, host_questions.c.start)):
        if row.revision_id not in texts:
            texts = read_texts(connection, {row.revision_id})
        text, where = texts.get(row.revision_id, ""), f"host question {row.document_id} at {row.start}"
        if row.deleted or row.current != row.revision_id:
            found.append(f"{where}: is not of its document's current revision")
        spans = 0 <= row.start < row.end <= row.answer_start < row.answer_end <= len(text)
        if not spans or input_hash_of(text[row.start : row.end]) != row.input_hash:
            found.append(f"{where}: is not what its text says there")
    return found
