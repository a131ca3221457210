"""The engine in this process: FAISS for vectors, tantivy for words, one state swapped whole."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kb.engines.contract import Matrix, Nos, Vector
from kb.engines.dense import DenseState
from kb.engines.words import WordIndex, WordSnapshot
from kb.library.rows import IndexEntry


@dataclass(frozen=True)
class EmbeddedView:
    """Both indexes as they were after one step."""

    sequence: int
    _dense: DenseState
    _words: WordSnapshot
    _documents: dict[int, str]

    def dense(self, vector: Vector, limit: int, allowed: Nos | None = None) -> dict[int, float]:
        return self._dense.search(vector, limit, allowed)

    def keywords(self, question: str, limit: int, allowed: Nos | None = None) -> dict[int, float]:
        return self._words.search(question, limit, allowed)

    def dense_scores(self, vector: Vector, nos: Sequence[int]) -> dict[int, float]:
        return self._dense.scores(vector, nos)

    def vectors(self, nos: Sequence[int]) -> Matrix:
        return self._dense.vectors(nos)

    def keyword_scores(self, question: str, nos: Sequence[int]) -> dict[int, float]:
        found = self._words.search(question, len(nos), nos)
        return {no: found.get(no, 0.0) for no in nos}

    def documents(self, nos: Sequence[int]) -> dict[int, str]:
        return {no: self._documents[no] for no in nos if no in self._documents}

    def frequencies(self, terms: Sequence[str]) -> dict[str, int]:
        return self._words.frequencies(terms)

    def size(self) -> int:
        return len(self._dense.nos())

    def nos(self) -> Nos:
        return self._dense.nos()


class EmbeddedEngine:
    def __init__(self, dimension: int) -> None:
        self._lock = threading.Lock()
        self._dimension = dimension
        self._word_index = WordIndex()
        self._documents: dict[int, str] = {}
        self._view = EmbeddedView(0, DenseState(dimension), self._word_index.snapshot(), self._documents)

    def view(self) -> EmbeddedView:
        return self._view

    def apply(self, added: Sequence[IndexEntry], removed: Sequence[int], sequence: int) -> None:
        with self._lock:
            nos = np.array([entry.no for entry in added], dtype=np.int64)
            rows = (
                np.stack([entry.vector for entry in added])
                if added
                else np.empty((0, self._dimension), dtype=np.float32)
            )
            if rows.shape[1] != self._dimension:
                raise ValueError(f"vectors of {rows.shape[1]} dimensions in an index of {self._dimension}")
            dense = self._view._dense.changed(nos, rows, removed)
            words = self._word_index.apply(added, removed) if added or removed else self._view._words
            # Numbers are never used again, so an older view still reads this table rightly.
            self._documents.update((entry.no, entry.document_id) for entry in added)
            self._view = EmbeddedView(sequence, dense, words, self._documents)

    def terms(self, text: str) -> list[str]:
        return self._word_index.terms(text)

    def close(self) -> None:
        self._documents = {}
