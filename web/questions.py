"""Questions that hosts asked: the list of all of them, and what the ask box offers while somebody types."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, jsonify, render_template, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from kb.errors import UsageError
from web.desk import desk
from web.filters import nearest
from web.people import asked_for, part_of
from web.question_cards import question_cards, question_json, sifted

# A reader who types asks many times a minute: this stops programs, not people.
SUGGESTIONS = "600 per minute"
SUGGESTED = 6
# Fewer letters say nothing of what is meant.
_LEAST_CHARS = 3
_ENDPOINT = "questions.suggest"


def blueprint() -> Blueprint:
    questions = Blueprint("questions", __name__)
    questions.add_url_rule("/questions", view_func=listing, endpoint="listing")
    questions.add_url_rule("/suggest", view_func=suggest, endpoint="suggest")
    return questions


def limit_suggestions(app: Flask, *, enabled: bool) -> None:
    """An allowance of their own: typing must not use up what asking is given."""
    limiter = Limiter(
        get_remote_address,
        application_limits=[SUGGESTIONS],
        storage_uri="memory://",
        key_prefix="suggestions",
        enabled=enabled,
    )
    limiter.request_filter(lambda: request.endpoint != _ENDPOINT)
    limiter.init_app(app)


def listing() -> str:
    """Raises UsageError for a theme or a show that is not there."""
    at = desk()
    base, theme, show = at.knowledge_base, asked_for("theme"), asked_for("show")
    if theme and theme not in base.themes:
        raise UsageError(f"there is no theme {theme!r}", way_out=nearest(theme, base.themes))
    every = base.asked_by_hosts.all()
    part = part_of(sifted(every, theme, show))
    return render_template(
        "questions.html",
        part=part,
        cards=question_cards(base.library.still_asked(part.rows), at.links),
        themes=base.themes,
        shows=sorted({one.show for one in every if one.show}, key=str.casefold),
        theme=theme,
        show=show,
    )


def suggest() -> Response:
    """Questions that go on as the reader's begins. Nothing of what is typed is kept."""
    at, typed = desk(), " ".join(request.args.get("q", "").replace("\x00", " ").split())
    found = []
    if _LEAST_CHARS <= len(typed) <= at.settings.question_chars:
        typed = typed.encode("utf-8", "replace").decode("utf-8")
        found = at.knowledge_base.asked_by_hosts.beginning(typed, SUGGESTED)
    return jsonify({"questions": [question_json(one, at.links) for one in found]})
