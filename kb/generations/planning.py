"""What a re-indexing would do, counted before it is done."""

from __future__ import annotations

import contextlib
import random
import shutil
import sqlite3
import time
from collections.abc import Iterator, Sequence
from typing import Any

from kb.embedding import Embedder
from kb.errors import NotFoundError
from kb.indexing.cutting import Cut, cut_revision, missing_inputs
from kb.jobs import peak_mib
from kb.library import GenerationRow, Library
from kb.passages import PassageSettings

# Texts that a plan embeds to see how long all would take, and in how much memory: as many as a run embeds together.
_SAMPLE = 32
_PAGE = 64
# What a passage takes in the database besides its vectors, as benchmarks/reindex.py measures it.
_ROW_BYTES = 1_700
# What the index takes for a passage (docs/scale.md).
_INDEX_BYTES = 2_100


def planned(library: Library, generation: GenerationRow, embedder: Embedder) -> dict[str, Any]:
    """Counts of documents, passages and texts, bytes, seconds and MiB. Nothing is stored.

    generation: as the library has it, where it was begun already (then only what it misses is cut), else with id 0.
    """
    held, held_inputs = library.count_passages(generation.id) if generation.id else (0, 0)
    counted = _Counted()
    with contextlib.closing(counted):
        for cuts in _missing_cuts(library, generation, embedder):
            counted.add(cuts, missing_inputs(library, generation.model_key, cuts))
        seconds = _seconds_each(embedder, counted.sample)
        vectors = counted.vector_floats * generation.dimension
        return {
            "model": generation.model,
            "variant": generation.variant,
            "passages_as": generation.passages,
            "documents": library.count_in_scope(generation),
            "documents_missing": counted.documents,
            "passages": held + counted.passages,
            "texts_to_embed": counted.to_embed,
            "texts_cached": held_inputs + counted.inputs - counted.to_embed,
            "vector_bytes": vectors,
            "disk_bytes": vectors + counted.passages * (_ROW_BYTES + _INDEX_BYTES),
            "disk_free_bytes": _free(library),
            "memory_mib": peak_mib(),
            "estimated_s": round(seconds * counted.to_embed, 1),
        }


class _Counted:
    """Counts cuts in little memory: the inputs that were seen are in a temporary file, a few texts are a sample.

    vector_floats: four bytes for a passage's and two for each of its sentences', by dimension.
    """

    def __init__(self) -> None:
        self.documents = self.passages = self.inputs = self.to_embed = self.vector_floats = 0
        self.sample: list[Cut] = []
        # An empty name is a private database, kept in a file of the system's once it is large.
        self._seen = sqlite3.connect("")
        self._seen.execute("CREATE TABLE seen (input TEXT PRIMARY KEY) WITHOUT ROWID")
        self._dice = random.Random(7)  # noqa: S311  # no secret: the same sample each time

    def add(self, cuts: Sequence[Cut], missing: dict[str, Cut]) -> None:
        self.documents += 1
        self.passages += len(cuts)
        for key in dict.fromkeys(cut.input_hash for cut in cuts):
            if self._seen.execute("INSERT OR IGNORE INTO seen VALUES (?)", (key,)).rowcount:
                self.inputs += 1
                if key in missing:
                    self._to_embed(missing[key])

    def _to_embed(self, cut: Cut) -> None:
        self.to_embed += 1
        self.vector_floats += 4 + 2 * len(cut.sentences)
        # Every text has the same chance to be in the sample (Vitter, algorithm R, 1985).
        if len(self.sample) < _SAMPLE:
            self.sample.append(cut)
        elif (place := self._dice.randrange(self.to_embed)) < _SAMPLE:
            self.sample[place] = cut

    def close(self) -> None:
        self._seen.close()


def _missing_cuts(library: Library, generation: GenerationRow, embedder: Embedder) -> Iterator[list[Cut]]:
    recipe, after = PassageSettings.from_key(generation.passages), ""
    while rows := library.missing(generation, after, _PAGE):
        after = rows[-1][0]
        for _, revision_id in rows:
            try:
                revision = library.revision(revision_id)
            except NotFoundError:
                continue  # deleted since
            yield cut_revision(revision, recipe, embedder)


def _seconds_each(embedder: Embedder, sample: Sequence[Cut]) -> float:
    """Seconds that embedding a text takes, as a few of them took together."""
    if not sample:
        return 0.0
    embedder.question("warm")
    start = time.perf_counter()
    embedder.passages([cut.text for cut in sample], [cut.sentences for cut in sample])
    return (time.perf_counter() - start) / len(sample)


def _free(library: Library) -> int | None:
    """Bytes that are free where the library lies; None where that is another machine's."""
    return None if library.settings.database_url else shutil.disk_usage(library.settings.data_folder).free
