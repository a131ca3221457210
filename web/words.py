"""How dates, times, numbers and sides are written on a page. Pure."""

from __future__ import annotations

import datetime
import re

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
SIDE_LABELS = {
    "sponsor": "Sponsor",
    "cdmo": "CDMO",
    "consultant": "Consultant",
    "investor": "Investor",
    "regulator": "Regulator",
    "academic": "Academic",
    "host": "Host",
    "other": "Other",
    "unknown": "Side not stated",
}
# (one, many), as counted in a line of evidence.
SIDE_COUNTS = {
    "sponsor": ("sponsor", "sponsors"),
    "cdmo": ("CDMO", "CDMOs"),
    "consultant": ("consultant", "consultants"),
    "investor": ("investor", "investors"),
    "regulator": ("regulator", "regulators"),
    "academic": ("academic", "academics"),
    "host": ("host", "hosts"),
    "other": ("other voice", "other voices"),
    "unknown": ("speaker whose side is not stated", "speakers whose side is not stated"),
}
KIND_LABELS = {"episode": "Episode", "article": "Article", "notes": "Episode notes"}
_ISO = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?.*", re.ASCII | re.DOTALL)


def clock(second: float | None) -> str:
    """751.2 -> "12:31", 3751 -> "1:02:31", None -> ""."""
    if second is None:
        return ""
    minutes, seconds = divmod(max(0, int(second)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"


def date(iso: str) -> str:
    """ "2026-10-01" -> "1 October 2026", "2026-10" -> "October 2026"; what is no date stays as it is."""
    match = _ISO.fullmatch(iso)
    if match is None:
        return iso
    year, month, day = match.groups()
    if month is None or not 1 <= int(month) <= 12:
        return year
    name = MONTHS[int(month) - 1]
    return f"{int(day)} {name} {year}" if day else f"{name} {year}"


def age(iso: str, today: datetime.date) -> str:
    """How long ago a date was, to the precision that it is given in: "3 years ago", "2 months ago"; "" where unknown.

    A year alone says only how many years ago it began; what is to come has no age.
    """
    match = _ISO.fullmatch(iso)
    if match is None:
        return ""
    year, month, day = (int(part or 0) for part in match.groups())
    if not 1 <= month <= 12:
        years = today.year - year
        return "" if years < 0 else "this year" if years == 0 else f"{count(years, 'year')} ago"
    months = (today.year - year) * 12 + today.month - month - (day > today.day)
    if months < 0:
        return ""
    if months == 0:
        return "this month" if month == today.month else "less than a month ago"
    return f"{count(months, 'month')} ago" if months < 24 else f"{count(months // 12, 'year')} ago"


def count(number: int, one: str, many: str = "") -> str:
    """3, "quote" -> "3 quotes"; thousands are set apart: 20,412."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def listed(items: list[str]) -> str:
    """["a", "b", "c"] -> "a, b and c"."""
    return " and ".join(filter(None, [", ".join(items[:-1]), items[-1]])) if items else ""


def capital(text: str) -> str:
    """ "phase 2" -> "Phase 2"; what has capitals of its own after the first letter, like mRNA, stays."""
    return text if text[1:2].isupper() else text[:1].upper() + text[1:]


def side(name: str) -> str:
    return SIDE_LABELS.get(name, name)


def kind(name: str) -> str:
    return KIND_LABELS.get(name, capital(name))
