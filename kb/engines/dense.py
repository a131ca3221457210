"""FAISS, exact: immutable segments and a set of removed numbers, swapped as one reference.

FAISS must not be added to while another thread searches it, so nothing here is ever changed: adding
makes a new segment, and like-sized segments are merged, so a passage is copied O(log n) times.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import faiss
import numpy as np
import numpy.typing as npt

from kb.engines.contract import Matrix, Nos, Vector

# Below this share of a segment a filter is served by brute force over its survivors.
_SELECTIVE = 0.2


@dataclass(frozen=True)
class DenseSegment:
    """nos: int64 (n,), ascending; rows: float32 (n, dim), unit length; index: FAISS over rows."""

    nos: Nos
    rows: npt.NDArray[np.float32]
    index: faiss.IndexFlatIP

    @classmethod
    def of(cls, nos: Nos, rows: npt.NDArray[np.float32]) -> DenseSegment:
        order = np.argsort(nos, kind="stable")
        nos, rows = nos[order], np.ascontiguousarray(rows[order])
        index = faiss.IndexFlatIP(rows.shape[1])
        index.add(rows)
        return cls(nos, rows, index)

    def search(self, vector: Vector, limit: int, alive: npt.NDArray[np.bool_] | None) -> list[tuple[float, int]]:
        """(cosine, number) pairs of the best rows; alive: which rows count, None for all."""
        if alive is None:
            scores, rows = self.index.search(vector[None, :], min(limit, len(self.nos)))
            return [(float(s), int(self.nos[r])) for s, r in zip(scores[0], rows[0], strict=True) if r >= 0]
        chosen = np.flatnonzero(alive)
        if len(chosen) > _SELECTIVE * len(self.nos):
            selector = faiss.IDSelectorBatch(chosen.astype(np.int64))
            parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
            scores, rows = self.index.search(vector[None, :], min(limit, len(chosen)), params=parameters)
            return [(float(s), int(self.nos[r])) for s, r in zip(scores[0], rows[0], strict=True) if r >= 0]
        values = self.rows[chosen] @ vector
        best = np.argsort(-values, kind="stable")[:limit]
        return [(float(values[i]), int(self.nos[chosen[i]])) for i in best]


@dataclass(frozen=True)
class DenseState:
    """Segments, and numbers in them that were removed."""

    dimension: int
    segments: tuple[DenseSegment, ...] = ()
    removed: frozenset[int] = frozenset()

    def changed(self, nos: Nos, rows: npt.NDArray[np.float32], removed: Sequence[int]) -> DenseState:
        segments = list(self.segments)
        gone = self.removed | frozenset(int(no) for no in removed)
        if len(nos):
            segments.append(DenseSegment.of(nos, rows))
        while len(segments) > 1 and len(segments[-1].nos) * 2 >= len(segments[-2].nos):
            segments[-2:] = [_merged(segments[-2:], gone, self.dimension)]
        if len(gone) * 4 > sum(len(segment.nos) for segment in segments):
            segments = [_merged(segments, gone, self.dimension)] if segments else []
        held = [segment for segment in segments if len(segment.nos)]
        gone = frozenset(no for no in gone if any(_row(segment, no) >= 0 for segment in held))
        return DenseState(self.dimension, tuple(held), gone)

    def search(self, vector: Vector, limit: int, allowed: Nos | None) -> dict[int, float]:
        found: list[tuple[float, int]] = []
        removed = np.array(sorted(self.removed), dtype=np.int64)
        for segment in self.segments:
            alive: npt.NDArray[np.bool_] | None = None
            if allowed is not None:
                alive = np.isin(segment.nos, allowed, assume_unique=True)
            if len(removed):
                kept = ~np.isin(segment.nos, removed, assume_unique=True)
                alive = kept if alive is None else alive & kept
            found.extend(segment.search(vector, limit, alive))
        best = sorted(found, key=lambda pair: (-pair[0], pair[1]))[:limit]
        return {no: score for score, no in best}

    def scores(self, vector: Vector, nos: Sequence[int]) -> dict[int, float]:
        found: dict[int, float] = {}
        wanted = np.array(sorted(set(nos) - self.removed), dtype=np.int64)
        for segment in self.segments:
            rows = np.searchsorted(segment.nos, wanted)
            held = (rows < len(segment.nos)) & (segment.nos[np.minimum(rows, len(segment.nos) - 1)] == wanted)
            values = segment.rows[rows[held]] @ vector
            found.update(zip((int(no) for no in wanted[held]), (float(v) for v in values), strict=True))
        return found

    def vectors(self, nos: Sequence[int]) -> Matrix:
        wanted = np.array(nos, dtype=np.int64)
        found = np.empty((len(wanted), self.dimension), dtype=np.float32)
        there = np.zeros(len(wanted), dtype=bool)
        for segment in self.segments:
            rows = np.minimum(np.searchsorted(segment.nos, wanted), len(segment.nos) - 1)
            held = segment.nos[rows] == wanted
            found[held] = segment.rows[rows[held]]
            there |= held
        there &= ~np.isin(wanted, np.array(sorted(self.removed), dtype=np.int64))
        if not there.all():
            raise KeyError(int(wanted[~there][0]))
        return found

    def nos(self) -> Nos:
        if not self.segments:
            return np.empty(0, dtype=np.int64)
        every = np.sort(np.concatenate([segment.nos for segment in self.segments]))
        kept: Nos = every[~np.isin(every, np.array(sorted(self.removed), dtype=np.int64))]
        return kept


def _merged(segments: Sequence[DenseSegment], gone: frozenset[int], dimension: int) -> DenseSegment:
    nos = np.concatenate([segment.nos for segment in segments])
    rows = np.concatenate([segment.rows for segment in segments])
    kept = ~np.isin(nos, np.array(sorted(gone), dtype=np.int64))
    return DenseSegment.of(nos[kept], rows[kept].reshape(-1, dimension))


def _row(segment: DenseSegment, no: int) -> int:
    row = int(np.searchsorted(segment.nos, no))
    return row if row < len(segment.nos) and segment.nos[row] == no else -1
