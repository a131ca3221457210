"""What every search engine does: add, remove, search, each visible as one step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from kb.library.rows import IndexEntry

Nos = npt.NDArray[np.int64]
Vector = npt.NDArray[np.float32]
Matrix = npt.NDArray[np.float32]


class View(Protocol):
    """One consistent state of the engine: what a question sees from its first step to its last."""

    @property
    def sequence(self) -> int: ...

    def dense(self, vector: Vector, limit: int, allowed: Nos | None = None) -> dict[int, float]:
        """Cosines of the nearest passages, best first, ties by number. allowed: numbers, ascending."""
        ...

    def keywords(self, question: str, limit: int, allowed: Nos | None = None) -> dict[int, float]:
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

    def frequencies(self, terms: Sequence[str]) -> dict[str, int]:
        """How many passages hold each term (a term as `terms` gives it)."""
        ...

    def size(self) -> int: ...

    def nos(self) -> Nos: ...


class Engine(Protocol):
    """Threads may search while one adds. What add or remove did is seen by the next view, whole."""

    def view(self) -> View: ...

    def apply(self, added: Sequence[IndexEntry], removed: Sequence[int], sequence: int) -> None:
        """Take passages in and out in one step; sequence: the library's change that this leads to."""
        ...

    def terms(self, text: str) -> list[str]:
        """The words of a text as the keyword index knows them: lower case, stemmed, in order."""
        ...

    def close(self) -> None: ...
