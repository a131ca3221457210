"""Publishing and deleting: each in one transaction, with its steps of the change sequence."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from kb.errors import GenerationChangedError, NotFoundError
from kb.library.appearing import put_appearances
from kb.library.collecting import forget_document
from kb.library.host_asking import drop_host_questions, put_host_questions
from kb.library.passage_rows import (
    NewPassage,
    NewVector,
    drop_passages,
    drop_unused_vectors,
    put_passages,
    put_vectors,
    require_vectors,
    unused_vectors,
)
from kb.library.rows import SourceRow, Stored
from kb.library.schema import (
    changes,
    document_facets,
    documents,
    generations,
    links,
    passage_themes,
    passages,
    revisions,
    segments,
    sources,
    vectors,
)
from kb.library.sequence import log_changed, log_purge
from kb.library.store import Store
from kb.records import SET_ASIDE_KINDS, Draft, content_hash


@dataclass(frozen=True, slots=True)
class Publication:
    """Everything that one publishing stores, in one transaction."""

    document_id: str
    draft: Draft
    generation_id: int
    model_key: str
    passages: Sequence[NewPassage]
    vectors: Sequence[NewVector]
    source: SourceRow | None
    signature: bytes
    links: tuple[str, ...]


def document_id_for(source_key: str) -> str:
    return "d" + content_hash(source_key)[:15]


def revision_id_for(document_id: str, content: str) -> str:
    return content_hash(document_id, content)


class Writes(Store):
    def identify(self, draft: Draft, document_id: str = "") -> Stored:
        """Which document and revision a draft is, and what publishing it would be. Nothing is written."""
        content = draft.content()
        key = draft.source_key or f"content:{content_hash(content)}"
        with self.reading() as connection:
            row = _document(connection, document_id, draft.source_key, key)
        found = row.id if row is not None else document_id_for(key)
        revision_id = revision_id_for(found, content)
        if row is None or row.deleted:
            return Stored(found, revision_id, "added")
        return Stored(found, revision_id, "unchanged" if row.revision_id == revision_id else "changed")

    def publish(self, new: Publication) -> Stored:
        """Store a revision with its passages and vectors; acknowledged when this returns.

        A draft that is the current revision already changes nothing but the remembered source.
        Raises GenerationChangedError where the publication was made for a generation that is no longer the active one,
        or where vectors that it counts on were dropped since.
        """
        content = new.draft.content()
        revision_id = revision_id_for(new.document_id, content)
        with self.writing() as connection:
            require_active(connection, new.generation_id)
            row = connection.execute(select(documents).where(documents.c.id == new.document_id)).first()
            same = row is not None and not row.deleted and row.revision_id == revision_id
            if not same:
                self._replace(connection, new, revision_id, content, row)
            if new.source is not None:
                _remember(connection, new.source)
        status = "unchanged" if same else ("added" if row is None or row.deleted else "changed")
        return Stored(new.document_id, revision_id, status)

    def _replace(
        self, connection: Connection, new: Publication, revision_id: str, content: str, row: Row[Any] | None
    ) -> None:
        _put_document(connection, new, revision_id, row)
        _put_revision(connection, new, revision_id, content)
        made = new.draft
        put_host_questions(connection, new.document_id, revision_id, made.text, made.segments, made.metadata.speakers)
        # Of every generation: those that are not active hold the document again once they catch up.
        drop_passages(connection, new.document_id)
        if new.vectors:
            put_vectors(connection, new.model_key, new.vectors)
        require_vectors(connection, new.model_key, new.passages)
        put_passages(connection, new.generation_id, new.document_id, revision_id, new.passages)
        for other in new.links:
            pair = {"document_id": new.document_id, "other_id": other}
            known = select(links).where(links.c.document_id == new.document_id, links.c.other_id == other)
            alive = connection.scalar(select(documents.c.id).where(documents.c.id == other))
            if alive and connection.execute(known).first() is None:
                connection.execute(insert(links).values(**pair))

    def touch_source(self, path: str, document_id: str, raw_hash: str, size: int, settings_hash: str) -> None:
        """Remember where a file lies now; the bytes' earlier paths that are gone are the caller's to forget."""
        with self.writing() as connection:
            _remember(connection, SourceRow(path, document_id, raw_hash, size, settings_hash))

    def forget_source(self, path: str) -> None:
        with self.writing() as connection:
            connection.execute(delete(sources).where(sources.c.path == path))

    def delete(self, document_id: str, *, purge: bool = False) -> None:
        """Take a document out of lists and indexes; purge: every revision, vector and cache entry of it too.

        Raises NotFoundError.
        """
        with self.writing() as connection:
            known = connection.execute(select(documents).where(documents.c.id == document_id)).first()
            if known is None or (known.deleted and not purge):
                raise NotFoundError(f"there is no document {document_id!r}", way_out="`kb list` names them all.")
            hashes = connection.scalars(
                select(passages.c.input_hash).where(passages.c.document_id == document_id)
            ).all()
            drop_passages(connection, document_id)
            drop_host_questions(connection, document_id)
            connection.execute(delete(sources).where(sources.c.document_id == document_id))
            if purge:
                forget_document(connection, document_id)
                connection.execute(delete(documents).where(documents.c.id == document_id))
                drop_unused_vectors(connection, hashes)
                log_purge(connection)
            else:
                connection.execute(update(documents).where(documents.c.id == document_id).values(deleted=True))
        if purge:
            self._shred(document_id)

    def _shred(self, document_id: str) -> None:
        """Older revisions' vectors are in no passage any more: drop all that nothing uses, and the free pages."""
        with self.writing() as connection:
            connection.execute(delete(vectors).where(unused_vectors()))
            connection.execute(update(changes).where(changes.c.document_id == document_id).values(document_id="purged"))
        with self.reading() as connection:
            if connection.dialect.name == "sqlite":
                connection.rollback()
                raw = connection.connection.driver_connection
                assert raw is not None  # noqa: S101  # an open connection has its driver's
                raw.execute("VACUUM")
                raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def store_vectors(
        self, model_key: str, rows: Sequence[NewVector], needed_by: Mapping[str, str] | None = None
    ) -> None:
        """Put vectors into the cache, replacing what was there under the same input.

        needed_by: input hash -> revision id; what only a revision needs that was purged meanwhile is not kept, or a
        purge would have left vectors of its text behind.
        """
        needed = needed_by or {}
        with self.writing() as connection:
            known = set(
                connection.scalars(select(revisions.c.id).where(revisions.c.id.in_(sorted(set(needed.values())))))
            )
            rows = [row for row in rows if row.input_hash not in needed or needed[row.input_hash] in known]
            hashes = [row.input_hash for row in rows]
            connection.execute(
                delete(vectors).where(vectors.c.model_key == model_key, vectors.c.input_hash.in_(hashes))
            )
            put_vectors(connection, model_key, rows)

    def set_themes(self, themes: dict[int, tuple[str, ...]]) -> None:
        """Give passages their themes anew; to indexes they go and come again."""
        with self.writing() as connection:
            nos = sorted(themes)
            for at in range(0, len(nos), 5_000):
                part = nos[at : at + 5_000]
                connection.execute(delete(passage_themes).where(passage_themes.c.passage_no.in_(part)))
                rows = [{"passage_no": no, "theme": theme} for no in part for theme in themes[no]]
                if rows:
                    connection.execute(insert(passage_themes), rows)
                log_changed(connection, part)


