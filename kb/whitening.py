"""Cosines that weigh a direction less, the more all passages share it. Pure numpy.

A show talks of one field, so its passages point much the same way, and a plain cosine sees that first. Half-whitening
divides each principal direction by the fourth root of its variance: to vectors what inverse document frequency is
to words. Source of the idea: Su et al., Whitening Sentence Representations, arXiv 2103.15316, 2021; taken half
way here, as measured (docs/decisions/0011-whitening.md).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float32]

# 0 changes nothing but the centre, 1 whitens wholly.
STRENGTH = 0.5
# Fewer passages say nothing of what passages share.
LEAST_PASSAGES = 3


@dataclass(frozen=True)
class Whitening:
    """mean: float32 (dim,), of the passages. matrix: float32 (dim, dim), symmetric."""

    mean: Matrix
    matrix: Matrix

    def cosines(self, question: Matrix, rows: Matrix) -> Matrix:
        """question: float32 (dim,); rows: float32 (n, dim). Cosine of each row with the question: float32 (n,)."""
        asked = (question - self.mean) @ self.matrix
        held = (rows - self.mean) @ self.matrix
        lengths = np.linalg.norm(held, axis=1) * np.linalg.norm(asked)
        found: Matrix = np.divide(held @ asked, lengths, out=np.zeros(len(held), dtype=np.float32), where=lengths > 0)
        return found


def whitening_of(sample: Matrix) -> Whitening | None:
    """sample: float32 (n, dim), unit rows of a library. None where they are too few or all alike.

    With covariance C of the sample and its mean variance v, the matrix is (S / v) ** (-STRENGTH / 2), where
    S = (n C + dim v I) / (n + dim): as if dim more passages had been seen that prefer no direction.
    """
    count, dimension = sample.shape
    if count < LEAST_PASSAGES:
        return None
    rows = sample.astype(np.float64)
    mean = rows.mean(axis=0)
    rows -= mean
    covariance = rows.T @ rows / count
    level = float(np.trace(covariance)) / dimension
    if level <= np.finfo(np.float32).eps:
        return None
    shrunk = (count * covariance / level + dimension * np.eye(dimension)) / (count + dimension)
    variances, directions = np.linalg.eigh(shrunk)
    matrix = (directions * variances ** (-STRENGTH / 2)) @ directions.T
    return Whitening(mean.astype(np.float32), matrix.astype(np.float32))
