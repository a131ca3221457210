"""A dense segment: numbers, vectors and facets of passages in one mapped file that is never changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

from kb.engines.contract import Nos, Vector
from kb.engines.pack import FileSum, Source, read_pack, write_pack
from kb.errors import IndexFault
from kb.facets import COUNTED, Conditions
from kb.library.rows import IndexEntry

Rows = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]
Matrix = npt.NDArray[np.float32]

_COPIED_AT_ONCE = 20_000
# Its stubs do not know all that it has.
_FAISS: Any = faiss


@dataclass(frozen=True)
class DenseSegment:
    """nos: int64 (n,), ascending; vectors: float32 (n, dim), unit length; owners: int32 (n,), into documents.

    days: int32 (n,); facets: key -> where its rows lie in facet_rows. row_keys: int32, for each row the places in
    `facets` of what is counted of it, up to row_ends, int64 (n,). shown: key -> its value as it is written.
    All arrays are mapped.
    """

    name: str
    nos: Nos
    vectors: Matrix
    owners: Rows
    days: Rows
    facet_rows: Rows
    row_keys: Rows
    row_ends: Nos
    facets: dict[str, tuple[int, int]]
    documents: tuple[str, ...]
    shown: dict[str, str]

    @classmethod
    def open(cls, path: Path, dimension: int) -> DenseSegment:
        """Raises IndexFault."""
        arrays, about = read_pack(path)
        try:
            places = {key: (int(a), int(b)) for key, (a, b) in about["facets"].items()}
            made = cls(path.name, **arrays, facets=places, documents=tuple(about["documents"]), shown=about["shown"])
        except (KeyError, TypeError, ValueError) as error:
            raise IndexFault(f"is no dense segment: {error!r}", where=str(path)) from error
        if made.vectors.shape != (len(made.nos), dimension):
            raise IndexFault(f"holds {made.vectors.shape} numbers, not of dimension {dimension}", where=str(path))
        return made

    def rows_of(self, nos: Nos) -> Rows:
        """Rows of those of the numbers that the segment holds. nos: ascending."""
        rows = np.searchsorted(self.nos, nos)
        held = rows < len(self.nos)
        held[held] = self.nos[rows[held]] == nos[held]
        return rows[held].astype(np.int32)

    def allowed(self, wanted: Conditions) -> Mask:
        """Which rows meet the conditions: bool (n,)."""
        mask = np.ones(len(self.nos), dtype=np.bool_)
        for group in wanted.groups:
            mask &= self._any_of(group)
        if wanted.documents:
            asked = set(wanted.documents)
            chosen = np.array([name in asked for name in self.documents], dtype=np.bool_)
            mask &= chosen[self.owners]
        if wanted.dated():
            mask &= (self.days >= wanted.first) & (self.days <= wanted.last)
        return mask

    def _any_of(self, keys: Sequence[str]) -> Mask:
        mask = np.zeros(len(self.nos), dtype=np.bool_)
        for key in keys:
            start, end = self.facets.get(key, (0, 0))
            mask[self.facet_rows[start:end]] = True
        return mask

    @cached_property
    def _keys(self) -> tuple[str, ...]:
        return tuple(self.facets)

    def keys_of(self, rows: Rows) -> dict[str, int]:
        """Of what is counted, how many of the rows have each key. Costs what the rows have, whatever the size."""
        if not len(rows):
            return {}
        ends = self.row_ends[rows]
        starts = np.where(rows > 0, self.row_ends[rows - 1], 0)
        held = [self.row_keys[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
        tally = np.bincount(np.concatenate(held), minlength=1)
        return {self._keys[at]: int(tally[at]) for at in np.flatnonzero(tally)}

    def cosines(self, vector: Vector, rows: Rows | None = None) -> Matrix:
        """Of each row, or of these, in order: float32. A row's own does not depend on its neighbours (law 7)."""
        vectors = self.vectors if rows is None else self.vectors[rows]
        found = np.empty(len(vectors), dtype=np.float32)
        question = np.ascontiguousarray(vector, dtype=np.float32)
        _FAISS.fvec_inner_products_ny(
            faiss.swig_ptr(found), faiss.swig_ptr(question), faiss.swig_ptr(vectors), vectors.shape[1], len(vectors)
        )
        return found


def write_entries(path: Path, entries: Sequence[IndexEntry], dimension: int) -> FileSum:
    """A new segment of these passages."""
    ordered = sorted(entries, key=lambda entry: entry.no)
    documents = sorted({entry.document_id for entry in ordered})
    places = {name: at for at, name in enumerate(documents)}
    rows: dict[str, list[int]] = {}
    for row, entry in enumerate(ordered):
        for key in entry.facets:
            rows.setdefault(key, []).append(row)
    vectors = np.stack([entry.vector for entry in ordered]).astype(np.float32, copy=False)
    if vectors.shape[1] != dimension:
        raise ValueError(f"vectors of {vectors.shape[1]} dimensions in an index of {dimension}")
    return _write(
        path,
        np.array([entry.no for entry in ordered], dtype=np.int64),
        vectors,
        np.array([places[entry.document_id] for entry in ordered], dtype=np.int32),
        np.array([entry.day for entry in ordered], dtype=np.int32),
        {key: np.array(found, dtype=np.int32) for key, found in rows.items()},
        documents,
        _shown(entry.shown for entry in ordered),
    )


