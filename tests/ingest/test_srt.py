from __future__ import annotations

import pytest

from ingest.readers.srt import SrtReader
from ingest.reading import Reading
from kb.errors import InputError
from tests.ingest.transcripts import assert_sound, said, source, words_of


def read(text: str) -> Reading:
    reading = SrtReader().read(source(text, "talk.srt"))
    assert_sound(reading)
    return reading


def cues(*texts: str) -> str:
    return "".join(f"{no}\n00:00:{no:02},000 --> 00:00:{no:02},900\n{text}\n\n" for no, text in enumerate(texts, 1))


def test_name_when_at_the_head_then_carried_over_until_the_next() -> None:
    reading = read(
        cues("Ann: When did", "it fail?", "CDMO lead: On a Tuesday.", "At night.", "Ann: Oh.", "CDMO lead: Yes.")
    )
    assert said(reading) == [
        ("Ann", "When did it fail?"),
        ("CDMO lead", "On a Tuesday. At night."),
        ("Ann", "Oh."),
        ("CDMO lead", "Yes."),
    ]
    assert reading.blocks[1].start_s == 3.0


def test_name_when_it_stands_on_a_later_line_then_the_cue_is_parted() -> None:
    reading = read(cues("Ann: Ready?\nBob: No.", "Bob: Not yet.", "Ann: Why?"))
    assert said(reading)[:2] == [("Ann", "Ready?"), ("Bob", "No. Not yet.")]
    assert reading.blocks[1].start_s == pytest.approx(1.6)


@pytest.mark.parametrize(
    "head", ["So here is the question", "Note", "The rule", "At 12", "https", "Step 2", "Remember"]
)
def test_colon_when_nobody_stands_before_it_then_it_stays_in_the_text(head: str) -> None:
    reading = read(cues("Ann: Hello.", f"{head}: who pays?", f"{head}: who waits?", "Ann: I do."))
    assert {block.speaker for block in reading.blocks} == {"Ann"}
    assert f"{head}: who pays?" in reading.blocks[0].text


def test_one_guest_when_named_once_then_known_beside_names_that_recur() -> None:
    reading = read(cues("Host: Hello.", "Jane: Hi.", "Host: Bye."))
    assert [block.speaker for block in reading.blocks] == ["Host", "Jane", "Host"]


def test_arrows_when_nobody_is_named_then_somebody_else_speaks() -> None:
    assert said(read(cues("Ready now?", ">> No.", ">> Oh."))) == [(None, "Ready now?"), (None, "No."), (None, "Oh.")]


@pytest.mark.parametrize(
    "text",
    [
        "00:00:01,000 --> 00:00:02,000\nOne.\n\n00:00:02,000 --> 00:00:03,000\nTwo.\n",
        "1\n00:00:01.000 --> 00:00:02.000\nOne.\n\n2\n00:00:02.000 --> 00:00:03.000\nTwo.\n",
        "1\n00:00:01,000 --> 00:00:02,000\nOne.\n2\n00:00:02,000 --> 00:00:03,000\nTwo.\n",
        "\ufeff1\r\n00:00:01,000 --> 00:00:02,000\r\nOne.\r\n\r\n\r\n2\r\n"
        "00:00:02,000 --> 00:00:03,000\r\n{\\an8}<i>Two.</i>",
        "1\n0:0:1,0 -> 0:0:2,0\nOne.\n\n2\n0:0:2,0 --> 0:0:3,0 X1:40 X2:600\nTwo.\n",
    ],
)
def test_odd_file_when_read_then_words_and_times_are_kept(text: str) -> None:
    reading = read(text)
    assert words_of(reading.blocks) == ["One.", "Two."]
    assert (reading.blocks[0].start_s, reading.blocks[-1].end_s, reading.cues) == (1.0, 3.0, 2)
    assert reading.faults == ()


def test_number_when_it_is_said_then_kept() -> None:
    assert words_of(read("1\n00:00:01,000 --> 00:00:02,000\n2026\n").blocks) == ["2026"]


def test_file_when_cut_in_half_then_what_is_there_is_read() -> None:
    assert words_of(read(cues("One.", "Two.")[:-30]).blocks) == ["One."]


def test_file_when_without_words_then_refused() -> None:
    with pytest.raises(InputError, match="no caption"):
        read("1\n00:00:01,000 --> 00:00:02,000\n\n")
