"""Paths into what is to be done: each file once, with what manifest, sidecar and feed say of it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ingest.charset import load_source
from ingest.feed import FeedItem, is_feed, read_feed
from ingest.fields import Stated
from ingest.manifest import MANIFEST, Manifest, read_manifest, read_sidecar
from ingest.walk import Found, described_by, real, walk
from kb.errors import InputError

_FEED_HEAD = re.compile(rb"<(?:rss|feed|rdf:RDF)[\s>]", re.IGNORECASE)
_CHAPTERS_HEAD = re.compile(rb'[^{]{0,9}\{(?:\s*"\w+"\s*:\s*"[^"]*"\s*,){0,20}\s*"chapters"\s*:')
_HEAD_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Planned:
    """One thing found. status: "" (to be read), "skipped" or "failed", with the reason.

    name: how it is called in the report: its path, or the feed's and the item's. stated, feed: what is said of it.
    faults: what was odd about the feed's item.
    """

    path: Path
    name: str
    status: str = ""
    reason: str = ""
    stated: Stated = field(default_factory=Stated)
    feed: Mapping[str, Any] = field(default_factory=dict)
    faults: tuple[str, ...] = ()


def plan(paths: Sequence[Path], max_bytes: int) -> list[Planned]:
    """Everything under the paths, in order. Nothing is raised: what cannot be read is planned as failed.

    max_bytes: the largest feed that is read, in bytes.
    """
    return _Plan(max_bytes).made(paths)


class _Plan:
    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._manifests: dict[Path, Manifest | InputError | None] = {}
        self._asked: list[Path] = []

    def made(self, paths: Sequence[Path]) -> list[Planned]:
        self._asked = [real(path) for path in paths]
        found = _once(one for path in paths for one in walk(path))
        items: dict[Path, FeedItem] = {}
        feeds: dict[Path, list[Planned]] = {}
        for one in found:
            if not one.status and _looks_like_feed(one.path):
                feeds[one.path] = self._feed(one.path, items)
        planned: list[Planned] = []
        own = {real(one.path) for one in found if not one.status}
        for one in found:
            if feeds.get(one.path):
                planned += [each for each in feeds[one.path] if each.status or real(each.path) not in own]
            else:
                planned.append(self._described(one, items.get(real(one.path))))
        return [*planned, *self._manifest_faults()]

    def _feed(self, path: Path, items: dict[Path, FeedItem]) -> list[Planned]:
        """The feed's own entry and one for each item; [] where it is no feed. items: filled, by transcript."""
        try:
            source = load_source(path, self._max_bytes)
            if not is_feed(source):
                return []
            found = read_feed(source)
        except InputError as error:
            return [_failed(path, error)]
        except Exception as error:
            # A feed is a stranger's XML: whatever its parser trips over costs this feed, not the batch.
            return [_failed(path, InputError(f"the feed reader failed: {type(error).__name__}: {error}"))]
        planned = [Planned(path, str(path), "skipped", f"a feed of {len(found)} items, read through their transcripts")]
        for number, item in enumerate(found, 1):
            name = f"{path} item {number}"
            if item.transcript_path is None:
                planned.append(Planned(path, name, "skipped", item.reason or "no transcript beside the feed"))
            elif real(item.transcript_path) in items:
                planned.append(Planned(path, name, "skipped", f"{item.transcript_path.name} is another item's already"))
            else:
                items[real(item.transcript_path)] = item
                planned.append(self._described(Found(item.transcript_path), item))
        return planned

    def _described(self, found: Found, item: FeedItem | None) -> Planned:
        planned = Planned(found.path, str(found.path), found.status, found.reason)
        if found.status:
            return planned
        if item is not None:
            planned = replace(planned, feed=item.hints, faults=item.faults)
        elif _holds_chapters(found.path):
            return replace(planned, status="skipped", reason="an episode's chapters, no document")
        try:
            return replace(planned, stated=self._stated(found.path))
        except InputError as error:
            return _failed(found.path, error)
        except OSError as error:
            return _failed(found.path, InputError(f"what is said of it cannot be read: {error.strerror}"))

    def _stated(self, path: Path) -> Stated:
        """The nearest manifest that names the file, else its sidecar. Raises InputError."""
        for folder in real(path).parents:
            manifest = self._manifest(folder)
            if manifest is not None and (stated := manifest.stated(path)) is not None:
                return stated
        sidecar = _sidecar(path)
        return read_sidecar(sidecar) if sidecar else Stated()

    def _manifest(self, folder: Path) -> Manifest | None:
        """The folder's manifest. A broken one is an error within what was asked for, and another's thing above it."""
        if folder not in self._manifests:
            file = folder / MANIFEST
            try:
                self._manifests[folder] = read_manifest(file) if file.is_file() else None
            except InputError as error:
                self._manifests[folder] = error if self._is_asked(folder) else None
            except OSError:
                # A folder above that may not be looked into says nothing.
                self._manifests[folder] = None
        known = self._manifests[folder]
        if isinstance(known, InputError):
            raise known
        return known

    def _is_asked(self, folder: Path) -> bool:
        return any(folder.is_relative_to(asked if os.path.isdir(asked) else asked.parent) for asked in self._asked)

    def _manifest_faults(self) -> Iterator[Planned]:
        """Entries about no file, of the manifests in folders that were asked for."""
        for folder, manifest in sorted(self._manifests.items()):
            if isinstance(manifest, Manifest) and any(folder.is_relative_to(asked) for asked in self._asked):
                for file, error in manifest.faults:
                    yield _failed(file, error)


def _once(found: Iterator[Found]) -> list[Found]:
    """Each file once, however many of the paths lead to it."""
    seen: set[Path] = set()
    kept = []
    for one in found:
        key = real(one.path.parent) / one.path.name if one.status else real(one.path)
        if key not in seen:
            seen.add(key)
            kept.append(one)
    return kept


def _sidecar(path: Path) -> Path | None:
    """NAME.vtt.toml, else NAME.toml where it can be about no other file. Raises InputError where it could."""
    exact = path.with_name(f"{path.name}.toml")
    # os.path's answer to a name too long to exist is no; pathlib's is an error.
    if os.path.isfile(exact):
        return exact
    shared = path.with_suffix(".toml")
    if shared.name in (MANIFEST, "themes.toml") or not os.path.isfile(shared):
        return None
    about = [one for one in described_by(shared) if not os.path.isfile(f"{one}.toml")]
    if len(about) > 1:
        names = " and ".join(one.name for one in about)
        raise InputError(f"it could be about {names}", where=str(shared), way_out=f"Name it {path.name}.toml.")
    return shared


def _looks_like_feed(path: Path) -> bool:
    return bool(_FEED_HEAD.search(_head(path)))


def _holds_chapters(path: Path) -> bool:
    return path.suffix.lower() == ".json" and bool(_CHAPTERS_HEAD.match(_head(path)))


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            # UTF-16 has a null beside each letter.
            return file.read(_HEAD_BYTES).replace(b"\0", b"")
    except OSError:
        return b""


def _failed(path: Path, error: InputError) -> Planned:
    return Planned(path, str(path), "failed", str(error))