def write_merged(path: Path, parts: Sequence[tuple[DenseSegment, Rows]]) -> FileSum:
    """A new segment of what these hold, but for the rows named with each. Vectors are copied a few at a time."""
    kept = [np.setdiff1d(np.arange(len(part.nos), dtype=np.int32), gone) for part, gone in parts]
    nos = np.concatenate([part.nos[rows] for (part, _), rows in zip(parts, kept, strict=True)])
    order = np.argsort(nos, kind="stable")
    documents = sorted(
        {
            part.documents[owner]
            for (part, _), rows in zip(parts, kept, strict=True)
            for owner in np.unique(part.owners[rows])
        }
    )
    places = {name: at for at, name in enumerate(documents)}
    owners = np.concatenate(
        [
            np.array([places.get(name, -1) for name in part.documents], dtype=np.int32)[part.owners[rows]]
            for (part, _), rows in zip(parts, kept, strict=True)
        ]
    )
    days = np.concatenate([part.days[rows] for (part, _), rows in zip(parts, kept, strict=True)])
    length, dimension = len(nos), parts[0][0].vectors.shape[1]
    copied: Source = (
        np.dtype(np.float32),
        (length, dimension),
        _copied([part for part, _ in parts], kept, order),
    )
    facets = _merged_facets(parts, kept, order)
    shown = {key: value for key, value in _shown(part.shown for part, _ in parts).items() if key in facets}
    return _write(path, nos[order], copied, owners[order], days[order], facets, documents, shown)


def _write(
    path: Path,
    nos: Nos,
    vectors: Source,
    owners: Rows,
    days: Rows,
    rows: dict[str, Rows],
    documents: Sequence[str],
    shown: Mapping[str, str],
) -> FileSum:
    keys = sorted(rows)
    ends = np.cumsum([len(rows[key]) for key in keys]).tolist()
    places = {key: (end - len(rows[key]), end) for key, end in zip(keys, ends, strict=True)}
    every = np.concatenate([rows[key] for key in keys]) if keys else np.empty(0, dtype=np.int32)
    arrays = {"nos": nos, "vectors": vectors, "owners": owners, "days": days, "facet_rows": every}
    arrays["row_keys"], arrays["row_ends"] = _by_row(rows, keys, len(nos))
    return write_pack(path, arrays, {"facets": places, "documents": list(documents), "shown": dict(shown)})


def _by_row(rows: dict[str, Rows], keys: Sequence[str], length: int) -> tuple[Rows, Nos]:
    """The other way round: of each row its keys that are counted, as places in `keys`, and where they end."""
    places = [at for at, key in enumerate(keys) if key.partition(":")[0] in COUNTED]
    if not places:
        return np.empty(0, dtype=np.int32), np.zeros(length, dtype=np.int64)
    owners = np.concatenate([rows[keys[at]] for at in places])
    held = np.repeat(np.array(places, dtype=np.int32), [len(rows[keys[at]]) for at in places])
    ends = np.cumsum(np.bincount(owners, minlength=length)).astype(np.int64)
    return held[np.argsort(owners, kind="stable")], ends


def _shown(parts: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Of several ways to write a value one, whatever the order."""
    found: dict[str, str] = {}
    for part in parts:
        for key, value in part.items():
            found[key] = min(value, found.get(key, value))
    return found


def _copied(parts: Sequence[DenseSegment], kept: Sequence[Rows], order: npt.NDArray[np.int64]) -> Iterator[Matrix]:
    """The parts' kept vectors in the new order."""
    which = np.concatenate([np.full(len(rows), n, dtype=np.int32) for n, rows in enumerate(kept)])[order]
    source = np.concatenate(list(kept))[order]
    for at in range(0, len(order), _COPIED_AT_ONCE):
        here, rows = which[at : at + _COPIED_AT_ONCE], source[at : at + _COPIED_AT_ONCE]
        made = np.empty((len(rows), parts[0].vectors.shape[1]), dtype=np.float32)
        for n in np.unique(here):
            made[here == n] = parts[n].vectors[rows[here == n]]
        yield made


def _merged_facets(
    parts: Sequence[tuple[DenseSegment, Rows]], kept: Sequence[Rows], order: npt.NDArray[np.int64]
) -> dict[str, Rows]:
    """Rows of each key in the merged segment."""
    new_row = np.empty(len(order), dtype=np.int32)
    new_row[order] = np.arange(len(order), dtype=np.int32)
    found: dict[str, list[Rows]] = {}
    offset = 0
    for (part, _), rows in zip(parts, kept, strict=True):
        moved = np.full(len(part.nos), -1, dtype=np.int32)
        moved[rows] = new_row[offset : offset + len(rows)]
        offset += len(rows)
        for key, (start, end) in part.facets.items():
            here = moved[part.facet_rows[start:end]]
            here = here[here >= 0]
            if len(here):
                found.setdefault(key, []).append(here)
    return {key: np.sort(np.concatenate(rows)) for key, rows in found.items()}
