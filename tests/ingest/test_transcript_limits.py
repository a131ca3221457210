"""Hostile files: the time to read one grows with its size, and with nothing else."""

from __future__ import annotations

import json
import time

import pytest

from ingest.readers.podcast_html import PodcastHtmlReader
from ingest.readers.srt import SrtReader
from ingest.readers.turns import TurnsReader
from ingest.readers.webvtt import WebVttReader
from ingest.readers.whisper_json import WhisperJsonReader
from ingest.reading import Reader
from kb.errors import InputError
from tests.ingest.transcripts import source

SIZE = 200_000
# Quadratic work on 200,000 characters takes minutes; linear work well under a second.
LIMIT_S = 15.0

BITS = [
    "<v ",
    "<v a>",
    "&",
    "[",
    "**a",
    "\\[",
    "Ann: ",
    "Ann: x\n",
    "00:00 --> ",
    "a-\n",
    "[a 00:01] ",
    "](",
    "*a ",
    "x",
    "\n\n",
    ">>\n",
]
HEADS: list[tuple[Reader, str, str]] = [
    (WebVttReader(), "talk.vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\n"),
    (SrtReader(), "talk.srt", "1\n00:00:01,000 --> 00:00:02,000\nAnn: x\n\n"),
    (TurnsReader(), "talk.md", "**Ann:** hi\n\n**Bob:** "),
    (PodcastHtmlReader(), "talk.html", "<cite>A</cite><time>0:01</time><p>x"),
]


@pytest.mark.parametrize(("reader", "name", "head"), HEADS, ids=[head[0].name for head in HEADS])
def test_repeated_bits_when_read_then_in_linear_time(reader: Reader, name: str, head: str) -> None:
    started = time.monotonic()
    for bit in BITS:
        hostile = source(head + bit * (SIZE // len(bit) // 4), name)
        reader.sniff(hostile)
        try:
            reader.read(hostile)
        except InputError:
            continue
    assert time.monotonic() - started < LIMIT_S


def test_words_with_times_when_many_then_in_linear_time() -> None:
    started = time.monotonic()
    words = [{"word": " ab", "start": no, "speaker": str(no % 2)} for no in range(20_000)]
    reading = WhisperJsonReader().read(source(json.dumps([{"start": 0, "text": " ab" * 20_000, "words": words}])))
    assert len(reading.blocks) == 20_000
    timed = "WEBVTT\n\n00:01.000 --> 00:02.000\n" + "Ann: x <00:00:01.000>y\n" * 20_000
    WebVttReader().read(source(timed, "talk.vtt"))
    assert time.monotonic() - started < LIMIT_S
