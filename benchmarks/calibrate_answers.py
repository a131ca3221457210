"""Fit the rule that says whether anything answers, on the fit part of the project's own questions; report the other.

    python -m benchmarks.calibrate_answers [WORK_FOLDER] [--write]

Two libraries are made in [WORK_FOLDER]: one of corpus/ without the notes, one of the Practical AI episodes.
--write puts the weights into kb/answer/rule.json and the curves into docs/quality-curves.md.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from benchmarks.common import ROOT, episodes, filled, report
from kb.answer.answering import PASSAGES_READ
from kb.answer.deciding import evidence, load_rule, probability
from kb.assembly import KnowledgeBase
from kb.evaluation.measures import means, quote_measures
from kb.records import Filter

QUESTIONS = ROOT / "benchmarks" / "questions" / "own.jsonl"
# Bars whose balance is within so much of the best are as good as it.
PLATEAU = 0.005
RULE = ROOT / "kb" / "answer" / "rule.json"
CURVES = ROOT / "docs" / "quality-curves.md"
FEATURES = {
    "with_judge": ("judge", "judge_second", "cosine", "passage", "margin", "covered"),
    "without_judge": ("cosine", "passage", "margin", "covered"),
}
Row = dict[str, Any]


def corpus_files() -> list[Path]:
    folder = ROOT / "corpus"
    return [p for kind in ("articles", "roundtables") for p in sorted((folder / kind).iterdir())]


def gather(base: KnowledgeBase, questions: list[Row]) -> list[Row]:
    """Each question with its evidence, with and without the judge, and what would be quoted."""
    rows = []
    for question in questions:
        found = base.searcher.find(question["question"], Filter(), PASSAGES_READ)
        assert found is not None
        judged = base.answerer.judged(found, Filter())
        with_judge = evidence(found, judged)
        without = {name: with_judge[name] for name in FEATURES["without_judge"]}
        quotes = [quote.text for quote in base.answerer._quotes(judged, 5)]
        rows.append({**question, "with_judge": with_judge, "without_judge": without, "quotes": quotes})
    return rows


def fit(rows: list[Row], part: str) -> dict[str, Any]:
    names = FEATURES[part]
    matrix = np.array([[row[part].get(name, 0.0) for name in names] for row in rows])
    wanted = np.array([row["answerable"] for row in rows])
    scale = matrix.std(axis=0) + 1e-9
    model = LogisticRegression(C=0.5, class_weight="balanced", max_iter=2000).fit(matrix / scale, wanted)
    weights = model.coef_[0] / scale
    chances = model.predict_proba(matrix / scale)[:, 1]
    bars = np.arange(0.2, 0.81, 0.02)
    balances = np.array([balance(wanted, chances, bar) for bar in bars])
    # Many bars do equally well: the middle of them is furthest from where it goes wrong.
    best = np.median(bars[balances >= balances.max() - PLATEAU])
    return {
        "bias": round(float(model.intercept_[0]), 4),
        "threshold": round(float(best), 2),
        "weights": {name: round(float(value), 4) for name, value in zip(names, weights, strict=True)},
    }


def balance(wanted: Any, chances: Any, bar: float) -> float:
    """Mean of the shares of answerable questions answered and of unanswerable ones refused."""
    return float(((chances >= bar)[wanted].mean() + (chances < bar)[~wanted].mean()) / 2)


def refusals(rows: list[Row], rule: dict[str, Any], part: str, distance: str, bar: float | None = None) -> Row:
    """Precision and recall of "not found" among the answerable questions and the unanswerable ones of a distance."""
    kept = [row for row in rows if row["answerable"] or row["distance"] == distance]
    said = []
    for row in kept:
        chance, usual = probability(row[part], rule)
        said.append(chance < (usual if bar is None else bar))
    right = sum(s and not row["answerable"] for s, row in zip(said, kept, strict=True))
    unanswerable = sum(not row["answerable"] for row in kept)
    return {
        "precision": round(right / max(1, sum(said)), 3),
        "recall": round(right / max(1, unanswerable), 3),
        "answerable refused": sum(s and row["answerable"] for s, row in zip(said, kept, strict=True)),
        "answerable": len(kept) - unanswerable,
        "unanswerable": unanswerable,
    }


def curve(rows: list[Row], rule: dict[str, Any], part: str) -> list[str]:
    lines = [
        "| bar | off-topic precision | recall | near-topic precision | recall |",
        "| --- | --- | --- | --- | --- |",
    ]
    for bar in np.arange(0.1, 0.95, 0.1):
        off, near = (refusals(rows, rule, part, distance, float(bar)) for distance in ("off", "near"))
        lines.append(f"| {bar:.1f} | {off['precision']} | {off['recall']} | {near['precision']} | {near['recall']} |")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=ROOT / "var" / "bench" / "work")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    questions = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    rows: list[Row] = []
    for name, paths in (("corpus", corpus_files()), ("practical-ai", episodes())):
        with filled(arguments.folder / name, paths) as base:
            rows += gather(base, [q for q in questions if q["library"] == name])
    (arguments.folder / "evidence.json").write_text(json.dumps(rows), encoding="utf-8")
    fit_rows = [row for row in rows if row["part"] == "fit"]
    report_rows = [row for row in rows if row["part"] == "report"]
    rule = {part: fit(fit_rows, part) for part in FEATURES} | {"ordering": load_rule()["ordering"]}
    body: Row = {"rule": rule}
    for part in FEATURES:
        body[part] = {
            name: {distance: refusals(chosen, rule, part, distance) for distance in ("off", "near")}
            for name, chosen in (("fit", fit_rows), ("report", report_rows))
        }
    for name, chosen in (("fit", fit_rows), ("report", report_rows)):
        golden = [row for row in chosen if row["gold"]]
        body[f"quotes, {name}"] = means([quote_measures(row["gold"], row["quotes"]) for row in golden])
    if arguments.write:
        RULE.write_text(json.dumps(rule, indent=1) + "\n", encoding="utf-8")
        parts = ["# Curves of the refusal rule", "", "Report part of the project's own questions; made by "]
        parts[-1] += "`python -m benchmarks.calibrate_answers [WORK_FOLDER] --write`. A question whose probability "
        parts[-1] += 'is under the bar gets "not found".'
        for part, title in (("with_judge", "With the judge"), ("without_judge", "Without the judge")):
            parts += ["", f"## {title}", "", *curve(report_rows, rule, part)]
        CURVES.write_text("\n".join(parts) + "\n", encoding="utf-8")
    report("answers", body)


if __name__ == "__main__":
    main()
