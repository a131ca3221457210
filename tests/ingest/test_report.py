from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.assemble import assemble
from ingest.reading import Block, Dropped
from ingest.report import LISTED, doubled_share, gaps, quality_report
from kb.records import Speaker, TimeMark


def test_a_report_when_made_counts_words_by_speaker_and_what_was_set_aside() -> None:
    done = assemble(
        [
            Block("One two three.", "turn", "Ann", line=1),
            Block("Four.", "turn", line=2),
            Block("Listen on all platforms", "promotion", line=3),
        ]
    )
    report = quality_report(
        done,
        format_name="vtt",
        charset="utf-8",
        speakers=[Speaker("Ann", host=True, guessed=True)],
        dropped=[Dropped("promotion", "Listen on all platforms", 3)],
        cues=2,
        faults=["odd"],
    )
    assert json.loads(json.dumps(report)) == report
    assert (report["words"], report["words_set_aside"], report["cues"]) == (4, 4, 2)
    assert report["set_aside"] == [{"reason": "promotion", "words": 4, "sample": "Listen on all platforms", "line": 3}]
    assert report["speakers"] == {"Ann": 3}
    assert report["share_without_speaker"] == 0.25
    assert report["host_guessed"] is True
    assert report["flagged"] is False
    assert report["faults"] == ["odd"]


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("a b c a b c", 0.5),
        ("a b a b", 0.0),
        ("a b c d e f", 0.0),
        ("So we wait. So we wait! And then so we wait", 0.2727),
        ("a b c d a b c d a b c d", 0.6667),
        ("", 0.0),
    ],
)
def test_the_doubled_share_when_words_are_said_again_at_once_counts_them(text: str, share: float) -> None:
    assert doubled_share(text) == share


def _slow_doubled_share(words: list[str]) -> float:
    doubled: set[int] = set()
    for length in range(3, 41):
        for at in range(len(words) - 2 * length + 1):
            if words[at : at + length] == words[at + length : at + 2 * length]:
                doubled |= set(range(at + length, at + 2 * length))
    return round(len(doubled) / len(words), 4) if words else 0.0


@given(st.lists(st.sampled_from("abc"), max_size=40))
def test_the_doubled_share_when_compared_with_a_plain_count_is_the_same(words: list[str]) -> None:
    assert doubled_share(" ".join(words)) == _slow_doubled_share(words)


def test_speech_when_too_fast_to_be_said_is_listed_with_its_second_and_line() -> None:
    done = assemble(
        [
            Block(" ".join(["word"] * 13), "turn", "A", 0.0, 2.0, line=4),
            Block(" ".join(["word"] * 12), "turn", "B", 2.0, 4.0, line=5),
            Block("five words in no time", "turn", "A", 4.0, 4.5, line=6),
            Block(" ".join(["word"] * 11), "turn", "B", 5.0, 5.0, line=7),
        ]
    )
    report = quality_report(done, format_name="vtt", charset="utf-8")
    assert report["impossible_speech_rates"] == [
        {"second": 0.0, "words": 13, "words_s": 6.5, "line": 4},
        {"second": 5.0, "words": 11, "words_s": None, "line": 7},
    ]


def test_a_gap_when_nothing_is_said_for_over_a_minute_is_listed() -> None:
    done = assemble([Block("Hello there.", "turn", "A", 0.0, 2.0), Block("Back again.", "turn", "A", 70.0, 72.0)])
    assert gaps(done.text, done.marks) == [{"second": 2.0, "lasts_s": 68.0}]


def test_a_long_turn_when_it_is_full_of_words_is_no_gap() -> None:
    text = " ".join(["word"] * 100)
    assert gaps(text, [TimeMark(0, 0.0), TimeMark(len(text), 90.0)]) == []


def test_faults_when_there_are_too_many_end_with_how_many_more() -> None:
    done = assemble([Block("One.", "paragraph")])
    report = quality_report(done, format_name="x", charset="utf-8", faults=[f"fault {n}" for n in range(300)])
    assert len(report["faults"]) == LISTED
    assert report["faults"][-1] == "and 201 more"


def test_an_article_when_nothing_is_quoted_lacks_no_speaker() -> None:
    done = assemble([Block("Only narration.", "paragraph")])
    assert quality_report(done, format_name="text", charset="utf-8")["share_without_speaker"] == 0.0
