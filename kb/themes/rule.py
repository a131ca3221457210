"""The rule: a logistic over how near a passage lies to a theme's description and phrases, and to the others'.

Its weights are in weights.json, made by benchmarks/calibrate_themes.py from labelled passages.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt

from kb.records import Theme
from kb.words import content_words

Rows = npt.NDArray[np.float32]
# Texts to vectors, float32 (n, dim), unit length.
Encode = Callable[[list[str]], Rows]
_NEAREST = 3


@dataclass(frozen=True, slots=True)
class ThemeVectors:
    """description: float32 (dim,); phrases: float32 (phrases, dim); words: content words of phrases and description."""

    description: Rows
    phrases: Rows
    words: frozenset[str]


class ThemeRule:
    def __init__(self, themes: Mapping[str, Theme], encode: Encode, weights: Mapping[str, Any] | None = None) -> None:
        self._themes = dict(themes)
        self._encode = encode
        self._weights = dict(weights) if weights is not None else load_weights()

    def prepare(self) -> None:
        """Make the phrases' vectors now: where they are first needed, a transaction may be open."""
        if self._themes:
            _ = self._vectors

    def assign(self, text: str, vector: Rows) -> tuple[str, ...]:
        """Names of the themes that the passage is about, in the order of the themes. vector: float32 (dim,)."""
        if not self._themes:
            return ()
        return tuple(name for name, p in self.probabilities(text, vector).items() if p >= self._threshold(name))

    def probabilities(self, text: str, vector: Rows) -> dict[str, float]:
        found = {}
        for name, features in self.features(text, vector).items():
            weights = self._weights["themes"].get(name, self._weights["default"])
            total = weights["bias"] + sum(weights["weights"].get(key, 0.0) * value for key, value in features.items())
            found[name] = 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, total))))
        return found

    def features(self, text: str, vector: Rows) -> dict[str, dict[str, float]]:
        """The numbers that the rule weighs, by theme. Cosines; words: share of the passage's content words."""
        mine = set(content_words(text))
        near: dict[str, dict[str, float]] = {}
        for name, theme in self._vectors.items():
            cosines = np.sort(theme.phrases @ vector)[::-1]
            near[name] = {
                "description": float(theme.description @ vector),
                "phrase": float(cosines[0]),
                "phrases": float(cosines[:_NEAREST].mean()),
                "words": len(mine & theme.words) / max(1, len(mine)),
            }
        for name, values in near.items():
            others = [other["phrases"] for key, other in near.items() if key != name]
            values["margin"] = values["phrases"] - max(others, default=0.0)
        return near

    def _threshold(self, name: str) -> float:
        return float(self._weights["themes"].get(name, self._weights["default"])["threshold"])

    @cached_property
    def _vectors(self) -> dict[str, ThemeVectors]:
        texts = [text for theme in self._themes.values() for text in (theme.description, *theme.phrases)]
        rows = self._encode(texts)
        vectors: dict[str, ThemeVectors] = {}
        at = 0
        for name, theme in self._themes.items():
            here = rows[at : at + 1 + len(theme.phrases)]
            every = " ".join((theme.description, *theme.phrases))
            vectors[name] = ThemeVectors(here[0], here[1:], frozenset(content_words(every)))
            at += 1 + len(theme.phrases)
        return vectors


def load_weights() -> dict[str, Any]:
    body: dict[str, Any] = json.loads(resources.files("kb.themes").joinpath("weights.json").read_text("utf-8"))
    return body
