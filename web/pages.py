"""The pages that ask. Each view parses, calls the knowledge base once, and shows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from kb.errors import NotFoundError, UsageError
from kb.follow_up import Understood, understood
from kb.library.rows import AskedQuestion
from kb.records import Answer, Filter
from kb.search import clean_question
from web.asked import FOLLOWING, understood_of
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
    asked = understood_of(
        {name: request.args.getlist(name)[:1] for name in ("q", *FOLLOWING)}, at.settings.question_chars
    )
    question = clean_question(asked.question, at.settings.question_chars)
    if "asked" in request.args:
        return redirect(_as_it_was_put(at, question, where, by))
    alone = Understood(question, "", "", asked.follow_up and bool(asked.before))
    page = _Page(at, asked if asked.meant else alone, where, by)
    return begun(render_template("answer_head.html", question=question), lambda: _answer(page, question))


def _as_it_was_put(at: Desk, question: str, where: Filter, by: str) -> str:
    """Where the form of an answer to a follow-up leads: to the follow-up, if it sends that again as it was understood.

    Else to the question, and its address says nothing of the one before."""
    before, after = request.args.get("asked_after", ""), request.args.get("after", "")
    earlier = understood(request.args["asked"], before, at.settings.question_chars, follow_up=True)
    if earlier.meant and earlier.meant == question == after:
        return _Page(at, earlier, where, by).url()
    return at.links.ask(request.args["q"], where, by, after)


@dataclass(frozen=True)
class _Page:
    """Where an answer is shown: what was asked, after what, and how it is narrowed and grouped."""

    at: Desk
    asked: Understood
    where: Filter
    by: str

    def url(self, where: Filter | None = None, by: str | None = None) -> str:
        """The same answer, narrowed or grouped in another way; it still shows what a follow-up was taken to mean."""
        asked, where, by = self.asked, self.where if where is None else where, self.by if by is None else by
        return self.at.links.ask(asked.asked, where, by, asked.before if asked.meant else "", follow_up=asked.follow_up)

    def word_for_word(self) -> str:
        return self.at.links.ask(self.asked.asked, self.where, self.by)


def _answer(page: _Page, question: str) -> str:
    at, where = page.at, page.where
    answer = at.ask(question, where)
    base = at.knowledge_base
    return render_template(
        "answer.html",
        put=page.asked if page.asked.meant else None,
        asked_alone=page.asked.follow_up and not page.asked.meant,
        word_for_word=page.word_for_word(),
        narrowed=pairs(where),
        anywhere=page.url(where=Filter()),
        summary=_summary(page, answer),
        answered=answer.status == "answered",
        groups=grouped(quote_cards(answer.quotes, at.links, base.themes, at.absolute_links()), page.by),
        grouping=page.by,
        groupings=[(name, title, page.url(by=name)) for name, title in GROUPINGS.items()],
        evidence=evidence(answer.quotes, lambda document_id: base.library.linked(document_id)),
        nearest=passage_cards(answer.nearest[:NEAREST_SHOWN], base.revision, at.links, base.themes),
        host_questions=question_cards(_asked_by_hosts(at, answer, where), at.links),
        facets=answer.facets,
        years=_years(page, answer),
        **_form(at, answer.question, where, page),
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


def _years(page: _Page, answer: Answer) -> list[tuple[str, int, str]]:
    """(year, passages found, the address of the answer narrowed to it), the newest first."""
    counted = sorted(answer.facets.get("year", {}).items(), reverse=True)
    return [(year, number, page.url(where=replace(page.where, since=year, until=year))) for year, number in counted]


def _summary(page: _Page, answer: Answer) -> dict[str, object]:
    """The summary's slot. It is written here only where the address asks for that: an answer waits for no model."""
    at = page.at
    offered = bool(at.knowledge_base.summariser.host) and bool(answer.quotes)
    wanted = offered and request.args.get("summary") == "1"
    sentences, notice = summarised(at, answer) if wanted else ([], "")
    asked: dict[str, Any] = {"question": answer.question, "shown": [quote.citation.id for quote in answer.quotes]}
    for name, value in pairs(page.where):
        asked.setdefault(name, []).append(value)
    return {
        "offered": offered,
        "wanted": wanted,
        "sentences": sentences,
        "notice": notice,
        "asked": asked,
        "url": at.links.with_summary(page.url()),
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


def _form(at: Desk, question: str, where: Filter, page: _Page | None = None) -> dict[str, object]:
    """What the form of questions needs; chips: what narrows the search now, each with the address without it."""
    chips = [(name, value, page.url(where=without(where, name, value))) for name, value in pairs(where)] if page else []
    themes = at.knowledge_base.themes
    return {"question": question, "where": where, "choices": at.choices.read(), "chips": chips, "themes": themes}
