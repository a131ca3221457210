"""Host questions are exact spans that a guest answers."""

from __future__ import annotations

import pytest

from kb.host_questions import host_questions, really_asks
from tests.kb.makers import draft

LONG = "We called them eighteen months before the batch, and " + "that early talk saved us a season, " * 5 + "truly."


def test_a_host_question_when_a_guest_answers_it_then_both_are_exact_spans() -> None:
    made = draft([("Host", "Welcome. When did you first call the manufacturer?"), ("Guest", LONG)])
    [found] = host_questions(made.text, made.segments, made.metadata.speakers)
    assert made.text[found.start : found.end] == "When did you first call the manufacturer?"
    assert (made.text[found.answer_start : found.answer_end], found.answerer) == (LONG, "Guest")


def test_a_question_when_a_guest_asks_or_nobody_answers_with_substance_then_does_not_count() -> None:
    asked = "When did you first call the manufacturer?"
    for turns in ([("Guest", asked), ("Host", LONG)], [("Host", asked), ("Guest", "Early.")], [("Host", asked)]):
        made = draft(turns)
        assert host_questions(made.text, made.segments, made.metadata.speakers) == []


@pytest.mark.parametrize("said", ["How are you doing today?", "That is a lot of money, right?", "Really?", "And you?"])
def test_a_greeting_or_a_tag_when_it_ends_with_a_mark_then_asks_for_nothing(said: str) -> None:
    assert not really_asks(said)
