"""Scores, fused. Pure functions; every formula has its source beside it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

K1 = 1.2
B = 0.75
PRIOR_DEPTH = 3


def standardise(scores: Mapping[int, float]) -> dict[int, float]:
    """z-scores of one retriever's scores for one question; all 0 where they do not vary.

    z = (x - mean) / standard deviation (of the population).
    """
    if not scores:
        return {}
    values = list(scores.values())
    mean = math.fsum(values) / len(values)
    deviation = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / len(values))
    if deviation <= 1e-9 * max(1.0, abs(mean)):
        return dict.fromkeys(scores, 0.0)
    return {key: (value - mean) / deviation for key, value in scores.items()}


def episode_prior(scores: Mapping[int, float], documents: Mapping[int, str]) -> dict[str, float]:
    """Mean of the three best passages of each document.

    Where a document has fewer among the candidates, the candidates' lowest score stands in.
    Source: the project's own measurement; conversations drift around a topic, so the right episode is evidence.
    """
    if not scores:
        return {}
    lowest = min(scores.values())
    best: dict[str, list[float]] = {}
    for key, score in scores.items():
        best.setdefault(documents[key], []).append(score)
    prior = {}
    for document, values in best.items():
        top = sorted(values, reverse=True)[:PRIOR_DEPTH]
        top += [lowest] * (PRIOR_DEPTH - len(top))
        prior[document] = math.fsum(top) / PRIOR_DEPTH
    return prior


def fuse(
    dense: Mapping[int, float],
    keywords: Mapping[int, float],
    documents: Mapping[int, str],
    *,
    keyword_weight: float,
    prior_weight: float,
    whitened: Mapping[int, float] | None = None,
) -> dict[int, dict[str, float]]:
    """Every part of each candidate's score: dense, whitened, keywords, z_dense, z_keywords, prior, score.

    score = z(whitened) + keyword_weight * z(keywords) + prior_weight * prior. Without whitened scores the dense ones
    take their place; z_dense is that of those which count. All must score the same candidates. Raises ValueError if
    they do not.
    """
    whitened = dense if whitened is None else whitened
    if not dense.keys() == keywords.keys() == whitened.keys():
        raise ValueError("both retrievers must score every candidate")
    z_dense, z_keywords = standardise(whitened), standardise(keywords)
    base = {key: z_dense[key] + keyword_weight * z_keywords[key] for key in dense}
    prior = episode_prior(base, documents)
    return {
        key: {
            "dense": dense[key],
            "whitened": whitened[key],
            "keywords": keywords[key],
            "z_dense": z_dense[key],
            "z_keywords": z_keywords[key],
            "prior": prior[documents[key]],
            "score": base[key] + prior_weight * prior[documents[key]],
        }
        for key in dense
    }


def inverse_document_frequency(total: int, holding: int) -> float:
    """ln(1 + (N - n + 0.5) / (n + 0.5)): never negative. Robertson & Zaragoza 2009, as Lucene has it."""
    holding = min(holding, total)
    return math.log(1.0 + (total - holding + 0.5) / (holding + 0.5))


def bm25(
    question: Sequence[str], texts: Sequence[Sequence[str]], idf: Mapping[str, float], *, k1: float = K1, b: float = B
) -> list[float]:
    """BM25 of each text (a list of terms) for the question's distinct terms. No unit, 0 or more.

    score = sum idf * f * (k1 + 1) / (f + k1 * (1 - b + b * length / mean length)).
    Source: Robertson & Zaragoza, The Probabilistic Relevance Framework, 2009.
    """
    mean = math.fsum(len(text) for text in texts) / len(texts) if texts else 0.0
    terms = sorted(set(question))
    scores = []
    for text in texts:
        score = 0.0
        for term in terms:
            count = text.count(term)
            if count:
                norm = k1 * (1 - b + b * len(text) / mean)
                score += idf.get(term, 0.0) * count * (k1 + 1) / (count + norm)
        scores.append(score)
    return scores
