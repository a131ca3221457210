"""Sentence bounds: nothing lost, nothing shared."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kb.sentences import is_question, sentence_spans


def texts_of(text: str) -> list[str]:
    return [text[a:b] for a, b in sentence_spans(text)]


@given(st.text(alphabet=st.sampled_from("ab .?!\n\"'“”’-()[]0 1Dr"), max_size=200))
def test_sentence_spans_of_any_text_cover_every_character_that_is_not_space(text: str) -> None:
    at = 0
    for start, end in sentence_spans(text):
        assert at <= start < end
        assert not text[at:start].strip()
        at = end
    assert not text[at:].strip()


@given(st.text(max_size=300))
def test_sentence_spans_of_arbitrary_unicode_cover_it(text: str) -> None:
    assert "".join("".join(t.split()) for t in texts_of(text)) == "".join(text.split())


def test_sentence_spans_keep_an_attribution_with_its_quotation() -> None:
    text = "“We see partners,” she explains. “It is not a recipe.”"
    assert texts_of(text) == ["“We see partners,” she explains.", "“It is not a recipe.”"]


def test_sentence_spans_do_not_break_at_abbreviations_and_numbers() -> None:
    assert texts_of("Dr. Ray paid $3.5 million, e.g. for resin. Then it failed.") == [
        "Dr. Ray paid $3.5 million, e.g. for resin.",
        "Then it failed.",
    ]


def test_is_question_sees_through_closing_marks() -> None:
    assert is_question("“Why now?”")
    assert not is_question("Because now.")
