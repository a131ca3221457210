"""The readers on the real input, against a second, simpler way of getting at the same words."""

from __future__ import annotations

import html
import json
import re
from collections import Counter
from pathlib import Path

import pytest

from ingest.charset import load_source
from ingest.feed import is_feed, read_feed
from ingest.readers import choose
from ingest.reading import Reading, Source
from tests.ingest.transcripts import assert_sound, letters, seconds, words_of

pytestmark = pytest.mark.real
LIMIT = 64 * 1024 * 1024


def loaded(path: Path) -> Source:
    return load_source(path, LIMIT)


def read(path: Path) -> Reading:
    source = loaded(path)
    reading = choose(source).read(source)
    assert_sound(reading)
    return reading


def spoken(reading: Reading) -> list[str]:
    return letters(" ".join(words_of(reading.blocks)))


def plain_cues(text: str) -> str:
    """Cue texts, got by throwing away what is none: indices, times, tags, names."""
    lines = [line for line in text.splitlines() if line.strip() and "-->" not in line and not line.strip().isdigit()]
    kept = [re.sub(r"^[A-Z]\w+: ", "", line) for line in lines if line != "WEBVTT"]
    return html.unescape(re.sub(r"<[^>]+>", "", " ".join(kept)))


def cue_starts(text: str) -> set[float]:
    found = re.findall(r"(\d\d):(\d\d):(\d\d)[.,](\d{3}) -->", text)
    return {round(int(h) * 3600 + int(m) * 60 + int(s) + int(ms) / 1000, 3) for h, m, s, ms in found}


def test_vtt_when_read_then_7_of_7_voices_both_speakers_and_every_word(real: Path) -> None:
    path = real / "podcast-namespace" / "transcript.vtt"
    reading = read(path)
    text = path.read_text(encoding="utf-8")
    voices = Counter(re.findall(r"<v (\w+)>", text))
    assert reading.cues == sum(voices.values()) == 7
    assert {block.speaker for block in reading.blocks} == set(voices) == {"Sarah", "Gillian"}
    for name in voices:
        mine = " ".join(block.text for block in reading.blocks if block.speaker == name)
        parts = re.findall(rf"<v {name}>(.*)", text)
        assert mine.split() == html.unescape(" ".join(parts)).split()
    assert spoken(reading) == letters(plain_cues(text))
    assert cue_starts(text) <= set(seconds(reading.blocks))


def test_srt_when_read_then_every_word_name_and_time(real: Path) -> None:
    path = real / "podcast-namespace" / "transcript.srt"
    reading = read(path)
    text = path.read_text(encoding="utf-8")
    assert words_of(reading.blocks) == plain_cues(text).split()
    assert {block.speaker for block in reading.blocks} == set(re.findall(r"^([A-Z]\w+): ", text, re.MULTILINE))
    assert cue_starts(text) <= set(seconds(reading.blocks))
    assert reading.cues == text.count("-->")


def test_json_when_read_then_every_word_speaker_and_time(real: Path) -> None:
    path = real / "podcast-namespace" / "transcript.json"
    reading = read(path)
    segments = json.loads(path.read_text(encoding="utf-8"))["segments"]
    assert words_of(reading.blocks) == [segment["body"] for segment in segments]
    assert [block.speaker for block in reading.blocks] == ["Darth Vader", "Luke"]
    assert {segment["startTime"] for segment in segments} <= set(seconds(reading.blocks))


def test_html_when_read_then_every_word_speaker_and_time(real: Path) -> None:
    path = real / "podcast-namespace" / "transcript.html"
    reading = read(path)
    text = path.read_text(encoding="utf-8")
    paragraphs = re.findall(r"<p>(.*?)</p>", text, re.DOTALL)
    assert words_of(reading.blocks) == html.unescape(" ".join(paragraphs)).split()
    names = [name.rstrip(":") for name in re.findall(r"<cite>(.*?)</cite>", text)]
    assert [block.speaker for block in reading.blocks] == names
    clocks = [clock.split(":") for clock in re.findall(r"<time>(.*?)</time>", text)]
    assert [block.start_s for block in reading.blocks] == [int(minute) * 60 + int(second) for minute, second in clocks]


def test_srt_and_html_when_of_one_talk_then_the_same_words(real: Path) -> None:
    folder = real / "podcast-namespace"
    assert spoken(read(folder / "transcript.srt")) == spoken(read(folder / "transcript.html"))


def test_feed_when_read_then_its_items_people_and_the_transcript_beside(real: Path) -> None:
    source = loaded(real / "podcast-namespace" / "feed.xml")
    assert is_feed(source)
    items = read_feed(source)
    assert [item.hints["key"] for item in items] == [f"https://example.com/ep000{no}" for no in (3, 2, 1)]
    assert [item.hints["date"] for item in items] == ["2020-10-09", "2020-10-08", "2020-10-07"]
    assert {item.hints["show"] for item in items} == {"Podcasting 2.0 Namespace Example"}
    assert {item.hints["audio"] for item in items} == {f"https://example.com/file-0{no}.mp3" for no in (1, 2, 3)}
    for item in items:
        assert [(one["name"], one["host"]) for one in item.hints["speakers"]] == [
            ("Adam Curry", True),
            ("Dave Jones", False),
        ]
    # Its third item names a .txt first and a .vtt second: only the second lies beside it.
    assert [item.transcript_path and item.transcript_path.name for item in items] == ["transcript.vtt", None, None]
    assert all("transcript.txt" in item.reason for item in items[1:])


def practical_ai_words(text: str) -> list[str]:
    """Words without heads, times, escapes and marks of emphasis."""
    text = re.sub(r"^\*\*Break:?\*\*.*$", "", html.unescape(text), flags=re.MULTILINE)
    text = re.sub(r"^\*\*[^*\n]{1,60}\*\*:?", "", text, flags=re.MULTILINE).replace("**:**", ":").replace("\\", "")
    text = re.sub(r"\]\(http[^)]*\)", "]", re.sub(r"\[[\d:. ]+\]", "", text))
    return letters(re.sub(r"[_*`]", " ", text).replace("graph nets", "graph_nets"))


def test_practical_ai_when_read_then_every_word_speaker_and_time(real: Path) -> None:
    files = sorted((real / "practical-ai").glob("*.md"))
    assert len(files) == 6
    for path in files:
        reading = read(path)
        text = path.read_text(encoding="utf-8")
        heads = {head.strip(":") for head in re.findall(r"^\*\*([^*\n]+)\*\*", text, re.MULTILINE)}
        assert reading.format == "turns"
        assert spoken(reading) == practical_ai_words(text), path.name
        assert {block.speaker for block in reading.blocks} == heads - {"Break"}
        assert len(seconds(reading.blocks)) + len(reading.faults) == len(re.findall(r"\d\d:\d\d(?:\.\d+)?\\\]", text))
        assert reading.faults == ()


def test_practical_ai_when_all_99_are_read_then_no_word_is_lost(real: Path) -> None:
    files = sorted((real / "practical-ai" / "iqr" / "docs").glob("*.md"))
    assert len(files) == 99
    for path in files:
        text = path.read_text(encoding="utf-8")
        assert spoken(read(path)) == practical_ai_words(text), path.name


def test_seed_article_when_sniffed_then_no_transcript(real: Path) -> None:
    source = loaded(next((real / "seed").glob("*.txt")))
    assert choose(source).name == "plain"
