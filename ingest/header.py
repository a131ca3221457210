"""The head of a transcript in Markdown: front matter, `Key: value` lines, a title; hints for metadata."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from ingest.reading import Dropped

_KEYS = {
    "title": "title",
    "episode title": "title",
    "show": "show",
    "podcast": "show",
    "date": "date",
    "published": "date",
    "language": "language",
    "url": "url",
    "link": "url",
    "audio": "audio",
    "licence": "licence",
    "license": "licence",
}
_PEOPLE = {"host": True, "hosts": True, "guest": False, "guests": False}
_FRONT_LINES = 100
_TITLE = re.compile(r"#\s+(\S.*?)\s*#*\s*\Z")
_DATE = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?\b")


def read_header(lines: Sequence[str]) -> tuple[int, dict[str, Any], list[Dropped]]:
    """(index of the first line behind the head, hints for metadata, what they were read from)."""
    at = _past_blank(lines, 0)
    hints: dict[str, Any] = {}
    dropped: list[Dropped] = []
    end = _front_matter(lines, at) or _key_lines(lines, at)
    if end:
        for line in lines[at:end]:
            _hint(hints, line)
        dropped.append(Dropped("front matter", "\n".join(lines[at:end]), at + 1))
        at = _past_blank(lines, end)
    title = _TITLE.match(lines[at][:500]) if at < len(lines) else None
    if title:
        hints.setdefault("title", title[1])
        dropped.append(Dropped("title, kept as metadata", lines[at], at + 1))
        at += 1
        end = _key_lines(lines, _past_blank(lines, at))
        if end:
            start = _past_blank(lines, at)
            for line in lines[start:end]:
                _hint(hints, line)
            dropped.append(Dropped("front matter", "\n".join(lines[start:end]), start + 1))
            at = end
    return at, hints, dropped


def _past_blank(lines: Sequence[str], at: int) -> int:
    while at < len(lines) and not lines[at].strip():
        at += 1
    return at


def _front_matter(lines: Sequence[str], at: int) -> int:
    """Index behind a block between two lines of "---", or 0."""
    if at >= len(lines) or lines[at].strip() != "---":
        return 0
    for end in range(at + 1, min(len(lines), at + _FRONT_LINES)):
        if lines[end].strip() in ("---", "..."):
            return end + 1
    return 0


def _key_lines(lines: Sequence[str], at: int) -> int:
    """Index behind lines of `Key: value` with keys that are known, at least one of them no person; or 0.

    "Host: Welcome" is a turn, and stands among no other keys.
    """
    end = at
    known = False
    while end < min(len(lines), at + _FRONT_LINES) and (key := _key(lines[end])):
        known = known or key in _KEYS
        end += 1
    closed = end == len(lines) or not lines[end].strip()
    return end if known and closed and end > at else 0


def _key(line: str) -> str:
    key = line[:60].partition(":")[0].strip().strip("*_").lower() if ":" in line[:60] else ""
    return key if key in _KEYS or key in _PEOPLE else ""


def _hint(hints: dict[str, Any], line: str) -> None:
    key = _key(line)
    value = line.partition(":")[2].strip().strip("*").strip().strip("\"'")[:1000]
    if not key or not value:
        return
    if key in _PEOPLE:
        hints.setdefault("speakers", []).extend(person(name, _PEOPLE[key]) for name in _names(value))
    elif _KEYS[key] == "date":
        found = _DATE.match(value)
        if found:
            hints.setdefault("date", found.group())
    else:
        hints.setdefault(_KEYS[key], value.split("-")[0].lower() if key == "language" else value)


def person(name: str, host: bool, role: str = "") -> dict[str, Any]:
    """A speaker as metadata hints give it: keys of kb.records.Speaker."""
    return {
        "name": name,
        "role": role or ("host" if host else "guest"),
        "side": "host" if host else "unknown",
        "host": host,
    }


def _names(value: str) -> list[str]:
    parts = re.split(r"\s*(?:,|;|&|\band\b)\s*", value.strip("[]"))
    return [part.strip("\"' ") for part in parts if part.strip("\"' ")]
