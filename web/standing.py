"""What became of cited words after an edit: they stand elsewhere, were changed, or are gone. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from kb.records import Revision, segment_index
from kb.spans import overlapping

Span = tuple[int, int]
# A stretch of more words than this is not compared word by word.
MOST_WORDS = 2_000
_LEAST_ALIKE = 0.3
_WORD = re.compile(r"\s*\S+")


@dataclass(frozen=True)
class Change:
    """kind: "same", "inserted" or "removed"."""

    kind: str
    text: str


@dataclass(frozen=True)
class Standing:
    """span: where the words, or what they became, stand in the present text; None: they are gone.

    changes: empty where they stand word for word. place: the number of the present segment that is next to where
    they stood. times: how often they stand there word for word.
    """

    span: Span | None
    changes: tuple[Change, ...]
    place: int
    times: int = 0


def standing(before: Revision, cited: Span, now: Revision) -> Standing:
    """Of several places where the words stand, the one nearest to where they stood."""
    words = before.text[cited[0] : cited[1]]
    low, high = _region(before, cited, now)
    near = now.segments[min(low, len(now.segments) - 1)]
    starts = list(_places(now.text, words))
    if starts:
        start = min(starts, key=lambda at: (abs(at - near.start), at))
        return Standing((start, start + len(words)), (), segment_index(now.segments, start), len(starts))
    place = min(low, len(now.segments) - 1)
    if low >= high:
        return Standing(None, (), place)
    first, last = now.segments[low].start, now.segments[high - 1].end
    span = _window(words, now.text, first, last)
    if span is None:
        return Standing(None, (), place)
    return Standing(span, _changes(words, now.text[span[0] : span[1]]), segment_index(now.segments, span[0]))


def _places(text: str, words: str) -> Iterator[int]:
    at = text.find(words) if words.strip() else -1
    while at >= 0:
        yield at
        at = text.find(words, at + len(words))


def _region(before: Revision, cited: Span, now: Revision) -> Span:
    """The segments [low, high) of the present text that stand where the cited ones stood."""
    touched = overlapping(before.segments, *cited)
    first = before.segments.index(touched[0])
    last = first + len(touched)
    old = [before.text[s.start : s.end].strip() for s in before.segments]
    new = [now.text[s.start : s.end].strip() for s in now.segments]
    low, high = len(new), 0
    for _, a, b, c, d in SequenceMatcher(None, old, new).get_opcodes():
        if a < last and b > first:
            # Where segments stand unchanged, theirs; else all that took the place of what changed.
            equal = b - a == d - c
            low = min(low, c + max(0, first - a) if equal else c)
            high = max(high, c + min(b, last) - a if equal else d)
    return min(low, len(new)), high


def _window(words: str, text: str, first: int, last: int) -> Span | None:
    """The part of text[first:last) that is most like the words; None: nothing there is."""
    old = words.split()
    there = [
        (first + m.start() + len(m.group()) - len(m.group().lstrip()), first + m.end())
        for m in _WORD.finditer(text[first:last])
    ]
    if len(old) > MOST_WORDS or len(there) > MOST_WORDS:
        return (there[0][0], there[-1][1]) if there else None
    blocks = [
        b for b in SequenceMatcher(None, old, [text[a:b] for a, b in there], False).get_matching_blocks() if b.size
    ]
    if sum(block.size for block in blocks) < _LEAST_ALIKE * len(old):
        return None
    low = max(0, blocks[0].b - blocks[0].a)
    high = min(len(there), blocks[-1].b + len(old) - blocks[-1].a)
    return there[low][0], there[high - 1][1]


def _changes(old: str, new: str) -> tuple[Change, ...]:
    a, b = _WORD.findall(old), _WORD.findall(new)
    if len(a) > MOST_WORDS or len(b) > MOST_WORDS:
        return (Change("removed", old), Change("inserted", new))
    found: list[Change] = []
    matcher = SequenceMatcher(None, [word.strip() for word in a], [word.strip() for word in b], False)
    for tag, i, j, k, m in matcher.get_opcodes():
        if tag == "equal":
            found.append(Change("same", "".join(a[i:j])))
            continue
        found += [Change("removed", "".join(a[i:j]))] * (i < j) + [Change("inserted", "".join(b[k:m]))] * (k < m)
    return tuple(found)
