"""Fit the theme rule on the labelled passages' fit part, report it on the other.

    python -m benchmarks.calibrate_themes [--write]

--write puts the weights into kb/themes/weights.json. The report part has no say in them.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from benchmarks.common import ROOT, bench_settings, report
from kb.assembly import KnowledgeBase
from kb.sentences import sentence_spans
from kb.themes import Themed, ThemeRule
from kb.themes.rule import FEATURES

FOLDER = ROOT / "benchmarks" / "labels"
LABELS = [FOLDER / name for name in ("themes.jsonl", "themes-more.jsonl", "themes-documents.jsonl")]
WEIGHTS = ROOT / "kb" / "themes" / "weights.json"
NAMES = (*FEATURES, *(f"document_{name}" for name in FEATURES))
WRITTEN = "written for this set"
# A passage that was written by itself has no document around it, so it counts for less.
ALONE_COUNTS = 0.3
# How much the vectors weigh beside the features before the fit, and how little is held back (C of the logistic):
# the best of a few by cross-validation over the documents of the part to fit.
VECTOR_SCALE = 10.0
FEATURES_C, VECTORS_C = 0.01, 0.02
FOLDS = 8


def f1(wanted: list[bool], given: list[bool]) -> dict[str, float]:
    both = sum(w and g for w, g in zip(wanted, given, strict=True))
    precision, recall = both / max(1, sum(given)), both / max(1, sum(wanted))
    return {
        "f1": round(2 * both / max(1, sum(given) + sum(wanted)), 3),
        "precision": round(precision, 3),
        "recall": round(recall, 3),
        "labelled": sum(wanted),
    }


def document_of(label: dict[str, Any]) -> str:
    """A passage that was written by itself is a document of its own."""
    return str(label.get("document") or (label["id"] if label["source"] == WRITTEN else label["source"]))


def grouped(labels: list[dict[str, Any]]) -> list[list[int]]:
    """Rows by document."""
    found: dict[str, list[int]] = {}
    for i, label in enumerate(labels):
        found.setdefault(document_of(label), []).append(i)
    return list(found.values())


def embedded(base: KnowledgeBase, texts: list[str]) -> list[Themed]:
    made = base.embedder.passages(texts, [sentence_spans(text) for text in texts])
    return [Themed(text, one.vector, one.sentences) for text, one in zip(texts, made, strict=True)]


@dataclass(frozen=True)
class Part:
    """What a rule is fitted on. matrix: features (n, NAMES), then the passages' vectors and their documents' means."""

    matrix: Any
    wanted: Any
    counts: Any
    documents: list[str]


def fit(part: Part, *, vectors: bool) -> dict[str, Any]:
    """A theme's weights. The bar is the best for passages whose documents were left out of the fit."""
    width = len(NAMES)
    matrix = part.matrix if vectors else part.matrix[:, :width]
    # Features are cosines and shares: scaled alike, so that one penalty fits all.
    scale = np.full(matrix.shape[1], 1.0 / VECTOR_SCALE)
    scale[:width] = matrix[:, :width].std(axis=0) + 1e-9
    rows = matrix / scale
    strength = VECTORS_C if vectors else FEATURES_C
    unseen = np.zeros(len(rows))
    for seen, left in GroupKFold(FOLDS).split(rows, part.wanted, part.documents):
        unseen[left] = fitted(rows[seen], part.wanted[seen], part.counts[seen], strength).predict_proba(rows[left])[
            :, 1
        ]
    model = fitted(rows, part.wanted, part.counts, strength)
    weights = model.coef_[0] / scale
    half = (len(weights) - width) // 2
    found = {
        "bias": round(float(model.intercept_[0]), 4),
        "threshold": round(best_bar(part, unseen), 2),
        "weights": {name: round(float(value), 4) for name, value in zip(NAMES, weights[:width], strict=True)},
    }
    if vectors:
        found["passage"] = [round(float(value), 3) for value in weights[width : width + half]]
        found["document"] = [round(float(value), 3) for value in weights[width + half :]]
    return found


