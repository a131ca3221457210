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
from kb.sentences import sentence_spans
from kb.themes import Themed
from kb.themes.rule import FEATURES

LABELS = [ROOT / "benchmarks" / "labels" / name for name in ("themes.jsonl", "themes-more.jsonl")]
WEIGHTS = ROOT / "kb" / "themes" / "weights.json"
NAMES = (*FEATURES, *(f"document_{name}" for name in FEATURES))
WRITTEN = "written for this set"
# A passage that was written for the set has no document around it, so it counts for less.
WRITTEN_COUNTS = 0.3


def f1(wanted: list[bool], given: list[bool]) -> dict[str, float]:
    both = sum(w and g for w, g in zip(wanted, given, strict=True))
    precision, recall = both / max(1, sum(given)), both / max(1, sum(wanted))
    return {
        "f1": round(2 * both / max(1, sum(given) + sum(wanted)), 3),
        "precision": round(precision, 3),
        "recall": round(recall, 3),
        "labelled": sum(wanted),
    }


def grouped(labels: list[dict[str, Any]]) -> list[list[int]]:
    """Rows by document; a passage that was written for the set is a document of its own."""
    found: dict[str, list[int]] = {}
    for i, label in enumerate(labels):
        found.setdefault(label["id"] if label["source"] == WRITTEN else label["source"], []).append(i)
    return list(found.values())


def embedded(base: KnowledgeBase, texts: list[str]) -> list[Themed]:
    made = base.embedder.passages(texts, [sentence_spans(text) for text in texts])
    return [Themed(text, one.vector, one.sentences) for text, one in zip(texts, made, strict=True)]


def fit(rows: list[dict[str, float]], wanted: list[bool], counts: list[float]) -> dict[str, Any]:
    """counts: what each row counts for; only the corpus's own say where the bar lies."""
    matrix = np.array([[row[name] for name in NAMES] for row in rows])
    # Features are cosines and shares: scaled alike, so that one penalty fits all.
    scale = matrix.std(axis=0) + 1e-9
    model = LogisticRegression(C=0.01, class_weight="balanced", max_iter=2000).fit(
        matrix / scale, wanted, sample_weight=counts
    )
    weights = model.coef_[0] / scale
    chances = model.predict_proba(matrix / scale)[:, 1]
    bars = np.arange(0.2, 0.85, 0.02)
    real = [i for i, count in enumerate(counts) if count == 1.0]
    asked = [wanted[i] for i in real]
    best = max(bars, key=lambda bar: (f1(asked, list(chances[real] >= bar))["f1"], -abs(bar - 0.5)))
    return {
        "bias": round(float(model.intercept_[0]), 4),
        "threshold": round(float(best), 2),
        "weights": {name: round(float(value), 4) for name, value in zip(NAMES, weights, strict=True)},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    labels = [json.loads(line) for file in LABELS for line in file.read_text(encoding="utf-8").splitlines()]
    with tempfile.TemporaryDirectory() as folder, KnowledgeBase(bench_settings(Path(folder))) as base:
        rule = base.theme_rule
        documents = grouped(labels)
        passages = embedded(base, [label["text"] for label in labels])
        features: list[dict[str, dict[str, float]]] = [{} for _ in labels]
        for members in documents:
            for i, row in zip(members, rule.features([passages[i] for i in members]), strict=True):
                features[i] = row
        names = list(base.themes)
        fitted: dict[str, Any] = {"themes": {}}
        every_row: list[dict[str, float]] = []
        every_wanted: list[bool] = []
        every_count: list[float] = []
        for name in names:
            part = [i for i, label in enumerate(labels) if label["part"] == "fit"]
            rows, wanted = [features[i][name] for i in part], [name in labels[i]["themes"] for i in part]
            counts = [WRITTEN_COUNTS if labels[i]["source"] == WRITTEN else 1.0 for i in part]
            fitted["themes"][name] = fit(rows, wanted, counts)
            every_count += counts
            every_row += rows
            every_wanted += wanted
        fitted["default"] = fit(every_row, every_wanted, every_count)
        if arguments.write:
            WEIGHTS.write_text(json.dumps(fitted, indent=1) + "\n", encoding="utf-8")
        rule._weights = fitted
        body: dict[str, Any] = {}
        given = {
            i: themes
            for members in documents
            for i, themes in zip(members, rule.assign([passages[i] for i in members]), strict=True)
        }
        for part in ("fit", "report"):
            chosen = [i for i, label in enumerate(labels) if label["part"] == part]
            body[part] = {"passages": len(chosen)} | {
                name: f1([name in labels[i]["themes"] for i in chosen], [name in given[i] for i in chosen])
                for name in names
            }
    report("themes", body)


if __name__ == "__main__":
    main()
