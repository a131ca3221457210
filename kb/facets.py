"""What a filter can ask of a passage, as keys that an index keeps: pure, and the same for every engine."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kb.records import Filter

# What no day is later than.
LAST_DAY = 99_999_999
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_BETWEEN = "\x1f"


@dataclass(frozen=True, slots=True)
class Conditions:
    """A filter in an index's terms: of each group one key at least, and a day from first to last.

    documents: ids, one of which it must be; empty: any. first, last: as `day_of` gives them.
    """

    groups: tuple[tuple[str, ...], ...]
    documents: tuple[str, ...] = ()
    first: int = 0
    last: int = LAST_DAY

    def __bool__(self) -> bool:
        return bool(self.groups or self.documents or self.dated())

    def dated(self) -> bool:
        return (self.first, self.last) != (0, LAST_DAY)


def facet_keys(
    voices: Iterable[tuple[str, str]], themes: Iterable[str], values: Mapping[str, Sequence[str]]
) -> tuple[str, ...]:
    """A passage's keys, in order. voices: (speaker, side) pairs heard in it; values: of show, kind, phase, modality."""
    keys = {f"theme:{theme}" for theme in themes}
    for speaker, side in voices:
        name = speaker.lower()
        keys |= {f"speaker:{name}", f"side:{side}", f"voice:{name}{_BETWEEN}{side}"}
    for name, held in values.items():
        keys |= {f"{name}:{value.lower() if name == 'show' else value}" for value in held}
    return tuple(sorted(keys))


def day_of(date: str) -> int:
    """An ISO date as a number in the order of dates: 2026-10-01 is 20261001, 2026 is 20260000; 0: no date."""
    parts = _DATE.match(date)
    return int("".join(part or "00" for part in parts.groups())) if parts else 0


def last_day_of(date: str) -> int:
    """The last day that a date can mean: of 2026 it is 20269999."""
    parts = _DATE.match(date)
    return int("".join(part or "99" for part in parts.groups())) if parts else LAST_DAY


def conditions(where: Filter) -> Conditions:
    """A speaker and a side must be one voice's; an upper date leaves out what has no date."""
    groups: list[tuple[str, ...]] = []
    if where.theme:
        groups.append(tuple(f"theme:{theme}" for theme in where.theme))
    speakers = [name.lower() for name in where.speaker]
    if speakers and where.side:
        groups.append(tuple(f"voice:{name}{_BETWEEN}{side}" for name in speakers for side in where.side))
    elif speakers:
        groups.append(tuple(f"speaker:{name}" for name in speakers))
    elif where.side:
        groups.append(tuple(f"side:{side}" for side in where.side))
    if where.show:
        groups.append(tuple(f"show:{show.lower()}" for show in where.show))
    for name in ("kind", "phase", "modality"):
        chosen: tuple[str, ...] = getattr(where, name)
        if chosen:
            groups.append(tuple(f"{name}:{value}" for value in chosen))
    first = day_of(where.since) if where.since else 0
    last = last_day_of(where.until) if where.until else LAST_DAY
    return Conditions(tuple(groups), where.document, max(first, 1) if where.until else first, last)