def fitted(rows: Any, wanted: Any, counts: Any, strength: float) -> LogisticRegression:
    model = LogisticRegression(C=strength, class_weight="balanced", max_iter=5000)
    return model.fit(rows, wanted, sample_weight=counts)


def best_bar(part: Part, chances: Any) -> float:
    """Of the bars that do about as well as the best, the middle one. Only passages with a document have a say."""
    real = part.counts == 1.0
    bars = np.arange(0.2, 0.85, 0.02)
    scores = np.array([f1(list(part.wanted[real]), list(chances[real] >= bar))["f1"] for bar in bars])
    return float(np.median(bars[scores >= scores.max() - 0.005]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    labels = [json.loads(line) for file in LABELS for line in file.read_text(encoding="utf-8").splitlines()]
    with tempfile.TemporaryDirectory() as folder, KnowledgeBase(bench_settings(Path(folder))) as base:
        rule = base.theme_rule
        passages = embedded(base, [label["text"] for label in labels])
        parts = fit_parts(rule, labels, passages)
        every = Part(
            *(np.concatenate([getattr(p, f) for p in parts.values()]) for f in ("matrix", "wanted", "counts")),
            [name for p in parts.values() for name in p.documents],
        )
        found: dict[str, Any] = {
            "themes": {name: fit(part, vectors=False) for name, part in parts.items()},
            "default": fit(every, vectors=False),
            "with_vectors": {
                "model": base.embedder.identity.sha256,
                "themes": {name: fit(part, vectors=True) for name, part in parts.items()},
            },
        }
        if arguments.write:
            WEIGHTS.write_text(json.dumps(found) + "\n", encoding="utf-8")
        body = {
            "weighing the vectors too": measured(base, labels, passages, found),
            "features alone (another model)": measured(base, labels, passages, {**found, "with_vectors": {}}),
        }
    report("themes", body)


def fit_parts(rule: ThemeRule, labels: list[dict[str, Any]], passages: list[Themed]) -> dict[str, Part]:
    """The part to fit, by theme."""
    rows: list[dict[str, Any]] = [{} for _ in labels]
    means: list[Any] = [None] * len(labels)
    for members in grouped(labels):
        mean = np.mean([passages[i].vector for i in members], axis=0)
        for i, row in zip(members, rule.features([passages[i] for i in members]), strict=True):
            rows[i], means[i] = row, mean
    chosen = [i for i, label in enumerate(labels) if label["part"] == "fit"]
    return {
        name: Part(
            np.array([[*(rows[i][name][key] for key in NAMES), *passages[i].vector, *means[i]] for i in chosen]),
            np.array([name in labels[i]["themes"] for i in chosen]),
            np.array([1.0 if document_of(labels[i]) != labels[i]["id"] else ALONE_COUNTS for i in chosen]),
            [document_of(labels[i]) for i in chosen],
        )
        for name in rows[0]
    }


def measured(
    base: KnowledgeBase, labels: list[dict[str, Any]], passages: list[Themed], weights: dict[str, Any]
) -> dict[str, Any]:
    rule = ThemeRule(base.themes, base._phrase_vectors, weights, model=lambda: base.embedder.identity.sha256)
    given: dict[int, tuple[str, ...]] = {}
    for members in grouped(labels):
        given.update(zip(members, rule.assign([passages[i] for i in members]), strict=True))
    corpus = {i for i, label in enumerate(labels) if not label.get("document")}
    sets = {part: {i for i, label in enumerate(labels) if label["part"] == part} for part in ("fit", "report")}
    sets["report, the corpus's own (its documents are in the part to fit too)"] = sets["report"] & corpus
    sets["report, documents that nothing was fitted on"] = sets["report"] - corpus
    body: dict[str, Any] = {}
    for part, members_of in sets.items():
        chosen = sorted(members_of)
        body[part] = {"passages": len(chosen)} | {
            name: f1([name in labels[i]["themes"] for i in chosen], [name in given[i] for i in chosen])
            for name in base.themes
        }
    return body


if __name__ == "__main__":
    main()
