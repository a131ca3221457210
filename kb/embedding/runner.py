"""The seam below the embedder: a loaded model, token ids in, vectors out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from kb.embedding.contract import Matrix

Ids = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Facts:
    """What sentence-transformers knows of a model beside its weights.

    longest: tokens that it reads; query, document: what is put before a question and before a passage.
    """

    longest: int
    query: str
    document: str


class Runner(Protocol):
    """Threads may call `run` beside each other."""

    @property
    def facts(self) -> Facts: ...

    def run(self, ids: Ids, mask: Ids) -> tuple[Matrix, Matrix]:
        """ids, mask: (n, longest). Pooled vectors, float32 (n, dim), and tokens' embeddings, (n, longest, dim)."""
        ...
