"""state.json: which files an index is made of. It is replaced as a whole, so a kill leaves the old one or the new."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from kb.engines.pack import FileSum
from kb.errors import IndexFault

STATE = "state.json"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Home:
    """Where an index lies and what it must be made of. made_of: names and values, compared on opening (law 3)."""

    folder: Path
    dimension: int
    made_of: Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Approximate:
    """A file of inverted lists. probes: lists read for a question; recalls: against exact, when it was built."""

    file: FileSum
    lists: int
    probes: int
    recall_at_10: float
    recall_at_200: float


@dataclass(frozen=True, slots=True)
class SegmentFiles:
    """gone: rows taken out of the segment since it was written."""

    data: FileSum
    rows: int
    approximate: Approximate | None = None
    gone: FileSum | None = None
    gone_rows: int = 0

    def files(self) -> list[FileSum]:
        lists = self.approximate.file if self.approximate is not None else None
        return [file for file in (self.data, lists, self.gone) if file is not None]


@dataclass(frozen=True, slots=True)
class WordsFiles:
    """A tantivy folder at one commit; its files have their own sums."""

    folder: str
    opstamp: int


@dataclass(frozen=True, slots=True)
class State:
    """purge: what was removed must leave the disk, soon."""

    made_of: Mapping[str, str | int]
    sequence: int
    segments: tuple[SegmentFiles, ...]
    words: WordsFiles
    purge: bool = False

    def names(self) -> set[str]:
        return {self.words.folder} | {file.name for segment in self.segments for file in segment.files()}


def write_state(folder: Path, state: State) -> None:
    """Replace the state, on the disk. Raises OSError."""
    body = {"format": FORMAT, **asdict(state)}
    text = json.dumps(body | {"sum": _sum(body)}, indent=1, ensure_ascii=False)
    part = folder / f"{STATE}.part"
    with part.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, folder / STATE)


def read_state(home: Home) -> State | None:
    """None where none was ever written. Raises IndexFault, naming the field that does not fit."""
    path = home.folder / STATE
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        stated = body.pop("sum")
        if body["format"] != FORMAT:
            raise IndexFault(f"format is {body['format']}, not {FORMAT}", where=str(path))
        if stated != _sum(body):
            raise IndexFault("has another check sum than was written", where=str(path))
        state = _state(body)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise IndexFault(f"cannot be read: {error!r}", where=str(path)) from error
    for name, value in home.made_of.items():
        here = state.made_of.get(name)
        if here != value:
            raise IndexFault(
                f"{name} of the index is {here!r}, of the library {value!r}",
                where=str(path),
                way_out="It is built anew from the library; `kb check` does so at once.",
            )
    return state


def _state(body: dict[str, Any]) -> State:
    segments = tuple(
        SegmentFiles(
            FileSum(**part["data"]),
            part["rows"],
            part["approximate"]
            and Approximate(**{**part["approximate"], "file": FileSum(**part["approximate"]["file"])}),
            part["gone"] and FileSum(**part["gone"]),
            part["gone_rows"],
        )
        for part in body["segments"]
    )
    return State(body["made_of"], body["sequence"], segments, WordsFiles(**body["words"]), body["purge"])


def _sum(body: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


class FileLock:
    """One holder among all processes and threads; the system frees it when its holder dies, however it dies."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle = -1

    def take(self) -> bool:
        """False: somebody else has it."""
        while True:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if os.fstat(handle).st_nlink:
                    self._handle = handle
                    return True
            except BlockingIOError:
                os.close(handle)
                return False
            except BaseException:
                os.close(handle)
                raise
            # The index was removed between the two calls: what was locked is no file of the folder any more.
            os.close(handle)

    def free(self) -> None:
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def __enter__(self) -> bool:
        return self.take()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.free()
