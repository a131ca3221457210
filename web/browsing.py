"""What the library holds, to leaf through: documents and themes."""

from __future__ import annotations

from flask import Blueprint, render_template

from kb.errors import NotFoundError
from kb.records import Filter, Theme
from web.cards import QuoteCard, passage_cards, quote_cards
from web.chart import bars
from web.desk import Desk, desk
from web.directory import ThemeFacts
from web.filters import nearest
from web.subquestions import SubQuestion

SEARCHING = frozenset(("browsing.theme",))
TYPICAL_SHOWN = 10


def blueprint() -> Blueprint:
    browsing = Blueprint("browsing", __name__)
    browsing.add_url_rule("/documents", view_func=documents)
    browsing.add_url_rule("/themes", view_func=themes)
    browsing.add_url_rule("/themes/<name>", view_func=theme)
    return browsing


def documents() -> str:
    rows = sorted(desk().knowledge_base.library.documents(), key=lambda row: (row.show.casefold(), row.title, row.id))
    shows = dict.fromkeys(row.show for row in rows)
    grouped = [(show, [row for row in rows if row.show == show]) for show in shows]
    return render_template(
        "documents.html", shows=grouped, words_in_all=sum(row.words for row in rows), total=len(rows)
    )


def themes() -> str:
    return render_template("themes.html", themes=desk().knowledge_base.themes)


def theme(name: str) -> str:
    at = desk()
    base = at.knowledge_base
    found = known_theme(at, name)
    where = Filter(theme=(name,))
    hits = at.search(typical_question(found), where, TYPICAL_SHOWN)
    cards = passage_cards(hits, base.revision, at.links, base.themes)
    asked = at.subquestions.read(found.questions, where)
    facts = at.directory.read().themes.get(name, ThemeFacts())
    return render_template(
        "theme.html",
        theme=found,
        where=where,
        cards=cards,
        asked=[(one, _first(at, one)) for one in asked],
        unanswered=[one.question for one in asked if one.answer is not None and not one.answer.quotes],
        facts=facts,
        bars=bars(facts.years),
        by_side=lambda side: Filter(theme=(name,), side=(side,)),
    )


def _first(at: Desk, one: SubQuestion) -> QuoteCard | None:
    """The best quote of an answer, where there is one."""
    quotes = one.answer.quotes[:1] if one.answer is not None else ()
    cards = quote_cards(quotes, at.links, at.knowledge_base.themes, at.absolute_links())
    return cards[0] if cards else None


def known_theme(at: Desk, name: str) -> Theme:
    found = at.knowledge_base.themes.get(name)
    if found is None:
        raise NotFoundError(f"there is no theme {name!r}", way_out=nearest(name, at.knowledge_base.themes))
    return found


def typical_question(theme: Theme) -> str:
    """What finds a theme's most typical passages: its title and its example phrases are its own words."""
    return f"{theme.title}. {theme.description}"[:1000]
