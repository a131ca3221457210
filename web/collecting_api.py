"""Collections of saved quotes over the API: the token of the edit link may write, that of the read link may read."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import BadRequest

from kb.errors import UsageError
from kb.saved import new_token, proved, read_token, savable
from web.api import conditional
from web.asked import is_text, json_body
from web.collecting import SAVED_ID, now, unlisted
from web.collection_payloads import SavedMadeJson, collection_json, made_json
from web.desk import desk
from web.filters import nearest
from web.limits import MOST_STEPS
from web.links import API

LIMITED = frozenset(("collecting_api.make",))
_TOKEN = "/collections/<token>"  # noqa: S105  # a rule of addresses
_SAVED = f"{_TOKEN}/quotes/<{SAVED_ID}:saved_id>"


def blueprint() -> Blueprint:
    api = Blueprint("collecting_api", __name__, url_prefix=API)
    api.add_url_rule("/collections", view_func=make, methods=["POST"])
    api.add_url_rule(_TOKEN, view_func=collection)
    api.add_url_rule(_TOKEN, view_func=rename, methods=["PATCH"])
    api.add_url_rule(_TOKEN, view_func=delete, methods=["DELETE"])
    api.add_url_rule(f"{_TOKEN}/quotes", view_func=save, methods=["POST"])
    # One rule for both: of two, the one that does not fit would make a number that is none a method that is none.
    api.add_url_rule(_SAVED, view_func=saved, methods=["PATCH", "DELETE"])
    api.after_request(conditional)
    api.after_request(unlisted)
    return api


def make() -> tuple[Response, int]:
    at, given = desk(), _given("name")
    edit = new_token()
    row = at.knowledge_base.library.make_collection(edit, read_token(edit), _text(given, "name"), now())
    return jsonify(made_json(edit, row, at.absolute_links())), HTTPStatus.CREATED


def collection(token: str) -> Response:
    at = desk()
    library = at.knowledge_base.library
    row = library.open_collection(token, now())
    return jsonify(collection_json(token, row, proved(library, row.saved), at.absolute_links()))


def rename(token: str) -> Response:
    given = _given("name", "version", required=("name", "version"))
    version = _number(given, "version", 1)
    desk().knowledge_base.library.rename_collection(token, _text(given, "name"), version, now())
    return collection(token)


def delete(token: str) -> tuple[str, int]:
    desk().knowledge_base.library.delete_collection(token, now())
    return "", HTTPStatus.NO_CONTENT


def save(token: str) -> tuple[Response, int]:
    at, given = desk(), _given("citation", "note", required=("citation",))
    library = at.knowledge_base.library
    citation, note = savable(library, _text(given, "citation")), _text(given, "note")
    saved_id = library.save_quote(token, citation, note, now())
    body: SavedMadeJson = {"id": saved_id, "url": at.absolute_links().saved(token, saved_id)}
    return jsonify(body), HTTPStatus.CREATED


def saved(token: str, saved_id: int) -> Response | tuple[str, int]:
    return change(token, saved_id) if request.method == "PATCH" else remove(token, saved_id)


def change(token: str, saved_id: int) -> Response:
    """Another note, another place among the quotes, or both."""
    given = _given("note", "version", "steps")
    library = desk().knowledge_base.library
    if not {"note", "steps"} & set(given) or ("note" in given and "version" not in given):
        raise UsageError("there is nothing to change", way_out="Give a note with its version, or steps.")
    # Both are read before either is done, so that a bad one changes nothing.
    text, version = _text(given, "note"), _number(given, "version", 1) if "version" in given else 0
    steps = _number(given, "steps", -MOST_STEPS, MOST_STEPS) if "steps" in given else 0
    if "note" in given:
        library.note_quote(token, saved_id, text, version, now())
    if steps:
        library.move_quote(token, saved_id, steps, now())
    return collection(token)


def remove(token: str, saved_id: int) -> tuple[str, int]:
    """version, if it is said, in the body: a note that was changed after it keeps the quote."""
    library = desk().knowledge_base.library
    given = _given("version", required=("version",))
    library.remove_quote(token, saved_id, _number(given, "version", 1), now())
    return "", HTTPStatus.NO_CONTENT


def _given(*names: str, required: tuple[str, ...] = ()) -> Mapping[str, Any]:
    """The body's values by name. Raises UsageError for a name that is none of these, or one that is missing."""
    body = json_body()
    if not isinstance(body, dict):
        raise BadRequest()
    for name in body:
        if name not in names:
            raise UsageError(f"there is no parameter {name[:80]!r}", way_out=nearest(name[:80], names))
    for name in required:
        if name not in body:
            raise UsageError(f"{name!r} is missing")
    return body


def _text(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name, "")
    if not isinstance(value, str) or not is_text(value):
        raise UsageError(f"{name!r} must be a text")
    return value


def _number(given: Mapping[str, Any], name: str, least: int, most: int = 2**31) -> int:
    """JSON has one kind of number: 2.0 is 2."""
    value = given[name]
    whole = isinstance(value, int | float) and not isinstance(value, bool) and value == value // 1
    if not whole or not least <= value <= most:
        raise UsageError(f"{name!r} will not do", way_out=f"Give a whole number from {least} to {most}.")
    return int(value)
