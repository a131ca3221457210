"""Captions as read, whatever their format, and the times in them made honest."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ingest.clocks import believable

FAULTS_OF_A_KIND = 20
# Rounding makes neighbours overlap by milliseconds; that is no fault.
_OVERLAP_S = 0.05
_NOT_SUSPENDED = ("and", "or", "to", "nor", "und", "bis")
_FRAGMENT = re.compile(r"[^\W_]-\Z")


@dataclass(frozen=True, slots=True)
class Cue:
    """One caption. text: single spaces, a line break where the file has one. line: in the file, from 1.

    marks: (offset in text, second) of words inside it. no: its number in the file, from 1.
    breaks: somebody else speaks from here, though nobody says who.
    joined: goes on with the word before, without a space.
    """

    text: str
    start_s: float | None
    end_s: float | None
    speaker: str | None = None
    line: int = 0
    marks: tuple[tuple[int, float], ...] = ()
    no: int = 0
    breaks: bool = False
    joined: bool = False


class Faults:
    """Faults by kind, in order; of one kind no more than FAULTS_OF_A_KIND are spelt out."""

    def __init__(self) -> None:
        self._kinds: dict[str, list[str]] = {}
        self._more: dict[str, int] = {}

    def add(self, kind: str, what: str) -> None:
        told = self._kinds.setdefault(kind, [])
        if len(told) < FAULTS_OF_A_KIND:
            told.append(what)
        else:
            self._more[kind] = self._more.get(kind, 0) + 1

    def told(self) -> tuple[str, ...]:
        lines: list[str] = []
        for kind, told in self._kinds.items():
            lines += told
            if kind in self._more:
                lines.append(f"{self._more[kind]} more of the kind: {kind}")
        return tuple(lines)


def glue(before: str, after: str) -> str:
    """What stands between two words at a line break: "" where they are one word, else a space.

    "well-" + "known" are one; "short-" + "and", and the false start "go-" + "going", are two.
    """
    if not before.endswith("-") or not after or not _FRAGMENT.search(before[-2:]):
        return " "
    fragment = re.split(r"[\s-]", before[:-1])[-1].casefold()
    word = after.split(maxsplit=1)[0]
    if word.casefold().strip(".,;:!?") in _NOT_SUSPENDED or word.casefold().startswith(fragment):
        return " "
    acronym = len(word) > 1 and word[:2].isalpha() and word[:2].isupper()
    return "" if word[0].islower() or word[0].isdigit() or acronym else " "


def tidy(text: str, marks: Sequence[tuple[int, float]] = ()) -> tuple[str, tuple[tuple[int, float], ...]]:
    """Text with single spaces and single line breaks, hyphenated breaks joined; marks moved along."""
    if not marks and "-" not in text:
        rows = (" ".join(line.split()) for line in text.split("\n"))
        return "\n".join(row for row in rows if row), ()
    pieces: list[str] = []
    raw_ends: list[int] = []
    starts: list[int] = []
    size = 0
    last = ""
    for found in re.finditer(r"\S+", text):
        word = found.group()
        gap = ""
        if pieces:
            broken = text.find("\n", raw_ends[-1], found.start()) >= 0
            gap = "" if broken and glue(last, word) == "" else ("\n" if broken else " ")
        pieces += (gap, word)
        starts.append(size + len(gap))
        raw_ends.append(found.end())
        size += len(gap) + len(word)
        last = word
    return "".join(pieces), _moved(marks, starts, raw_ends)


def _moved(
    marks: Sequence[tuple[int, float]], starts: Sequence[int], raw_ends: Sequence[int]
) -> tuple[tuple[int, float], ...]:
    """Marks put on the word that they stand in or before; one after the last word is dropped."""
    moved: dict[int, float] = {}
    for offset, second in marks:
        word = bisect_left(raw_ends, offset + 1)
        if word < len(starts):
            moved.setdefault(starts[word], second)
    return tuple(sorted(moved.items()))


def shortened(cue: Cue, start: int, end: int) -> Cue:
    """The cue with text[start:end] only; its times stay, its marks are moved."""
    first, last = (bisect_left(cue.marks, (bound,)) for bound in (start, end))
    marks = tuple((offset - start, second) for offset, second in cue.marks[first:last])
    return replace(cue, text=cue.text[start:end], marks=marks)


def honest_times(cues: Sequence[Cue], *, rolling: bool = False) -> tuple[list[Cue], Faults]:
    """Cues whose times never run backwards, and what was wrong with them.

    A time that cannot be is clamped where its place is known, else None. Texts and order stay.
    rolling: cues that overlap are this file's way, and no fault.
    """
    faults = Faults()
    possible = [_possible(cue, faults) for cue in cues]
    kept = believable([cue.start_s for cue in possible])
    ordered: list[Cue] = []
    for cue, good in zip(possible, kept, strict=True):
        if not good and cue.start_s is not None:
            faults.add("a cue out of order", f"{_name(cue)} is out of order in time; its times are left out")
            cue = replace(cue, start_s=None, end_s=None)
        ordered.append(cue)
    return _rising_ends(_without_overlaps(ordered, faults, rolling), faults), faults


def _possible(cue: Cue, faults: Faults) -> Cue:
    start, end = cue.start_s, cue.end_s
    if start is not None and end is not None and end < start:
        faults.add("a cue ends before it starts", f"{_name(cue)} ends before it starts")
        end = None
    if start is not None and start < 0:
        faults.add("a negative time", f"{_name(cue)} starts at the negative time {start:g} s")
        start = 0.0 if end is not None and end > 0 else None
    if end is not None and end < 0:
        end = None
    return replace(cue, start_s=start, end_s=end)


def _rising_ends(cues: Sequence[Cue], faults: Faults) -> list[Cue]:
    """Ends that lie before what was heard already, as those of cues without a start can, left out."""
    done: list[Cue] = []
    heard = 0.0
    for cue in cues:
        if cue.end_s is not None and cue.end_s < heard:
            faults.add("a cue ends too early", f"{_name(cue)} ends before the one before it; its end is left out")
            cue = replace(cue, end_s=None)
        heard = max([heard, *(second for second in (cue.start_s, cue.end_s) if second is not None)])
        done.append(cue)
    return done


def _without_overlaps(cues: Sequence[Cue], faults: Faults, rolling: bool) -> list[Cue]:
    """From the back: no cue ends, and no word of it is heard, after the next one starts."""
    done: list[Cue] = []
    overlapping: list[Cue] = []
    limit: float | None = None
    for cue in reversed(cues):
        end = cue.end_s
        if end is not None and limit is not None and end > limit:
            if end > limit + _OVERLAP_S and not rolling:
                overlapping.append(cue)
            # Two cues shown at once: the first one's end is not known, rather than its start again.
            end = limit if cue.start_s is None or limit > cue.start_s else None
        done.append(replace(cue, end_s=end, marks=_rising(cue, limit if end is None else end)))
        limit = cue.start_s if cue.start_s is not None else limit
    for cue in reversed(overlapping):
        faults.add("a cue overlaps the next", f"{_name(cue)} overlaps the next; its end is clamped")
    return done[::-1]


def _rising(cue: Cue, limit: float | None) -> tuple[tuple[int, float], ...]:
    low = cue.start_s if cue.start_s is not None else 0.0
    marks: list[tuple[int, float]] = []
    for offset, second in cue.marks:
        if cue.start_s is not None and second >= low and (limit is None or second <= limit):
            marks.append((offset, second))
            low = second
    return tuple(marks)


def _name(cue: Cue) -> str:
    return f"cue {cue.no} (line {cue.line})" if cue.line else f"cue {cue.no}"
