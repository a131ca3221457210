"""For those who run it: is it alive, can it answer, what does it do."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from web.desk import Desk, desk


def blueprint() -> Blueprint:
    operations = Blueprint("operations", __name__)
    operations.add_url_rule("/healthz", view_func=healthz)
    operations.add_url_rule("/readyz", view_func=readyz)
    operations.add_url_rule("/metrics", view_func=metrics)
    return operations


def watch(of: Desk) -> None:
    """Gauges of the library, read when they are scraped."""
    library = of.knowledge_base.library
    of.metrics.gauge("counterpart_library_sequence", "Changes published so far", library.sequence)
    of.metrics.gauge("counterpart_documents", "Documents in the library", lambda: of.choices.read().documents)


def healthz() -> Response:
    """The process answers; nothing else is asked."""
    return jsonify({"status": "ok"})


def readyz() -> tuple[Response, int]:
    """200 when the library is open, the index fits it and the models are loaded; else 503."""
    state: dict[str, Any] = dict(desk().knowledge_base.ready())
    ready = bool(state.get("ready", True))
    return jsonify(state | {"ready": ready}), 200 if ready else 503


def metrics() -> Response:
    return Response(generate_latest(desk().metrics.registry), content_type=CONTENT_TYPE_LATEST)
