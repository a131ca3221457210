"""From the names and values of a query string to a kb.records.Filter, and back."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from kb.errors import UsageError
from kb.records import DOCUMENT_KINDS, PHASES, SIDES, Filter

LISTS = ("theme", "show", "kind", "speaker", "side", "organisation", "phase", "modality")
DATES = ("since", "until")
NAMES = LISTS + DATES
MOST_VALUES = 20
LONGEST_VALUE = 200
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)

Parameters = Mapping[str, Sequence[str]]


def filter_from(parameters: Parameters, themes: Iterable[str]) -> Filter:
    """parameters: name -> values; empty values do not count, other names are not looked at.

    Raises UsageError for a value that cannot be: it names the field and the nearest value.
    """
    known = {"theme": tuple(themes), "kind": DOCUMENT_KINDS, "side": SIDES, "phase": PHASES}
    lists = {name: _values(name, parameters.get(name, ()), known.get(name)) for name in LISTS}
    since = date_from("since", _last(parameters.get("since", ())))
    until = date_from("until", _last(parameters.get("until", ())))
    if since and until and since[: len(until)] > until[: len(since)]:
        raise UsageError(f"since {since} is after until {until}", way_out="Swap the two dates.")
    return Filter(**lists, since=since, until=until)


def pairs(where: Filter) -> list[tuple[str, str]]:
    """(name, value) of everything the filter asks for: the inverse of filter_from."""
    found = [(name, value) for name in LISTS for value in getattr(where, name)]
    return found + [(name, getattr(where, name)) for name in DATES if getattr(where, name)]


def without(where: Filter, name: str, value: str) -> Filter:
    """The filter less one of its pairs."""
    left = [pair for pair in pairs(where) if pair != (name, value)]
    lists = {field: tuple(v for n, v in left if n == field) for field in LISTS}
    dates = dict(pair for pair in left if pair[0] in DATES)
    return Filter(**lists, since=dates.get("since", ""), until=dates.get("until", ""))


def date_from(name: str, value: str) -> str:
    """A year, a month or a day in ISO 8601, as it stands: the library knows what "2026" means; "" stays ""."""
    if not value:
        return ""
    match = _DATE.fullmatch(value)
    if match is None or not _exists(*(int(part) if part else 1 for part in match.groups())):
        raise UsageError(f"{name} = {value[:40]!r} is no date", way_out="Write it as 2026, 2026-03 or 2026-03-31.")
    return value


def nearest(value: str, known: Iterable[str]) -> str:
    """A way out for a name that is not known."""
    names = sorted(known)
    near = difflib.get_close_matches(value.lower(), names, n=1)
    return f"Did you mean {near[0]!r}?" if near else f"One of: {', '.join(names)}." if names else ""


def _values(name: str, given: Sequence[str], known: tuple[str, ...] | None) -> tuple[str, ...]:
    values = tuple(dict.fromkeys(value.strip() for value in given if value.strip()))
    if len(values) > MOST_VALUES:
        raise UsageError(f"{name} is given {len(values)} times", way_out=f"At most {MOST_VALUES} values can be given.")
    for value in values:
        if len(value) > LONGEST_VALUE:
            raise UsageError(f"{name} has a value of {len(value)} characters", way_out="Shorten it.")
        if known is not None and value not in known:
            raise UsageError(f"{name} cannot be {value!r}", way_out=nearest(value, known))
    return values


def _last(given: Sequence[str]) -> str:
    return given[-1].strip() if given else ""


def _exists(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def often(facets: Mapping[str, Mapping[str, int]], name: str, where: Filter, most: int = 8) -> list[str]:
    """Of a facet with very many values: those that are asked for, and then those met most often."""
    held = facets.get(name, {})
    asked = list(getattr(where, name))
    small = {value.lower() for value in asked}
    others = [value for value in sorted(held, key=lambda value: (-held[value], value)) if value.lower() not in small]
    return asked + others[:most]
