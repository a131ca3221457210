"""The files under the paths that were asked for, in sorted order, each read or left out with its reason."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ingest.manifest import MANIFEST

# Names that tell about a folder and are no document of it; a file that is named itself is always read.
_ABOUT_STEMS = frozenset({"readme", "license", "licence", "copying", "notice", "changelog", "contributing"})
_ABOUT_NAMES = frozenset({"themes.toml"})
_MEDIA = frozenset(
    {
        *(".mp3", ".m4a", ".wav", ".ogg", ".oga", ".opus", ".flac", ".aac", ".mp4", ".m4v", ".mkv", ".webm", ".mov"),
        *(".jpg", ".jpeg", ".png", ".gif", ".webp", ".svg", ".ico"),
    }
)


@dataclass(frozen=True, slots=True)
class Found:
    """A file as met. status: "" (to be read), "skipped" or "failed", the latter two with a reason."""

    path: Path
    status: str = ""
    reason: str = ""


def walk(path: Path) -> Iterator[Found]:
    """What a path of the call stands for: itself, or the files of the folder and its folders, sorted."""
    if bad := _bad_name(path):
        yield bad
        return
    try:
        folder, there, link = path.is_dir(), path.exists(), path.is_symlink()
    except OSError as error:
        yield Found(path, "failed", f"it cannot be read: {error.strerror}")
        return
    if folder:
        yield from _folder(path, real(path))
    elif there:
        yield _named(path)
    else:
        reason = "it is a link to a file that is not there" if link else "there is no such file or folder"
        yield Found(path, "failed", reason)


def real(path: Path) -> Path:
    """The path without links and dots; unlike Path.resolve it takes links that run in a circle as they stand."""
    return Path(os.path.realpath(str(path).replace("\0", "")))


def _named(path: Path) -> Found:
    if path.suffix.lower() == ".toml":
        return Found(path, "skipped", "it describes documents and is none")
    return _special(path) or Found(path)


def _folder(folder: Path, top: Path) -> Iterator[Found]:
    waiting = [folder]
    while waiting:
        path = waiting.pop()
        try:
            if path != folder and (found := _bad_name(path) or _left_out(path, top)):
                yield found
            elif path.is_dir():
                waiting += sorted(path.iterdir(), key=lambda one: one.name, reverse=True)
            else:
                yield _special(path) or Found(path)
        except OSError as error:
            yield Found(path, "failed", f"it cannot be read: {error.strerror}")


def _left_out(path: Path, top: Path) -> Found | None:
    """Why a file or folder met in a folder is not looked into, or None."""
    if path.name.startswith("."):
        return Found(path, "skipped", "hidden")
    if path.is_symlink():
        return Found(path, "skipped", _link_reason(path, top))
    if path.is_dir():
        return None
    if path.name == MANIFEST or path.suffix.lower() == ".toml":
        return Found(path, "skipped", _toml_reason(path))
    if path.stem.lower() in _ABOUT_STEMS or path.name in _ABOUT_NAMES:
        return Found(path, "skipped", "it tells about the folder and is no document")
    if path.suffix.lower() == ".jsonl":
        return Found(path, "skipped", "a question set, no document")
    if path.suffix.lower() in _MEDIA:
        return Found(path, "skipped", "sound or picture: there is no text to read")
    return None


def _link_reason(path: Path, top: Path) -> str:
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError):
        return "a link to nothing"
    inside = target.is_relative_to(top)
    return "a link to what is read in its own place" if inside else "a link out of the folder"


def _toml_reason(path: Path) -> str:
    if path.name == MANIFEST:
        return "the manifest"
    if path.name in _ABOUT_NAMES:
        return "themes, no document"
    return "a sidecar" if described_by(path) else "settings, beside no file of that name"


def described_by(sidecar: Path) -> list[Path]:
    """The files that a sidecar is about: NAME itself (NAME.toml), else those of the same stem."""
    exact = sidecar.with_suffix("")
    if exact.suffix and os.path.isfile(exact):
        return [exact]
    # A folder may hold thousands of sidecars: names are compared before anything is asked of the disk.
    names = sorted(name for name in os.listdir(sidecar.parent) if name.startswith(sidecar.stem))
    siblings = [sidecar.with_name(name) for name in names]
    return [
        one for one in siblings if one.stem == sidecar.stem and one.suffix.lower() != ".toml" and os.path.isfile(one)
    ]


def _special(path: Path) -> Found | None:
    try:
        mode = path.stat().st_mode
    except OSError as error:
        return Found(path, "failed", f"it cannot be read: {error.strerror}")
    return None if stat.S_ISREG(mode) else Found(path, "failed", "it is a device or a pipe, no file")


def _bad_name(path: Path) -> Found | None:
    try:
        str(path).encode("utf-8")
    except UnicodeEncodeError:
        shown = os.fsencode(path).decode("utf-8", "replace")
        return Found(Path(shown), "failed", "its name is not UTF-8: rename it")
    if "\0" in str(path):
        return Found(Path(str(path).replace("\0", "\ufffd")), "failed", "its name holds a null character")
    return None
