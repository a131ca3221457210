"""Rolling captions: each cue shows the tail of the one before again, as YouTube's automatic ones do."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.cues import Cue, shortened
from ingest.reading import Dropped

# In ordinary captions two neighbours share two words by chance in about 1 pair of 50.
_SHARE = 0.3
_PAIRS = 3
# Longer tails than this are not looked for; no caption holds so much.
_WINDOW = 1000


def without_repeats(cues: Sequence[Cue]) -> tuple[list[Cue], list[Dropped], bool]:
    """(cues with each word once, what was repeated, whether the file rolls).

    Only in a file that rolls is a repeated tail cut; a cue given twice with the same times goes anyway.
    """
    once, dropped = _without_twins(cues)
    overlaps = _overlaps(once)
    pairs = len(once) - 1
    rolled = sum(1 for overlap in overlaps if overlap >= 2)
    if rolled < _PAIRS or rolled < _SHARE * pairs:
        return once, dropped, False
    kept: list[Cue] = []
    for cue, overlap in zip(once, overlaps, strict=True):
        cut = _after_words(cue.text, overlap)
        if cut:
            dropped.append(Dropped("rolling caption repeated", cue.text[:cut].strip().replace("\n", " "), cue.line))
        if cut < len(cue.text):
            kept.append(shortened(cue, cut, len(cue.text)))
    return kept, dropped, True


def _without_twins(cues: Sequence[Cue]) -> tuple[list[Cue], list[Dropped]]:
    kept: list[Cue] = []
    dropped: list[Dropped] = []
    for cue in cues:
        if kept and cue.start_s is not None and _identity(kept[-1]) == _identity(cue):
            dropped.append(Dropped("cue repeated", cue.text.replace("\n", " "), cue.line))
        else:
            kept.append(cue)
    return kept, dropped


def _identity(cue: Cue) -> tuple[object, ...]:
    return cue.text, cue.start_s, cue.end_s, cue.speaker


def _overlaps(cues: Sequence[Cue]) -> list[int]:
    """For each cue, how many of its first words are the last words of the cue before."""
    overlaps: list[int] = []
    before: list[str] = []
    before_line: list[str] = []
    speaker: str | None = None
    for cue in cues:
        lines = [_words(line) for line in cue.text.split("\n")]
        words = [word for line in lines for word in line]
        shared = _shared(before, words) if cue.speaker == speaker else 0
        # One shared word is chance ("that / that"), unless it is a whole line or all there was.
        if shared == 1 and len(before) > 1 and lines[0] != before_line:
            shared = 0
        overlaps.append(shared)
        before, before_line, speaker = words, lines[-1], cue.speaker
    return overlaps


def _words(line: str) -> list[str]:
    return [word.rstrip(".,;:!?…").casefold() or word for word in line.split()]


def _shared(before: Sequence[str], after: Sequence[str]) -> int:
    """Longest n with before's last n words == after's first n. Linear (Knuth, Morris, Pratt)."""
    size = min(len(before), len(after), _WINDOW)
    head = after[:size]
    table = [0] * size
    for at in range(1, size):
        length = table[at - 1]
        while length and head[at] != head[length]:
            length = table[length - 1]
        table[at] = length + 1 if head[at] == head[length] else 0
    length = 0
    for word in before[len(before) - size :]:
        while length and (length == size or word != head[length]):
            length = table[length - 1]
        length = length + 1 if size and word == head[length] else 0
    return length


def _after_words(text: str, count: int) -> int:
    """Offset behind the first count words and the space after them."""
    at = 0
    for _ in range(count):
        while at < len(text) and not text[at].isspace():
            at += 1
        while at < len(text) and text[at].isspace():
            at += 1
    return at
