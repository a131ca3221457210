from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.captions import BLOCK_WORDS, caption_blocks, ends_sentence
from ingest.clocks import believable, clock, parse_clock, parse_seconds
from ingest.cues import FAULTS_OF_A_KIND, Cue, glue, tidy
from ingest.reading import Reading
from ingest.rolling import without_repeats
from tests.ingest.transcripts import assert_sound, seconds, words_of

WORD = st.text(st.sampled_from("abcdefgh.,?!'É"), min_size=1, max_size=8)
LINE = st.lists(WORD, min_size=1, max_size=6).map(" ".join)
SPEAKER = st.sampled_from([None, "Ann", "Bob"])
SECOND = st.one_of(st.none(), st.floats(-10, 5000).map(lambda second: round(second, 3)))


@st.composite
def wild_cues(draw: st.DrawFn) -> list[Cue]:
    """Cues with times of every kind of wrongness."""
    texts = draw(st.lists(st.lists(LINE, min_size=1, max_size=2).map("\n".join), max_size=30))
    return [Cue(text, draw(SECOND), draw(SECOND), draw(SPEAKER), no, no=no) for no, text in enumerate(texts, 1)]


@st.composite
def sane_cues(draw: st.DrawFn) -> list[Cue]:
    """Cues in order, none overlapping."""
    cues: list[Cue] = []
    at = 0.0
    for no in range(1, draw(st.integers(1, 40)) + 1):
        start = round(at + draw(st.sampled_from([0.0, 0.02, 0.5, 6.0])), 3)
        at = round(start + draw(st.floats(0.1, 5)), 3)
        cues.append(Cue(draw(LINE), start, at, draw(SPEAKER), no, no=no))
    return cues


def cue(text: str, start: float | None = None, end: float | None = None, speaker: str | None = None) -> Cue:
    return Cue(text, start, end, speaker)


def as_reading(cues: list[Cue]) -> Reading:
    captioned = caption_blocks(cues)
    return Reading("captions", captioned.blocks, captioned.dropped, {}, captioned.cues, captioned.faults)


@given(wild_cues())
def test_words_when_cues_do_not_roll_then_all_stay_once_in_order(cues: list[Cue]) -> None:
    reading = as_reading(cues)
    assert_sound(reading)
    if not reading.dropped:
        spoken = "".join(word for one in cues for word in one.text.split())
        assert "".join(words_of(reading.blocks)) == spoken
        # A space is missing only before punctuation that stands alone.
        marks = [word for one in cues for word in one.text.split()[:1] if not any(map(str.isalnum, word))]
        assert len(spoken) == 0 or len(words_of(reading.blocks)) >= sum(len(c.text.split()) for c in cues) - len(marks)


@given(wild_cues())
def test_words_when_counted_then_blocks_and_dropped_hold_all(cues: list[Cue]) -> None:
    reading = as_reading(cues)
    kept = "".join(words_of(reading.blocks))
    gone = "".join(word for item in reading.dropped for word in item.text.split())
    assert len(kept) + len(gone) == len("".join(word for one in cues for word in one.text.split()))


@given(sane_cues())
def test_start_of_a_cue_when_times_are_sane_then_a_mark_keeps_it(cues: list[Cue]) -> None:
    reading = as_reading(cues)
    if not reading.dropped:
        assert {one.start_s for one in cues} <= set(seconds(reading.blocks))
        assert reading.faults == ()


@given(sane_cues())
def test_blocks_when_made_then_each_has_one_speaker_and_times_that_hold_its_marks(cues: list[Cue]) -> None:
    for block in caption_blocks(cues).blocks:
        assert block.kind == "turn"
        for _, second in block.marks:
            assert block.start_s is not None
            assert block.end_s is not None
            assert block.start_s <= second <= block.end_s


def test_speakers_when_they_change_then_blocks_do() -> None:
    blocks = caption_blocks([cue("One", 0, 1, "Ann"), cue("two.", 1, 2, "Ann"), cue("Three.", 2, 3, "Bob")]).blocks
    assert [(block.speaker, block.text, block.start_s, block.end_s) for block in blocks] == [
        ("Ann", "One two.", 0, 2),
        ("Bob", "Three.", 2, 3),
    ]
    assert blocks[0].marks == ((0, 0), (3, 1), (4, 1), (8, 2))


