"""Publish documents: cut, embed what is missing, store each in one transaction, then say so."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kb.embedding import Embedder, Embedders
from kb.errors import GenerationChangedError, VectorsGoneError
from kb.indexing.cutting import (
    Cut,
    cut_revision,
    draft_revision,
    generation_for,
    missing_inputs,
    passage_settings,
    require_agreed,
    voices_of,
)
from kb.indexing.tally import Tally
from kb.library import GenerationRow, Library, SourceRow, Stored, VectorRow
from kb.library.passage_rows import NewPassage, NewVector
from kb.library.writes import Publication
from kb.passages import PassageSettings
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
    generation: GenerationRow


class Publisher:
    """Publishes into the active generation, whichever that is, with the model that it was made with.

    tally: the texts that it embedded since it was made.
    """

    def __init__(
        self, settings: Settings, library: Library, embedders: Embedders, themes: Callable[[Embedder], ThemeRule]
    ) -> None:
        self._settings = settings
        self._library = library
        self._embedders = embedders
        self._themes = themes
        self.tally = Tally()

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
        """The active generation; made if the library has none. Raises IndexFault where the settings say otherwise."""
        active = self._library.active_generation()
        if active is None:
            wanted = generation_for(passage_settings(self._settings), self._embedders.own.identity)
            active = self._library.start_generation(wanted)
        require_agreed(self._settings, active)
        return active

    def _prepare(self, item: Item, generation: GenerationRow | None = None) -> _Prepared:
        generation = generation or self.generation()
        stored = self._library.identify(item.draft, item.document_id)
        revision = draft_revision(item.draft, stored.document_id, stored.revision_id)
        cuts: list[Cut] = []
        if stored.status != "unchanged":
            embedder = self._embedders.of(generation.model, generation.model_key)
            cuts = cut_revision(revision, PassageSettings.from_key(generation.passages), embedder)
        return _Prepared(item, stored, revision, cuts, generation)

    def _store(self, window: Sequence[_Prepared]) -> Iterator[Outcome]:
        done: set[int] = set()
        try:
            for number, outcome in self._store_window(window):
                done.add(number)
                yield outcome
        except GenerationChangedError:
            # Nothing of what is left was stored: it is cut and embedded again, as the new generation has it.
            generation = self.generation()
            rest = [self._prepare(p.item, generation) for n, p in enumerate(window) if n not in done]
            yield from self._store(rest)

    def _store_window(self, window: Sequence[_Prepared]) -> Iterator[tuple[int, Outcome]]:
        """The window's documents by generation: nearly always one."""
        for generation in dict.fromkeys(p.generation for p in window):
            mine = [(number, p) for number, p in enumerate(window) if p.generation == generation]
            yield from self._store_alike(generation, mine)

    def _store_alike(
        self, generation: GenerationRow, window: Sequence[tuple[int, _Prepared]]
    ) -> Iterator[tuple[int, Outcome]]:
        embedder = self._embedders.of(generation.model, generation.model_key)
        missing = missing_inputs(self._library, generation.model_key, [c for _, p in window for c in p.cuts])
        fresh = embed(embedder, missing, self.tally)
        used: set[str] = set()
        for number, prepared in window:
            new = themed_passages(
                self._library, generation, prepared.revision, prepared.cuts, fresh, self._themes(embedder)
            )
            mine = {e.input_hash for e in prepared.cuts if e.input_hash in fresh}
            stored = self._library.publish(
                self._publication(prepared, generation, new, [fresh[k] for k in sorted(mine)])
            )
            embedded = len(mine - used)
            used |= mine
            yield (
                number,
                Outcome(
                    prepared.item.path,
                    stored.document_id,
                    stored.revision_id,
                    stored.status,
                    len(new),
                    embedded,
                    len(new) - embedded,
                ),
            )

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


def embed(embedder: Embedder, missing: dict[str, Cut], tally: Tally) -> dict[str, NewVector]:
    """Vectors of these inputs, by input hash, counted. The model is loaded only if there is one."""
    if not missing:
        return {}
    entries = list(missing.values())
    made = tally.embed(embedder, [entry.text for entry in entries], [entry.sentences for entry in entries])
    return {
        entry.input_hash: NewVector(entry.input_hash, vectors.vector.tobytes(), vectors.sentences.tobytes())
        for entry, vectors in zip(entries, made, strict=True)
    }


def themed_passages(
    library: Library,
    generation: GenerationRow,
    revision: Revision,
    cuts: Sequence[Cut],
    fresh: Mapping[str, NewVector],
    rule: ThemeRule,
) -> list[NewPassage]:
    """A document's passages with their voices and themes, ready to be stored; vectors out of `fresh` or the cache."""
    wanted = [entry.input_hash for entry in cuts if entry.input_hash not in fresh]
    vectors: dict[str, VectorRow | NewVector] = {**library.vectors_by_hash(generation.model_key, wanted), **fresh}
    if any(entry.input_hash not in vectors for entry in cuts):
        raise VectorsGoneError("vectors were dropped while they were in use", way_out="Do it again.")
    return themed(revision, cuts, vectors, rule)


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
