"""FAISS over a large segment: inverted lists of 8-bit vectors, whose candidates are scored again exactly."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faiss as _faiss
import numpy as np
import numpy.typing as npt

from kb.engines.contract import Vector
from kb.engines.pack import settle, sum_of
from kb.engines.segment import DenseSegment, Mask, Matrix, Rows
from kb.engines.state import Approximate
from kb.errors import IndexFault

# Its stubs do not know all that it has.
faiss: Any = _faiss
# Vectors that a list's centre is found from.
_TRAINED_FOR_A_LIST = 40
_ADDED_AT_ONCE = 20_000
_TESTED = 100
_SEED = 20_261_122
# Recall that the probes must reach, at 10 and at the fusion's depth; and the share of the lists that is always read.
_WANTED = 0.99
_LEAST_SHARE = 1 / 16
# How the lists that are read grow as a filter leaves fewer rows: as little as costs no recall where a filter leaves out
# what is asked for (docs/scale.md).
_MORE_LISTS = 2 / 3
# A passage finds itself and its like in the first lists; a question lies between passages. So the test asks with the
# mean of so many that have nothing to do with each other.
_BETWEEN = 4


@dataclass(frozen=True)
class InvertedLists:
    """index: an IndexIVF mapped from disk, its ids the segment's rows."""

    index: Any
    probes: int

    @classmethod
    def open(cls, path: Path, about: Approximate, rows: int) -> InvertedLists:
        """Raises IndexFault."""
        try:
            read = faiss.read_index(str(path), faiss.IO_FLAG_MMAP)
        except RuntimeError as error:
            raise IndexFault("is no FAISS index", where=str(path)) from error
        if read.ntotal != rows:
            raise IndexFault(f"holds {read.ntotal} vectors of {rows}", where=str(path))
        lists = faiss.downcast_InvertedLists(read.invlists)
        if hasattr(lists, "prefetch_nthread"):
            lists.prefetch_nthread = 0  # threads of its own for each question cost more than they bring
        return cls(read, about.probes)

    def candidates(self, vector: Vector, depth: int, alive: Mask | None, share: float = 1.0) -> Rows:
        """Rows that are probably the nearest. share: of the rows that are alive; the fewer, the more lists are read.

        Not in proportion: the best of a tenth are among the best of all, ten times as many, in fewer than ten times
        the lists.
        """
        probes = min(self.index.nlist, int(np.ceil(self.probes / max(share, 1e-9) ** _MORE_LISTS)))
        return _candidates(self.index, vector, depth, probes, alive)


def _candidates(index: Any, vector: Vector, depth: int, probes: int, alive: Mask | None) -> Rows:
    faiss.omp_set_num_threads(1)  # of the calling thread: a question is one core's work
    parameters = faiss.SearchParametersIVF(nprobe=probes)
    if alive is not None:
        bits = np.packbits(alive, bitorder="little")
        parameters = faiss.SearchParametersIVF(nprobe=probes, sel=faiss.IDSelectorBitmap(bits))
    _, rows = index.search(np.ascontiguousarray(vector[None, :]), min(depth, index.ntotal), params=parameters)
    found: Rows = rows[0][rows[0] >= 0].astype(np.int32)
    return found


def lists_for(rows: int) -> int:
    return max(1, int(2 * np.sqrt(rows)))


def build(path: Path, segment: DenseSegment) -> Approximate:
    """Train on the segment's own vectors, add them all, choose the probes, and measure. The file is on the disk."""
    faiss.omp_set_num_threads(max(1, (os.cpu_count() or 2) // 2))  # half the cores are left to questions
    count, dimension = segment.vectors.shape
    lists = lists_for(count)
    rng = np.random.default_rng(_SEED)
    coarse = faiss.IndexFlatIP(dimension)
    index = faiss.IndexIVFScalarQuantizer(
        coarse, dimension, lists, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT
    )
    index.cp.seed = _SEED
    sample = np.sort(rng.permutation(count)[: _TRAINED_FOR_A_LIST * lists])
    index.train(segment.vectors[sample])
    for at in range(0, count, _ADDED_AT_ONCE):
        index.add(np.ascontiguousarray(segment.vectors[at : at + _ADDED_AT_ONCE]))
    asked = segment.vectors[rng.integers(0, count, (_TESTED, _BETWEEN))].sum(axis=1)
    asked = (asked / np.linalg.norm(asked, axis=1, keepdims=True)).astype(np.float32)
    probes, at_10, at_200 = _probes(index, segment, asked)
    faiss.write_index(index, str(path))
    settle(path)
    return Approximate(sum_of(path), lists, probes, at_10, at_200)


def _probes(index: Any, segment: DenseSegment, asked: Matrix) -> tuple[int, float, float]:
    """(probes, recall at 10, at 200): the fewest, in doublings of the least, that reach the recall that is wanted."""
    exact = [np.argsort(-segment.cosines(vector), kind="stable")[:200] for vector in asked]
    probes = max(4, int(index.nlist * _LEAST_SHARE))
    while True:
        probes = min(probes, index.nlist)
        found = [
            nearest(segment, vector, _candidates(index, vector, depth_for(200), probes, None), 200) for vector in asked
        ]
        at_10 = float(np.mean([_overlap(mine[:10], best[:10]) for mine, best in zip(found, exact, strict=True)]))
        at_200 = float(np.mean([_overlap(mine, best) for mine, best in zip(found, exact, strict=True)]))
        if probes == index.nlist or min(at_10, at_200) >= _WANTED:
            return probes, round(at_10, 4), round(at_200, 4)
        probes *= 2


def depth_for(limit: int) -> int:
    """Candidates that are scored exactly for so many results: 8 bits a number misplace some near the end."""
    return limit + max(50, limit // 2)


def nearest(segment: DenseSegment, vector: Vector, rows: Rows, limit: int) -> Rows:
    """The best of these rows by exact cosine, ties by number."""
    scores = segment.cosines(vector, rows)
    return rows[np.lexsort((segment.nos[rows], -scores))[:limit]]


def _overlap(mine: npt.NDArray[np.integer], best: npt.NDArray[np.integer]) -> float:
    return len(np.intersect1d(mine, best)) / max(1, len(best))
