"""Timed caption files, line by line: what WebVTT and SRT have in common.

Own parser, though webvtt-py reads good files well (tests/ingest compares): it drops a cue whose time
is negative or has a comma, text behind an empty line inside a cue, and all voices of a cue but the first.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ingest.clocks import parse_clock
from ingest.cues import Faults
from ingest.reading import Dropped

_TIMES = re.compile(r"\s*(-?\s?[\d:.,]{3,24})\s*-{1,3}>\s*(-?\s?[\d:.,]{3,24})(?:\s+(.*))?\Z")
_DIGITS = re.compile(r"\d:\d")
_BARE = re.compile(r"[\d:.,\s>-]{1,80}\Z")
_SETTING = re.compile(r"[A-Za-z][A-Za-z0-9]*:\S+\Z")
_NOT_CONTENT = {"NOTE": "NOTE block", "STYLE": "STYLE block", "REGION": "REGION block"}
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")


@dataclass(slots=True)
class RawCue:
    """A cue as it stands: its times in seconds (None: unreadable), its lines, its identifier or ""."""

    start_s: float | None
    end_s: float | None
    line: int
    name: str = ""
    lines: list[str] = field(default_factory=list)


@dataclass(slots=True)
class CueFile:
    cues: list[RawCue] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)
    faults: Faults = field(default_factory=Faults)


def lines_of(text: str) -> list[str]:
    """Lines ended by LF, CRLF or CR, and by nothing else (str.splitlines knows eight more)."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def unescape(text: str) -> str:
    """Character references with their semicolon put right, once; "R&params" is left alone."""
    if "&" not in text:
        return text
    return _ENTITY.sub(lambda found: html.unescape(found.group()).replace("\x00", "\ufffd"), text)


def looks_timed(text: str) -> bool:
    """Whether one of the first lines is a cue's times."""
    return any(_TIMES.match(line) for line in lines_of(text[:4000])[:60])


def parse_cues(lines: Sequence[str], first_line: int, *, comments: bool) -> CueFile:
    """Cues out of lines; first_line: the number of lines[0] in the file.

    comments: NOTE, STYLE and REGION blocks are not content (WebVTT). Missing empty lines, missing
    indices and text behind an empty line are put up with, and reported.
    """
    file = CueFile()
    at = 0
    while at < len(lines):
        end = at
        while end < len(lines) and (lines[end].strip() or _padding(lines, at, end)):
            end += 1
        if end > at:
            _block(file, lines[at:end], first_line + at, comments)
        at = end + 1
    _report_names(file)
    return file


def _padding(lines: Sequence[str], at: int, number: int) -> bool:
    """A line of spaces right under the times: YouTube writes one where the upper line is still empty."""
    return bool(lines[number]) and number > at and "->" in lines[number - 1]


def _block(file: CueFile, lines: Sequence[str], line: int, comments: bool) -> None:
    """One stretch without empty lines: loose lines, then cues, each up to the next line of times."""
    times = [number for number, text in enumerate(lines) if "->" in text and _TIMES.match(text)]
    # Times that cannot be read count where times are due: first, or behind an index.
    if not times:
        times = [number for number, text in enumerate(lines[:2]) if "-->" in text and _DIGITS.search(text)][:1]
    loose = list(lines[: times[0]] if times else lines)
    name = loose.pop().strip() if times and loose and not _commented(loose[0], comments) else ""
    if loose:
        _keep_loose(file, loose, line, comments)
    for place, number in enumerate(times):
        end = times[place + 1] if place + 1 < len(times) else len(lines)
        cue = _cue(file, lines[number], line + number)
        cue.name = name
        cue.lines += lines[number + 1 : end]
        name = _stolen_index(cue) if end < len(lines) else ""
        file.cues.append(cue)


def _commented(first: str, comments: bool) -> str:
    word = first.split(maxsplit=1)[0]
    if not comments or word not in _NOT_CONTENT or not first.startswith(word):
        return ""
    return _NOT_CONTENT[word] if word == "NOTE" or first.strip() == word else ""


def _keep_loose(file: CueFile, lines: Sequence[str], line: int, comments: bool) -> None:
    reason = _commented(lines[0], comments)
    if reason:
        file.dropped.append(Dropped(reason, "\n".join(lines), line))
    elif all(_BARE.match(text) for text in lines):
        file.dropped.append(Dropped("index or times without a cue", "\n".join(lines), line))
    elif file.cues:
        file.cues[-1].lines += lines
        file.faults.add(
            "text behind an empty line", f"line {line}: text behind an empty line, read as the cue's before it"
        )
    else:
        file.cues.append(RawCue(None, None, line, lines=list(lines)))
        file.faults.add("text before the first cue", f"line {line}: text before the first cue, read without a time")


def _cue(file: CueFile, text: str, line: int) -> RawCue:
    found = _TIMES.match(text)
    if not found:
        file.faults.add("times that cannot be read", f"line {line}: times that cannot be read: {text.strip()[:80]!r}")
        return RawCue(None, None, line)
    start, end, rest = parse_clock(found[1]), parse_clock(found[2]), found[3] or ""
    if start is None or end is None:
        file.faults.add("times that cannot be read", f"line {line}: times that cannot be read: {text.strip()[:80]!r}")
    cue = RawCue(start, end, line)
    if rest and not all(_SETTING.match(word) for word in rest.split()):
        cue.lines.append(rest)
    return cue


def _stolen_index(cue: RawCue) -> str:
    """Where no empty line parts two cues, the next one's index is the last line of this one."""
    if len(cue.lines) > 1 and cue.lines[-1].strip().isdigit():
        return cue.lines.pop().strip()
    return ""


def _report_names(file: CueFile) -> None:
    names = [cue.name for cue in file.cues if cue.name and not cue.name.isdigit()]
    if names:
        file.dropped.append(Dropped("cue identifiers", "\n".join(names), file.cues[0].line))
