from __future__ import annotations

import math
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.assemble import assemble
from ingest.normalise import clean, clean_with_offsets
from ingest.reading import Block
from kb.errors import InputError
from kb.records import TimeMark, tiling_fault

ROUGH = st.text(
    st.one_of(
        st.sampled_from("ab \n\t\r\x00\x85\u2028\u00a0\u00ad\ufeff\u202e\u0301e\u1100\u1161"),
        st.characters(),
    ),
    max_size=30,
)
SECONDS = st.one_of(st.none(), st.floats(-5, 500), st.sampled_from([math.nan, math.inf]))


@st.composite
def rough_blocks(draw: st.DrawFn) -> Block:
    text = draw(ROUGH)
    offsets = draw(st.lists(st.integers(0, len(text)), max_size=4))
    marks = tuple((offset, draw(st.floats(-5, 500))) for offset in sorted(offsets))
    kind = draw(st.sampled_from(["turn", "paragraph", "quote"]))
    return Block(text, kind, None, draw(SECONDS), draw(SECONDS), marks=marks, joined=draw(st.booleans()))


@given(st.lists(rough_blocks(), max_size=8))
def test_segments_when_blocks_are_rough_tile_a_normalised_text_with_rising_marks(blocks: list[Block]) -> None:
    if not any(clean(block.text).strip() for block in blocks):
        with pytest.raises(InputError):
            assemble(blocks)
        return
    done = assemble(blocks)
    assert tiling_fault(done.text, done.segments) == ""
    assert unicodedata.is_normalized("NFC", done.text)
    assert not [c for c in done.text if c != "\n" and unicodedata.category(c) in {"Cc", "Cs"}]
    assert done.text == done.text.strip()
    offsets = [mark.offset for mark in done.marks]
    seconds = [mark.second for mark in done.marks]
    assert offsets == sorted(set(offsets))
    assert seconds == sorted(seconds)
    assert all(math.isfinite(second) and second >= 0 for second in seconds)
    assert all(0 <= offset <= len(done.text) for offset in offsets)
    assert len(done.lines) == len(done.segments)


@given(ROUGH)
def test_cleaning_when_done_twice_changes_nothing_more(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(st.lists(st.sampled_from(["caf\u0065\u0301", "co\u00adwork", "a\x00b", "plain"]), min_size=1, max_size=6))
def test_offsets_when_words_are_cleaned_stay_at_their_words(words: list[str]) -> None:
    raw = " ".join(words)
    starts = [sum(len(word) + 1 for word in words[:number]) for number in range(len(words))]
    text, moved = clean_with_offsets(raw, starts)
    assert [text[at:].split(" ")[0] for at in moved] == [clean(word) for word in words]


def test_paragraphs_when_assembled_are_joined_by_an_empty_line_that_belongs_to_the_first() -> None:
    done = assemble([Block("One.", "paragraph", line=1), Block("  Two. ", "heading", level=2, line=3)])
    assert done.text == "One.\n\nTwo."
    assert [(s.start, s.end, s.kind, s.level) for s in done.segments] == [(0, 6, "paragraph", 0), (6, 10, "heading", 2)]
    assert done.lines == (1, 3)


def test_joined_blocks_when_assembled_touch_and_keep_their_inner_spaces() -> None:
    blocks = [
        Block("“We invest,” ", "quote", "Janet"),
        Block("she explains. ", "narration", joined=True),
        Block("“Early.” ", "quote", "Janet", joined=True),
        Block("Next.", "paragraph"),
    ]
    done = assemble(blocks)
    assert done.text == "“We invest,” she explains. “Early.”\n\nNext."
    assert [done.text[s.start : s.end] for s in done.segments] == [
        "“We invest,” ",
        "she explains. ",
        "“Early.”\n\n",
        "Next.",
    ]


def test_line_ends_when_from_windows_become_line_feeds_without_trailing_spaces() -> None:
    assert assemble([Block("a  \r\nb\t\r\n\r\n\r\n\r\nc", "paragraph")]).text == "a\nb\n\nc"


def test_a_text_when_it_starts_with_a_joined_block_starts_there() -> None:
    assert assemble([Block(" x", "paragraph", joined=True)]).text == "x"


def test_marks_when_a_turn_has_word_times_point_at_the_words_and_its_end() -> None:
    done = assemble(
        [
            Block("  Hello there", "turn", "A", 1.0, 4.0, marks=((2, 1.0), (8, 2.5))),
            Block("Yes", "turn", "B", 9.0, 10.0),
        ]
    )
    assert done.text == "Hello there\n\nYes"
    assert done.marks == (TimeMark(0, 1.0), TimeMark(6, 2.5), TimeMark(11, 4.0), TimeMark(13, 9.0), TimeMark(16, 10.0))
    assert done.faults == ()


def test_a_time_when_it_jumps_ahead_costs_only_itself_and_is_a_fault() -> None:
    seconds = [0.0, 5.0, 9999.0, 10.0, 15.0]
    done = assemble([Block(f"Turn {n}", "turn", "A", second, second + 4) for n, second in enumerate(seconds)])
    starts = [segment.start_s for segment in done.segments]
    assert starts[0] == 0.0
    assert starts[1] == 5.0
    assert 5.0 < (starts[2] or 0) < 10.0
    assert done.segments[2].end_s is None
    assert starts[3:] == [10.0, 15.0]
    assert done.faults == ("1 of 5 times go backwards and were left out, the first at 9999 s",)


def test_times_when_negative_or_not_numbers_are_left_out_with_a_fault() -> None:
    done = assemble([Block("a", "turn", "A", -3.0, math.nan), Block("b", "turn", "B", 2.0, 1.0)])
    assert [segment.start_s for segment in done.segments] == [None, 2.0]
    assert [segment.end_s for segment in done.segments] == [None, None]
    assert done.faults == ("2 times are negative or no numbers and were left out",)


def test_speech_when_it_overlaps_keeps_both_starts() -> None:
    done = assemble([Block("a b c", "turn", "A", 0.0, 10.0), Block("d", "turn", "B", 9.0, 12.0)])
    assert [segment.start_s for segment in done.segments] == [0.0, 9.0]
    assert [segment.end_s for segment in done.segments] == [10.0, 12.0]
    assert done.marks == (TimeMark(0, 0.0), TimeMark(7, 9.0), TimeMark(8, 12.0))
    assert done.faults == ()
