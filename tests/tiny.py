"""A hand-checkable embedder and judge: words hashed to directions. Real code paths, no model to load."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from kb.embedding.contract import Embedded, Matrix, ModelIdentity
from kb.embedding.pooling import unit
from kb.words import content_words, words

DIMENSION = 64


def direction(word: str) -> Matrix:
    seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "big")
    return np.random.default_rng(seed).normal(size=DIMENSION).astype(np.float32)


def vector_of(text: str) -> Matrix:
    rows = [direction(word[:6]) for word in content_words(text)] or [direction("")]
    made: Matrix = unit(np.sum(rows, axis=0).astype(np.float32))
    return made


class TinyEmbedder:
    """A text's vector is the sum of its content words' directions. embedded: every text it was given."""

    def __init__(self, name: str = "tiny") -> None:
        self._name = name
        self.embedded: list[str] = []

    @property
    def identity(self) -> ModelIdentity:
        return ModelIdentity(self._name, "hash", hashlib.sha256(self._name.encode()).hexdigest(), DIMENSION)

    @property
    def longest(self) -> int:
        return 0

    def count(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) + 2 for text in texts]

    def split(self, text: str, tokens: int) -> list[tuple[int, int]]:
        spans: list[tuple[int, int]] = []
        at = 0
        parts = text.split()
        for first in range(0, len(parts), tokens - 2):
            group = parts[first : first + tokens - 2]
            start = text.index(group[0], at)
            for part in group:
                at = text.index(part, at) + len(part)
            spans.append((start, at))
        return spans

    def question(self, text: str) -> Matrix:
        return vector_of(text)

    def passages(self, texts: Sequence[str], sentences: Sequence[Sequence[tuple[int, int]]]) -> list[Embedded]:
        self.embedded.extend(texts)
        return [
            Embedded(vector_of(text), np.stack([vector_of(text[a:b]) for a, b in spans]).astype(np.float16))
            for text, spans in zip(texts, sentences, strict=True)
        ]


class TinyJudge:
    """The share of the question's content words (first five letters) that a sentence holds, from -10 to 6."""

    name = "tiny"

    def load(self) -> None:
        """Nothing to read."""

    def scores(self, question: str, sentences: Sequence[str]) -> list[float]:
        asked = {word[:5] for word in content_words(question)}
        return [-10.0 + 16.0 * len(asked & {w[:5] for w in words(s)}) / max(1, len(asked)) for s in sentences]
