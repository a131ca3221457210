from __future__ import annotations

import json
from typing import Any

import pytest

from ingest.readers.whisper_json import WhisperJsonReader
from ingest.reading import Reading
from kb.errors import InputError
from tests.ingest.transcripts import assert_sound, said, source


def read(body: Any) -> Reading:
    reading = WhisperJsonReader().read(source(json.dumps(body), "talk.json"))
    assert_sound(reading)
    return reading


def test_openai_whisper_when_it_has_words_then_each_is_a_mark() -> None:
    words = [{"word": word, "start": 1 + no, "end": 1.5 + no} for no, word in enumerate((" We", " called", " them."))]
    segment = {"id": 0, "start": 0.5, "end": 4.0, "text": " We called them.", "words": words}
    reading = read({"text": " We called them.", "segments": [segment], "language": "english"})
    assert reading.blocks[0].text == "We called them."
    assert reading.blocks[0].marks == ((0, 0.5), (3, 2.0), (10, 3.0), (15, 4.0))
    assert reading.metadata == {"language": "en"}


def test_faster_whisper_when_a_bare_list_then_read() -> None:
    reading = read([{"start": 0, "end": 1, "text": " One."}, {"start": 1, "end": 2, "text": " Two."}])
    assert (said(reading), reading.cues) == ([(None, "One. Two.")], 2)


def test_whisperx_when_speakers_change_inside_a_segment_then_parted() -> None:
    words = [
        {"word": "Ready?", "start": 0.0, "end": 0.5, "speaker": "SPEAKER_00"},
        {"word": "No,", "start": 1.0, "end": 1.5, "speaker": "SPEAKER_01"},
        {"word": "sorry."},
    ]
    reading = read({"segments": [{"start": 0, "end": 2, "text": "Ready? No, sorry.", "words": words}]})
    assert said(reading) == [("SPEAKER_00", "Ready?"), ("SPEAKER_01", "No, sorry.")]
    assert reading.blocks[1].start_s == 1.0


def test_speaker_when_said_of_the_segment_then_kept() -> None:
    body = {"segments": [{"type": "x", "speaker": "A", "start": 0, "end": 1, "text": "One.", "id": "s1"}]}
    assert said(read(body)) == [("A", "One.")]


def test_whisper_cpp_when_entries_are_segments_then_milliseconds_are_seconds() -> None:
    entries = [
        {"offsets": {"from": 0, "to": 1500}, "text": " Ready?", "speaker_turn_next": True},
        {"offsets": {"from": 1500, "to": 2500}, "text": " No."},
    ]
    reading = read({"result": {"language": "en"}, "transcription": entries})
    assert said(reading) == [(None, "Ready?"), (None, "No.")]
    assert reading.blocks[1].start_s == 1.5
    assert reading.metadata == {"language": "en"}


def test_whisper_cpp_when_entries_are_pieces_of_words_then_no_word_is_torn() -> None:
    pieces = [" The", " bio", "react", "or", " failed", "."]
    entries = [
        {"timestamps": {"from": f"00:00:0{no},000", "to": f"00:00:0{no},900"}, "text": piece}
        for no, piece in enumerate(pieces)
    ]
    assert read({"transcription": entries}).blocks[0].text == "The bioreactor failed."


def test_transformers_chunks_when_given_then_read() -> None:
    chunks = [{"timestamp": [0.0, 1.0], "text": " One."}, {"timestamp": [1.0, None], "text": " Two."}]
    reading = read({"text": "One. Two.", "chunks": chunks})
    assert (reading.blocks[0].text, reading.blocks[0].start_s) == ("One. Two.", 0.0)


def test_text_when_there_are_no_segments_then_read_without_times() -> None:
    reading = read({"text": " Only words here. "})
    assert (reading.blocks[0].text, reading.faults) == ("Only words here.", ("no times",))


def test_segment_when_it_has_words_only_then_spelt_out_of_them() -> None:
    assert read([{"start": 0, "words": [{"word": " One"}, {"word": " two"}]}]).blocks[0].text == "One two"
    assert read([{"start": 0, "words": [{"word": "One"}, {"word": "two"}]}]).blocks[0].text == "One two"


def test_word_when_not_in_the_text_then_passed_over() -> None:
    words = [{"word": "zzz", "start": 1}, {"word": "two.", "start": 2}, 5, {"word": 3}]
    assert read([{"start": 0, "end": 3, "text": "One two.", "words": words}]).blocks[0].marks == (
        (0, 0),
        (4, 2),
        (8, 3),
    )


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ({"segments": [3]}, "no object"),
        ({"segments": [{"text": 3}]}, "no text"),
        ({"segments": [{"text": " "}]}, "no segment"),
        ({"transcription": [None]}, "no object"),
        ({"nothing": 1}, "no transcript"),
        (3, "no transcript"),
        ([], "no segment"),
    ],
)
def test_shape_when_wrong_then_refused(body: Any, what: str) -> None:
    with pytest.raises(InputError, match=what) as caught:
        read(body)
    assert caught.value.where.startswith("talk.json, ")
