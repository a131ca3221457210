"""What is known of a document besides its words: manifest or sidecar first, then the feed, the reader, a guess."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from ingest.fields import Stated, is_date
from ingest.normalise import clean
from ingest.reading import Block
from kb.records import DOCUMENT_KINDS, PHASES, Chapter, Metadata, Speaker

TITLE_CHARS = 300
ADDRESS_CHARS = 2000
_TRACKING = re.compile(r"utm_\w+|fbclid|gclid|mc_[ce]id", re.IGNORECASE)
_TEXTS = ("title", "show", "language", "licence")
_FLAGS = ("composed", "sponsored")
_LINKS = ("url", "audio")


@dataclass(frozen=True, slots=True)
class Described:
    """source_key: feed guid, else canonical URL, else the manifest's key, else the reader's, else ""."""

    metadata: Metadata
    source_key: str
    faults: tuple[str, ...]


def describe(
    path: Path,
    blocks: Sequence[Block],
    *,
    stated: Stated,
    feed: Mapping[str, Any],
    reading: Mapping[str, Any],
    speakers: tuple[Speaker, ...] = (),
) -> Described:
    """A document's metadata and source key. feed and reading: hints by the names of Metadata's fields, and "key".

    A hint that is of no use (a date that is none, an address that is not http or https) is left out with a fault;
    what the editor states was checked when it was read.
    """
    faults: list[str] = []
    sources = [stated.values, *(_usable(hints, faults) for hints in (feed, reading))]
    links = {name: _link(name, sources, faults) for name in _LINKS}
    values = {name: _first(name, sources) for name in _names() if name not in _LINKS}
    values["title"] = _title(values.get("title"), blocks, path)
    values["kind"] = values.get("kind") or _kind(blocks)
    known = {name: value for name, value in {**values, **links}.items() if value not in (None, "", ())}
    metadata = Metadata(**{**known, "speakers": speakers})
    return Described(metadata, _source_key(metadata.url, sources), tuple(faults))


def web_address(text: str) -> str:
    """The address where it is http or https with a host, else ""."""
    text = text.strip()
    if not text or any(char.isspace() or not char.isprintable() for char in text):
        return ""
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return ""
    return text if parts.scheme.lower() in ("http", "https") and host else ""


def canonical(url: str) -> str:
    """One spelling of an address: host in small letters, no fragment, default port or tracking; "" for a home page.

    A page's address that is only its site's would make one document of all that site's pages.
    """
    parts = urlsplit(url)
    query = urlencode([(name, value) for name, value in parse_qsl(parts.query, True) if not _TRACKING.fullmatch(name)])
    path = parts.path.rstrip("/")
    if not path and not query:
        return ""
    port = parts.port if parts.port not in (None, 80, 443) else None
    host = (parts.hostname or "") + (f":{port}" if port else "")
    return urlunsplit((parts.scheme.lower(), host, path, query, ""))


def _names() -> list[str]:
    return [entry.name for entry in fields(Metadata) if entry.name != "speakers"]


def _first(name: str, sources: Sequence[Mapping[str, Any]]) -> Any:
    return next((source[name] for source in sources if source.get(name) not in (None, "", ())), None)


def _usable(hints: Mapping[str, Any], faults: list[str]) -> dict[str, Any]:
    """The hints that are of the right form. Hints come out of strangers' files."""
    usable: dict[str, Any] = {name: one_line(hints[name]) for name in _TEXTS if hints.get(name)}
    usable.update({name: one_line(hints[name], ADDRESS_CHARS) for name in (*_LINKS, "key") if hints.get(name)})
    usable.update({name: True for name in _FLAGS if hints.get(name) is True})
    if hints.get("kind") in DOCUMENT_KINDS:
        usable["kind"] = hints["kind"]
    if date := one_line(hints.get("date", "")):
        if is_date(date):
            usable["date"] = date
        else:
            faults.append(f"the date {_short(date)} is none and was left out")
    usable["phase"] = tuple(one for one in _texts(hints.get("phase")) if one in PHASES)
    usable["modality"] = _texts(hints.get("modality"))
    usable["chapters"] = _chapters(hints.get("chapters") or ())
    return usable


def one_line(value: Any, longest: int = TITLE_CHARS) -> str:
    """The text on one line, cleaned; "" for what is no text. longest: in characters."""
    return " ".join(clean(value).split())[:longest] if isinstance(value, str) else ""


def _texts(value: Any) -> tuple[str, ...]:
    values = [value] if isinstance(value, str) else value if isinstance(value, list | tuple) else []
    return tuple(filter(None, map(one_line, values)))


def _chapters(values: Iterable[Any]) -> tuple[Chapter, ...]:
    found = []
    for value in values:
        chapter = value if isinstance(value, Chapter) else None
        if isinstance(value, Mapping) and isinstance(value.get("start_s"), int | float):
            chapter = Chapter(float(value["start_s"]), one_line(value.get("title", "")))
        if chapter and chapter.title and math.isfinite(chapter.start_s) and chapter.start_s >= 0:
            found.append(chapter)
    return tuple(sorted(found, key=lambda chapter: chapter.start_s))


def _link(name: str, sources: Sequence[Mapping[str, Any]], faults: list[str]) -> str:
    """The first address that can be followed; those that cannot are faults."""
    for source in sources:
        if text := source.get(name, ""):
            if address := web_address(text):
                return address
            faults.append(f"the {name} {_short(text)} is no http or https address and was left out")
    return ""


def _short(text: str) -> str:
    return repr(text if len(text) <= 60 else f"{text[:57]}...")


def _title(given: str | None, blocks: Sequence[Block], path: Path) -> str:
    heading = next((block.text for block in blocks if block.kind == "heading"), "")
    from_name = " ".join(re.split(r"[-_\s]+", path.stem)).strip()
    return given or one_line(heading) or one_line(from_name) or path.name


def _kind(blocks: Sequence[Block]) -> str:
    """An episode where somebody speaks in turns, else an article: a format does not tell, its content does."""
    turns = sum(len(block.text) for block in blocks if block.kind == "turn")
    return "episode" if turns * 2 > sum(len(block.text) for block in blocks) else "article"


def _source_key(url: str, sources: Sequence[Mapping[str, Any]]) -> str:
    stated, feed, reading = sources
    keys = (feed.get("key"), canonical(url) if url else "", stated.get("key"), reading.get("key"))
    return next((key for key in keys if key), "")
