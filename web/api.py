"""The API, version 1: the same answers as the pages and `kb --json`, in JSON.

A question may come as q in the address, or, so that it stands in no address, as a JSON object by POST:
{"question": ..., "limit": ..., "side": [...], ...}.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request
from werkzeug.exceptions import BadRequest

from kb.answer.render import answer_json, hits_json
from kb.errors import UsageError
from web import payloads
from web.desk import desk, query
from web.filters import NAMES, nearest
from web.limits import HITS, LISTED, MOST_HITS, MOST_LISTED
from web.links import API
from web.openapi import described, kind_of, model_of

SEARCHING = frozenset(("api.ask", "api.search"))
QUESTION_NAMES = ("q", "question", "limit", *NAMES)


def blueprint() -> Blueprint:
    api = Blueprint("api", __name__, url_prefix=API)
    api.add_url_rule("/ask", view_func=ask, methods=["GET", "POST"])
    api.add_url_rule("/search", view_func=search, methods=["GET", "POST"])
    api.add_url_rule("/documents", view_func=documents)
    api.add_url_rule("/documents/<document_id>", view_func=document)
    api.add_url_rule("/passages/<passage_id>", view_func=passage)
    api.add_url_rule("/passages/<passage_id>/related", view_func=related)
    api.add_url_rule("/themes", view_func=themes)
    api.add_url_rule("/openapi.json", view_func=openapi)
    api.add_url_rule("/docs", view_func=docs)
    api.after_request(conditional)
    return api


def conditional(response: Response) -> Response:
    """An ETag on what was read; 304 where the reader has it already."""
    if request.method in ("GET", "HEAD") and response.status_code == HTTPStatus.OK:
        response.add_etag()
        response.make_conditional(request)
    return response


def openapi() -> Response:
    return jsonify(_described())


def docs() -> str:
    """The description, for people."""
    api = _described()
    models = api["components"]["schemas"]
    return render_template(
        "api.html",
        api=api,
        shape=lambda operation: models[
            model_of(operation["responses"]["200"]["content"]["application/json"]["schema"])
        ],
        kind_of=kind_of,
    )


def _described() -> dict[str, Any]:
    at = desk()
    return described(at.absolute_links(), at.settings.quotes, list(at.knowledge_base.themes))


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
    """By id, so that a page begins after the last one of the page before, whatever was published meanwhile."""
    links, given = desk().absolute_links(), _only(query(), ("limit", "after"))
    rows = sorted(desk().knowledge_base.library.documents(), key=lambda row: row.id)
    after, limit = given.get("after", [""])[-1], _limit(given, LISTED, MOST_LISTED)
    left = [row for row in rows if row.id > after]
    shown = left[:limit]
    following = links.api_documents(shown[-1].id, limit) if len(left) > limit else None
    body: payloads.DocumentsJson = {
        "documents": [payloads.listed(row, links) for row in shown],
        "total": len(rows),
        "next": following,
    }
    return jsonify(body)


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


def related(passage_id: str) -> Response:
    at, links = desk(), desk().absolute_links()
    base = at.knowledge_base
    body: payloads.RelatedJson = {
        "passage": passage_id,
        "related": [
            {**payloads.passage(hit.passage, base.revision(hit.passage.revision_id), True, links), "cosine": hit.score}
            for hit in base.related(base.library.passage(passage_id))
        ],
    }
    return jsonify(body)


def themes() -> Response:
    links = desk().absolute_links()
    found = desk().knowledge_base.themes.values()
    return jsonify({"themes": [payloads.theme(theme, links) for theme in found]})


def _parameters() -> Mapping[str, list[str]]:
    """Names and values, from the address or from the body. Raises UsageError for a name that is none of ours."""
    return _only(_from_body(_body()) if request.method == "POST" else query(), QUESTION_NAMES)


def _only(given: Mapping[str, list[str]], names: Sequence[str]) -> Mapping[str, list[str]]:
    """Raises UsageError for a name that is not one of these."""
    for name in given:
        if name not in names:
            raise UsageError(f"there is no parameter {name[:80]!r}", way_out=nearest(name[:80], names))
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
