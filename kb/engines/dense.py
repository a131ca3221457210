"""Vectors on disk: immutable segments, and the rows of each that were taken out.

Nothing here is ever changed: adding makes a new segment, like-sized ones are merged, so a passage is copied O(log n)
times.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from kb.engines.approximate import InvertedLists, depth_for
from kb.engines.contract import Nos, Vector
from kb.engines.pack import read_pack, require_whole
from kb.engines.segment import DenseSegment, Mask, Matrix, Rows
from kb.engines.state import SegmentFiles
from kb.errors import IndexFault
from kb.facets import DAYS_OF_A_YEAR, Conditions, Counts, counts

NO_ROWS: Rows = np.empty(0, dtype=np.int32)


@dataclass(frozen=True)
class Sizes:
    """What is done at which size, in passages; tests hand in small ones.

    approximate_from: a segment of so many gets inverted lists. merge_at_once: more is not merged while somebody waits.
    brute_force: so many survivors of a filter are scored one by one.
    """

    approximate_from: int = 50_000
    merge_at_once: int = 20_000
    brute_force: int = 20_000
    gone_share: float = 0.25


@dataclass(frozen=True)
class Held:
    """A segment with the rows that were taken out of it. gone: int32, ascending."""

    files: SegmentFiles
    segment: DenseSegment
    gone: Rows = field(default_factory=lambda: NO_ROWS)
    lists: InvertedLists | None = None

    def __len__(self) -> int:
        return len(self.segment.nos) - len(self.gone)

    @cached_property
    def alive(self) -> Mask | None:
        """Which rows count; None: all."""
        if not len(self.gone):
            return None
        mask = np.ones(len(self.segment.nos), dtype=np.bool_)
        mask[self.gone] = False
        return mask

    def search(self, vector: Vector, limit: int, wanted: Conditions, sizes: Sizes) -> tuple[Nos, Matrix]:
        """(numbers, cosines) of the best, best first, ties by number; exact but where lists are read."""
        rows = self._candidates(vector, limit, wanted, sizes)
        scores = self.segment.cosines(vector, rows)
        nos = self.segment.nos if rows is None else self.segment.nos[rows]
        return best(nos, scores, limit)

    def _candidates(self, vector: Vector, limit: int, wanted: Conditions, sizes: Sizes) -> Rows | None:
        """Rows to score; None: all."""
        mask = self.alive
        if wanted:
            allowed = self.segment.allowed(wanted)
            mask = allowed if mask is None else mask & allowed
        count = len(self.segment.nos) if mask is None else int(np.count_nonzero(mask))
        if self.lists is None or count <= max(sizes.brute_force, depth_for(limit)):
            return None if mask is None else np.flatnonzero(mask).astype(np.int32)
        return self.lists.candidates(vector, depth_for(limit), mask, count / len(self.segment.nos))

    def without(self, nos: Nos) -> Held:
        """With these numbers taken out, as far as they are held. nos: ascending."""
        rows = self.rows_of(nos)
        return replace(self, gone=np.union1d(self.gone, rows).astype(np.int32)) if len(rows) else self

    def rows_of(self, nos: Nos) -> Rows:
        """Rows of those of the numbers that are held and were not taken out. nos: ascending."""
        rows = self.segment.rows_of(nos)
        return rows if self.alive is None else rows[self.alive[rows]]


def open_held(folder: Path, files: SegmentFiles, dimension: int, before: Held | None = None) -> Held:
    """before: the same segment as it was open until now. Raises IndexFault where a file is not what was written."""
    gone = NO_ROWS
    if files.gone is not None:
        require_whole(folder, files.gone)
        gone = read_pack(folder / files.gone.name)[0]["rows"]
    if before is not None and before.files.approximate == files.approximate:
        return Held(files, before.segment, gone, before.lists)
    require_whole(folder, files.data)
    segment = DenseSegment.open(folder / files.data.name, dimension)
    if len(segment.nos) != files.rows:
        raise IndexFault(f"holds {len(segment.nos)} passages, not {files.rows}", where=files.data.name)
    lists = None
    if files.approximate is not None:
        require_whole(folder, files.approximate.file)
        lists = InvertedLists.open(folder / files.approximate.file.name, files.approximate, files.rows)
    return Held(files, segment, gone, lists)


def best(nos: Nos, scores: Matrix, limit: int) -> tuple[Nos, Matrix]:
    """The best so many, best first, ties by number, wherever they lie."""
    if limit < 1 or not len(scores):
        return nos[:0], scores[:0]
    if limit < len(scores):
        least = np.partition(scores, len(scores) - limit)[len(scores) - limit]
        chosen = np.flatnonzero(scores >= least)
        nos, scores = nos[chosen], scores[chosen]
    order = np.lexsort((nos, -scores))[:limit]
    return nos[order], scores[order]


@dataclass(frozen=True)
class DenseState:
    """One consistent set of segments."""

    held: tuple[Held, ...]
    sizes: Sizes

    def search(self, vector: Vector, limit: int, wanted: Conditions) -> dict[int, float]:
        if not self.held:
            return {}
        parts = [held.search(vector, limit, wanted, self.sizes) for held in self.held]
        nos, scores = best(np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts]), limit)
        return dict(zip(nos.tolist(), scores.tolist(), strict=True))

    def scores(self, vector: Vector, nos: Sequence[int]) -> dict[int, float]:
        found: dict[int, float] = {}
        for held, rows in self._rows(nos):
            scores = held.segment.cosines(vector, rows)
            found.update(zip(held.segment.nos[rows].tolist(), scores.tolist(), strict=True))
        return found

    def vectors(self, nos: Sequence[int]) -> Matrix:
        wanted = np.array(nos, dtype=np.int64)
        width = self.held[0].segment.vectors.shape[1] if self.held else 0
        found = np.empty((len(wanted), width), dtype=np.float32)
        there = np.zeros(len(wanted), dtype=np.bool_)
        for held, rows in self._rows(nos):
            order = np.argsort(wanted, kind="stable")
            places = order[np.searchsorted(wanted, held.segment.nos[rows], sorter=order)]
            found[places] = held.segment.vectors[rows]
            there[places] = True
        if not there.all():
            raise KeyError(int(wanted[~there][0]))
        return found

    def documents(self, nos: Sequence[int]) -> dict[int, str]:
        found: dict[int, str] = {}
        for held, rows in self._rows(nos):
            names = held.segment.documents
            owners = held.segment.owners[rows].tolist()
            found.update(zip(held.segment.nos[rows].tolist(), (names[owner] for owner in owners), strict=True))
        return found

    def counts(self, nos: Sequence[int]) -> Counts:
        keys: Counter[str] = Counter()
        years: Counter[int] = Counter()
        shown: dict[str, str] = {}
        for held, rows in self._rows(nos):
            here = held.segment.keys_of(rows)
            keys.update(here)
            years.update((held.segment.days[rows] // DAYS_OF_A_YEAR).tolist())
            for key in here.keys() & held.segment.shown.keys():
                shown[key] = min(held.segment.shown[key], shown.get(key, held.segment.shown[key]))
        return counts(keys, shown, years)

    def traces(self, document_id: str) -> int:
        """Rows of a document that are still on disk, those taken out among them."""
        found = 0
        for held in self.held:
            names = held.segment.documents
            if document_id in names:
                found += max(1, int(np.count_nonzero(held.segment.owners == names.index(document_id))))
        return found

    def size(self) -> int:
        return sum(len(held) for held in self.held)

    def nos(self) -> Nos:
        """All numbers, ascending: for checks, for it reads them all."""
        every = [held.segment.nos if held.alive is None else held.segment.nos[held.alive] for held in self.held]
        return np.sort(np.concatenate(every)) if every else np.empty(0, dtype=np.int64)

    def _rows(self, nos: Sequence[int]) -> list[tuple[Held, Rows]]:
        wanted = np.array(sorted(set(nos)), dtype=np.int64)
        pairs = [(held, held.rows_of(wanted)) for held in self.held]
        return [(held, rows) for held, rows in pairs if len(rows)]
