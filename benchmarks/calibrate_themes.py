"""Fit the theme rule on the labelled passages' fit part, report it on the other.

    python -m benchmarks.calibrate_themes [--write]

--write puts the weights into kb/themes/weights.json. The report part has no say in them.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from benchmarks.common import ROOT, bench_settings, report
from kb.assembly import KnowledgeBase

LABELS = ROOT / "benchmarks" / "labels" / "themes.jsonl"
WEIGHTS = ROOT / "kb" / "themes" / "weights.json"
FEATURES = ("description", "phrase", "phrases", "words", "margin")


def f1(wanted: list[bool], given: list[bool]) -> dict[str, float]:
    both = sum(w and g for w, g in zip(wanted, given, strict=True))
    precision, recall = both / max(1, sum(given)), both / max(1, sum(wanted))
    return {
        "f1": round(2 * both / max(1, sum(given) + sum(wanted)), 3),
        "precision": round(precision, 3),
        "recall": round(recall, 3),
        "labelled": sum(wanted),
    }


def fit(rows: list[dict[str, float]], wanted: list[bool]) -> dict[str, Any]:
    matrix = np.array([[row[name] for name in FEATURES] for row in rows])
    # Features are cosines and shares: scaled alike, so that one penalty fits all.
    scale = matrix.std(axis=0) + 1e-9
    model = LogisticRegression(C=1.0, class_weight="balanced", max_iter=2000).fit(matrix / scale, wanted)
    weights = model.coef_[0] / scale
    chances = model.predict_proba(matrix / scale)[:, 1]
    bars = np.arange(0.2, 0.85, 0.02)
    best = max(bars, key=lambda bar: (f1(wanted, list(chances >= bar))["f1"], -abs(bar - 0.5)))
    return {
        "bias": round(float(model.intercept_[0]), 4),
        "threshold": round(float(best), 2),
        "weights": {name: round(float(value), 4) for name, value in zip(FEATURES, weights, strict=True)},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    labels = [json.loads(line) for line in LABELS.read_text(encoding="utf-8").splitlines()]
    with tempfile.TemporaryDirectory() as folder, KnowledgeBase(bench_settings(Path(folder))) as base:
        texts = [label["text"] for label in labels]
        vectors = [e.vector for e in base.embedder.passages(texts, [[(0, len(text))] for text in texts])]
        rule = base.theme_rule
        features = [rule.features(text, vector) for text, vector in zip(texts, vectors, strict=True)]
        names = list(base.themes)
        fitted: dict[str, Any] = {"themes": {}}
        every_row: list[dict[str, float]] = []
        every_wanted: list[bool] = []
        for name in names:
            part = [i for i, label in enumerate(labels) if label["part"] == "fit"]
            rows, wanted = [features[i][name] for i in part], [name in labels[i]["themes"] for i in part]
            fitted["themes"][name] = fit(rows, wanted)
            every_row += rows
            every_wanted += wanted
        fitted["default"] = fit(every_row, every_wanted)
        if arguments.write:
            WEIGHTS.write_text(json.dumps(fitted, indent=1) + "\n", encoding="utf-8")
        rule._weights = fitted
        body: dict[str, Any] = {}
        for part in ("fit", "report"):
            chosen = [i for i, label in enumerate(labels) if label["part"] == part]
            given = {i: rule.assign(texts[i], vectors[i]) for i in chosen}
            body[part] = {"passages": len(chosen)} | {
                name: f1([name in labels[i]["themes"] for i in chosen], [name in given[i] for i in chosen])
                for name in names
            }
    report("themes", body)


if __name__ == "__main__":
    main()
