"""The backends measured on this machine: how fast each is, and what it costs in agreement with the reference."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kb.embedding.backends import BACKENDS, REFERENCE
from kb.embedding.contract import Embedder, Matrix
from kb.embedding.transformer import TransformerEmbedder
from kb.errors import ModelError
from kb.settings import Settings

NEAREST = 10
# A recommended backend finds these neighbours at least, and is so much faster than the reference.
LEAST_AGREEMENT = 0.95
_LEAST_GAIN = 1.1
_ROUNDS = 3
# Half precision is for a GPU: on a CPU it is there to answer questions, and slower than anything.
_CUDA_ONLY = "torch-float16"

# (done, in all, what)
Progress = Callable[[int, int, str], None]
Texts = Sequence[tuple[str, Sequence[tuple[int, int]]]]


@dataclass(frozen=True, slots=True)
class Measured:
    """texts_per_s: with sentence vectors, median of the rounds; ratio: to the reference's; fault: why it is not there.

    agreement: mean share of each text's 10 nearest others that are the reference's too; cosine: the lowest to it.
    """

    backend: str
    texts_per_s: float = 0.0
    ratio: float = 0.0
    agreement: float = 0.0
    cosine: float = 0.0
    fault: str = ""


def measure(settings: Settings, texts: Texts, progress: Progress) -> list[Measured]:
    """Each backend on the same texts, in turns. Raises ModelError where the reference itself is not to be had."""
    embedders, vectors, faults = _made(settings, texts, progress)
    if REFERENCE not in vectors:
        raise ModelError(f"the reference itself is not to be had: {faults[REFERENCE]}")
    reference = vectors[REFERENCE]
    seconds = _timed(embedders, texts, progress)
    rates = {name: len(texts) / statistics.median(taken) for name, taken in seconds.items()}
    made = [
        Measured(
            name,
            round(rates[name], 1),
            round(rates[name] / rates[REFERENCE], 2),
            round(overlap(vectors[name], reference), 3),
            round(float(np.min(np.sum(vectors[name] * reference, axis=1))), 4),
        )
        for name in embedders
    ]
    return made + [Measured(name, fault=fault) for name, fault in faults.items()]


def _made(
    settings: Settings, texts: Texts, progress: Progress
) -> tuple[dict[str, Embedder], dict[str, Matrix], dict[str, str]]:
    """Embedders and the texts' vectors, by backend; and why a backend is not to be had."""
    embedders: dict[str, Embedder] = {}
    vectors: dict[str, Matrix] = {}
    faults: dict[str, str] = {}
    names = measured_names(settings)
    for number, name in enumerate(names):
        progress(number, len(names) * (1 + _ROUNDS), name)
        try:
            embedder = TransformerEmbedder(settings.with_values(backend=name))
            vectors[name] = _embedded(embedder, texts)
            embedders[name] = embedder
        except ModelError as error:
            faults[name] = str(error)
    return embedders, vectors, faults


def _timed(embedders: Mapping[str, Embedder], texts: Texts, progress: Progress) -> dict[str, list[float]]:
    """Seconds of each round, by backend; in turns, so that a machine that slows down does so for all."""
    seconds: dict[str, list[float]] = {name: [] for name in embedders}
    done = len(embedders)
    for _ in range(_ROUNDS):
        for name, embedder in embedders.items():
            progress(done, len(embedders) * (1 + _ROUNDS), name)
            _embedded(embedder, texts[:2])  # threads that the one before left spinning come to rest
            start = time.perf_counter()
            _embedded(embedder, texts)
            seconds[name].append(time.perf_counter() - start)
            done += 1
    return seconds


def measured_names(settings: Settings) -> list[str]:
    return [name for name in BACKENDS if name != _CUDA_ONLY or settings.device == "cuda"]


def recommended(measured: Iterable[Measured]) -> str:
    """The fastest that agrees well enough, if it is worth a change; else the reference."""
    fit = [one for one in measured if not one.fault and one.agreement >= LEAST_AGREEMENT]
    best = max(fit, key=lambda one: (one.ratio, one.backend), default=None)
    return best.backend if best is not None and best.ratio >= _LEAST_GAIN else REFERENCE


def overlap(ours: Matrix, theirs: Matrix, rows: Sequence[int] | None = None) -> float:
    """Mean share of the rows' 10 nearest others that both find; vectors: float32 (n, dim), unit length, n > 10."""
    chosen = np.arange(len(ours)) if rows is None else np.asarray(rows)
    pairs = zip(_nearest(ours, chosen), _nearest(theirs, chosen), strict=True)
    return float(np.mean([len(set(a) & set(b)) / len(a) for a, b in pairs]))


def _nearest(vectors: Matrix, rows: npt.NDArray[np.int64]) -> list[list[int]]:
    scores = vectors[rows] @ vectors.T
    scores[np.arange(len(rows)), rows] = -np.inf
    found: list[list[int]] = np.argsort(-scores, axis=1, kind="stable")[:, : min(NEAREST, len(vectors) - 1)].tolist()
    return found


def _embedded(embedder: Embedder, texts: Texts) -> Matrix:
    made = embedder.passages([text for text, _ in texts], [spans for _, spans in texts])
    return np.stack([entry.vector for entry in made])
