"""What an editor says of files: manifest.toml for a folder, NAME.toml beside one file."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.fields import DOCUMENT_TABLE, Stated, Where, checked, unknown
from kb.errors import InputError

MANIFEST = "manifest.toml"


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest read but not yet believed: an entry is checked when its file is asked for.

    numbers: which entry is about a file, by its resolved path. faults: (file, reason) of entries about no file.
    """

    path: Path
    text: str
    entries: tuple[Mapping[str, Any], ...]
    numbers: Mapping[Path, int]
    faults: tuple[tuple[Path, InputError], ...]

    def stated(self, file: Path) -> Stated | None:
        """What the manifest says of a file, None where it does not name it. Raises InputError with the line."""
        number = self.numbers.get(file.resolve())
        if number is None:
            return None
        return checked(self.entries[number], Where(self.path, self.text, number), {"file"})


def read_manifest(path: Path) -> Manifest:
    """The manifest at path. Raises InputError where it is no TOML or holds more than [[document]] tables."""
    text, body = _read(path)
    for name in body:
        if name != DOCUMENT_TABLE:
            raise unknown(name, (DOCUMENT_TABLE,), Where(path, text, -1).at(name))
    entries = body.get(DOCUMENT_TABLE, [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise InputError("its documents are not [[document]] tables", where=str(path))
    numbers: dict[Path, int] = {}
    faults: list[tuple[Path, InputError]] = []
    for number, entry in enumerate(entries):
        name = entry.get("file")
        file = path.parent / name if isinstance(name, str) and name else path
        if reason := _fault(file, path, numbers):
            faults.append((file, InputError(reason, where=Where(path, text, number).at("file"))))
        else:
            numbers[file.resolve()] = number
    return Manifest(path, text, tuple(entries), numbers, tuple(faults))


def read_sidecar(path: Path) -> Stated:
    """A sidecar: a document's keys at the top, or one [[document]] table. Raises InputError with the line."""
    text, body = _read(path)
    entries = body.get(DOCUMENT_TABLE)
    if entries is None:
        return checked(body, Where(path, text, -1))
    if len(body) > 1 or not isinstance(entries, list) or len(entries) != 1 or not isinstance(entries[0], dict):
        raise InputError("a sidecar describes one document", where=str(path), way_out=f"Use a {MANIFEST} for more.")
    return checked(entries[0], Where(path, text, 0), {"file"})


def _fault(file: Path, manifest: Path, numbers: Mapping[Path, int]) -> str:
    if file == manifest:
        return "a document has no file"
    try:
        if not file.is_file():
            return f"it names {file.name}, which is not there"
        return f"it names {file.name} twice" if file.resolve() in numbers else ""
    except (OSError, ValueError) as error:
        return f"it names a file that cannot be: {error}"


def _read(path: Path) -> tuple[str, dict[str, Any]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
        return text, tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        found = re.search(r"at line (\d+)", str(error))
        where = f"{path}, line {found[1]}" if found else str(path)
        raise InputError(f"it cannot be read as TOML: {error}", where=where) from error