def test_block_when_long_then_closed_at_a_sentence_end_inside_a_cue() -> None:
    cues = [cue(f"word{no} " * 8 + "and", no * 2.0, no * 2.0 + 2) for no in range(10)]
    cues.append(cue("so on. Next one", 20.0, 23.0))
    blocks = caption_blocks(cues).blocks
    assert [block.text[-7:] for block in blocks] == [" so on.", "ext one"]
    assert len(blocks[0].text.split()) > BLOCK_WORDS
    assert blocks[1].text == "Next one"
    assert blocks[1].start_s == blocks[0].end_s == pytest.approx(21.4)
    assert blocks[1].marks == ((0, 21.4), (8, 23.0))


def test_block_when_a_pause_follows_a_sentence_then_closed() -> None:
    cues = [cue("It is late.", 0, 2), cue("Very late.", 6.5, 8), cue("Not", 9, 10), cue("yet.", 20, 21)]
    assert [block.text for block in caption_blocks(cues).blocks] == [
        "It is late.",
        "Very late. Not yet.",
    ]


def test_captions_when_without_full_stops_then_pauses_close_blocks() -> None:
    cues = [cue(f"line {no} without an end of it", no * 3.0, no * 3.0 + 3) for no in range(8)]
    cues.append(cue("and then more", 40, 42))
    assert [len(block.text.split()) for block in caption_blocks(cues).blocks] == [56, 3]


@pytest.mark.parametrize(
    ("first", "second", "joined"),
    [
        ("a well-", "known site", "a well-known site"),
        ("short-", "and long-term", "short- and long-term"),
        ("we go-", "going on", "we go- going on"),
        ("I w-", "Well, no", "I w- Well, no"),
        ("a non-", "GMP batch", "a non-GMP batch"),
        ("COVID-", "19 came", "COVID-19 came"),
        ("stop --", "then", "stop -- then"),
        ("you", "should", "you should"),
        ("podcast", ".", "podcast."),
    ],
)
def test_line_break_when_joined_then_no_word_is_fused_or_torn(first: str, second: str, joined: str) -> None:
    assert caption_blocks([cue(first, 0, 1), cue(second, 1, 2)]).blocks[0].text == joined
    if second != ".":
        assert tidy(f"{first}\n{second}")[0].replace("\n", " ") == joined


def test_marks_when_text_is_tidied_then_they_stay_on_their_words() -> None:
    raw = "  one   two-\nthree  four "
    text, marks = tidy(raw, [(raw.index(word), second) for second, word in enumerate(("one", "two", "three", "four"))])
    assert text == "one two-three four"
    assert marks == ((0, 0), (4, 1), (8, 2), (14, 3))


def rolling_cues() -> list[Cue]:
    """YouTube's way: each line is shown as the lower one, alone, then as the upper one."""
    lines = ["so the first batch", "failed on a tuesday and", "nobody", "called us until", "the week after"]
    cues = [cue(lines[0], 0.0, 2.0)]
    for no, (upper, lower) in enumerate(pairwise(lines), 1):
        cues.append(cue(upper, no * 2.0, no * 2.0 + 0.01))
        cues.append(cue(f"{upper}\n{lower}", no * 2.0 + 0.01, no * 2.0 + 3))
    return [Cue(one.text, one.start_s, one.end_s, None, no, no=no) for no, one in enumerate(cues, 1)]


def test_rolling_captions_when_read_then_each_word_stands_once_and_the_rest_is_reported() -> None:
    captioned = caption_blocks(rolling_cues())
    assert [block.text for block in captioned.blocks] == [
        "so the first batch failed on a tuesday and nobody called us until the week after"
    ]
    assert {item.reason for item in captioned.dropped} == {"rolling caption repeated"}
    assert [fault for fault in captioned.faults if "overlap" in fault] == []
    assert {0.0, 2.01, 4.01, 6.01, 8.01} <= set(seconds(captioned.blocks))


def test_rolling_captions_when_each_cue_grows_then_each_word_stands_once() -> None:
    cues = [cue(" ".join(str(n) for n in range(size)), size, size + 1) for size in range(1, 12)]
    assert caption_blocks(cues).blocks[0].text == "0 1 2 3 4 5 6 7 8 9 10"