def _document(connection: Connection, document_id: str, source_key: str, key: str) -> Row[Any] | None:
    """The stored document of a draft: by its own key first, then by what the caller knows."""
    if source_key:
        row = connection.execute(select(documents).where(documents.c.source_key == source_key)).first()
        if row is not None:
            return row
    if document_id:
        return connection.execute(select(documents).where(documents.c.id == document_id)).first()
    return connection.execute(select(documents).where(documents.c.source_key == key)).first()


def _remember(connection: Connection, source: SourceRow) -> None:
    connection.execute(delete(sources).where(sources.c.path == source.path))
    connection.execute(insert(sources).values(**asdict(source)))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _put_document(connection: Connection, new: Publication, revision_id: str, row: Row[Any] | None) -> None:
    meta = new.draft.metadata
    kept = [s for s in new.draft.segments if s.kind not in SET_ASIDE_KINDS]
    values = {
        "revision_id": revision_id,
        "title": meta.title,
        "show": meta.show,
        "kind": meta.kind,
        "date": meta.date,
        "language": meta.language,
        "composed": meta.composed,
        "sponsored": meta.sponsored,
        "words": sum(len(new.draft.text[s.start : s.end].split()) for s in kept),
        "speakers": json.dumps([speaker.name for speaker in meta.speakers]),
        "signature": new.signature,
        "deleted": False,
    }
    if row is None:
        key = new.draft.source_key or f"content:{content_hash(new.draft.content())}"
        connection.execute(insert(documents).values(id=new.document_id, source_key=key, created_at=_now(), **values))
    else:
        connection.execute(update(documents).where(documents.c.id == new.document_id).values(**values))
    connection.execute(delete(document_facets).where(document_facets.c.document_id == new.document_id))
    facets = [("phase", value) for value in meta.phase] + [("modality", value) for value in meta.modality]
    if facets:
        rows = [{"document_id": new.document_id, "name": name, "value": value} for name, value in sorted(set(facets))]
        connection.execute(insert(document_facets), rows)
    put_appearances(connection, new.document_id, meta)


def _put_revision(connection: Connection, new: Publication, revision_id: str, content: str) -> None:
    if connection.scalar(select(revisions.c.id).where(revisions.c.id == revision_id)):
        return  # an edit was taken back: the old revision is current again
    last = connection.scalar(select(func.max(revisions.c.number)).where(revisions.c.document_id == new.document_id))
    connection.execute(
        insert(revisions).values(
            id=revision_id,
            document_id=new.document_id,
            number=(last or 0) + 1,
            content_hash=content_hash(content),
            text=new.draft.text,
            metadata=json.dumps(asdict(new.draft.metadata), ensure_ascii=False),
            marks=json.dumps([[mark.offset, mark.second] for mark in new.draft.marks]),
            report=json.dumps(dict(new.draft.report), ensure_ascii=False),
            created_at=_now(),
        )
    )
    rows = [{"revision_id": revision_id, "n": n, **asdict(part)} for n, part in enumerate(new.draft.segments)]
    if rows:
        connection.execute(insert(segments), rows)


def require_active(connection: Connection, generation_id: int) -> None:
    state = connection.scalar(select(generations.c.state).where(generations.c.id == generation_id))
    if state != "active":
        raise GenerationChangedError(
            "another generation was activated meanwhile", way_out="Publish again: nothing of this document was stored."
        )
