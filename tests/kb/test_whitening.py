"""Whitened cosines against examples worked by hand, a slow referee, and what must not matter."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.embedding.pooling import unit
from kb.whitening import LEAST_PASSAGES, STRENGTH, whitening_of

SEEDS = st.integers(0, 10_000)


def drawn(seed: int, count: int = 40, dimension: int = 6) -> np.ndarray:
    """Unit rows that share one direction and differ little in the others."""
    dice = np.random.default_rng(seed)
    rows = dice.normal(size=(count, dimension)) * np.linspace(2.0, 0.3, dimension) + 3.0 * np.eye(dimension)[0]
    return unit(rows.astype(np.float32))


@given(SEEDS)
def test_whitened_cosines_equal_those_of_a_slow_referee(seed: int) -> None:
    rows = drawn(seed)
    question = drawn(seed + 1)[0]
    made = whitening_of(rows)
    assert made is not None
    count, dimension = rows.shape
    centred = rows.astype(np.float64) - rows.astype(np.float64).mean(axis=0)
    covariance = sum(np.outer(row, row) for row in centred) / count
    level = sum(covariance[i, i] for i in range(dimension)) / dimension
    shrunk = (count * covariance / level + dimension * np.eye(dimension)) / (count + dimension)
    variances, directions = np.linalg.eigh(shrunk)
    power = sum(
        variances[i] ** (-STRENGTH / 2) * np.outer(directions[:, i], directions[:, i]) for i in range(dimension)
    )
    mean = rows.astype(np.float64).mean(axis=0)
    asked = power @ (question - mean)
    wanted = [
        float(asked @ (power @ (row - mean)) / np.linalg.norm(asked) / np.linalg.norm(power @ (row - mean)))
        for row in rows
    ]
    assert made.cosines(question, rows) == pytest.approx(wanted, abs=1e-4)


def test_two_directions_of_which_one_varies_more_are_weighed_as_computed_by_hand() -> None:
    # Along x the variance is 2, along y it is 1/2: shrunk with n = 4 and dim = 2 they are 2.0 and 1.0 of their mean.
    rows = np.array([[2, 0], [-2, 0], [0, 1], [0, -1]], dtype=np.float32)
    made = whitening_of(rows)
    assert made is not None
    assert made.mean == pytest.approx([0.0, 0.0])
    first = (4 * 2 / 1.25 + 2) / 6
    second = (4 * 0.5 / 1.25 + 2) / 6
    assert made.matrix == pytest.approx(np.diag([first**-0.25, second**-0.25]), abs=1e-5)


@given(SEEDS)
def test_a_direction_that_all_passages_share_tells_them_apart_no_more(seed: int) -> None:
    rows = drawn(seed)
    shared = np.zeros(rows.shape[1], dtype=np.float32)
    shared[0] = 0.5
    plain, moved = whitening_of(rows), whitening_of(rows + shared)
    assert plain is not None
    assert moved is not None
    question = drawn(seed + 1)[0]
    assert moved.cosines(question + shared, rows + shared) == pytest.approx(plain.cosines(question, rows), abs=1e-3)


@given(SEEDS)
def test_the_order_of_the_sample_and_of_the_rows_does_not_matter(seed: int) -> None:
    rows = drawn(seed)
    order = np.random.default_rng(seed).permutation(len(rows))
    question = drawn(seed + 1)[0]
    one, other = whitening_of(rows), whitening_of(rows[order])
    assert one is not None
    assert other is not None
    assert other.cosines(question, rows[order]) == pytest.approx(one.cosines(question, rows)[order], abs=1e-4)


def test_a_passage_alone_scores_as_among_others() -> None:
    rows = drawn(3)
    made = whitening_of(rows)
    assert made is not None
    whole = made.cosines(rows[0], rows)
    assert made.cosines(rows[0], rows[7:8])[0] == pytest.approx(whole[7], abs=1e-5)
    assert whole[0] == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("count", range(LEAST_PASSAGES))
def test_too_few_passages_give_no_whitening(count: int) -> None:
    assert whitening_of(drawn(1)[:count]) is None


def test_passages_all_alike_give_no_whitening() -> None:
    assert whitening_of(np.repeat(drawn(1)[:1], 10, axis=0)) is None


def test_a_row_at_the_centre_scores_zero_and_not_nan() -> None:
    rows = np.array([[1, 0], [-1, 0], [0, 1], [0, -1], [0, 0]], dtype=np.float32)
    made = whitening_of(rows)
    assert made is not None
    assert made.cosines(np.array([1, 0], dtype=np.float32), rows)[-1] == 0.0
