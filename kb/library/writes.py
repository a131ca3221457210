"""Publishing and deleting: each in one transaction, with its steps of the change sequence."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, select, update

from kb.errors import GenerationChangedError, NotFoundError, VectorsGoneError
from kb.library.appearing import put_appearances
from kb.library.collecting import forget_document
from kb.library.digests import digest_of
from kb.library.host_asking import drop_host_questions, put_host_questions
from kb.library.rows import SourceRow, Stored
from kb.library.schema import (
    changes,
    document_facets,
    documents,
    generations,
    host_questions,
    links,
    passage_themes,
    passage_voices,
    passages,
    planted,
    revisions,
    segments,
    sources,
    vectors,
)
from kb.library.store import Store
from kb.records import SET_ASIDE_KINDS, Draft, Passage, content_hash


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
                _log_purge(connection)
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
                _log_changed(connection, part)


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


def require_vectors(connection: Connection, model_key: str, entries: Sequence[NewPassage]) -> None:
    """Raises VectorsGoneError where a passage's vector is not there: a purge may have dropped it since it was seen."""
    hashes = sorted({entry.input_hash for entry in entries})
    for at in range(0, len(hashes), 5_000):
        part = hashes[at : at + 5_000]
        known = select(vectors.c.input_hash).where(vectors.c.model_key == model_key, vectors.c.input_hash.in_(part))
        if len(set(connection.scalars(known))) < len(part):
            raise VectorsGoneError("vectors were dropped while they were in use", way_out="Do it again.")


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
        _log(connection, "remove", document_id, owner, nos)
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
    _log(connection, "add", document_id, generation_id, nos)
    digest = digest_of((e.passage.id, e.passage.start, e.passage.end, e.input_hash) for e in entries)
    held = {"generation_id": generation_id, "document_id": document_id, "revision_id": revision_id, "digest": digest}
    connection.execute(insert(planted).values(**held))


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


def _log(connection: Connection, kind: str, document_id: str, generation_id: int, nos: Sequence[int]) -> None:
    if nos:
        connection.execute(
            insert(changes).values(
                kind=kind, document_id=document_id, generation_id=generation_id, nos=json.dumps(list(nos))
            )
        )


def _log_changed(connection: Connection, nos: Sequence[int]) -> None:
    query = select(passages.c.no, passages.c.document_id, passages.c.generation_id).where(passages.c.no.in_(nos))
    owners: dict[tuple[str, int], list[int]] = {}
    for row in connection.execute(query.order_by(passages.c.no)):
        owners.setdefault((row.document_id, row.generation_id), []).append(row.no)
    for (document_id, generation_id), mine in owners.items():
        for kind in ("remove", "add"):
            _log(connection, kind, document_id, generation_id, mine)


def unused_vectors() -> ColumnElement[bool]:
    """Vectors of no passage, of no host's question and of no theme's phrase."""
    return (
        vectors.c.input_hash.not_in(select(passages.c.input_hash))
        & vectors.c.input_hash.not_in(select(host_questions.c.input_hash))
        & vectors.c.input_hash.not_like("theme:%")
    )


def _log_purge(connection: Connection) -> None:
    """Tell every index that what was removed must leave the disk."""
    rows = [
        {"kind": "purge", "document_id": "purged", "generation_id": generation_id, "nos": "[]"}
        for generation_id in connection.scalars(select(generations.c.id).where(generations.c.state != "retired"))
    ]
    if rows:
        connection.execute(insert(changes), rows)


def drop_unused_vectors(connection: Connection, hashes: Sequence[str]) -> None:
    for at in range(0, len(hashes), 5_000):
        part = list(hashes[at : at + 5_000])
        used = set(connection.scalars(select(passages.c.input_hash).where(passages.c.input_hash.in_(part))))
        connection.execute(delete(vectors).where(vectors.c.input_hash.in_([h for h in part if h not in used])))
