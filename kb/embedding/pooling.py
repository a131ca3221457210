"""Sentence vectors out of a passage's own forward pass ("late" pooling). Pure numpy.

A sentence's vector is the mean of its tokens' contextual embeddings, scaled to unit length.
Source of the idea: late chunking, Guenther et al., arXiv 2409.04701, 2024.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kb.embedding.contract import HalfMatrix, Matrix


def unit(rows: Matrix) -> Matrix:
    """rows: float32 (n, dim) or (dim,). Each row scaled to length 1; a zero row stays zero."""
    norms = np.linalg.norm(rows, axis=-1, keepdims=True)
    scaled: Matrix = np.divide(rows, norms, out=np.zeros_like(rows), where=norms > 0)
    return scaled


def sentence_vectors(
    tokens: Matrix, offsets: Sequence[tuple[int, int]], spans: Sequence[tuple[int, int]], fallback: Matrix
) -> HalfMatrix:
    """float16 (len(spans), dim), unit rows.

    tokens: float32 (n, dim); offsets: n character spans, (0, 0) for special tokens; spans: sentences.
    A token belongs to the sentence that holds its first character. A sentence without a token
    (cut off by the model's limit) gets the passage's vector, fallback: float32 (dim,).
    """
    starts = np.array([a if b > a else -1 for a, b in offsets], dtype=np.int64)
    edges = np.array([a for a, _ in spans], dtype=np.int64)
    owner = np.searchsorted(edges, starts, side="right") - 1
    owner[starts < 0] = -1
    member = owner[None, :] == np.arange(len(spans))[:, None]
    sums: Matrix = member.astype(np.float32) @ tokens
    sums[~member.any(axis=1)] = fallback
    return unit(sums).astype(np.float16)
