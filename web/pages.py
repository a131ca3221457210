"""The pages that ask. Each view parses, calls the knowledge base once, and shows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from kb.errors import NotFoundError, UsageError
from kb.follow_up import taken_to_mean
from kb.library.rows import AskedQuestion
from kb.records import Answer, Filter
from kb.search import clean_question
from web.cards import passage_cards, quote_cards
from web.desk import Desk, desk, query
from web.evidence import evidence
from web.failures import kinds
from web.filters import nearest, pairs, without
from web.grouping import GROUPINGS, grouped
from web.question_cards import examples, question_cards
from web.same_site import require_own_page
from web.streaming import begun
from web.summarising import summarised

SEARCHING = frozenset(("pages.ask", "pages.take_down"))
NEAREST_SHOWN = 5
HOST_QUESTIONS_SHOWN = 5


def blueprint() -> Blueprint:
    pages = Blueprint("pages", __name__)
    pages.add_url_rule("/", view_func=home)
    pages.add_url_rule("/ask", view_func=ask)
    pages.add_url_rule("/unanswered", view_func=take_down, methods=["POST"])
    pages.add_url_rule("/problems/<name>", view_func=problem)
    pages.add_url_rule("/favicon.ico", view_func=favicon)
    return pages


def home() -> str:
    at = desk()
    return render_template("home.html", examples=examples(at.knowledge_base, at.links), **_form(at, "", Filter()))


def ask() -> AnyResponse:
    """Without q, the form. A question that cannot be searched is a QuestionError, which failures shows."""
    at = desk()
    if "q" not in request.args:
        return redirect(at.links.home())
    where, by = at.filter(query()), _grouping(request.args.get("group", ""))
    asked = request.args["q"]
    meant = _meant(at, asked)
    question = clean_question(meant or asked, at.settings.question_chars)
    literal = (asked, at.links.ask_literally(asked, where)) if meant else None
    return begun(
        render_template("answer_head.html", question=question), lambda: _answer(at, question, where, by, literal)
    )


def _answer(at: Desk, question: str, where: Filter, by: str, literal: tuple[str, str] | None) -> str:
    answer = at.ask(question, where)
    base = at.knowledge_base
    return render_template(
        "answer.html",
        literal=literal,
        summary=_summary(at, answer, where),
        answered=answer.status == "answered",
        groups=grouped(quote_cards(answer.quotes, at.links, base.themes, at.absolute_links()), by),
        grouping=by,
        groupings=[(name, title, at.links.ask(answer.question, where, name)) for name, title in GROUPINGS.items()],
        evidence=evidence(answer.quotes, lambda document_id: base.library.linked(document_id)),
        nearest=passage_cards(answer.nearest[:NEAREST_SHOWN], base.revision, at.links, base.themes),
        host_questions=question_cards(_asked_by_hosts(at, answer, where), at.links),
        facets=answer.facets,
        years=_years(at, answer, where),
        **_form(at, answer.question, where),
    )


def _asked_by_hosts(at: Desk, answer: Answer, where: Filter) -> list[AskedQuestion]:
    """What hosts asked that is nearest, by the vector that the answer was found with."""
    return at.knowledge_base.asked_by_hosts.nearest(answer.question, HOST_QUESTIONS_SHOWN, where, answer.vector)


def take_down() -> str:
    """A question for the editors. Nothing but the question is kept, and only because its reader says so here."""
    require_own_page()
    at = desk()
    question = clean_question(request.form.get("q", ""), at.settings.question_chars)
    at.knowledge_base.library.take_down(question)
    return render_template("taken_down.html", **_form(at, question, Filter()))


def _years(at: Desk, answer: Answer, where: Filter) -> list[tuple[str, int, str]]:
    """(year, passages found, the address of the answer narrowed to it), the newest first."""
    counted = sorted(answer.facets.get("year", {}).items(), reverse=True)
    return [
        (year, number, at.links.ask(answer.question, replace(where, since=year, until=year)))
        for year, number in counted
    ]


def _summary(at: Desk, answer: Answer, where: Filter) -> dict[str, object]:
    """The summary's slot. It is written here only where the address asks for that: an answer waits for no model."""
    offered = bool(at.knowledge_base.summariser.host) and bool(answer.quotes)
    wanted = offered and request.args.get("summary") == "1"
    sentences, notice = summarised(at, answer) if wanted else ([], "")
    asked: dict[str, Any] = {"question": answer.question, "shown": [quote.citation.id for quote in answer.quotes]}
    for name, value in pairs(where):
        asked.setdefault(name, []).append(value)
    return {
        "offered": offered,
        "wanted": wanted,
        "sentences": sentences,
        "notice": notice,
        "asked": asked,
        "url": at.links.summary(answer.question, where),
    }


def problem(name: str) -> str:
    """What a problem of the API means: the page that its "type" points to."""
    kind = kinds().get(name)
    if kind is None:
        raise NotFoundError(f"there is no kind of problem {name!r}", way_out=nearest(name, kinds()))
    return render_template("problem.html", name=name, kind=kind)


def favicon() -> AnyResponse:
    return redirect(desk().links.static("favicon.svg"), code=301)


def _grouping(name: str) -> str:
    """Raises UsageError."""
    if name and name not in GROUPINGS:
        raise UsageError(f"group cannot be {name[:40]!r}", way_out=nearest(name[:40], GROUPINGS))
    return name or next(iter(GROUPINGS))


def _meant(at: Desk, asked: str) -> str:
    """What a question is taken to mean after the one before it; "" where it stands by itself or is to be left as is."""
    before = request.args.get("after", "")
    longest = at.settings.question_chars
    if request.args.get("literal") or not before or max(len(before), len(asked)) > longest:
        return ""
    meant = taken_to_mean(before, asked)
    return meant if len(meant) <= longest else ""


def _form(at: Desk, question: str, where: Filter) -> dict[str, object]:
    """What the form of questions needs; chips: what narrows the search now, each with the address without it."""
    chips = [(name, value, at.links.ask(question, without(where, name, value))) for name, value in pairs(where)]
    themes = at.knowledge_base.themes
    return {"question": question, "where": where, "choices": at.choices.read(), "chips": chips, "themes": themes}
