"""The seam to an embedding model, and what a model is known by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float32]
HalfMatrix = npt.NDArray[np.float16]


@dataclass(frozen=True, slots=True)
class ModelIdentity:
    """name and variant ("torch-float32"), SHA-256 of the weights, dimension of its vectors."""

    name: str
    variant: str
    sha256: str
    dimension: int

    def key(self) -> str:
        """What vectors are cached under; vectors of two keys never mix."""
        return f"{self.name}@{self.sha256[:16]}/{self.variant}/{self.dimension}"


def variant_in(key: str) -> str:
    """The variant in a key that ModelIdentity.key made."""
    return key.rsplit("/", 2)[-2]


@dataclass(frozen=True, slots=True)
class Embedded:
    """vector: float32 (dim,), unit length. sentences: float16 (sentences, dim), each row unit length."""

    vector: Matrix
    sentences: HalfMatrix


class Embedder(Protocol):
    @property
    def identity(self) -> ModelIdentity: ...

    @property
    def longest(self) -> int:
        """Tokens that the model reads of a text, the rest is cut off; 0: any number."""
        ...

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, special tokens included."""
        ...

    def split(self, text: str, tokens: int) -> list[tuple[int, int]]:
        """Spans of an overlong text's pieces, in order, each within so many tokens, nothing but space between."""
        ...

    def question(self, text: str) -> Matrix:
        """float32 (dim,), unit length."""
        ...

    def passages(self, texts: Sequence[str], sentences: Sequence[Sequence[tuple[int, int]]]) -> list[Embedded]:
        """One forward pass a batch gives each text's vector and its sentences' (spans in characters of the text)."""
        ...
