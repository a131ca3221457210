"""Paths into the library: each file is looked at, read where it is new, published, and accounted for."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.charset import load_source
from ingest.duplicates import Neighbourhood
from ingest.outcome import READING, Entry, Event, IngestReport
from ingest.plan import Planned, plan
from ingest.prepare import Prepared, prepare, settings_hash
from ingest.walk import real
from kb.assembly import KnowledgeBase
from kb.errors import CounterpartError, InputError
from kb.indexing import Item, Outcome
from kb.library import SourceRow
from kb.records import with_report

Progress = Callable[[Event], None]
_CHUNK = 1 << 20


def ingest(knowledge_base: KnowledgeBase, paths: Sequence[Path], *, progress: Progress | None = None) -> IngestReport:
    """Read files and folders into the library; what happened to each is in the report.

    A file that cannot be read fails alone. What stops everything (a busy library, a full disk, a missing
    model) ends the batch: the report holds what was acknowledged until then, and the error in `stopped`.
    """
    return _Batch(knowledge_base, paths, progress).run()


@dataclass(frozen=True, slots=True)
class _Looked:
    """A file's bytes and settings, and the document that it is known to be, or ""."""

    raw_hash: str
    size: int
    settings_hash: str
    document_id: str = ""


class _Batch:
    """One call of ingest. Holds the few documents that are on their way, and no text besides."""

    def __init__(self, knowledge_base: KnowledgeBase, paths: Sequence[Path], progress: Progress | None) -> None:
        self._library = knowledge_base.library
        self._publisher = knowledge_base.publisher()
        self._max_bytes = knowledge_base.settings.max_file_bytes
        self._planned = plan(paths, self._max_bytes)
        self._progress = progress
        self._entries: dict[int, Entry] = {}
        self._waiting: dict[str, tuple[int, Item]] = {}
        self._documents: dict[str, tuple[str, str]] = {}
        self._hashes: dict[str, str] = {}
        self._near: Neighbourhood | None = None
        self._embedded = 0
        self._cached = 0

    def run(self) -> IngestReport:
        stopped: CounterpartError | None = None
        items = self._items()
        try:
            while not self._publish(items):
                self._publish_each_alone()
        except CounterpartError as error:
            stopped = error
            self._not_reached(error)
        entries = tuple(self._entries[number] for number in range(len(self._planned)))
        return IngestReport(entries, stopped, self._embedded, self._cached, self._publisher.tally.speed())

    def _publish(self, items: Iterator[Item]) -> bool:
        """Whether all were published; False where one of those on their way could not be."""
        try:
            for outcome in self._publisher.publish_all(items):
                self._acknowledged(outcome)
        except Exception as error:
            if _stops_all(error) or not self._waiting:
                raise
            return False
        return True

    def _publish_each_alone(self) -> None:
        """One document that trips the publisher up does not take those beside it along."""
        for path, (number, item) in list(self._waiting.items()):
            try:
                for outcome in self._publisher.publish_all([item]):
                    self._acknowledged(outcome)
            except Exception as error:
                if _stops_all(error):
                    raise
                del self._waiting[path]
                self._settle(number, "failed", f"it could not be published: {_said(error)}")

    def _items(self) -> Iterator[Item]:
        for number, planned in enumerate(self._planned):
            if planned.status:
                self._settle(number, planned.status, planned.reason)
                continue
            try:
                item = self._item(number, planned)
            except Exception as error:
                # Raised on, it would end the iterator and with it the batch.
                if _stops_all(error):
                    raise
                self._settle(number, "failed", _said(error))
                continue
            if item is not None:
                self._waiting[item.path] = (number, item)
                yield item

    def _item(self, number: int, planned: Planned) -> Item | None:
        """What is to be published of a file; None where there is nothing to do, which is then settled."""
        looked = self._look(number, planned)
        if looked is None:
            return None
        self._tell(planned.name, READING)
        source = load_source(planned.path, self._max_bytes)
        raw_hash = hashlib.sha256(source.data).hexdigest()
        prepared = prepare(planned, source)
        document_id = self._identify(number, planned, prepared, looked.document_id)
        if not document_id:
            return None
        path = _key(planned.path)
        self._hashes[raw_hash] = path
        near = self._neighbours(document_id, prepared.signature)
        report = {
            **prepared.draft.report,
            "near_duplicates": [{"document": other, "similarity": share} for other, share in near],
        }
        return Item(
            draft=with_report(prepared.draft, report),
            path=path,
            raw_hash=raw_hash,
            size=len(source.data),
            settings_hash=looked.settings_hash,
            signature=prepared.signature,
            links=tuple(other for other, _ in near),
            document_id=looked.document_id,
        )

    def _look(self, number: int, planned: Planned) -> _Looked | None:
        """What is known of a file by its bytes alone; None where it need not be read, which is then settled."""
        size, raw_hash = _hashed(planned.path, self._max_bytes)
        path, wanted = _key(planned.path), settings_hash(planned)
        known = self._library.source_by_path(path)
        if known is not None and (known.raw_hash, known.settings_hash) == (raw_hash, wanted):
            self._documents[known.document_id] = (path, "")
            self._hashes[raw_hash] = path
            self._settle(number, "unchanged", document=known.document_id)
            return None
        if known is not None and known.raw_hash == raw_hash:
            return _Looked(raw_hash, size, wanted, known.document_id)
        if raw_hash in self._hashes:
            self._settle(number, "copy", f"the same bytes as {self._hashes[raw_hash]}")
            return None
        return self._moved(number, _Looked(raw_hash, size, wanted, known.document_id if known else ""), path)

    def _moved(self, number: int, looked: _Looked, path: str) -> _Looked | None:
        """Bytes that the library knows from another path: a copy while that file is there, else the file renamed."""
        other = self._library.source_by_hash(looked.raw_hash)
        if other is None or other.path == path:
            return looked
        if _still_holds(other, self._max_bytes):
            self._settle(number, "copy", f"the same bytes as {other.path}", other.document_id)
            return None
        if os.path.lexists(other.path):
            # Something else lies there now: that file keeps the document, and this one is looked at for itself.
            return looked
        if other.settings_hash != looked.settings_hash:
            return _Looked(looked.raw_hash, looked.size, looked.settings_hash, other.document_id)
        self._renamed(number, looked, other, path)
        return None

    def _renamed(self, number: int, looked: _Looked, other: SourceRow, path: str) -> None:
        self._publisher.touch_source(path, other.document_id, looked.raw_hash, looked.size, looked.settings_hash)
        self._library.forget_source(other.path)
        self._documents[other.document_id] = (path, "")
        self._hashes[looked.raw_hash] = path
        self._settle(number, "renamed", f"it was {other.path}", other.document_id)

    def _identify(self, number: int, planned: Planned, prepared: Prepared, known: str) -> str:
        """The document's id. Raises InputError where another file that is there is this document; "" for its copy."""
        stored = self._library.identify(prepared.draft, known)
        path = _key(planned.path)
        other, revision_id = self._documents.get(stored.document_id, ("", ""))
        other = other or self._elsewhere(stored.document_id, path)
        if not other or other == path:
            self._documents[stored.document_id] = (path, stored.revision_id)
            return stored.document_id
        if stored.revision_id == revision_id or (not revision_id and stored.status == "unchanged"):
            self._settle(number, "copy", f"the same words as {other}", stored.document_id)
            return ""
        key = prepared.draft.source_key
        raise InputError(
            f"it has the same key as {other}: {key}" if key else f"it says what {other} said when it was first read",
            way_out="Give each its own key in a manifest, or leave one of them out.",
        )

    def _elsewhere(self, document_id: str, path: str) -> str:
        rows = self._library.sources_of(document_id)
        return next((row.path for row in rows if row.path != path and os.path.lexists(row.path)), "")

    def _neighbours(self, document_id: str, packed: bytes) -> list[tuple[str, float]]:
        """Documents of the library, and of this batch so far, that hold the same words."""
        if self._near is None:
            self._near = Neighbourhood(self._library.signatures())
        found = self._near.near(packed, without=document_id)
        self._near.add(document_id, packed)
        return found

    def _acknowledged(self, outcome: Outcome) -> None:
        number, item = self._waiting.pop(outcome.path)
        self._embedded += outcome.embedded
        self._cached += outcome.cached
        self._forget_old_paths(outcome)
        self._settle(number, outcome.status, document=outcome.document_id, item=item)

    def _forget_old_paths(self, outcome: Outcome) -> None:
        for row in self._library.sources_of(outcome.document_id):
            if row.path != outcome.path and not os.path.lexists(row.path):
                self._library.forget_source(row.path)

    def _not_reached(self, error: CounterpartError) -> None:
        for number in range(len(self._planned)):
            if number not in self._entries:
                self._settle(number, "failed", f"it was not stored, for the batch stopped: {error}")

    def _settle(self, number: int, status: str, reason: str = "", document: str = "", item: Item | None = None) -> None:
        name = self._planned[number].name
        self._entries[number] = Entry(name, status, reason, document, item.draft.report if item else {})
        self._tell(name, status)

    def _tell(self, name: str, status: str) -> None:
        if self._progress is not None:
            self._progress(Event(len(self._entries), len(self._planned), name, status))


