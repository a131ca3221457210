"""Whether anything answers: a logistic over the judge's logits, raw cosines and margins.

The few weights are in rule.json, made by benchmarks/calibrate_answers.py from the project's own questions.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any

from kb.answer.sentences import Sentence
from kb.ranking import inverse_document_frequency
from kb.search import Found
from kb.words import without_stop_words

# Best sentences that count as read where there is no judge.
_READ = 6


def load_rule() -> dict[str, Any]:
    body: dict[str, Any] = json.loads(resources.files("kb.answer").joinpath("rule.json").read_text("utf-8"))
    return body


def evidence(found: Found, sentences: Sequence[Sentence]) -> dict[str, float]:
    """The numbers that the decision weighs; sentences: best first, the judged ones with their logits.

    judge, judge_second: best logits; cosine: best sentence's; passage: best passage's; margin: the best passage's
    cosine over the mean of the others'; covered: largest share of the question's weight (idf) that one passage
    of the best sentences holds.
    """
    judged = sorted((s.judge for s in sentences if s.judge is not None), reverse=True)
    cosines = sorted((s.cosine for s in sentences), reverse=True)
    dense = sorted((hit.parts["dense"] for hit in found.hits), reverse=True)
    rest = dense[1:] or dense
    values = {
        "cosine": cosines[0] if cosines else 0.0,
        "passage": dense[0] if dense else 0.0,
        "margin": dense[0] - math.fsum(rest) / len(rest) if dense else 0.0,
        "covered": _covered(found, sentences),
    }
    if judged:
        values["judge"] = judged[0]
        values["judge_second"] = judged[1] if len(judged) > 1 else judged[0]
    return values


def probability(values: Mapping[str, float], rule: Mapping[str, Any]) -> tuple[float, float]:
    """(probability that something answers, the bar it must reach)."""
    part = rule["with_judge" if "judge" in values else "without_judge"]
    total = part["bias"] + math.fsum(weight * values.get(name, 0.0) for name, weight in part["weights"].items())
    return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, total)))), float(part["threshold"])


def _covered(found: Found, sentences: Sequence[Sentence]) -> float:
    """Share of the question's idf that one passage of the best sentences holds; 0 to 1."""
    terms = sorted(set(found.engine.terms(without_stop_words(found.question))))
    if not terms or not sentences:
        return 0.0
    total = max(1, found.view.size())
    held = found.view.frequencies(terms)
    weights = {term: inverse_document_frequency(total, held[term]) for term in terms}
    read = [s for s in sentences if s.judge is not None] or sentences[:_READ]
    texts = {s.hit.passage.no: s.hit.passage.text for s in read}
    shares = []
    for text in texts.values():
        there = set(found.engine.terms(text))
        shares.append(math.fsum(weights[t] for t in terms if t in there))
    return max(shares) / math.fsum(weights.values())
