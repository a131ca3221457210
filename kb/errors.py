"""Every error that Counterpart raises on purpose.

CounterpartError
├── UsageError                what was asked cannot be done as asked        exit 2, HTTP 400
│   ├── SettingsError         an unknown key or a bad value                 exit 2, HTTP 400
│   ├── QuestionError         a question that cannot be searched            exit 2, HTTP 400
│   ├── NotFoundError         no such document, passage, theme              exit 2, HTTP 404
│   ├── ReadOnlyError         a link that reads was used to write           exit 2, HTTP 403
│   └── ChangedMeanwhileError somebody else wrote there first               exit 2, HTTP 409
├── InputError                a file that a reader cannot read              exit 3, HTTP 422
├── LibraryError              the library cannot be opened, read, written   exit 4, HTTP 503
│   ├── SchemaError           made by another version of Counterpart        exit 4, HTTP 503
│   ├── BusyError             another process holds the library             exit 5, HTTP 503
│   ├── GenerationChangedError, VectorsGoneError   overtaken: do it again   exit 4, HTTP 503
│   └── DiskFullError         no room; nothing acknowledged is lost         exit 4, HTTP 507
├── IndexFault                the index does not fit the library            exit 4, HTTP 503
├── GateRefusedError          a new generation answers worse                exit 7, HTTP 500
├── PausedError               a job was asked to pause: run it again        exit 8, 130 or 143, HTTP 503
└── ModelError                a model is missing, or is not the pinned one  exit 6, HTTP 503

Each carries what happened, where (a document, a line) and the way out.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any


class CounterpartError(Exception):
    """what: one sentence; where: "file, line 3" or ""; way_out: what to do now, or ""."""

    exit_code = 1
    http_status = 500
    title = "Something went wrong"

    def __init__(self, what: str, *, where: str = "", way_out: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.way_out = way_out

    def __str__(self) -> str:
        parts = [f"{self.where}: {self.what}" if self.where else self.what]
        if self.way_out:
            parts.append(self.way_out)
        return " ".join(part if part.endswith((".", "?", "!")) else f"{part}." for part in parts)


class UsageError(CounterpartError):
    exit_code = 2
    http_status = 400
    title = "That cannot be asked like this"


class SettingsError(UsageError):
    title = "A setting is wrong"


class QuestionError(UsageError):
    title = "That question cannot be searched"


class NotFoundError(UsageError):
    http_status = 404
    title = "There is no such thing here"


class ReadOnlyError(UsageError):
    http_status = 403
    title = "This link only reads"


class ChangedMeanwhileError(UsageError):
    """Nothing was written: what is there was changed since the writer read it."""

    http_status = 409
    title = "It was changed meanwhile"


class InputError(CounterpartError):
    exit_code = 3
    http_status = 422
    title = "A file cannot be read"


class LibraryError(CounterpartError):
    exit_code = 4
    http_status = 503
    title = "The library cannot be used"


class SchemaError(LibraryError):
    title = "The library was made by another version"


class BusyError(LibraryError):
    exit_code = 5
    title = "The library is busy"


class GenerationChangedError(LibraryError):
    """Another generation became the active one while something was made for the one before."""

    http_status = 503
    title = "Another generation was activated meanwhile"


class VectorsGoneError(GenerationChangedError):
    """Vectors that were cached when they were looked for have been dropped since (a purge, a retired generation)."""

    title = "Vectors were dropped meanwhile"


class GateRefusedError(CounterpartError):
    """A new generation answers worse than the active one, so it was not activated."""

    exit_code = 7
    title = "The new generation answers worse"
    gate: Mapping[str, Any] = MappingProxyType({})


class PausedError(CounterpartError):
    """A job was asked to pause, and did so where nothing is lost. exit_code: that of what asked (a signal's, or 8)."""

    exit_code = 8
    http_status = 503
    title = "The job is paused"


class DiskFullError(LibraryError):
    http_status = 507
    title = "The disk is full"


class IndexFault(CounterpartError):  # noqa: N818  # the architecture's word for it
    exit_code = 4
    http_status = 503
    title = "The index does not fit the library"


class ModelError(CounterpartError):
    exit_code = 6
    http_status = 503
    title = "A model cannot be used"
