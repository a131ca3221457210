"""Fusion, standardisation and BM25 against examples worked by hand and slow referees."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.ranking import bm25, episode_prior, fuse, inverse_document_frequency, standardise

SCORES = st.dictionaries(
    st.integers(1, 500), st.floats(-50, 50, allow_nan=False).map(lambda x: round(x, 4)), min_size=1, max_size=30
)


def test_standardise_of_one_two_three_gives_the_hand_computed_z_scores() -> None:
    found = standardise({1: 1.0, 2: 2.0, 3: 3.0})
    assert found == pytest.approx({1: -1.224745, 2: 0.0, 3: 1.224745}, abs=1e-6)


def test_standardise_where_nothing_varies_gives_zero() -> None:
    assert standardise({1: 0.3, 2: 0.3}) == {1: 0.0, 2: 0.0}


@given(SCORES)
def test_standardise_keeps_the_order_and_centres_at_zero(scores: dict[int, float]) -> None:
    found = standardise(scores)
    assert abs(sum(found.values())) < 1e-6 * len(found) + 1e-9
    ordered = sorted(scores, key=lambda key: (scores[key], key))
    assert all(found[a] <= found[b] + 1e-12 for a, b in itertools.pairwise(ordered))


def test_episode_prior_fills_short_documents_with_the_lowest_score() -> None:
    prior = episode_prior({1: 3.0, 2: 2.0, 3: 1.0, 4: 0.0, 5: 2.5}, {1: "a", 2: "a", 3: "a", 4: "a", 5: "b"})
    assert prior == {"a": pytest.approx(2.0), "b": pytest.approx(2.5 / 3)}


@given(SCORES, st.floats(0, 2), st.floats(0, 2))
def test_fuse_scores_are_the_sum_of_their_parts(scores: dict[int, float], keywords: float, prior: float) -> None:
    documents = {key: f"d{key % 3}" for key in scores}
    other = {key: -value for key, value in scores.items()}
    parts = fuse(scores, other, documents, keyword_weight=keywords, prior_weight=prior)
    for part in parts.values():
        total = part["z_dense"] + keywords * part["z_keywords"] + prior * part["prior"]
        assert part["score"] == pytest.approx(total, abs=1e-9)


def test_fuse_where_a_retriever_left_a_candidate_out_refuses() -> None:
    with pytest.raises(ValueError, match="every candidate"):
        fuse({1: 1.0}, {2: 1.0}, {1: "a", 2: "a"}, keyword_weight=0.7, prior_weight=0.6)


def test_bm25_of_two_short_texts_gives_the_hand_computed_scores() -> None:
    texts = [["trust", "is", "built"], ["trust", "trust"]]
    idf = {"trust": 1.0}
    first = 1.0 * 1 * 2.2 / (1 + 1.2 * (0.25 + 0.75 * 3 / 2.5))
    second = 1.0 * 2 * 2.2 / (2 + 1.2 * (0.25 + 0.75 * 2 / 2.5))
    assert bm25(["trust", "trust", "none"], texts, idf) == pytest.approx([first, second])


@given(st.integers(1, 10_000), st.integers(0, 10_000))
def test_inverse_document_frequency_is_positive_and_falls_with_frequency(total: int, holding: int) -> None:
    here = inverse_document_frequency(total, holding)
    assert here > 0
    assert math.isfinite(here)
    assert here >= inverse_document_frequency(total, min(holding + 1, total))
