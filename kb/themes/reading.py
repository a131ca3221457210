"""themes.toml into records."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from kb.errors import SettingsError
from kb.records import Theme

_KEYS = {"name", "title", "description", "phrases", "questions"}


def read_themes(path: Path) -> dict[str, Theme]:
    """Themes by name, in the file's order; none where there is no file. Raises SettingsError."""
    if not path.is_file():
        return {}
    try:
        body = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"cannot be read: {error}", where=str(path)) from error
    themes = [_theme(number, entry, path) for number, entry in enumerate(body.get("theme", []), 1)]
    names = [theme.name for theme in themes]
    if len(set(names)) != len(names):
        raise SettingsError("two themes have the same name", where=str(path))
    return {theme.name: theme for theme in themes}


def _theme(number: int, entry: dict[str, Any], path: Path) -> Theme:
    where = f"{path}, theme {number}"
    if unknown := sorted(set(entry) - _KEYS):
        raise SettingsError(f"{unknown[0]!r} is no key of a theme", where=where, way_out=f"Known: {sorted(_KEYS)}.")
    name = str(entry.get("name", "")).strip()
    phrases = tuple(str(phrase) for phrase in entry.get("phrases", ()))
    if not name or not phrases:
        raise SettingsError("a theme needs a name and example phrases", where=where)
    return Theme(
        name=name,
        title=str(entry.get("title", name)),
        description=str(entry.get("description", "")),
        phrases=phrases,
        questions=tuple(str(question) for question in entry.get("questions", ())),
    )
