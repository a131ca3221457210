"""WebVTT: voices, classes, inline times, entities; NOTE, STYLE and REGION blocks are set aside."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ingest.captions import caption_blocks
from ingest.clocks import parse_clock
from ingest.cuefile import CueFile, RawCue, lines_of, looks_timed, parse_cues, unescape
from ingest.cues import Cue, tidy
from ingest.readers.prefixed import with_prefixes
from ingest.reading import Dropped, Reading, Source
from kb.errors import InputError

# Only what WebVTT and SRT know as tags: "<5 mg" and "<unclear>" are words.
_TAG = re.compile(r"<(/?)(v|c|i|b|u|s|ruby|rt|lang|font|br)(?=[\s./>])([^<>]*)>|<(\d[\d:.]{2,20})>", re.IGNORECASE)
_OVERRIDE = re.compile(r"\{\\[^{}]{0,200}\}")


class WebVttReader:
    """One format of captions. Speakers: voice spans, else `Name:` heads where the file has no voices."""

    name = "webvtt"

    def sniff(self, source: Source) -> float:
        if source.text.lstrip("\ufeff \t\r\n").startswith("WEBVTT"):
            return 1.0
        return 0.9 if source.path.suffix.lower() == ".vtt" and looks_timed(source.text) else 0.0

    def read(self, source: Source) -> Reading:
        lines = lines_of(source.text.lstrip("\ufeff"))
        body, dropped, metadata = _header(lines)
        file = parse_cues(lines[body:], body + 1, comments=True)
        file.dropped[:0] = dropped
        if not dropped:
            file.faults.add("no header", "line 1: the WEBVTT header is missing")
        return reading_of(self.name, source, file, metadata)


def reading_of(name: str, source: Source, file: CueFile, metadata: dict[str, Any]) -> Reading:
    """The Reading of a parsed caption file. Raises InputError where it holds no words."""
    cues = [part for number, raw in enumerate(file.cues, 1) for part in voiced(raw, number)]
    if not any(part.speaker for part in cues):
        cues = with_prefixes(cues)
    captioned = caption_blocks(cues)
    if not captioned.blocks:
        raise InputError(
            "no caption in it holds a word",
            where=f"{source.path.name}, line {file.cues[0].line if file.cues else 1}",
            way_out="Check that the file is whole.",
        )
    faults = (*file.faults.told(), *captioned.faults)
    held = len({cue.no for cue in cues if cue.text})
    return Reading(name, captioned.blocks, (*file.dropped, *captioned.dropped), metadata, held, faults)


def voiced(raw: RawCue, number: int) -> list[Cue]:
    """A cue as one Cue for each voice in it. A later voice starts where its share of characters falls."""
    payload = _OVERRIDE.sub("", "\n".join(raw.lines))
    parts = [(speaker, *tidy(text, marks)) for speaker, text, marks in _voices(payload)]
    parts = [part for part in parts if part[1]]
    whole = sum(len(text) for _, text, _ in parts)
    cues: list[Cue] = []
    heard = 0
    for speaker, text, marks in parts:
        start = _share(raw, heard / whole)
        heard += len(text)
        cues.append(Cue(text, start, _share(raw, heard / whole), speaker, raw.line, marks, number))
    return cues


def _share(raw: RawCue, share: float) -> float | None:
    if share in (0.0, 1.0):
        return raw.end_s if share else raw.start_s
    if raw.start_s is None or raw.end_s is None or raw.end_s < raw.start_s:
        return None
    return round(raw.start_s + share * (raw.end_s - raw.start_s), 3)


def _voices(payload: str) -> Iterator[tuple[str | None, str, list[tuple[int, float]]]]:
    """(speaker, text, inline times) of each stretch of one voice; tags gone, entities put right."""
    speaker: str | None = None
    pieces: list[str] = []
    size = 0
    marks: list[tuple[int, float]] = []
    at = 0
    for tag in _TAG.finditer(payload):
        text = unescape(payload[at : tag.start()])
        pieces.append(text)
        size += len(text)
        at = tag.end()
        kind = (tag[2] or "").lower()
        if kind == "v":
            yield speaker, "".join(pieces), marks
            speaker, pieces, size, marks = None if tag[1] else _voice(tag[3]), [], 0, []
        elif kind in ("rt", "br"):
            pieces.append("\n")
            size += 1
        elif tag[4] and (second := parse_clock(tag[4])) is not None:
            marks.append((size, second))
    pieces.append(unescape(payload[at:]))
    yield speaker, "".join(pieces), marks


def _voice(annotation: str) -> str | None:
    """The name in "<v.loud.first Jane Doe>", classes left out."""
    parts = annotation.split(maxsplit=1) if annotation.startswith(".") else ["", annotation]
    name = " ".join(unescape(parts[1]).split()) if len(parts) > 1 else ""
    return name.rstrip(":").strip() or None


def _header(lines: list[str]) -> tuple[int, list[Dropped], dict[str, Any]]:
    """(index of the first line behind the header, the header, hints out of it)."""
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    if not lines[first].strip().startswith("WEBVTT"):
        return 0, [], {}
    end = first + 1
    while end < len(lines) and lines[end].strip() and "-->" not in lines[end]:
        end += 1
    # An identifier right above the first times belongs to the cue, though an empty line is missing.
    if end < len(lines) and "-->" in lines[end] and end > first + 1 and ":" not in lines[end - 1]:
        end -= 1
    header = lines[first:end]
    language = next((line.split(":", 1)[1].strip() for line in header if line.lower().startswith("language:")), "")
    hints = {"language": language.split("-")[0].lower()} if language else {}
    return end, [Dropped("WEBVTT header", "\n".join(header), first + 1)], hints
