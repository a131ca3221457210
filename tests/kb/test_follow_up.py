"""Follow-ups are understood from the question before, and what stands by itself is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.follow_up import taken_to_mean
from kb.words import words

BEFORE = "How far ahead of phase 3 should we lock the process?"


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("and what about phase 2?", "How far ahead of phase 2 should we lock the process?"),
        ("phase 2?", "How far ahead of phase 2 should we lock the process?"),
        ("What about for an antibody?", "How far ahead of phase 3 should we lock the process for an antibody?"),
        ("Why?", "Why: how far ahead of phase 3 should we lock the process?"),
    ],
)
def test_a_follow_up_when_something_was_asked_before_then_means_the_full_question(question: str, meant: str) -> None:
    assert taken_to_mean(BEFORE, question) == meant


@pytest.mark.parametrize(
    "question",
    ["How many CDMOs should receive our request for proposal?", "Is it worth having two CDMOs?", BEFORE, "", "?"],
)
def test_a_question_when_it_stands_by_itself_then_is_no_follow_up(question: str) -> None:
    assert taken_to_mean(BEFORE, question) == ""


@given(st.text(max_size=80), st.text(max_size=80))
def test_what_is_meant_when_composed_then_has_no_words_but_the_two_questions_own(before: str, question: str) -> None:
    assert set(words(taken_to_mean(before, question))) <= set(words(before)) | set(words(question))
