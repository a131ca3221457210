"""The API, version 1: the same answers as the pages and `kb --json`, in JSON.

A question may come as q in the address, or, so that it stands in no address, as a JSON object by POST:
{"question": ..., "limit": ..., "side": [...], ...}.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request

from kb.answer.render import answer_json, hits_json
from kb.search import clean_question
from web import payloads
from web.asked import FOLLOWING, limit_of, only, parameters, question_of, understood_of
from web.desk import desk, query
from web.directory import Entry
from web.limits import ASKED, HITS, LISTED, MOST_ASKED, MOST_HITS, MOST_LISTED
from web.links import API
from web.openapi import described, given_by, kind_of
from web.question_cards import HostQuestionsJson, question_json

SEARCHING = frozenset(("api.ask", "api.search", "api.questions"))


def blueprint() -> Blueprint:
    api = Blueprint("api", __name__, url_prefix=API)
    api.add_url_rule("/ask", view_func=ask, methods=["GET", "POST"])
    api.add_url_rule("/search", view_func=search, methods=["GET", "POST"])
    api.add_url_rule("/documents", view_func=documents)
    api.add_url_rule("/documents/<document_id>", view_func=document)
    api.add_url_rule("/passages/<passage_id>", view_func=passage)
    api.add_url_rule("/passages/<passage_id>/related", view_func=related)
    api.add_url_rule("/themes", view_func=themes)
    api.add_url_rule("/questions", view_func=questions)
    for kind in ("speakers", "organisations", "shows"):
        api.add_url_rule(f"/{kind}", kind, partial(entries, kind))
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
        shape=lambda operation: models.get(given_by(operation)),
        kind_of=kind_of,
    )


def _described() -> dict[str, Any]:
    at = desk()
    return described(
        at.absolute_links(), at.settings.quotes, list(at.knowledge_base.themes), at.settings.collection_note_chars
    )


def ask() -> Response:
    at, given = desk(), parameters(FOLLOWING)
    limit = limit_of(given, at.settings.quotes, at.settings.quotes)
    asked = understood_of(given, at.settings.question_chars)
    answer = at.ask(asked.question, at.filter(given), limit)
    body = answer_json(answer, at.absolute_links().citation, at.knowledge_base.speakers_of, asked.meant)
    return jsonify(body)


def search() -> Response:
    at, given = desk(), parameters()
    question, base = question_of(given), at.knowledge_base
    hits, facets = base.search_counted(question, at.filter(given), limit_of(given, HITS, MOST_HITS))
    return jsonify(hits_json(question, hits, base.speakers_of, facets))


def documents() -> Response:
    """By id, so that a page begins after the last one of the page before, whatever was published meanwhile."""
    links, given = desk().absolute_links(), only(query(), ("limit", "after"))
    rows = sorted(desk().knowledge_base.library.documents(), key=lambda row: row.id)
    after, limit = given.get("after", [""])[-1], limit_of(given, LISTED, MOST_LISTED)
    left = [row for row in rows if row.id > after]
    shown = left[:limit]
    following = links.api_page("documents", shown[-1].id, limit) if len(left) > limit else None
    body: payloads.DocumentsJson = {
        "documents": [payloads.listed(row, links) for row in shown],
        "total": len(rows),
        "next": following,
    }
    return jsonify(body)


def entries(kind: str) -> Response:
    """Speakers, organisations or shows, by id like documents."""
    links, given = desk().absolute_links(), only(query(), ("limit", "after"))
    found: Mapping[str, Entry] = getattr(desk().directory.read(), kind)
    after, limit = given.get("after", [""])[-1], limit_of(given, LISTED, MOST_LISTED)
    left = sorted((row for row in found.values() if row.id > after), key=lambda row: row.id)
    shown = left[:limit]
    body: payloads.EntriesJson = {
        "entries": [payloads.entry(row, links.entry(kind, row.id)) for row in shown],
        "total": len(found),
        "next": links.api_page(kind, shown[-1].id, limit) if len(left) > limit else None,
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


def questions() -> Response:
    """What hosts asked that is nearest to a question."""
    at, given = desk(), only(query(), ("q", "limit"))
    asked = clean_question(question_of(given), at.settings.question_chars)
    found = at.knowledge_base.asked_by_hosts.nearest(asked, limit_of(given, ASKED, MOST_ASKED))
    links = at.absolute_links()
    body: HostQuestionsJson = {"questions": [question_json(one, links) for one in found]}
    return jsonify(body)


def themes() -> Response:
    links = desk().absolute_links()
    found = desk().knowledge_base.themes.values()
    return jsonify({"themes": [payloads.theme(theme, links) for theme in found]})
