"""The API's addresses of collections, for its description: what each takes, gives, and may refuse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kb.library.collecting import NAME_CHARS
from web.collection_payloads import CollectionJson, CollectionMadeJson, SavedMadeJson
from web.limits import MOST_STEPS

Json = dict[str, Any]
_COLLECTION = "/collections/{token}"
_SAVED = "/collections/{token}/quotes/{saved_id}"
_BODY = (400, 413, 415)
_WRITES = (*_BODY, 403, 404)
_NAME: Json = {"type": "string", "maxLength": NAME_CHARS}
_VERSION: Json = {"type": "integer", "minimum": 1, "maximum": 2**31}
_STEPS: Json = {"type": "integer", "minimum": -MOST_STEPS, "maximum": MOST_STEPS}


@dataclass(frozen=True)
class Call:
    """One method of an address. answer: the type of what it gives, None: nothing; takes: the body's properties."""

    path: str
    method: str
    name: str
    summary: str
    status: int
    answer: Any
    takes: Json | None = None
    required: tuple[str, ...] = ()
    problems: tuple[int, ...] = ()

    def body(self) -> Json:
        return {
            "type": "object",
            "properties": self.takes,
            "required": list(self.required),
            "additionalProperties": False,
        }


def calls(note_chars: int) -> list[Call]:
    """note_chars: most of a note, by the settings."""
    note = {"type": "string", "maxLength": note_chars}
    return [*_of_the_collection(), *_of_its_quotes(note)]


def _of_the_collection() -> list[Call]:
    return [
        Call(
            "/collections",
            "post",
            "make_collection",
            "A new collection of saved quotes; its links are given this once",
            201,
            CollectionMadeJson,
            {"name": _NAME},
            problems=(*_BODY, 429),
        ),
        Call(_COLLECTION, "get", "collection", "A collection, its quotes proved", 200, CollectionJson, problems=(404,)),
        Call(
            _COLLECTION,
            "patch",
            "rename_collection",
            "Give a collection another name; version is that of the name which it replaces",
            200,
            CollectionJson,
            {"name": _NAME, "version": _VERSION},
            ("name", "version"),
            (*_WRITES, 409),
        ),
        Call(_COLLECTION, "delete", "delete_collection", "Delete a collection", 204, None, problems=(403, 404)),
    ]


def _of_its_quotes(note: Json) -> list[Call]:
    return [
        Call(
            f"{_COLLECTION}/quotes",
            "post",
            "save_quote",
            "Save a quote by its citation; one that is there already keeps its place and note",
            201,
            SavedMadeJson,
            {"citation": {"type": "string"}, "note": note},
            ("citation",),
            _WRITES,
        ),
        Call(
            _SAVED,
            "patch",
            "change_saved",
            "Replace the note of the version that is said, or move the quote by steps (up is negative), or both",
            200,
            CollectionJson,
            {"note": note, "version": _VERSION, "steps": _STEPS},
            problems=(*_WRITES, 409),
        ),
        Call(
            _SAVED,
            "delete",
            "remove_saved",
            "Take a quote out of the collection; version is that of its note",
            204,
            None,
            {"version": _VERSION},
            ("version",),
            (*_WRITES, 409),
        ),
    ]
