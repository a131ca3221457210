"""Counterpart on the web. create_app wires all of it; nothing here is global."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask, request
from flask.json.provider import DefaultJSONProvider
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from jinja2 import StrictUndefined
from limits import parse_many

from kb.errors import SettingsError
from web import (
    api,
    browsing,
    collecting,
    collecting_api,
    compression,
    failures,
    operations,
    pages,
    people,
    questions,
    reading,
    security,
    sharing,
    summarising,
    words,
)
from web.choices import ChoiceReader
from web.desk import EXTENSION, Desk
from web.directory import DirectoryReader
from web.filters import often
from web.following import Follower
from web.links import Links
from web.metrics import Metrics
from web.subquestions import SubQuestions

if TYPE_CHECKING:
    from kb.assembly import KnowledgeBase
    from kb.settings import Settings

MOST_BODY_BYTES = 64 * 1024
FOLLOWER = "counterpart-follower"
OPENED_HERE = "counterpart-opened-here"
LIMITED = pages.SEARCHING | browsing.SEARCHING | people.SEARCHING | api.SEARCHING
LIMITED |= collecting.LIMITED | collecting_api.LIMITED | summarising.SEARCHING


def create_app(settings: Settings, knowledge_base: KnowledgeBase | None = None) -> Flask:
    """The whole site over a knowledge base: the one handed in, else the one that the settings name.

    Raises SettingsError for a rate limit, host name or origin that cannot be read, LibraryError where the library
    cannot be opened.
    """
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = MOST_BODY_BYTES
    app.config["TRUSTED_HOSTS"] = security.trusted_hosts(settings.trusted_hosts)
    app.json = _json(app)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    limit, shared_with = _rate_limit(settings.rate_limit), sharing.origins(settings.cors_origins)
    base = knowledge_base or _open(settings)
    metrics = Metrics()
    desk = Desk(
        settings,
        base,
        Links("", _versions(app)),
        metrics,
        ChoiceReader(base.library),
        DirectoryReader(base.library),
        SubQuestions(base.library, base.ask),
    )
    app.extensions |= {EXTENSION: desk, OPENED_HERE: knowledge_base is None}
    metrics.time_requests(app)
    sharing.register(app, shared_with)
    _limit_requests(app, limit)
    questions.limit_suggestions(app, enabled=bool(limit))
    security.register(app)
    compression.register(app)
    failures.register(app)
    for area in (pages, summarising, reading, browsing, people, questions, collecting, api, collecting_api, operations):
        app.register_blueprint(area.blueprint())
    operations.watch(desk)
    _share_with_templates(app, desk, settings)
    follower = Follower(base.keep_up, settings.follow_interval_s, metrics.follow_failures.inc)
    app.extensions[FOLLOWER] = follower
    follower.start()
    return app


def _share_with_templates(app: Flask, desk: Desk, settings: Settings) -> None:
    shared = {"links": desk.links, "words": words, "often": often, "confidential": not settings.log_questions}
    shared |= {"collection_of_reader": collecting.current, "may_collect": settings.collections > 0}
    shared |= {"summary_host": desk.knowledge_base.summariser.host}
    app.context_processor(lambda: shared)


def close_app(app: Flask) -> None:
    """Stop following, and close the knowledge base if create_app opened it."""
    app.extensions[FOLLOWER].stop()
    if app.extensions[OPENED_HERE]:
        app.extensions[EXTENSION].knowledge_base.close()


def _json(app: Flask) -> DefaultJSONProvider:
    """Keys in the order in which they are told, and words as they are written."""
    provider = DefaultJSONProvider(app)
    provider.sort_keys = False
    provider.ensure_ascii = False
    return provider


def _open(settings: Settings) -> KnowledgeBase:
    # Imported here: a site over a knowledge base that is handed in needs no engine.
    from kb.assembly import open_knowledge_base

    return open_knowledge_base(settings)


def _rate_limit(value: str) -> str:
    try:
        parse_many(value) if value.strip() else None
    except ValueError as error:
        what, way_out = f"{value!r} is no rate limit", 'Write it as "120 per minute", or leave it empty.'
        raise SettingsError(what, where="rate_limit", way_out=way_out) from error
    return value.strip()


def _limit_requests(app: Flask, limit: str) -> None:
    """One allowance a client for everything that searches; reading is free."""
    limiter = Limiter(
        get_remote_address,
        application_limits=[limit] if limit else [],
        storage_uri="memory://",
        headers_enabled=True,
        enabled=bool(limit),
    )
    limiter.request_filter(lambda: request.endpoint not in LIMITED)
    limiter.init_app(app)


def _versions(app: Flask) -> dict[str, str]:
    folder = Path(str(app.static_folder))
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest()[:12] for file in sorted(folder.iterdir())}
