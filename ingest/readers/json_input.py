"""JSON as found in the wild: every way in which it can be wrong is an InputError with its line."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NoReturn

from ingest.reading import Source
from kb.errors import InputError

_OPENING = re.compile(r"\s*(?:\{\s*[\"}]|\[\s*[\[{\]])")
LANGUAGES = {
    "english": "en",
    "german": "de",
    "french": "fr",
    "spanish": "es",
    "italian": "it",
    "portuguese": "pt",
    "dutch": "nl",
    "swedish": "sv",
    "danish": "da",
    "japanese": "ja",
    "chinese": "zh",
    "korean": "ko",
}


def looks_like_json(source: Source) -> bool:
    """By its first characters; the ending only decides for text that opens with a bracket."""
    text = source.text[:2000].lstrip("\ufeff")
    named = source.path.suffix.lower() == ".json" and text.lstrip()[:1] in ("{", "[")
    return named or _OPENING.match(text) is not None


def load_json(source: Source) -> Any:
    """The file's value. Raises InputError, with the line, for broken JSON and for JSON nested too deep."""
    try:
        return json.loads(source.text.lstrip("\ufeff"), parse_constant=lambda _: None)
    except json.JSONDecodeError as error:
        refuse(source, f"broken JSON: {error.msg}", f"line {error.lineno}", "Check that the file is whole.")
    except RecursionError:
        refuse(source, "JSON nested too deep", _deepest(source.text), "A transcript nests a few levels.")
    except ValueError:
        refuse(source, "a number in it has thousands of digits", "line 1", "Check that the file is a transcript.")


def refuse(source: Source, what: str, place: str = "line 1", way_out: str = "") -> NoReturn:
    raise InputError(what, where=f"{source.path.name}, {place}", way_out=way_out)


def language_hint(value: object) -> dict[str, str]:
    """{"language": "en"} of "en", "en-US" or "English"; {} of anything else."""
    if not isinstance(value, str):
        return {}
    name = value.strip().lower()
    code = LANGUAGES.get(name, re.split("[-_]", name)[0])
    return {"language": code} if 2 <= len(code) <= 3 and code.isalpha() else {}


def list_of(source: Source, body: Mapping[str, Any], key: str) -> list[Any]:
    value = body.get(key)
    if not isinstance(value, list):
        refuse(source, f"{key!r} is no list", way_out="It should be a list of objects, one a stretch of speech.")
    return value


def text_of(source: Source, item: object, key: str, place: str) -> str:
    """item[key] as text; missing or null is "". Raises InputError where item is no object or it no text."""
    if not isinstance(item, Mapping):
        refuse(source, f"{place} is no object", place)
    value = item.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        refuse(source, f"{key!r} of {place} is no text", place)
    return value.replace("\x00", " ")


def speaker_of(item: Mapping[str, Any]) -> str | None:
    """The name under "speaker", or None; a number ("speaker": 1) is a name too."""
    value = item.get("speaker")
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return " ".join(str(value)[:200].split()).rstrip(":").strip() or None


def _deepest(text: str) -> str:
    """The line on which brackets are first nested 900 deep."""
    depth = 0
    line = 1
    for char in text[:2_000_000]:
        if char in "[{":
            depth += 1
        elif char in "]}":
            depth -= 1
        elif char == "\n":
            line += 1
        if depth >= 900:
            break
    return f"line {line}"
