"""Whisper's JSON: openai-whisper, faster-whisper, WhisperX, whisper.cpp, the API and transformers' chunks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ingest.captions import caption_blocks
from ingest.clocks import parse_seconds
from ingest.cues import Cue, shortened, tidy
from ingest.readers.json_input import language_hint, load_json, looks_like_json, refuse, speaker_of, text_of
from ingest.reading import Block, Reading, Source

_SHAPE = 'A Whisper transcript is {"segments": [{"start", "end", "text"}, ...]}, or whisper.cpp\'s "transcription".'
# How far behind the last word the next one is looked for: punctuation stands between, no sentence.
_NEAR = 64


class WhisperJsonReader:
    """Words' times become marks; speakers come from diarised variants, of segments or of words."""

    name = "whisper-json"

    def sniff(self, source: Source) -> float:
        if not looks_like_json(source):
            return 0.0
        head = source.text[:20_000]
        if '"transcription"' in head and ('"offsets"' in head or '"timestamps"' in head):
            return 0.95
        timed = '"start"' in head and '"text"' in head
        if timed or ('"chunks"' in head and '"timestamp"' in head):
            return 0.9
        return 0.6 if '"segments"' in head and '"text"' in head and '"startTime"' not in head else 0.0

    def read(self, source: Source) -> Reading:
        body = load_json(source)
        cues = _cues(source, body)
        hints = _hints(body)
        captioned = caption_blocks(cues)
        if captioned.blocks:
            return Reading(self.name, captioned.blocks, captioned.dropped, hints, captioned.cues, captioned.faults)
        text, _ = tidy(text_of(source, body, "text", "the file")) if isinstance(body, Mapping) else ("", ())
        if not text:
            refuse(source, "no segment in it holds a word", way_out=_SHAPE)
        return Reading(self.name, (Block(text.replace("\n", " "), "turn"),), metadata=hints, faults=("no times",))


def _cues(source: Source, body: Any) -> list[Cue]:
    items, key = _items(source, body)
    made: list[Cue] = []
    for number, item in enumerate(items, 1):
        place = f"{key} {number}"
        raw = text_of(source, item, "text", place)
        start, end = _times(item)
        words = item.get("words")
        words = [word for word in words if isinstance(word, Mapping)] if isinstance(words, list) else []
        raw = raw or _spelt(words)
        text, _ = tidy(raw)
        cue = Cue(text, start, end, speaker_of(item), no=number, breaks=bool(made) and _turned(items[number - 2]))
        made += _with_words(cue, words)
    return _pieces_joined(made, items) if key == "entry" else made


def _items(source: Source, body: Any) -> tuple[list[Any], str]:
    if isinstance(body, list):
        return body, "segment"
    if isinstance(body, Mapping):
        for key, name in (("transcription", "entry"), ("segments", "segment"), ("chunks", "chunk")):
            if isinstance(body.get(key), list):
                return body[key], name
    if not isinstance(body, Mapping) or not isinstance(body.get("text"), str):
        refuse(source, "JSON, but no transcript of Whisper's", way_out=_SHAPE)
    return [], "segment"


def _times(item: Mapping[str, Any]) -> tuple[float | None, float | None]:
    """Seconds; whisper.cpp gives milliseconds under "offsets", transformers a pair under "timestamp"."""
    offsets, stamps, pair = item.get("offsets"), item.get("timestamps"), item.get("timestamp")
    if isinstance(offsets, Mapping):
        start, end = parse_seconds(offsets.get("from")), parse_seconds(offsets.get("to"))
        return _milliseconds(start), _milliseconds(end)
    if isinstance(stamps, Mapping):
        return parse_seconds(stamps.get("from")), parse_seconds(stamps.get("to"))
    if isinstance(pair, list) and len(pair) == 2:
        return parse_seconds(pair[0]), parse_seconds(pair[1])
    return parse_seconds(item.get("start")), parse_seconds(item.get("end"))


def _milliseconds(value: float | None) -> float | None:
    return None if value is None else round(value / 1000, 3)


def _turned(before: Any) -> bool:
    """whisper.cpp's tinydiarize: somebody else speaks after this entry."""
    return isinstance(before, Mapping) and before.get("speaker_turn_next") is True


def _word(word: Mapping[str, Any]) -> str:
    value = word.get("word", word.get("text"))
    return value if isinstance(value, str) else ""


def _spelt(words: Sequence[Mapping[str, Any]]) -> str:
    """The text out of its words, where the segment has none; Whisper's own words bring their space."""
    texts = [_word(word) for word in words]
    return ("" if any(text.startswith(" ") for text in texts) else " ").join(texts)


def _with_words(cue: Cue, words: Sequence[Mapping[str, Any]]) -> list[Cue]:
    """The cue with a mark for each word found in its text; parted where the words' speakers change."""
    marks: list[tuple[int, float]] = []
    turns: list[tuple[int, str | None]] = []
    at = 0
    for word in words:
        text = " ".join(_word(word).split())
        found = cue.text.find(text, at, at + len(text) + _NEAR) if text else -1
        if found < 0:
            continue
        at = found + len(text)
        second = parse_seconds(word.get("start"))
        if second is not None:
            marks.append((found, second))
        speaker = speaker_of(word)
        if speaker and (not turns or turns[-1][1] != speaker):
            turns.append((found, speaker))
    cue = replace(cue, marks=tuple(marks))
    return _parted(cue, turns) if len(turns) > 1 else [replace(cue, speaker=cue.speaker or _first(turns))]


def _first(turns: Sequence[tuple[int, str | None]]) -> str | None:
    return turns[0][1] if turns else None


def _parted(cue: Cue, turns: Sequence[tuple[int, str | None]]) -> list[Cue]:
    starts = [0, *(start for start, _ in turns[1:])]
    ends = [*starts[1:], len(cue.text)]
    parts: list[Cue] = []
    for number, (start, end) in enumerate(zip(starts, ends, strict=True)):
        part = shortened(cue, start, end)
        first = part.marks[0][1] if part.marks and part.marks[0][0] == 0 else None
        parts.append(
            replace(
                part,
                text=part.text.rstrip(),
                speaker=turns[number][1],
                start_s=cue.start_s if number == 0 else first,
                end_s=cue.end_s if end == len(cue.text) else None,
            )
        )
    return parts


def _pieces_joined(cues: list[Cue], items: Sequence[Any]) -> list[Cue]:
    """whisper.cpp -ml 1 writes pieces of words: one that brings no space goes on with the word before."""
    texts = [str(item.get("text", "")) for item in items]
    spaced = sum(1 for text in texts if text.startswith(" "))
    words = sum(len(text.split()) for text in texts)
    if not spaced or spaced * 2 < len(texts) or words > 1.5 * len(texts):
        return cues
    return [replace(cue, joined=cue.no > 1 and not texts[cue.no - 1].startswith(" ")) for cue in cues]


def _hints(body: Any) -> dict[str, Any]:
    if not isinstance(body, Mapping):
        return {}
    result = body.get("result")
    return language_hint(body.get("language") or (result.get("language") if isinstance(result, Mapping) else None))
