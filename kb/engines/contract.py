"""What every search engine does: add, remove, search, each visible as one step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from kb.facets import Counts
from kb.library.rows import IndexEntry
from kb.records import Filter

Nos = npt.NDArray[np.int64]
Vector = npt.NDArray[np.float32]
Matrix = npt.NDArray[np.float32]
# Why an index is renewed after a purge: what was removed must leave the disk.
PURGED = "something was purged"


class View(Protocol):
    """One consistent state of the engine: what a question sees from its first step to its last."""

    @property
    def sequence(self) -> int: ...

    def dense(self, vector: Vector, limit: int, where: Filter | None = None) -> dict[int, float]:
        """Cosines of the nearest passages that the filter allows, best first, ties by number."""
        ...

    def keywords(self, question: str, limit: int, where: Filter | None = None) -> dict[int, float]:
        """BM25 of the best passages, best first, ties by number; words OR-ed, never read as query syntax."""
        ...

    def dense_scores(self, vector: Vector, nos: Sequence[int]) -> dict[int, float]:
        """Cosine of each of these passages; those that are not indexed are left out."""
        ...

    def vectors(self, nos: Sequence[int]) -> Matrix:
        """float32 (len(nos), dim), unit rows, in the order asked for. Raises KeyError for one that is not indexed."""
        ...

    def keyword_scores(self, question: str, nos: Sequence[int]) -> dict[int, float]:
        """BM25 of each of these passages, 0.0 where no word matches."""
        ...

    def documents(self, nos: Sequence[int]) -> dict[int, str]: ...

    def counts(self, nos: Sequence[int]) -> Counts:
        """What these passages have, facet by facet; one that is not indexed, or has no value, counts nowhere."""
        ...

    def frequencies(self, terms: Sequence[str]) -> dict[str, int]:
        """How many passages hold each term (a term as `terms` gives it)."""
        ...

    def size(self) -> int: ...

    def nos(self) -> Nos:
        """The numbers of all passages, ascending: for checks, for it reads them all."""
        ...

    def traces(self, document_id: str) -> int:
        """How much of a document the index still keeps, what was removed and is not gone yet included."""
        ...

    def faults(self) -> list[str]:
        """What is damaged, or differs between the engine's own parts, in words; reads every byte."""
        ...


class Draft(Protocol):
    """An index in the making: nothing of it is seen yet."""

    @property
    def sequence(self) -> int: ...

    def add(
        self, added: Sequence[IndexEntry], removed: Sequence[int], sequence: int, *, purge: bool = False
    ) -> None: ...


class Engine(Protocol):
    """Threads and processes may search while one adds. What was added or removed is seen by the next view, whole."""

    def refresh(self) -> bool:
        """Take up the newest state that any process made; False: there is none. Raises IndexFault (it is damaged)."""
        ...

    def view(self) -> View:
        """The state that was taken up last."""
        ...

    def apply(self, added: Sequence[IndexEntry], removed: Sequence[int], sequence: int, *, purge: bool = False) -> bool:
        """Take passages out and in, in one step that leads from the view to the library's change `sequence`.

        False, and nothing is done, where another process is changing the index, or did since the view was taken.
        purge: what is removed must leave the disk as well, once `renew` is called.
        """
        ...

    def renew(self, fill: Callable[[Draft], None], follow: Callable[[Draft], None]) -> bool:
        """Make the index anew beside the one that answers: fill, then follow what came meanwhile, then swap.

        False: another process is doing so.
        """
        ...

    def tend(self) -> bool:
        """Merge and train what is due, beside the index that answers; whether anything was done."""
        ...

    def stale(self) -> str:
        """Why the index should be renewed (PURGED, or in other words), or ""."""
        ...

    def untidy(self) -> bool:
        """Whether `tend` has something to do."""
        ...

    def serve(self) -> None:
        """This process follows for as long as it lives: it may hold the index while the engine merges."""
        ...

    def release(self) -> None:
        """Hold the index no longer, once what is being merged is merged; questions to it go on."""
        ...

    def terms(self, text: str) -> list[str]:
        """The words of a text as the keyword index knows them: lower case, stemmed, in order."""
        ...

    def close(self) -> None: ...