def test_repeated_words_when_captions_do_not_roll_then_they_stay() -> None:
    cues = [cue("I know that", 0, 1), cue("that is true", 1, 2), cue("you know", 2, 3), cue("you know how", 3, 4)]
    cues += [cue(f"line {no} of others", 4 + no, 5 + no) for no in range(8)]
    captioned = caption_blocks(cues)
    assert captioned.dropped == ()
    assert captioned.blocks[0].text.startswith("I know that that is true you know you know how line 0")


def test_cue_when_given_twice_with_its_times_then_once_and_reported() -> None:
    kept, dropped, rolls = without_repeats([cue("Yes.", 1, 2), cue("Yes.", 1, 2), cue("Yes.", 3, 4)])
    assert ([one.start_s for one in kept], [item.reason for item in dropped], rolls) == (
        [1, 3],
        ["cue repeated"],
        False,
    )


def test_times_when_impossible_then_reported_and_left_out_and_text_kept() -> None:
    cues = [
        cue("One.", -2, 1),
        cue("Two.", 5, 3),
        cue("Three.", 6, 9),
        cue("Four.", 8, 10),
        cue("Five.", 2, 3),
        cue("Six.", -9, -8),
        cue("Seven.", 11, 12),
    ]
    reading = as_reading(cues)
    assert_sound(reading)
    assert reading.blocks[0].text == "One. Two. Three. Four. Five. Six. Seven."
    assert set(seconds(reading.blocks)) == {0.0, 1.0, 5.0, 6.0, 8.0, 10.0, 11.0, 12.0}
    for what in ("negative", "ends before it starts", "overlaps", "out of order"):
        assert any(what in fault for fault in reading.faults)


def test_cues_when_shown_at_once_then_neither_takes_no_time() -> None:
    first, second = caption_blocks([cue("Yes.", 5, 7, "Ann"), cue("No.", 5, 7, "Bob")]).blocks
    assert (first.start_s, first.end_s, second.start_s, second.end_s) == (5, None, 5, 7)


def test_faults_when_many_then_counted_rather_than_listed() -> None:
    faults = caption_blocks([cue(f"Word{no}.", no + 1.0, no) for no in range(500)]).faults
    assert len(faults) == FAULTS_OF_A_KIND + 1
    assert faults[-1].startswith("480 more")


@pytest.mark.parametrize(
    ("word", "following", "ends"),
    [
        ("late.", "The", True),
        ('late."', "The", True),
        ("Dr.", "Smith", False),
        ("e.g.", "Ann", False),
        ("J.", "Smith", False),
        ("late...", "and", False),
        ("late", "The", False),
        ("why?", "1", True),
    ],
)
def test_sentence_end_when_asked_then_abbreviations_are_none(word: str, following: str, ends: bool) -> None:
    assert ends_sentence(word, following) is ends


def test_glue_when_before_is_one_hyphen_then_a_space() -> None:
    assert glue("-", "known") == " "


@pytest.mark.parametrize(
    ("text", "second"),
    [
        ("4:15", 255.0),
        ("01:04:15.25", 3855.25),
        ("00:00:01,5", 1.5),
        ("-0:01", -1.0),
        ("00:11: 51.07", 711.07),
        ("00:16:16:05", 976.05),
        ("12", None),
        ("a:b", None),
        ("", None),
    ],
)
def test_clock_when_parsed_then_seconds_or_none(text: str, second: float | None) -> None:
    assert parse_clock(text) == second


@pytest.mark.parametrize("value", [True, None, [], {}, "soon", float("nan"), float("inf"), 10**400, "9" * 400])
def test_seconds_when_no_time_then_none(value: object) -> None:
    assert parse_seconds(value) is None


def test_seconds_when_number_or_clock_then_read() -> None:
    assert [parse_seconds(value) for value in (1, 1.5, "2.25", "0:03")] == [1.0, 1.5, 2.25, 3.0]
    assert (clock(75.5), clock(3.0), clock(-1.0)) == ("1:15.5", "0:03", "-0:01")


@given(st.lists(SECOND, max_size=30))
def test_believable_times_when_chosen_then_they_rise_and_no_more_could(times: list[float | None]) -> None:
    kept = [second for second, good in zip(times, believable(times), strict=True) if good and second is not None]
    assert kept == sorted(kept)
    best = [0] * len(times)
    for at, second in enumerate(times):
        if second is not None:
            best[at] = 1 + max(
                (best[i] for i, other in enumerate(times[:at]) if other is not None and other <= second), default=0
            )
    assert len(kept) == max(best, default=0)
