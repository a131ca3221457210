"""Captions into turns: words joined into sentences, one block for a stretch of one speaker."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from ingest.cues import Cue, glue, honest_times
from ingest.reading import Block, Dropped
from ingest.rolling import without_repeats
from kb.records import TimeMark, second_at

BLOCK_WORDS = 80
PAUSE_S = 4.0
# Captions without full stops (automatic ones) are closed at a pause, or at a cue after so many words.
_UNPUNCTUATED_WORDS = 40
_RUN_ON_WORDS = 160
_ENDING = re.compile(r"[.!?…][\"'”’»)\]]*\Z")
_CLOSING = re.compile(r"[.,;:!?…%)\]”’»]+\Z")
_ABBREVIATIONS = frozenset(
    re.findall(
        r"\S+",
        """
        dr mr mrs ms prof st vs e.g i.e inc ltd co corp no nos fig approx etc u.s u.k ph.d vol dept jr sr
        """,
    )
)


@dataclass(frozen=True, slots=True)
class Captioned:
    """Blocks out of cues; what was repeated; odd times; how many cues held words."""

    blocks: tuple[Block, ...]
    dropped: tuple[Dropped, ...]
    faults: tuple[str, ...]
    cues: int


@dataclass(slots=True)
class _Stretch:
    """Consecutive cues of one speaker as one text. starts: offset of each cue -> (line, pause before it)."""

    speaker: str | None
    text: str = ""
    marks: list[TimeMark] = field(default_factory=list)
    starts: dict[int, tuple[int, float]] = field(default_factory=dict)


def caption_blocks(cues: Sequence[Cue]) -> Captioned:
    """Turns out of cues in the file's order. No word is fused, doubled or lost but what is reported.

    A block is closed where the speaker changes, and at a sentence's end once it has more than
    BLOCK_WORDS words or is followed by a pause of more than PAUSE_S seconds.
    """
    spoken = [cue for cue in cues if cue.text]
    once, dropped, rolling = without_repeats(spoken)
    honest, faults = honest_times(once, rolling=rolling)
    if rolling:
        faults.add("rolling", f"rolling captions: {len(dropped)} repeated lines were left out")
    blocks = [block for stretch in _stretches(honest) for block in _blocks(stretch)]
    return Captioned(tuple(blocks), tuple(dropped), faults.told(), len(spoken))


def _stretches(cues: Sequence[Cue]) -> Iterator[_Stretch]:
    run: list[Cue] = []
    for cue in cues:
        if run and (cue.speaker != run[-1].speaker or cue.breaks):
            yield _joined(run)
            run = []
        run.append(cue)
    if run:
        yield _joined(run)


def _joined(cues: Sequence[Cue]) -> _Stretch:
    stretch = _Stretch(cues[0].speaker)
    pieces: list[str] = []
    size = 0
    last = ""
    ended: float | None = None
    for cue in cues:
        text = cue.text.replace("\n", " ")
        gap = _gap(last, cue, text) if pieces else ""
        start = size + len(gap)
        pause = cue.start_s - ended if cue.start_s is not None and ended is not None else 0.0
        stretch.starts[start] = (cue.line, pause)
        _mark(stretch.marks, cue, start, len(text))
        pieces += (gap, text)
        size = start + len(text)
        last = text[-60:]
        ended = cue.end_s
    stretch.text = "".join(pieces)
    return stretch


def _gap(last: str, cue: Cue, text: str) -> str:
    if cue.joined or _CLOSING.match(text):
        return ""
    return glue(last, text)


def _mark(marks: list[TimeMark], cue: Cue, start: int, size: int) -> None:
    """The cue's start, its words' times and its end; of two at one offset the later cue's stays."""
    if marks and marks[-1].offset == start and cue.start_s is not None:
        marks.pop()
    timed: list[tuple[int, float | None]] = [(0, cue.start_s)]
    timed += [(offset, second) for offset, second in cue.marks if 0 < offset < size]
    timed.append((size, cue.end_s))
    marks += [TimeMark(start + offset, second) for offset, second in timed if second is not None]


def _blocks(stretch: _Stretch) -> Iterator[Block]:
    bounds = [0, *_cuts(stretch), len(stretch.text)]
    lines = sorted(stretch.starts)
    place = 0
    at = 0
    for start, end in pairwise(bounds):
        while place + 1 < len(lines) and lines[place + 1] <= start:
            place += 1
        text = stretch.text[start:end].rstrip()
        stop = at
        limit = end if end < len(stretch.text) else end + 1
        while stop < len(stretch.marks) and stretch.marks[stop].offset < limit:
            stop += 1
        marks = tuple((mark.offset - start, mark.second) for mark in stretch.marks[at:stop])
        marks, start_s = _with_start(marks, stretch, start)
        end_s = marks[-1][1] if marks and marks[-1][0] == len(text) else _second(stretch, end)
        yield Block(text, "turn", stretch.speaker, start_s, end_s, 0, marks, stretch.starts[lines[place]][0])
        at = stop


def _with_start(
    marks: tuple[tuple[int, float], ...], stretch: _Stretch, start: int
) -> tuple[tuple[tuple[int, float], ...], float | None]:
    """A block cut out of a cue's middle starts at the second between the cue's marks."""
    if marks and marks[0][0] == 0:
        return marks, marks[0][1]
    if start in stretch.starts:
        return marks, None
    second = second_at(stretch.marks, start)
    return (marks, None) if second is None else (((0, second), *marks), second)


def _second(stretch: _Stretch, offset: int) -> float | None:
    """When the block that ends at offset ends: known only inside a cue, where the next one starts."""
    if offset in stretch.starts or offset == len(stretch.text):
        return None
    return second_at(stretch.marks, offset)


def _cuts(stretch: _Stretch) -> Iterator[int]:
    """Offsets of the words that open a new block."""
    last = ""
    words = 0
    unended = 0
    for found in re.finditer(r"\S+", stretch.text):
        word = found.group()
        known = stretch.starts.get(found.start())
        ended = bool(last) and ends_sentence(last, word)
        unended = 0 if ended else unended
        paused = known is not None and known[1] > PAUSE_S
        full = ended and (words > BLOCK_WORDS or paused)
        loose = (unended > _UNPUNCTUATED_WORDS and paused) or (unended > _RUN_ON_WORDS and known is not None)
        if words and (full or loose):
            yield found.start()
            words = unended = 0
        words += 1
        unended += 1
        last = word


def ends_sentence(word: str, following: str) -> bool:
    """Whether a sentence ends with this word, the following one given ("Dr." "Smith": no)."""
    if not _ENDING.search(word[-8:]) or following[0].islower():
        return False
    bare = word.strip("\"'“”‘’()[]")
    if not bare.endswith("."):
        return True
    stem = bare.rstrip(".").casefold()
    return stem not in _ABBREVIATIONS and not (len(stem) == 1 and stem.isalpha() and stem != "i")
