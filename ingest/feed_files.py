"""Files beside a feed: found by the last parts of an address, inside the feed's own folder only."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from ingest.clocks import parse_seconds

# "ep3/transcript.vtt" is looked for before "transcript.vtt".
_PARTS = 3
_CHAPTERS_BYTES = 4 * 1024 * 1024


def beside(feed: Path, url: str) -> tuple[Path | None, bool]:
    """(the file beside the feed that the address names, whether by more than its last part), or (None, False).

    A path that leaves the folder, by ".." or by a link, is none.
    """
    try:
        parts = [part for part in unquote(urlsplit(url).path).split("/") if part]
    except ValueError:
        return None, False
    if not parts or any(_unsafe(part) for part in parts[-1:]):
        return None, False
    for count in range(min(_PARTS, len(parts)), 0, -1):
        tail = parts[-count:]
        if not any(map(_unsafe, tail)) and (path := _inside(feed.parent, tail)):
            return path, count > 1
    return None, False


def _unsafe(part: str) -> bool:
    return part in (".", "..") or any(char in part for char in "\\:\x00") or not part.isprintable()


def _inside(folder: Path, parts: list[str]) -> Path | None:
    try:
        root = folder.resolve()
        path = root.joinpath(*parts).resolve()
        return folder.joinpath(*parts) if path.is_relative_to(root) and path.is_file() else None
    except (OSError, ValueError):
        return None


def chapters_beside(feed: Path, url: str) -> tuple[list[dict[str, Any]], str]:
    """(chapters as metadata hints, a fault or ""). No file, no chapters: that is no fault."""
    path = beside(feed, url)[0] if url else None
    if path is None:
        return [], ""
    try:
        if path.stat().st_size > _CHAPTERS_BYTES:
            return [], f"{path.name}: chapters of more than {_CHAPTERS_BYTES:,} bytes are not read"
        body = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        return [], f"{path.name}: chapters cannot be read ({type(error).__name__})"
    items = body.get("chapters") if isinstance(body, Mapping) else None
    if not isinstance(items, list):
        return [], f"{path.name}: holds no list of chapters"
    chapters = [chapter for item in items if (chapter := _chapter(item))]
    return sorted(chapters, key=lambda chapter: float(chapter["start_s"])), ""


def _chapter(item: object) -> dict[str, Any] | None:
    """One chapter; those kept out of the table of contents ("toc": false) are none."""
    if not isinstance(item, Mapping) or item.get("toc") is False or not isinstance(item.get("title"), str):
        return None
    start = parse_seconds(item.get("startTime"))
    title = " ".join(item["title"].split())
    return {"start_s": start, "title": title} if title and start is not None and start >= 0 else None
