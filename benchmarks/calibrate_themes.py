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
from kb.themes.rule import FEATURES, WHOLE
from kb.themes.wording import Wording, learned

FOLDER = ROOT / "benchmarks" / "labels"
FILES = ("themes", "themes-more", "themes-documents", "themes-borders")
WEIGHTS = ROOT / "kb" / "themes" / "weights.json"
NAMES = (*FEATURES, *(f"document_{name}" for name in FEATURES))
WRITTEN = "written for this set"
# A passage that was written by itself has no document around it, so it counts for less.
ALONE_COUNTS = 0.6
# How much vectors and words weigh beside the features before the fit, and how little is held back (C of the logistic):
# the best of a few by cross-validation over the documents of the part to fit.
VECTOR_SCALE, WORDS_SCALE = 10.0, 15.0
STRENGTH = 0.02
FOLDS = 8
# A word is weighed that this many texts of the part to fit have.
LEAST_TEXTS = 3
# The interval of an F1: documents drawn again, with replacement.
DRAWS = 2000


def f1(wanted: list[bool], given: list[bool]) -> dict[str, float]:
    both = sum(w and g for w, g in zip(wanted, given, strict=True))
    precision, recall = both / max(1, sum(given)), both / max(1, sum(wanted))
    return {
        "f1": round(2 * both / max(1, sum(given) + sum(wanted)), 3),
        "precision": round(precision, 3),
        "recall": round(recall, 3),
        "labelled": sum(wanted),
    }


def labelled() -> list[dict[str, Any]]:
    """The labels, each with the name of its file."""
    return [
        {**json.loads(line), "file": name}
        for name in FILES
        for line in (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    ]


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
    """What a rule is fitted on. blocks: by name what is weighed, (n, width) each: "features" (NAMES), and WHOLE.

    kinds: of each passage "corpus", "written" (in a document of the set) or "" (has no say in the bar).
    """

    blocks: dict[str, Any]
    wanted: Any
    counts: Any
    kinds: Any
    documents: list[str]


def fit(part: Part, *also: str) -> dict[str, Any]:
    """A theme's weights of the features and of these of WHOLE.

    The bar is the best for passages whose documents were left out of the fit.
    """
    scales = {name: scale_of(name, part.blocks[name]) for name in ("features", *also)}
    rows = np.hstack([part.blocks[name] / scale for name, scale in scales.items()])
    unseen = np.zeros(len(rows))
    for seen, left in GroupKFold(FOLDS).split(rows, part.wanted, part.documents):
        model = fitted(rows[seen], part.wanted[seen], part.counts[seen])
        unseen[left] = model.predict_proba(rows[left])[:, 1]
    model = fitted(rows, part.wanted, part.counts)
    weights = dict(
        zip(scales, np.split(model.coef_[0], np.cumsum([part.blocks[n].shape[1] for n in scales])[:-1]), strict=True)
    )
    features = weights.pop("features") / scales["features"]
    return {
        "bias": round(float(model.intercept_[0]), 4),
        "threshold": round(best_bar(part, unseen), 2),
        "weights": {name: round(float(value), 4) for name, value in zip(NAMES, features, strict=True)},
    } | {
        name: [round(float(value), 2 if name == "wording" else 3) for value in values / scales[name]]
        for name, values in weights.items()
    }


def scale_of(name: str, block: Any) -> Any:
    """Features are cosines and shares: scaled alike, so that one penalty fits all."""
    if name == "features":
        return block.std(axis=0) + 1e-9
    return 1.0 / (WORDS_SCALE if name == "wording" else VECTOR_SCALE)


def fitted(rows: Any, wanted: Any, counts: Any) -> LogisticRegression:
    model = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=5000)
    return model.fit(rows, wanted, sample_weight=counts)


