"""A plan in a file: one JSON object, a document a line, closed by a checksum. Written and read a line at a time."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from kb.errors import CounterpartError, InputError, UsageError
from kb.library import GenerationRow
from kb.library.scopes import filter_in, scope_of
from kb.passages import PassageSettings

FORMAT = "counterpart reindex plan"
VERSION = 1
# What of a generation a plan names; its id and state are the library's.
RECIPE = ("model", "variant", "sha256", "dimension", "model_key", "passages", "normaliser", "scope")
_LONGEST_HEAD = 1 << 20
_LONGEST_LINE = 1 << 12
_DOCUMENTS = b', "documents": [\n'
_WAY_OUT = "Make it anew with `kb reindex --dry-run --out FILE`."


@dataclass(frozen=True, slots=True)
class PlanFile:
    """What a plan says. library: the id of the library that it is for. settings: those that the gate goes by."""

    path: Path
    library: str
    recipe: GenerationRow
    settings: Mapping[str, Any]
    counts: Mapping[str, Any]
    sha256: str

    def documents(self) -> Iterator[tuple[str, str]]:
        """(document id, revision id), in order of id, read from the file as they are asked for. Raises InputError."""
        with _opened(self.path) as file:
            file.readline(_LONGEST_HEAD)
            before = ""
            while not (line := file.readline(_LONGEST_LINE)).startswith(b"]"):
                document_id, revision_id = _pair(line, self.path)
                if document_id <= before:
                    raise _no_plan(self.path, "its documents are out of order")
                yield document_id, revision_id
                before = document_id


def write_plan(path: Path, head: Mapping[str, Any], documents: Iterable[tuple[str, str]]) -> str:
    """Write a plan whole or not at all, in the place of what was there; its checksum. Raises UsageError.

    head: "library", "generation", "settings", "counts". documents: in order of id.
    """
    part = path.with_name(path.name + ".part")
    digest = hashlib.sha256()
    try:
        with part.open("wb") as file:

            def put(piece: bytes) -> None:
                digest.update(piece)
                file.write(piece)

            body = json.dumps({"format": FORMAT, "version": VERSION, **head}, ensure_ascii=True)
            put(body[:-1].encode() + _DOCUMENTS)
            _put_documents(put, documents)
            file.write(f'], "sha256": "{digest.hexdigest()}"}}\n'.encode())
        os.replace(part, path)
    except OSError as error:
        raise UsageError(f"the plan cannot be written: {error.strerror}", where=str(path)) from error
    return digest.hexdigest()


def read_plan(path: Path) -> PlanFile:
    """A plan, proved by its checksum. Raises InputError for what is none, or was changed."""
    try:
        head, sha256 = _proved(path)
        recipe = {name: head["generation"][name] for name in RECIPE}
        kinds = {name: int if name == "dimension" else str for name in RECIPE}
        for name, kind in kinds.items():
            if type(recipe[name]) is not kind:
                raise TypeError(f"{name} is no {kind.__name__}")
        PassageSettings.from_key(recipe["passages"])
        if scope_of(filter_in(recipe["scope"])) != recipe["scope"]:
            raise ValueError("its scope is no filter")
        return PlanFile(
            path,
            str(head["library"]),
            GenerationRow(id=0, state="", **recipe),
            dict(head["settings"]),
            dict(head["counts"]),
            sha256,
        )
    except InputError:
        raise
    except (OSError, ValueError, KeyError, TypeError, RecursionError, CounterpartError) as error:
        raise _no_plan(path, f"{type(error).__name__}: {error}") from error


def _put_documents(put: Callable[[bytes], None], documents: Iterable[tuple[str, str]]) -> None:
    before = b""
    for pair in documents:
        put(before + json.dumps(pair).encode())
        before = b",\n"
    if before:
        put(b"\n")


def _proved(path: Path) -> tuple[dict[str, Any], str]:
    """The head of a plan whose checksum is right, and that checksum."""
    digest = hashlib.sha256()
    with _opened(path) as file:
        first = file.readline(_LONGEST_HEAD)
        head = _head(first, path)
        digest.update(first)
        while (line := file.readline(_LONGEST_LINE)) and not line.startswith(b"]"):
            digest.update(line)
            _pair(line, path)
        end = json.loads(b'{"documents": [' + line)
        if file.read(1):
            raise _no_plan(path, "something follows its end")
    if end.get("sha256") != digest.hexdigest():
        raise InputError("the plan was changed after it was written", where=str(path), way_out=_WAY_OUT)
    return head, digest.hexdigest()


def _head(line: bytes, path: Path) -> dict[str, Any]:
    if not line.endswith(_DOCUMENTS):
        raise _no_plan(path, "it does not begin like one")
    head = json.loads(line[: -len(_DOCUMENTS)] + b"}")
    if head.get("format") != FORMAT:
        raise _no_plan(path, "it does not begin like one")
    if head.get("version") != VERSION:
        raise InputError(
            f"the plan is of version {head.get('version')!r}, this Counterpart knows {VERSION}",
            where=str(path),
            way_out=_WAY_OUT,
        )
    return dict(head)


def _pair(line: bytes, path: Path) -> tuple[str, str]:
    try:
        pair = json.loads(line.rstrip(b",\n"))
    except (ValueError, RecursionError) as error:
        raise _no_plan(path, "a line of it is no document") from error
    if not (isinstance(pair, list) and len(pair) == 2 and all(isinstance(part, str) for part in pair)):
        raise _no_plan(path, "a line of it is no document")
    return pair[0], pair[1]


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise InputError(f"the plan cannot be read: {error.strerror}", where=str(path), way_out=_WAY_OUT) from error


def _no_plan(path: Path, why: str) -> InputError:
    return InputError(f"is no plan of a re-indexing ({why})", where=str(path), way_out=_WAY_OUT)
