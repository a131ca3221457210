"""The written summary of an answer: a stream for the page's script; whole for the API and pages without script."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, jsonify
from typing_extensions import TypedDict

from kb.answer.render import QuoteJson, quote_json
from kb.errors import UsageError
from kb.records import Answer
from kb.summary import Notice, Verified
from web.asked import limit_of, parameters, question_of
from web.desk import Desk, desk
from web.links import API

SEARCHING = frozenset(("summarising.stream", "summarising.whole"))
CHANGED = "No summary: the library has changed since this page was made. Ask again."
MOST_SHOWN = 100


class SummarySentenceJson(TypedDict):
    """A sentence that was checked. quotes: numbers of the quotes that support it, from 1."""

    text: str
    quotes: list[int]


class SummaryJson(TypedDict):
    """summary: the checked sentences, or none; notice: why there is none or only a part, or ""."""

    question: str
    status: str
    summary: list[SummarySentenceJson]
    notice: str
    quotes: list[QuoteJson]


def blueprint() -> Blueprint:
    summarising = Blueprint("summarising", __name__)
    summarising.add_url_rule("/ask/summary", view_func=stream, methods=["POST"])
    summarising.add_url_rule(f"{API}/summary", view_func=whole, methods=["GET", "POST"])
    return summarising


def stream() -> Response:
    """A JSON object a line: each sentence once it is verified. It is given what the API is, and which quotes are shown.

    JSON alone is taken, so that no form of another site can have a summary written.
    """
    at, given = desk(), dict(parameters(extra=("shown",), posted=True))
    shown = given.pop("shown", [])
    if len(shown) > MOST_SHOWN:
        raise UsageError("too many quotes are named")
    answer = at.knowledge_base.ask(question_of(given), at.filter(given), at.settings.quotes)
    response = Response(_lines(at, answer, shown), content_type="application/x-ndjson")
    # A proxy that gathers the stream would show it all at the end.
    response.headers["X-Accel-Buffering"] = "no"
    return response


def whole() -> Response:
    at, given = desk(), parameters()
    limit = limit_of(given, at.settings.quotes, at.settings.quotes)
    answer = at.ask(question_of(given), at.filter(given), limit)
    sentences, notice = summarised(at, answer)
    url_of = at.absolute_links().citation
    body: SummaryJson = {
        "question": answer.question,
        "status": answer.status,
        "summary": [{"text": one.text, "quotes": list(one.numbers)} for one in sentences],
        "notice": notice,
        "quotes": [quote_json(quote, url_of) for quote in answer.quotes],
    }
    return jsonify(body)


def summarised(at: Desk, answer: Answer) -> tuple[list[Verified], str]:
    """The whole summary and its notice, within the setting summary_timeout_s."""
    events = list(at.knowledge_base.summariser.write(answer))
    notices = [event.text for event in events if isinstance(event, Notice)]
    return [event for event in events if isinstance(event, Verified)], " ".join(notices)


def _lines(at: Desk, answer: Answer, shown: list[str]) -> Iterator[bytes]:
    if shown and shown != [quote.citation.id for quote in answer.quotes]:
        yield _line({"notice": CHANGED})
        return
    for event in at.knowledge_base.summariser.write(answer):
        if isinstance(event, Verified):
            yield _line({"text": event.text, "quotes": list(event.numbers)})
        else:
            yield _line({"notice": event.text})


def _line(body: dict[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode("utf-8") + b"\n"
