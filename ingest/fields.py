"""The fields that an editor may fill in, each with its check; errors name the line and the nearest valid value."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from kb.errors import InputError
from kb.records import DOCUMENT_KINDS, PHASES, SIDES

DOCUMENT_TABLE = "document"
SPEAKER_TABLE = "speaker"
_DATE = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_HEADER = re.compile(r"\s*\[\[?\s*([\w.\s\"-]+?)\s*\]\]?\s*(?:#.*)?$")
_ASSIGNED = re.compile(r"\s*\"?([\w-]+)\"?\s*=")


@dataclass(frozen=True, slots=True)
class Stated:
    """values: checked, by the names of Metadata's fields, and "key"; only what the editor filled in.

    speakers: entries of Speaker's fields.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    speakers: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Where:
    """Finds the line of a key in the entry of that number (-1: above the first table). Lines count from 1."""

    path: Path
    text: str
    entry: int
    speaker: int = -1

    def line(self, key: str) -> int:
        entry, speaker, header_line = -1, -1, 1
        for number, line in enumerate(self.text.splitlines(), 1):
            if header := _HEADER.match(line):
                last = header[1].replace(" ", "").replace('"', "").rsplit(".", 1)[-1]
                entry += last == DOCUMENT_TABLE
                speaker = speaker + 1 if last == SPEAKER_TABLE else -1 if last == DOCUMENT_TABLE else speaker
                if (entry, speaker) == (self.entry, self.speaker):
                    header_line = number
                if last == key:
                    return number
            elif (entry, speaker) == (self.entry, self.speaker):
                assigned = _ASSIGNED.match(line)
                if assigned and assigned[1] == key:
                    return number
        return header_line

    def at(self, key: str) -> str:
        return f"{self.path}, line {self.line(key)}"


def checked(entry: Mapping[str, Any], where: Where, besides: Iterable[str] = ()) -> Stated:
    """One document's table, checked. besides: other keys that it may hold. Raises InputError with file and line."""
    besides = set(besides)
    values: dict[str, Any] = {}
    for name, value in entry.items():
        if name == SPEAKER_TABLE or name in besides:
            continue
        if name not in _FIELDS:
            raise unknown(name, [*_FIELDS, SPEAKER_TABLE, *sorted(besides)], where.at(name))
        clean = _FIELDS[name](name, value, where)
        if clean not in ("", ()):
            values[name] = clean
    tables = entry.get(SPEAKER_TABLE, [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise InputError("speakers are not [[speaker]] tables", where=where.at(SPEAKER_TABLE))
    speakers = [
        _speaker(table, Where(where.path, where.text, where.entry, number)) for number, table in enumerate(tables)
    ]
    return Stated(values, tuple(speakers))


def _speaker(table: Mapping[str, Any], where: Where) -> Mapping[str, Any]:
    values: dict[str, Any] = {}
    for name, value in table.items():
        if name not in _SPEAKER_FIELDS:
            raise unknown(name, list(_SPEAKER_FIELDS), where.at(name))
        values[name] = _SPEAKER_FIELDS[name](name, value, where)
    if not values.get("name"):
        raise InputError("a speaker has no name", where=where.at("name"))
    return values


def unknown(name: str, known: Iterable[str], where: str) -> InputError:
    """The error for a key that is none of the known ones."""
    known = list(known)
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    way_out = f"Did you mean {near[0]!r}?" if near else f"Known are {', '.join(known)}."
    return InputError(f"there is no {name!r} here", where=where, way_out=way_out)


def _text(name: str, value: Any, where: Where) -> str:
    if not isinstance(value, str):
        raise InputError(f"{name} = {value!r} is no text", where=where.at(name))
    return " ".join(value.split())


def _flag(name: str, value: Any, where: Where) -> bool:
    if not isinstance(value, bool):
        raise InputError(f"{name} = {value!r} is not true or false", where=where.at(name))
    return value


def _list(name: str, value: Any, where: Where) -> tuple[str, ...]:
    values = [value] if isinstance(value, str) and value else value or []
    if not isinstance(values, list):
        raise InputError(f"{name} = {value!r} is no list of texts", where=where.at(name))
    return tuple(dict.fromkeys(filter(None, (_text(name, one, where) for one in values))))


def _date(name: str, value: Any, where: Where) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else _text(name, value, where)
    if text and not is_date(text):
        raise InputError(f"{name} = {value!r} is no date like 2026-10-01", where=where.at(name))
    return text


def is_date(text: str) -> bool:
    """Whether text is an ISO 8601 year, month or day that exists."""
    if not _DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(f"{text}-01-01"[:10])
    except ValueError:
        return False
    return True


def _language(name: str, value: Any, where: Where) -> str:
    text = _text(name, value, where)
    if text and not _LANGUAGE.fullmatch(text):
        raise InputError(f"{name} = {value!r} is no language code like en or pt-BR", where=where.at(name))
    return text


def _one_of(allowed: Sequence[str]) -> Callable[[str, Any, Where], str]:
    def check(name: str, value: Any, where: Where) -> str:
        text = _text(name, value, where)
        if text and text not in allowed:
            near = difflib.get_close_matches(text.lower(), allowed, n=1, cutoff=0.5)
            way_out = f"Did you mean {near[0]!r}?" if near else f"Known are {', '.join(allowed)}."
            raise InputError(f"{name} = {value!r} is unknown", where=where.at(name), way_out=way_out)
        return text

    return check


def _all_of(allowed: Sequence[str]) -> Callable[[str, Any, Where], tuple[str, ...]]:
    check = _one_of(allowed)

    def check_all(name: str, value: Any, where: Where) -> tuple[str, ...]:
        return tuple(check(name, one, where) for one in _list(name, value, where))

    return check_all


_Check = Callable[[str, Any, Where], Any]
_FIELDS: Mapping[str, _Check] = {
    "key": _text,
    "show": _text,
    "title": _text,
    "kind": _one_of(DOCUMENT_KINDS),
    "date": _date,
    "language": _language,
    "url": _text,
    "audio": _text,
    "licence": _text,
    "phase": _all_of(PHASES),
    "modality": _list,
    "composed": _flag,
    "sponsored": _flag,
}
_SPEAKER_FIELDS: Mapping[str, _Check] = {
    "name": _text,
    "role": _text,
    "organisation": _text,
    "side": _one_of(SIDES),
    "host": _flag,
}
