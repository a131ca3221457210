"""Which texts share a forward pass."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kb.embedding.batches import batches


def test_batches_when_lengths_are_alike_are_full_and_longest_first() -> None:
    assert batches([10, 12, 11, 12], 24) == [[1, 3], [2, 0]]


def test_a_text_when_it_would_be_mostly_padding_starts_a_batch_of_its_own() -> None:
    assert batches([100, 80, 10], 1000) == [[0], [1], [2]]


def test_a_text_when_it_is_longer_than_a_batch_goes_alone() -> None:
    assert batches([50, 50], 1) == [[0], [1]]
    assert batches([], 8) == []


@given(st.lists(st.integers(1, 256), max_size=60), st.integers(1, 2048))
def test_batches_whatever_the_lengths_hold_each_text_once_within_the_budget(lengths: list[int], most: int) -> None:
    found = batches(lengths, most)
    assert sorted(i for batch in found for i in batch) == list(range(len(lengths)))
    for batch in found:
        longest = max(lengths[i] for i in batch)
        assert len(batch) == 1 or len(batch) * longest <= most
        assert all(lengths[i] >= 0.875 * longest for i in batch)
