"""Publish documents: cut, embed what is missing, store each in one transaction, then say so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kb.embedding import Embedder
from kb.errors import IndexFault
from kb.indexing.cutting import (
    Cut,
    cut_revision,
    draft_revision,
    generation_for,
    missing_inputs,
    passage_settings,
    voices_of,
)
from kb.library import GenerationRow, Library, SourceRow, Stored, VectorRow
from kb.library.writes import NewPassage, NewVector, Publication
from kb.records import Draft, Revision
from kb.settings import Settings
from kb.themes import Themed, ThemeRule

# Documents are embedded together until so much waits: batches are full, and an acknowledgement is near.
_WINDOW_PASSAGES = 128
_WINDOW_DOCUMENTS = 8


@dataclass(frozen=True, slots=True)
class Item:
    """A document to publish. document_id: known to the caller (by path, or renamed); "" finds it by its key."""

    draft: Draft
    path: str
    raw_hash: str
    size: int
    settings_hash: str
    signature: bytes = b""
    links: tuple[str, ...] = ()
    document_id: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """status: added, changed or unchanged. embedded, cached: passages whose vectors were made, or were there."""

    path: str
    document_id: str
    revision_id: str
    status: str
    passages: int
    embedded: int
    cached: int


@dataclass(slots=True)
class _Prepared:
    item: Item
    stored: Stored
    revision: Revision
    cuts: list[Cut]


class Publisher:
    def __init__(self, settings: Settings, library: Library, embedder: Embedder, themes: ThemeRule) -> None:
        self._settings = settings
        self._library = library
        self._embedder = embedder
        self._themes = themes
        self._generation: GenerationRow | None = None

    def publish_all(self, items: Iterable[Item]) -> Iterator[Outcome]:
        """Publish in order; an Outcome is given when its document is stored. Raises kb.errors."""
        window: list[_Prepared] = []
        for item in items:
            window.append(self._prepare(item))
            if len(window) >= _WINDOW_DOCUMENTS or sum(len(p.cuts) for p in window) >= _WINDOW_PASSAGES:
                yield from self._store(window)
                window = []
        if window:
            yield from self._store(window)

    def touch_source(self, path: str, document_id: str, raw_hash: str, size: int, settings_hash: str) -> None:
        self._library.touch_source(path, document_id, raw_hash, size, settings_hash)

    def generation(self) -> GenerationRow:
        """The active generation; made if the library has none. Raises IndexFault where the settings ask for another."""
        if self._generation is None:
            wanted = generation_for(self._settings, self._embedder.identity)
            active = self._library.active_generation() or self._library.start_generation(wanted)
            require_same(active, wanted)
            self._generation = active
        return self._generation

    def _prepare(self, item: Item) -> _Prepared:
        self.generation()
        stored = self._library.identify(item.draft, item.document_id)
        revision = draft_revision(item.draft, stored.document_id, stored.revision_id)
        if stored.status == "unchanged":
            return _Prepared(item, stored, revision, [])
        return _Prepared(
            item, stored, revision, cut_revision(revision, passage_settings(self._settings), self._embedder)
        )

    def _store(self, window: Sequence[_Prepared]) -> Iterator[Outcome]:
        generation = self.generation()
        every = [entry for prepared in window for entry in prepared.cuts]
        missing = missing_inputs(self._library, generation.model_key, every)
        fresh = embed(self._embedder, missing)
        used: set[str] = set()
        for prepared in window:
            new = self._new_passages(prepared, generation.model_key, fresh)
            mine = {e.input_hash for e in prepared.cuts if e.input_hash in fresh}
            stored = self._library.publish(
                self._publication(prepared, generation, new, [fresh[k] for k in sorted(mine)])
            )
            embedded = len(mine - used)
            used |= mine
            yield Outcome(
                prepared.item.path,
                stored.document_id,
                stored.revision_id,
                stored.status,
                len(new),
                embedded,
                len(new) - embedded,
            )

    def _new_passages(self, prepared: _Prepared, model_key: str, fresh: dict[str, NewVector]) -> list[NewPassage]:
        wanted = [entry.input_hash for entry in prepared.cuts if entry.input_hash not in fresh]
        known = self._library.vectors_by_hash(model_key, wanted)
        return themed(prepared.revision, prepared.cuts, {**known, **fresh}, self._themes)

    def _publication(
        self, prepared: _Prepared, generation: GenerationRow, new: list[NewPassage], vectors: list[NewVector]
    ) -> Publication:
        item, document_id = prepared.item, prepared.stored.document_id
        source = SourceRow(item.path, document_id, item.raw_hash, item.size, item.settings_hash) if item.path else None
        return Publication(
            document_id,
            item.draft,
            generation.id,
            generation.model_key,
            new,
            vectors,
            source,
            item.signature,
            item.links,
        )


def embed(embedder: Embedder, missing: dict[str, Cut]) -> dict[str, NewVector]:
    """Vectors of these inputs, by input hash. The model is loaded only if there is one."""
    if not missing:
        return {}
    entries = list(missing.values())
    made = embedder.passages([entry.text for entry in entries], [entry.sentences for entry in entries])
    return {
        entry.input_hash: NewVector(entry.input_hash, vectors.vector.tobytes(), vectors.sentences.tobytes())
        for entry, vectors in zip(entries, made, strict=True)
    }


def themed(
    revision: Revision, cuts: Sequence[Cut], vectors: Mapping[str, VectorRow | NewVector], rule: ThemeRule
) -> list[NewPassage]:
    """A document's passages with their voices and themes, ready to be stored."""
    rows = []
    for entry in cuts:
        found = vectors[entry.input_hash]
        vector = np.frombuffer(found.vector, dtype=np.float32)
        sentences = np.frombuffer(found.sentences, dtype=np.float16).reshape(len(entry.sentences), -1)
        rows.append(Themed(entry.passage.text, vector, sentences))
    return [
        NewPassage(entry.passage, entry.input_hash, voices_of(revision, entry.passage), themes)
        for entry, themes in zip(cuts, rule.assign(rows), strict=True)
    ]


def require_same(active: GenerationRow, wanted: GenerationRow) -> None:
    """Law 3: raises IndexFault naming the first field that differs and the command that cures it."""
    for field in ("model", "variant", "sha256", "dimension", "passages", "normaliser"):
        here, asked = getattr(active, field), getattr(wanted, field)
        if here != asked:
            raise IndexFault(
                f"the library was indexed with {field} {here!r}, the settings ask for {asked!r}",
                way_out="Set it back, or run `kb reindex`, which embeds the library anew.",
            )