def best_bar(part: Part, chances: Any) -> float:
    """Of the bars that do about as well as the best, the middle one. Corpus and written documents have equal say.

    The written documents are more and easier: by them alone the bar would be too high for the corpus.
    """
    bars = np.arange(0.1, 0.92, 0.02)
    kinds = [part.kinds == kind for kind in ("corpus", "written")]
    scores = np.array(
        [sum(f1(list(part.wanted[k]), list(chances[k] >= bar))["f1"] for k in kinds) / len(kinds) for bar in bars]
    )
    return float(np.median(bars[scores >= scores.max() - 0.005]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    labels = labelled()
    known, rarity = learned([label["text"] for label in labels if label["part"] == "fit"], LEAST_TEXTS)
    with tempfile.TemporaryDirectory() as folder, KnowledgeBase(bench_settings(Path(folder))) as base:
        passages = embedded(base, [label["text"] for label in labels])
        parts = fit_parts(base.theme_rule, labels, passages, Wording(known, rarity))
        found: dict[str, Any] = {
            "wording": {"known": known, "rarity": rarity},
            "themes": {name: fit(part, "wording") for name, part in parts.items()},
            "default": fit(together(list(parts.values()))),
            "with_vectors": {
                "model": base.embedder.identity.sha256,
                "themes": {name: fit(part, *WHOLE) for name, part in parts.items()},
            },
        }
        if arguments.write:
            WEIGHTS.write_text(json.dumps(found, separators=(",", ":")) + "\n", encoding="utf-8")
        body = {
            "weighing the vectors too": measured(base, labels, passages, found),
            "features and words (another model)": measured(base, labels, passages, {**found, "with_vectors": {}}),
            "features alone (a theme that an editor added)": measured(
                base, labels, passages, {"themes": {}, "default": found["default"]}
            ),
        }
    report("themes", body)


def fit_parts(
    rule: ThemeRule, labels: list[dict[str, Any]], passages: list[Themed], wording: Wording
) -> dict[str, Part]:
    """The part to fit, by theme."""
    rows: list[dict[str, Any]] = [{} for _ in labels]
    means: list[Any] = [None] * len(labels)
    for members in grouped(labels):
        mean = np.mean([passages[i].vector for i in members], axis=0)
        for i, row in zip(members, rule.features([passages[i] for i in members]), strict=True):
            rows[i], means[i] = row, mean
    chosen = [i for i, label in enumerate(labels) if label["part"] == "fit"]
    whole = {
        "passage": np.array([passages[i].vector for i in chosen]),
        "document": np.array([means[i] for i in chosen]),
        "wording": np.array([wording.of(labels[i]["text"]) for i in chosen]),
    }
    return {
        name: Part(
            {"features": np.array([[rows[i][name][key] for key in NAMES] for i in chosen]), **whole},
            np.array([name in labels[i]["themes"] for i in chosen]),
            np.array([1.0 if document_of(labels[i]) != labels[i]["id"] else ALONE_COUNTS for i in chosen]),
            np.array([kind_of(labels[i]) for i in chosen]),
            [document_of(labels[i]) for i in chosen],
        )
        for name in rows[0]
    }


def kind_of(label: dict[str, Any]) -> str:
    if label["source"] != WRITTEN:
        return "corpus"
    return "written" if label["file"] == "themes-documents" else ""


def together(parts: list[Part]) -> Part:
    """The themes' parts as one, for a theme that none of them is: features only."""
    return Part(
        {"features": np.concatenate([part.blocks["features"] for part in parts])},
        *(np.concatenate([getattr(part, name) for part in parts]) for name in ("wanted", "counts", "kinds")),
        [name for part in parts for name in part.documents],
    )


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
        documents = [document_of(labels[i]) for i in chosen]
        body[part] = {"passages": len(chosen), "documents": len(set(documents))}
        for name in base.themes:
            wanted, has = [name in labels[i]["themes"] for i in chosen], [name in given[i] for i in chosen]
            body[part][name] = {**f1(wanted, has), "f1_95": interval(wanted, has, documents)}
    return body


def interval(wanted: list[bool], given: list[bool], documents: list[str]) -> list[float]:
    """95% of F1 (least, most) where the documents are drawn again, with replacement."""
    places = {name: place for place, name in enumerate(sorted(set(documents)))}
    counts = np.zeros((len(places), 2))
    for w, g, name in zip(wanted, given, documents, strict=True):
        counts[places[name]] += (w and g, w + g)
    draws = np.random.default_rng(0).integers(len(places), size=(DRAWS, len(places)))
    both, either = counts[draws].sum(axis=1).T
    return [round(float(value), 3) for value in np.percentile(2 * both / np.maximum(either, 1), [2.5, 97.5])]


if __name__ == "__main__":
    main()
