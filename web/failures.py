"""The only place that knows how an error looks over HTTP.

Below /api, and for the operations' addresses, an error is application/problem+json (RFC 9457); elsewhere
it is a page. Neither holds a traceback. What went wrong inside is told to the log, not to the visitor,
and the log gets no message that could quote a question.
"""

from __future__ import annotations

import json
import logging
import re
import traceback
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, make_response, render_template, request
from werkzeug.exceptions import HTTPException, SecurityError

from kb import errors
from kb.errors import CounterpartError
from web.links import API

LOG = logging.getLogger(__name__)
PROBLEM_TYPE = "application/problem+json"
MACHINE_PATHS = (f"{API}/", "/healthz", "/readyz", "/metrics")
INSIDE = 500
KEPT_HEADERS = ("Allow", "Retry-After")
DETAILS = {
    400: ("The request could not be understood.", "Check the address."),
    403: ("This was sent from a page of another site.", "Open Counterpart itself, and do it there."),
    404: ("There is nothing at this address.", "It may have been deleted, or the address may be incomplete."),
    405: ("This address cannot be used in that way.", "The header Allow names the methods it takes."),
    413: ("The request is larger than this server takes.", "Send a shorter question."),
    415: ("The body of the request is not JSON.", "Send it as application/json."),
    429: ("Too many questions in a short time.", "Wait a little, then ask again."),
    500: ("Something failed inside Counterpart.", "Try again; the people who run it find the reason in its log."),
}


@dataclass(frozen=True)
class Problem:
    """One error, ready to be shown. name: of its kind, "" for what HTTP itself defines."""

    status: int
    title: str
    detail: str
    way_out: str = ""
    where: str = ""
    name: str = ""


UNTRUSTED_HOST = Problem(
    HTTPStatus.BAD_REQUEST.value,
    HTTPStatus.BAD_REQUEST.phrase,
    "This server does not answer under that host name.",
    "Use the address that the people who run it gave out; they name its hosts in the setting trusted_hosts.",
)


def register(app: Flask) -> None:
    app.register_error_handler(CounterpartError, _counterpart_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unforeseen)


def kinds() -> dict[str, type[CounterpartError]]:
    """Every error of kb.errors by its name in an address: QuestionError is "question-error"."""
    found = (value for value in vars(errors).values() if isinstance(value, type))
    return {problem_name(kind): kind for kind in found if issubclass(kind, CounterpartError)}


def problem_name(kind: type[CounterpartError]) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", kind.__name__).lower()


def problem_of(error: CounterpartError) -> Problem:
    """What a visitor is told. Paths and host names in the house's own faults are for the log alone."""
    name, status = problem_name(type(error)), error.http_status
    if status >= INSIDE:
        return Problem(status, error.title, "The people who run this server find the reason in its log.", name=name)
    # A command is no way out for somebody in a browser.
    way_out = "" if "`kb " in error.way_out else error.way_out
    return Problem(status, error.title, error.what, way_out, error.where, name)


def problem_json(problem: Problem) -> dict[str, Any]:
    """RFC 9457, section 3; way_out and where are extensions of ours, left out where empty."""
    body: dict[str, Any] = {
        "type": f"/problems/{problem.name}" if problem.name else "about:blank",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        # The path alone: a query string may be a question.
        "instance": request.path,
    }
    extra = {"way_out": problem.way_out, "where": problem.where}
    return body | {name: value for name, value in extra.items() if value}


def _counterpart_error(error: CounterpartError) -> Response:
    if error.http_status >= INSIDE:
        LOG.error("%s: %s", type(error).__name__, error)
    return _respond(problem_of(error))


def _http_error(error: HTTPException) -> Response:
    status = error.code or INSIDE
    if error.response is not None or status < HTTPStatus.BAD_REQUEST:
        return make_response(error.get_response())
    response = _respond(UNTRUSTED_HOST if isinstance(error, SecurityError) else _http_problem(status))
    for name, value in error.get_headers():
        if name in KEPT_HEADERS:
            response.headers[name] = value
    return response


def _unforeseen(error: Exception) -> Response:
    # Where, but not the message: it may quote the question.
    frames = "".join(traceback.format_tb(error.__traceback__))
    LOG.error("%s in %s\n%s", type(error).__name__, request.endpoint, frames)
    return _respond(_http_problem(INSIDE))


def _http_problem(status: int) -> Problem:
    detail, way_out = DETAILS.get(status, ("The request cannot be answered.", ""))
    return Problem(status, HTTPStatus(status).phrase, detail, way_out)


def _respond(problem: Problem) -> Response:
    if request.path.startswith(MACHINE_PATHS):
        body = json.dumps(problem_json(problem), ensure_ascii=False)
        return Response(body, problem.status, content_type=PROBLEM_TYPE)
    return make_response(render_template("failure.html", problem=problem), problem.status)
