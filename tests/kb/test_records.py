"""Time, tiling and sections of a text."""

from __future__ import annotations

import json
from dataclasses import asdict

from hypothesis import given
from hypothesis import strategies as st

from kb.records import (
    Chapter,
    Metadata,
    Segment,
    Speaker,
    TimeMark,
    metadata_from_json,
    second_at,
    section_at,
    segment_index,
    tiling_fault,
)
from kb.spans import overlapping, voice, voices

LENGTHS = st.lists(st.integers(1, 30), min_size=1, max_size=20)


def tiles(lengths: list[int]) -> list[Segment]:
    found, at = [], 0
    for number, length in enumerate(lengths):
        found.append(Segment(at, at + length, "turn", f"s{number % 3}"))
        at += length
    return found


def test_second_at_between_near_marks_is_linear_and_between_far_ones_the_earlier() -> None:
    marks = (TimeMark(0, 10.0), TimeMark(100, 20.0), TimeMark(200, 300.0))
    assert second_at(marks, 50) == 15.0
    assert second_at(marks, 150) == 20.0
    assert second_at(marks, 250) == 300.0
    assert second_at(marks[1:], 50) is None
    assert second_at((), 5) is None


@given(st.lists(st.tuples(st.integers(0, 500), st.floats(0, 1000)), max_size=20), st.integers(0, 600))
def test_second_at_never_leaves_the_marks_around_it(pairs: list[tuple[int, float]], offset: int) -> None:
    offsets = sorted({o for o, _ in pairs})
    seconds = sorted(s for _, s in pairs)[: len(offsets)]
    marks = [TimeMark(o, s) for o, s in zip(offsets, seconds, strict=True)]
    found = second_at(marks, offset)
    before = [m.second for m in marks if m.offset <= offset]
    after = [m.second for m in marks if m.offset > offset]
    if found is None:
        assert not before
    else:
        assert before[-1] - 0.001 <= found <= (after[0] if after else before[-1]) + 0.001


@given(LENGTHS)
def test_segment_index_finds_the_tile_of_every_offset(lengths: list[int]) -> None:
    segments = tiles(lengths)
    for offset in range(segments[-1].end):
        found = segments[segment_index(segments, offset)]
        assert found.start <= offset < found.end


@given(LENGTHS, st.integers(0, 300), st.integers(1, 50))
def test_overlapping_equals_the_slow_referee(lengths: list[int], start: int, size: int) -> None:
    segments = tiles(lengths)
    slow = [s for s in segments if s.start < start + size and s.end > start]
    assert overlapping(segments, start, start + size) == slow


def test_voice_is_whoever_has_half_of_the_span() -> None:
    segments = tiles([10, 10, 10])
    assert voice(segments, 0, 14) == "s0"
    assert voice(segments, 5, 15) in ("s0", "s1")
    assert voices(segments, 0, 30) == ("s0", "s1", "s2")
    mixed = [Segment(0, 30, "narration"), Segment(30, 40, "quote", "a")]
    assert voice(mixed, 0, 40) is None


def test_tiling_fault_names_what_is_wrong() -> None:
    assert tiling_fault("ab", [Segment(0, 2, "turn")]) == ""
    assert "starts at 1" in tiling_fault("ab", [Segment(1, 2, "turn")])
    assert "end at 1" in tiling_fault("ab", [Segment(0, 1, "turn")])
    assert "unknown kind" in tiling_fault("ab", [Segment(0, 2, "song")])


def test_section_at_gives_the_last_heading_before() -> None:
    text = "One\n\nwords\n\nTwo\n\nmore"
    segments = [
        Segment(0, 5, "heading"),
        Segment(5, 12, "paragraph"),
        Segment(12, 17, "heading"),
        Segment(17, 21, "paragraph"),
    ]
    assert section_at(text, segments, 6) == "One"
    assert section_at(text, segments, 18) == "Two"


def test_metadata_survives_json() -> None:
    meta = Metadata("T", phase=("phase 1",), speakers=(Speaker("A", side="cdmo"),), chapters=(Chapter(1.5, "c"),))
    assert metadata_from_json(json.loads(json.dumps(asdict(meta)))) == meta
