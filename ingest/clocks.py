"""Times as files write them, in seconds; and which of a list of times can be believed."""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Sequence

# 4:15, 04:15, 1:04:15.2, 00:04:15,250; some tools put frames after a third colon, or a space after one.
_CLOCK = re.compile(r"(-?)\s?(?:(\d{1,6}):\s?)?(\d{1,6}):\s?(\d{1,2})(?:[.,:](\d{1,9}))?\Z")


def parse_clock(text: str) -> float | None:
    """Seconds of a clock time ("01:04:15.25", "4:15", "-0:01"), or None where text is none."""
    found = _CLOCK.match(text.strip())
    if not found:
        return None
    sign, hours, minutes, seconds, fraction = found.groups()
    total = int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds) + float(f"0.{fraction or 0}")
    return round(-total if sign else total, 3)


def parse_seconds(value: object) -> float | None:
    """Seconds of a JSON value: a number, "12.5" or a clock time; None for anything else."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, str):
        clock = parse_clock(value)
        return clock if clock is not None else _finite(value)
    return _finite(value)


def clock(second: float) -> str:
    """A second for people to read: 75.5 -> "1:15.5"."""
    minutes, rest = divmod(abs(second), 60)
    return f"{'-' if second < 0 else ''}{int(minutes)}:{rest:06.3f}".rstrip("0").rstrip(".")


def believable(seconds: Sequence[float | None]) -> list[bool]:
    """True for each time of a longest list that never runs backwards: the fewest are disbelieved.

    An unknown time (None) is False. O(n log n), patience sorting.
    """
    tails: list[float] = []
    ends: list[int] = []
    before: list[int] = [-1] * len(seconds)
    for number, second in enumerate(seconds):
        if second is None:
            continue
        place = bisect_right(tails, second)
        before[number] = ends[place - 1] if place else -1
        tails[place : place + 1] = [second]
        ends[place : place + 1] = [number]
    kept = [False] * len(seconds)
    at = ends[-1] if ends else -1
    while at >= 0:
        kept[at] = True
        at = before[at]
    return kept


def _finite(value: object) -> float | None:
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return None
    return round(number, 3) if math.isfinite(number) else None
