"""Cutting: exact slices, whole sentences, within the limits, every sentence once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.errors import SettingsError
from kb.passages import PassageSettings, cut, embedded_input
from kb.records import Metadata, Revision, Segment, Speaker
from tests.tiny import TinyEmbedder

SENTENCE = st.integers(1, 40).map(lambda n: " ".join(["word"] * n).capitalize() + ".")
TURN = st.lists(SENTENCE, min_size=1, max_size=8).map(" ".join)
KIND = st.sampled_from(["turn", "turn", "turn", "paragraph", "heading", "promotion", "reference"])


def revision_of(parts: list[tuple[str, str | None, str]]) -> Revision:
    text = ""
    segments = []
    for number, (kind, speaker, words) in enumerate(parts):
        start = len(text)
        text += words + ("\n\n" if number + 1 < len(parts) else "")
        segments.append(Segment(start, len(text), kind, speaker))
    speakers = (Speaker("Host", side="host", host=True), Speaker("Guest"))
    return Revision("r" * 64, "d1", 1, Metadata("A title", speakers=speakers), text, tuple(segments), (), {}, "")


def passages_of(revision: Revision, limits: PassageSettings) -> list:  # type: ignore[type-arg]
    tiny = TinyEmbedder()
    return cut(revision, limits, tiny.count, tiny.split)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(KIND, st.sampled_from(["Host", "Guest"]), TURN), min_size=1, max_size=12))
def test_passages_are_exact_slices_and_hold_every_sentence_once(parts: list[tuple[str, str, str]]) -> None:
    revision = revision_of(list(parts))
    limits = PassageSettings(tokens=120, words=60)
    found = passages_of(revision, limits)
    covered = [False] * len(revision.text)
    for passage in found:
        assert passage.text == revision.text[passage.start : passage.end]
        assert TinyEmbedder().count([passage.text])[0] <= limits.tokens
        for a, b in passage.sentences:
            for i in range(passage.start + a, passage.start + b):
                assert not covered[i]
                covered[i] = True
    for segment in revision.segments:
        kept = segment.kind not in ("heading", "promotion", "reference")
        for i in range(segment.start, segment.end):
            if not revision.text[i].isspace():
                assert covered[i] == kept


def test_passages_where_a_host_asks_keep_the_question_with_its_answer() -> None:
    long_answer = " ".join(["This sentence has exactly six words."] * 20)
    revision = revision_of(
        [("turn", "Guest", long_answer), ("turn", "Host", "Why is that so?"), ("turn", "Guest", long_answer)]
    )
    found = passages_of(revision, PassageSettings(words=150))
    assert [p.text.startswith("Why is that so?") for p in found] == [False, True]


def test_passages_end_where_the_file_opens_a_turn_of_the_same_speaker() -> None:
    answer = " ".join(["This sentence has exactly six words."] * 8)
    revision = revision_of([("turn", "Guest", answer), ("turn", "Guest", answer)])
    assert len(passages_of(revision, PassageSettings(words=150))) == 1
    first, second = revision.segments
    labelled = replace(revision, segments=(first, replace(second, opens=True)))
    assert [p.text for p in passages_of(labelled, PassageSettings(words=150))] == [answer, answer]


def test_passages_take_a_turn_of_a_few_words_along() -> None:
    revision = revision_of(
        [("turn", "Host", "Indeed so."), ("turn", "Guest", "We begin here."), ("turn", "Host", "Go on then.")]
    )
    assert len(passages_of(revision, PassageSettings())) == 1


def test_passages_never_cross_a_heading() -> None:
    revision = revision_of(
        [("paragraph", None, "One here."), ("heading", None, "Next"), ("paragraph", None, "Two here.")]
    )
    assert [p.text for p in passages_of(revision, PassageSettings())] == ["One here.", "Two here."]


def test_passages_of_one_endless_sentence_are_split_without_losing_a_word() -> None:
    words = [f"w{i}" for i in range(700)]
    revision = revision_of([("turn", "Guest", " ".join(words))])
    found = passages_of(revision, PassageSettings(tokens=100, words=90))
    assert [w for p in found for w in p.text.split()] == words
    assert all(len(p.text.split()) <= 98 for p in found)


def test_embedded_input_is_the_passage_alone_unless_a_head_is_set() -> None:
    revision = revision_of([("turn", "Guest", "Only this.")])
    [passage] = passages_of(revision, PassageSettings())
    assert embedded_input(revision, passage, PassageSettings()) == "Only this."
    assert embedded_input(revision, passage, PassageSettings(head="title")) == "A title\nOnly this."


def test_a_head_that_is_not_known_is_refused() -> None:
    with pytest.raises(SettingsError, match="section"):
        PassageSettings(head="x")
