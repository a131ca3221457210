from __future__ import annotations

import json
from typing import Any

import pytest

from ingest.readers.podcast_json import PodcastJsonReader
from ingest.readers.whisper_json import WhisperJsonReader
from ingest.reading import Reading
from kb.errors import InputError
from tests.ingest.transcripts import assert_sound, said, seconds, source


def read(body: Any) -> Reading:
    text = body if isinstance(body, str) else json.dumps(body)
    reading = PodcastJsonReader().read(source(text, "talk.json"))
    assert_sound(reading)
    return reading


def segment(body: object, start: object = 0, end: object = 1, speaker: object = "Ann") -> dict[str, object]:
    return {"speaker": speaker, "startTime": start, "endTime": end, "body": body}


def test_segments_when_words_then_joined_into_turns_with_a_mark_each() -> None:
    said_words = ["It", "failed", ".", "Why", "?"]
    reading = read({"segments": [segment(word, no, no + 0.5) for no, word in enumerate(said_words)]})
    assert said(reading) == [("Ann", "It failed. Why?")]
    assert {0.0, 1.0, 3.0} <= set(seconds(reading.blocks))
    assert reading.cues == 5


def test_segments_when_phrases_then_joined_across_hyphens() -> None:
    body = {"language": "en-US", "title": "A talk", "segments": [segment("a well-", 0, 1), segment("known case", 1, 2)]}
    reading = read(body)
    assert said(reading) == [("Ann", "a well-known case")]
    assert reading.metadata == {"language": "en", "title": "A talk"}


def test_speaker_when_missing_or_a_number_then_unknown_or_its_name() -> None:
    reading = read({"segments": [segment("One."), {"body": "Two.", "startTime": 1}, segment("Three.", 2, 3, 7)]})
    assert said(reading) == [("Ann", "One."), (None, "Two."), ("7", "Three.")]


def test_times_when_strange_then_told_and_text_kept() -> None:
    reading = read({"segments": [segment("One.", "0:01", "2.5"), segment("Two.", None, [])]})
    assert reading.blocks[0].text == "One. Two."
    assert reading.blocks[0].start_s == 1.0
    assert any("segment 2" in fault for fault in reading.faults)


@pytest.mark.parametrize(
    ("text", "what", "place"),
    [
        ("[" * 100_000, "nested too deep", "line 1"),
        ('{"b": 1,\n"a":' + '{"a":' * 100_000, "nested too deep", "line 2"),
        ('{\n"segments": [\n{"body": }]}', "broken JSON", "line 3"),
        ('{"segments": [{"body": "one", "startTime": 0', "broken JSON", "line 1"),
        ('{"segments": {}}', "no list", "line 1"),
        ('{"segments": ["one"]}', "no object", "segment 1"),
        ('{"segments": [{"body": "one"}, {"body": 3}]}', "no text", "segment 2"),
        ('{"segments": []}', "no segment", "line 1"),
        ('{"segments": [{"body": " "}]}', "no segment", "line 1"),
        ('{"items": []}', "no transcript", "line 1"),
        ('["one"]', "no transcript", "line 1"),
        ('{"segments": [{"startTime": ' + "9" * 5000 + "}]}", "thousands of digits", "line 1"),
    ],
)
def test_json_when_wrong_then_refused_with_its_place(text: str, what: str, place: str) -> None:
    with pytest.raises(InputError, match=what) as caught:
        PodcastJsonReader().read(source(text, "talk.json"))
    assert caught.value.where == f"talk.json, {place}"


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999", "9" * 400, "true", '"soon"'])
def test_number_when_no_time_then_none_and_the_text_stays(number: str) -> None:
    reading = read(f'{{"segments": [{{"body": "One.", "startTime": {number}, "endTime": 4}}]}}')
    assert (reading.blocks[0].text, reading.blocks[0].start_s) == ("One.", None)


def test_sniff_when_podcast_or_whisper_then_each_knows_its_own() -> None:
    podcast = source(json.dumps({"segments": [segment("One.")]}), "talk.json")
    whisper = source(json.dumps({"segments": [{"start": 0, "end": 1, "text": " One."}]}), "talk.json")
    assert PodcastJsonReader().sniff(podcast) > WhisperJsonReader().sniff(podcast)
    assert WhisperJsonReader().sniff(whisper) > PodcastJsonReader().sniff(whisper)
    assert PodcastJsonReader().sniff(source("[laughs] Well, no.")) == 0.0
    assert PodcastJsonReader().sniff(source("[" * 100_000, "talk.json")) > 0.0
