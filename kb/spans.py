"""Who speaks in a span of a revision, and how. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from kb.records import SPOKEN_KINDS, Segment


def overlapping(segments: Sequence[Segment], start: int, end: int) -> list[Segment]:
    """Segments that share a character with [start, end), in order. O(log n + matches)."""
    first = bisect_right(segments, start, key=lambda segment: segment.end)
    past = bisect_left(segments, end, lo=first, key=lambda segment: segment.start)
    return list(segments[first:past])


def voice(segments: Sequence[Segment], start: int, end: int) -> str | None:
    """The speaker of the span: whose words are at least half of it; None: narration.

    A sentence of an article that holds a fragment of quoted speech stays the article's own.
    """
    shares: dict[str, int] = {}
    for segment in overlapping(segments, start, end):
        if segment.speaker is not None and segment.kind in SPOKEN_KINDS:
            width = min(end, segment.end) - max(start, segment.start)
            shares[segment.speaker] = shares.get(segment.speaker, 0) + width
    if not shares:
        return None
    name, width = max(shares.items(), key=lambda item: (item[1], item[0]))
    return name if 2 * width >= end - start else None


def voices(segments: Sequence[Segment], start: int, end: int) -> tuple[str, ...]:
    """Everybody who is heard in the span, in order of first word."""
    names = [s.speaker for s in overlapping(segments, start, end) if s.speaker is not None and s.kind in SPOKEN_KINDS]
    return tuple(dict.fromkeys(names))
