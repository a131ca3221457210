"""The API, version 1: the same answers as the pages and `kb --json`, in JSON.

A question may come as q in the address, or, so that it stands in no address, as a JSON object by POST:
{"question": ..., "limit": ..., "side": [...], ...}.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import BadRequest

from kb.answer.render import answer_json, hits_json
from kb.errors import UsageError
from web import payloads
from web.desk import desk, query
from web.filters import NAMES, nearest
from web.links import API

SEARCHING = frozenset(("api.ask", "api.search"))
HITS = 10
MOST_HITS = 100
QUESTION_NAMES = ("q", "question", "limit", *NAMES)


def blueprint() -> Blueprint:
    api = Blueprint("api", __name__, url_prefix=API)
    api.add_url_rule("/ask", view_func=ask, methods=["GET", "POST"])
    api.add_url_rule("/search", view_func=search, methods=["GET", "POST"])
    api.add_url_rule("/documents", view_func=documents)
    api.add_url_rule("/documents/<document_id>", view_func=document)
    api.add_url_rule("/passages/<passage_id>", view_func=passage)
    api.add_url_rule("/themes", view_func=themes)
    return api


def ask() -> Response:
    at, given = desk(), _parameters()
    limit = _limit(given, at.settings.quotes, at.settings.quotes)
    answer = at.ask(_question(given), at.filter(given), limit)
    return jsonify(answer_json(answer, at.absolute_links().citation, at.knowledge_base.speakers_of))


def search() -> Response:
    at, given = desk(), _parameters()
    question = _question(given)
    hits = at.search(question, at.filter(given), _limit(given, HITS, MOST_HITS))
    return jsonify(hits_json(question, hits, at.knowledge_base.speakers_of))


def documents() -> Response:
    links = desk().absolute_links()
    rows = desk().knowledge_base.library.documents()
    return jsonify({"documents": [payloads.listed(row, links) for row in rows]})


def document(document_id: str) -> Response:
    library = desk().knowledge_base.library
    row = library.document(document_id)
    revision = library.revision(row.revision_id)
    return jsonify(payloads.document(row, revision, desk().absolute_links()))


def passage(passage_id: str) -> Response:
    at = desk()
    library = at.knowledge_base.library
    found = library.passage(passage_id)
    revision = library.revision(found.revision_id)
    current = library.is_current(found.revision_id)
    return jsonify(payloads.passage(found, revision, current, at.absolute_links()))


def themes() -> Response:
    links = desk().absolute_links()
    found = desk().knowledge_base.themes.values()
    return jsonify({"themes": [payloads.theme(theme, links) for theme in found]})


def _parameters() -> Mapping[str, list[str]]:
    """Names and values, from the address or from the body. Raises UsageError for a name that is none of ours."""
    given = _from_body(_body()) if request.method == "POST" else query()
    for name in given:
        if name not in QUESTION_NAMES:
            raise UsageError(f"there is no parameter {name[:80]!r}", way_out=nearest(name[:80], QUESTION_NAMES))
    return given


def _body() -> Any:
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


def _question(given: Mapping[str, list[str]]) -> str:
    values = [value for name in ("q", "question") for value in given.get(name, ())]
    if len(values) > 1:
        raise UsageError("more than one question is given", way_out="Ask them one at a time.")
    return values[0] if values else ""


def _limit(given: Mapping[str, list[str]], default: int, most: int) -> int:
    values = given.get("limit", [])
    if not values:
        return default
    if not (values[-1].isascii() and values[-1].isdigit() and len(values[-1]) < 10 and 1 <= int(values[-1]) <= most):
        raise UsageError(f"limit = {values[-1][:40]!r} will not do", way_out=f"Give a number from 1 to {most}.")
    return int(values[-1])
