"""What a question of the API is given as: by name in the address, or as a JSON object. Nothing is asked here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import request
from werkzeug.exceptions import BadRequest

from kb.errors import UsageError
from kb.follow_up import Understood, understood
from web.desk import query
from web.filters import NAMES, nearest

# What a question may be given with beside its filter, where it may follow another one.
FOLLOWING = ("after", "follow_up", "literal")
QUESTION_NAMES = ("q", "question", "limit", *NAMES)


def parameters(extra: Sequence[str] = (), *, posted: bool = False) -> Mapping[str, list[str]]:
    """Names and values, from the address or from the body. extra: further names. Raises UsageError for any other."""
    given = _from_body(json_body()) if posted or request.method == "POST" else query()
    return only(given, (*QUESTION_NAMES, *extra))


def only(given: Mapping[str, list[str]], names: Sequence[str]) -> Mapping[str, list[str]]:
    """Raises UsageError for a name that is not one of these."""
    for name in given:
        if name not in names:
            raise UsageError(f"there is no parameter {name[:80]!r}", way_out=nearest(name[:80], names))
    return given


def json_body() -> Any:
    try:
        return request.get_json()
    except RecursionError as error:
        raise BadRequest() from error


def _from_body(body: Any) -> Mapping[str, list[str]]:
    if not isinstance(body, dict):
        raise BadRequest()
    return {str(name): _texts(str(name), value) for name, value in body.items()}


def _texts(name: str, value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    if not all(isinstance(item, str | int) and not isinstance(item, bool) for item in values):
        raise UsageError(f"{name[:80]!r} must be a text or a list of texts")
    texts = [str(item) for item in values]
    if not all(is_text(text) for text in texts):
        raise UsageError(f"{name[:80]!r} is no Unicode text", way_out="It holds half of a surrogate pair.")
    return texts


def is_text(value: str) -> bool:
    """JSON can spell half of a surrogate pair, which no text has."""
    return not any("\ud800" <= character <= "\udfff" for character in value)


def question_of(given: Mapping[str, list[str]]) -> str:
    values = [value for name in ("q", "question") for value in given.get(name, ())]
    if len(values) > 1:
        raise UsageError("more than one question is given", way_out="Ask them one at a time.")
    return values[0] if values else ""


def understood_of(given: Mapping[str, list[str]], longest: int) -> Understood:
    """The question with the one before it. longest: characters of a question. Raises UsageError."""
    literal = _yes(given, "literal", "Give 1 to have the question word for word.")
    follow_up = _yes(given, "follow_up", "Give 1 to have the question taken with the one before it.")
    return understood(question_of(given), _single(given, "after"), longest, literal=literal, follow_up=follow_up)


def _yes(given: Mapping[str, list[str]], name: str, way_out: str) -> bool:
    value = _single(given, name)
    if value not in ("", "0", "1"):
        raise UsageError(f"{name} = {value[:40]!r} will not do", way_out=way_out)
    return value == "1"


def _single(given: Mapping[str, list[str]], name: str) -> str:
    values = given.get(name, [])
    if len(values) > 1:
        raise UsageError(f"more than one {name!r} is given", way_out="Give one.")
    return values[0] if values else ""


def limit_of(given: Mapping[str, list[str]], default: int, most: int) -> int:
    values = given.get("limit", [])
    if not values:
        return default
    if not (values[-1].isascii() and values[-1].isdigit() and len(values[-1]) < 10 and 1 <= int(values[-1]) <= most):
        raise UsageError(f"limit = {values[-1][:40]!r} will not do", way_out=f"Give a number from 1 to {most}.")
    return int(values[-1])
