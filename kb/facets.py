"""What a filter can ask of a passage, as keys that an index keeps: pure, and the same for every engine."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from kb.records import Filter

# What no day is later than.
LAST_DAY = 99_999_999
# As day_of has them: a day divided by this is its year.
DAYS_OF_A_YEAR = 10_000
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_BETWEEN = "\x1f"
# What a voice has, in the order in which keys name it.
_VOICE = ("speaker", "side", "organisation")
# What an index keeps of a passage's facets: an index that was made otherwise is built anew.
FACETS = 3
# Facets whose values are counted; the other keys say what one voice has together.
COUNTED = ("theme", "speaker", "side", "organisation", "show", "kind", "phase", "modality")
# Facet -> value as it is shown -> how many passages have it.
Counts = dict[str, dict[str, int]]


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
    voices: Iterable[tuple[str, str, str]], themes: Iterable[str], values: Mapping[str, Sequence[str]]
) -> tuple[str, ...]:
    """A passage's keys, in order.

    voices: (speaker, side, organisation or "") of each voice in it; values: of show, kind, phase, modality.
    """
    keys = {f"theme:{theme}" for theme in themes}
    for speaker, side, organisation in voices:
        keys |= _voice_keys(speaker.lower(), side, organisation.lower())
    for name, held in values.items():
        keys |= {f"{name}:{value.lower() if name == 'show' else value}" for value in held}
    return tuple(sorted(keys))


def shown_values(voices: Iterable[tuple[str, str, str]], values: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Key -> its value as it is written, where the key's own letters are other ones. Parameters as for facet_keys."""
    pairs = [(field, value) for voice in voices for field, value in zip(_VOICE, voice, strict=True)]
    pairs += [("show", show) for show in values.get("show", ())]
    return {f"{field}:{value.lower()}": value for field, value in pairs if value != value.lower()}


def counts(keys: Mapping[str, int], shown: Mapping[str, str], years: Mapping[int, int]) -> Counts:
    """keys: key -> passages that have it; years: year, 0 for no date, -> passages."""
    found: Counts = {name: {} for name in (*COUNTED, "year")}
    for key, number in keys.items():
        name, _, value = key.partition(":")
        if value and name in COUNTED:
            found[name][shown.get(key, value)] = number
    found["year"] = {f"{year:04d}": number for year, number in years.items() if year}
    return found


def _voice_keys(name: str, side: str, organisation: str) -> set[str]:
    """What one voice has, alone and together: a filter that names two of them asks for one voice that has both."""
    parts = [("speaker", name), ("side", side)] + ([("organisation", organisation)] if organisation else [])
    keys = {f"{field}:{value}" for field, value in parts} | {_together(["speaker", "side"], [name, side])}
    if organisation:
        keys.add(_together(["speaker", "organisation"], [name, organisation]))
        keys.add(_together(["side", "organisation"], [side, organisation]))
        keys.add(_together(["speaker", "side", "organisation"], [name, side, organisation]))
    return keys


def _together(fields: Sequence[str], values: Sequence[str]) -> str:
    """The key of a voice that has all of these. Fields in the order of _VOICE."""
    if len(fields) == 1:
        return f"{fields[0]}:{values[0]}"
    return f"{'voice' if fields == ['speaker', 'side'] else '+'.join(fields)}:{_BETWEEN.join(values)}"


def day_of(date: str) -> int:
    """An ISO date as a number in the order of dates: 2026-10-01 is 20261001, 2026 is 20260000; 0: no date."""
    parts = _DATE.match(date)
    return int("".join(part or "00" for part in parts.groups())) if parts else 0


def last_day_of(date: str) -> int:
    """The last day that a date can mean: of 2026 it is 20269999."""
    parts = _DATE.match(date)
    return int("".join(part or "99" for part in parts.groups())) if parts else LAST_DAY


def conditions(where: Filter) -> Conditions:
    """Speaker, side and organisation must be one voice's; an upper date leaves out what has no date."""
    groups: list[tuple[str, ...]] = []
    if where.theme:
        groups.append(tuple(f"theme:{theme}" for theme in where.theme))
    asked = [field for field in _VOICE if getattr(where, field)]
    if asked:
        held = product(*([value.lower() for value in getattr(where, field)] for field in asked))
        groups.append(tuple(_together(asked, voice) for voice in held))
    if where.show:
        groups.append(tuple(f"show:{show.lower()}" for show in where.show))
    for name in ("kind", "phase", "modality"):
        values: tuple[str, ...] = getattr(where, name)
        if values:
            groups.append(tuple(f"{name}:{value}" for value in values))
    first = day_of(where.since) if where.since else 0
    last = last_day_of(where.until) if where.until else LAST_DAY
    return Conditions(tuple(groups), where.document, max(first, 1) if where.until else first, last)
