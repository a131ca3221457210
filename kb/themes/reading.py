"""themes.toml into records."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from kb.errors import SettingsError
from kb.records import Theme

# The setting's default: the themes that come along.
DEFAULT = "corpus/themes.toml"
_KEYS = {"name", "title", "description", "phrases", "questions"}


def themes_path(setting: str) -> Path:
    """The file that the setting `themes_file` names; its default is also found from another working folder.

    Raises SettingsError where a file was named and is not there.
    """
    path = Path(setting)
    if path.is_file():
        return path
    if setting != DEFAULT:
        raise SettingsError("there is no such themes file", where=setting, way_out="Mend the setting themes_file.")
    return Path(__file__).resolve().parents[2] / DEFAULT


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