def _stops_all(error: Exception) -> bool:
    """Whether an error is about the library or the models and not about one document."""
    return isinstance(error, CounterpartError) and not isinstance(error, InputError)


def _said(error: Exception) -> str:
    return str(error) if isinstance(error, CounterpartError) else f"{type(error).__name__}: {error}"


def _key(path: Path) -> str:
    """How the library remembers a file: wherever it is ingested from, the same."""
    return str(real(path))


def _still_holds(source: SourceRow, max_bytes: int) -> bool:
    """Whether the file where the library found these bytes still has them."""
    try:
        return _hashed(Path(source.path), max_bytes)[1] == source.raw_hash
    except InputError:
        return False


def _hashed(path: Path, max_bytes: int) -> tuple[int, str]:
    """(bytes, SHA-256) of a file, a piece at a time. Raises InputError where it cannot be read or is too long."""
    digest, size = hashlib.sha256(), 0
    try:
        with path.open("rb") as file:
            while piece := file.read(_CHUNK):
                size += len(piece)
                if size > max_bytes:
                    raise InputError(
                        f"it is larger than {max_bytes} bytes", way_out="Raise the setting max_file_bytes, or split it."
                    )
                digest.update(piece)
    except OSError as error:
        raise InputError(f"it cannot be read: {error.strerror}") from error
    return size, digest.hexdigest()
