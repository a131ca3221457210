"""Reading documents, revisions, passages."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, false, func, select

from kb.errors import NotFoundError
from kb.library.rows import DocumentRow, Proof, SourceRow
from kb.library.schema import (
    documents,
    facts,
    generations,
    passage_themes,
    passages,
    revisions,
    segments,
    sources,
)
from kb.library.store import Store, linked_ids, read_revision, read_texts
from kb.records import Citation, Passage, Revision, Segment, TimeMark, citation_id, second_at
from kb.spans import voice

# SQLite takes at most some 32,000 bound values in one statement.
_AT_ONCE = 5_000


class Reads(Store):
    def documents(self) -> list[DocumentRow]:
        """All documents that are not deleted, by title, then id."""
        query = _document_query().where(documents.c.deleted.is_(False)).order_by(documents.c.title, documents.c.id)
        with self.reading() as connection:
            return [_document_row(connection, row) for row in connection.execute(query)]

    def document(self, document_id: str) -> DocumentRow:
        """Raises NotFoundError for an unknown or deleted document."""
        query = _document_query().where(documents.c.id == document_id, documents.c.deleted.is_(False))
        with self.reading() as connection:
            row = connection.execute(query).first()
            if row is None:
                raise NotFoundError(f"there is no document {document_id!r}", way_out="`kb list` names them all.")
            return _document_row(connection, row)

    def deleted_title(self, document_id: str) -> str:
        """The title of a document that was deleted; "" for one that is here, or that nothing is known of any more."""
        query = select(documents.c.title).where(documents.c.id == document_id, documents.c.deleted.is_(True))
        with self.reading() as connection:
            return connection.scalar(query) or ""

    def current(self, document_id: str) -> Revision:
        return self.revision(self.document(document_id).revision_id)

    def revision(self, revision_id: str) -> Revision:
        """By id, or by its first 16 characters or more. Raises NotFoundError, also for a deleted document."""
        with self.reading() as connection:
            row = connection.execute(_revision_query(revision_id)).first()
            if row is None:
                raise NotFoundError(f"there is no revision {revision_id!r}")
            return read_revision(connection, row)

    def is_current(self, revision_id: str) -> bool:
        with self.reading() as connection:
            return connection.scalar(select(documents.c.id).where(documents.c.revision_id == revision_id)) is not None

    def read_span(self, revision_id: str, start: int, end: int) -> str:
        """The text [start, end) of a revision, read from the database now; "" for an unknown revision."""
        query = select(func.substr(revisions.c.text, start + 1, end - start)).where(revisions.c.id == revision_id)
        with self.reading() as connection:
            return connection.scalar(query) or ""

    def read_proof(self, revision_id: str, start: int, end: int) -> Proof | None:
        """What the database says now of the span [start, end): text, speaker and second; None: no such span."""
        text = func.substr(revisions.c.text, start + 1, end - start)
        query = select(text.label("span"), revisions.c.marks).where(revisions.c.id == revision_id)
        heard = (
            select(segments)
            .where(segments.c.revision_id == revision_id, segments.c.start < end, segments.c.end > start)
            .order_by(segments.c.n)
        )
        with self.reading() as connection:
            row = connection.execute(query).first()
            if row is None or len(row.span) != end - start:
                return None
            parts = [Segment(p.start, p.end, p.kind, p.speaker) for p in connection.execute(heard)]
        marks = [TimeMark(offset, second) for offset, second in json.loads(row.marks)]
        return Proof(row.span, voice(parts, start, end), second_at(marks, start))

    def linked(self, document_id: str) -> tuple[str, ...]:
        """Ids of the documents that are the same interview, in order."""
        with self.reading() as connection:
            return linked_ids(connection, document_id)

    def passage(self, passage_id: str) -> Passage:
        with self.reading() as connection:
            row = connection.execute(_passage_query().where(passages.c.id == passage_id)).first()
            if row is None:
                raise NotFoundError(f"there is no passage {passage_id!r}")
            return _passages(connection, [row])[0]

    def passages_of(self, revision_id: str) -> list[Passage]:
        query = _passage_query().where(passages.c.revision_id == revision_id).order_by(passages.c.start)
        with self.reading() as connection:
            return _passages(connection, connection.execute(query).all())

    def passages_by_no(self, nos: Sequence[int]) -> dict[int, Passage]:
        """Those of the passages that still exist, by number."""
        found: dict[int, Passage] = {}
        with self.reading() as connection:
            for at in range(0, len(nos), _AT_ONCE):
                query = select(passages).where(passages.c.no.in_([int(no) for no in nos[at : at + _AT_ONCE]]))
                found.update((p.no, p) for p in _passages(connection, connection.execute(query).all()))
        return found

    def resolve_citation(self, cited: str) -> Citation:
        """A citation by its id, read from the library. Raises NotFoundError."""
        try:
            revision_id, first, last = cited.rsplit("-", 2)
            start, end = int(first), int(last)
        except ValueError as error:
            raise NotFoundError(f"{cited!r} is no citation") from error
        revision = self.revision(revision_id)
        if not 0 <= start < end <= len(revision.text):
            raise NotFoundError(f"the citation {cited!r} points outside its document")
        return Citation(
            citation_id(revision.id, start, end),
            revision.document_id,
            revision.id,
            start,
            end,
            voice(revision.segments, start, end),
            revision.second_at(start),
        )

    def source_by_path(self, path: str) -> SourceRow | None:
        return self._source(select(sources).where(sources.c.path == path))

    def source_by_hash(self, raw_hash: str) -> SourceRow | None:
        return self._source(select(sources).where(sources.c.raw_hash == raw_hash).order_by(sources.c.path))

    def sources_of(self, document_id: str) -> list[SourceRow]:
        query = select(sources).where(sources.c.document_id == document_id).order_by(sources.c.path)
        with self.reading() as connection:
            return [SourceRow(**row._mapping) for row in connection.execute(query)]

    def _source(self, query: Select[Any]) -> SourceRow | None:
        with self.reading() as connection:
            row = connection.execute(query).first()
        return SourceRow(**row._mapping) if row else None

    def signatures(self) -> list[tuple[str, bytes]]:
        query = select(documents.c.id, documents.c.signature).where(documents.c.deleted.is_(False))
        with self.reading() as connection:
            return [(row.id, row.signature) for row in connection.execute(query.order_by(documents.c.id))]

    def library_id(self) -> str:
        with self.reading() as connection:
            return connection.scalar(select(facts.c.value).where(facts.c.name == "library_id")) or ""


def _document_query() -> Select[Any]:
    return select(documents, revisions.c.number).join(revisions, revisions.c.id == documents.c.revision_id)


def _document_row(connection: Connection, row: Row[Any]) -> DocumentRow:
    return DocumentRow(
        id=row.id,
        source_key=row.source_key,
        title=row.title,
        show=row.show,
        kind=row.kind,
        date=row.date,
        language=row.language,
        words=row.words,
        revision_id=row.revision_id,
        revision_number=row.number,
        composed=row.composed,
        sponsored=row.sponsored,
        created_at=row.created_at,
        speakers=tuple(json.loads(row.speakers)),
        linked=linked_ids(connection, row.id),
    )


def _revision_query(revision_id: str) -> Select[Any]:
    match: ColumnElement[bool]
    if len(revision_id) < 16:
        match = false()
    elif len(revision_id) >= 64:
        match = revisions.c.id == revision_id
    else:  # a range, not LIKE: an index serves it and no wildcard is understood
        match = (revisions.c.id >= revision_id) & (revisions.c.id < revision_id + "g")
    alive = select(documents.c.id).where(documents.c.deleted.is_(False))
    return select(revisions).where(match, revisions.c.document_id.in_(alive)).order_by(revisions.c.id)


def _passage_query() -> Select[Any]:
    active = select(generations.c.id).where(generations.c.state == "active")
    return select(passages).where(passages.c.generation_id.in_(active))


def _passages(connection: Connection, rows: Sequence[Row[Any]]) -> list[Passage]:
    nos = [row.no for row in rows]
    texts = read_texts(connection, {row.revision_id for row in rows})
    themes: dict[int, list[str]] = {}
    query = select(passage_themes).where(passage_themes.c.passage_no.in_(nos)).order_by(passage_themes.c.theme)
    for row in connection.execute(query):
        themes.setdefault(row.passage_no, []).append(row.theme)
    return [
        Passage(
            id=row.id,
            document_id=row.document_id,
            revision_id=row.revision_id,
            start=row.start,
            end=row.end,
            text=texts[row.revision_id][row.start : row.end],
            sentences=tuple((a, b) for a, b in json.loads(row.sentences)),
            no=row.no,
            themes=tuple(themes.get(row.no, ())),
        )
        for row in rows
    ]
