"""The rule: a logistic over how near a passage, and its document as a whole, lie to a theme and to the others.

For the themes that it was calibrated with, the passage's words are weighed too, and where the model is the one of the
calibration, the vectors themselves. Its weights are in weights.json, made by benchmarks/calibrate_themes.py from
labelled passages.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt

from kb.records import Theme
from kb.themes.wording import Wording
from kb.words import content_words

Rows = npt.NDArray[np.float32]
# Texts to vectors, float32 (n, dim), unit length.
Encode = Callable[[list[str]], Rows]
_NEAREST = 3
_COSINES = ("description", "phrases", "sentence_phrases", "sentence_mean", "sentence_description")
# Vectors that are weighed: the passage's own, and the mean over its document.
VECTORS = ("passage", "document")
# What is weighed number by number: those, and the passage's words.
WHOLE = (*VECTORS, "wording")
# What is weighed for a passage, and again as the mean over its document.
FEATURES = (*_COSINES, *(f"other_{name}" for name in _COSINES), "words")


@dataclass(frozen=True, slots=True)
class ThemeVectors:
    """description: float32 (dim,); phrases: float32 (phrases, dim); words: content words of phrases and description."""

    description: Rows
    phrases: Rows
    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class Themed:
    """A passage as the rule sees it. vector: float32 (dim,); sentences: (n, dim), any float."""

    text: str
    vector: Rows
    sentences: npt.NDArray[Any]


class ThemeRule:
    def __init__(
        self,
        themes: Mapping[str, Theme],
        encode: Encode,
        weights: Mapping[str, Any] | None = None,
        model: Callable[[], str] = str,
    ) -> None:
        """model: gives the SHA-256 of the embedding model, when first asked for a passage's themes."""
        self._themes = dict(themes)
        self._encode = encode
        self._model = model
        self._weights = dict(weights) if weights is not None else load_weights()

    def prepare(self) -> None:
        """Make the phrases' vectors now: where they are first needed, a transaction may be open."""
        if self._themes:
            _ = self._vectors

    def assign(self, document: Sequence[Themed]) -> list[tuple[str, ...]]:
        """For each passage of one document the names of its themes, in the order of the themes."""
        return [
            tuple(name for name, chance in chances.items() if chance >= self._of(name)["threshold"])
            for chances in self.probabilities(document)
        ]

    def probabilities(self, document: Sequence[Themed]) -> list[dict[str, float]]:
        if not document:
            return []
        mean = np.mean([passage.vector for passage in document], axis=0)
        found = []
        for passage, rows in zip(document, self.features(document), strict=True):
            also = {"passage": passage.vector, "document": mean, "wording": self._wording.of(passage.text)}
            found.append({name: _logistic(self._of(name), row, also) for name, row in rows.items()})
        return found

    def features(self, document: Sequence[Themed]) -> list[dict[str, dict[str, float]]]:
        """What the rule weighs, by passage and theme: FEATURES, and each again with "document_" before it."""
        if not document:
            return []
        own = [self._near(passage) for passage in document]
        found: list[dict[str, dict[str, float]]] = [{} for _ in document]
        for name in self._themes:
            means = {key: math.fsum(near[name][key] for near in own) / len(own) for key in FEATURES}
            whole = {f"document_{key}": value for key, value in means.items()}
            for rows, near in zip(found, own, strict=True):
                rows[name] = near[name] | whole
        return found

    def _near(self, passage: Themed) -> dict[str, dict[str, float]]:
        mine = set(content_words(passage.text))
        sentences = passage.sentences.astype(np.float32)
        near: dict[str, dict[str, float]] = {}
        for name, theme in self._vectors.items():
            by_sentence = sentences @ theme.phrases.T
            near[name] = {
                "description": float(theme.description @ passage.vector),
                "phrases": _best(theme.phrases @ passage.vector),
                "sentence_phrases": _best(by_sentence.max(axis=0)),
                "sentence_mean": float(by_sentence.max(axis=1).mean()),
                "sentence_description": float((sentences @ theme.description).max()),
                "words": len(mine & theme.words) / max(1, len(mine)),
            }
        rivals = {
            name: {key: max((o[key] for k, o in near.items() if k != name), default=0.0) for key in _COSINES}
            for name in near
        }
        for name, values in near.items():
            values.update({f"other_{key}": value for key, value in rivals[name].items()})
        return near

    def _of(self, name: str) -> Mapping[str, Any]:
        """A theme's weights; one that an editor added is weighed as the calibrated ones are together."""
        usual: Mapping[str, Any] = self._usual.get(name, self._weights["default"])
        found: Mapping[str, Any] = self._with_vectors.get(name, usual)
        return found

    @cached_property
    def _wording(self) -> Wording:
        known: Mapping[str, Any] = self._weights.get("wording", {"known": [], "rarity": []})
        return Wording(known["known"], known["rarity"])

    @cached_property
    def _usual(self) -> Mapping[str, Any]:
        return {name: _with_arrays(weights) for name, weights in self._weights["themes"].items()}

    @cached_property
    def _with_vectors(self) -> Mapping[str, Any]:
        """Weights that weigh the vectors themselves; none where another model made the vectors."""
        fitted = self._weights.get("with_vectors")
        if not fitted or fitted["model"] != self._model():
            return {}
        return {name: _with_arrays(weights) for name, weights in fitted["themes"].items()}

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


def _best(cosines: Rows) -> float:
    """Mean of the nearest few."""
    return float(np.sort(cosines)[::-1][:_NEAREST].mean())


def _with_arrays(weights: Mapping[str, Any]) -> dict[str, Any]:
    return {**weights, **{key: np.array(weights[key], dtype=np.float32) for key in WHOLE if key in weights}}


def _logistic(weights: Mapping[str, Any], row: Mapping[str, float], also: Mapping[str, Rows]) -> float:
    """also: by name of WHOLE what is weighed number by number, where the weights have weights for it."""
    total = weights["bias"] + math.fsum(weight * row[key] for key, weight in weights["weights"].items())
    total += math.fsum(float(weights[key] @ also[key]) for key in WHOLE if key in weights)
    return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, total))))
