"""Speakers, organisations, shows and episodes: lists, and a page of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from flask import Blueprint, render_template, request

from kb.errors import NotFoundError, UsageError
from kb.library.directory import Brief
from kb.records import SIDES, Filter, Hit
from web.cards import PassageCard, passage_cards
from web.desk import Desk, desk
from web.directory import Entry
from web.filters import nearest

SEARCHING = frozenset(("people.speaker", "people.organisation", "people.show"))
PAGE = 50
TYPICAL_SHOWN = 5
_FOUND = 20
_LONGEST = 100
# What is asked for where none of the themes was spoken of.
_OF_ALL = "How a biotech company and its contract manufacturer work together."
_KINDS = {
    "speakers": ("Speakers", "Everybody who is heard or quoted, as the documents name them.", "speaker"),
    "organisations": ("Organisations", "Whom the speakers work for, as the documents say.", "organisation"),
    "shows": ("Shows", "The podcasts and publications that the documents are from.", "show"),
}
Item = TypeVar("Item")


@dataclass(frozen=True)
class Part(Generic[Item]):
    """A page of a list. before, after: numbers of its neighbours, or 0."""

    rows: Sequence[Item]
    total: int
    first: int
    before: int
    after: int


def blueprint() -> Blueprint:
    people = Blueprint("people", __name__)
    for kind, (_, _, one) in _KINDS.items():
        people.add_url_rule(f"/{kind}", kind, _listing(kind))
        people.add_url_rule(f"/{kind}/<entry_id>", one, _single(kind, one))
    people.add_url_rule("/episodes", view_func=episodes)
    return people


def _listing(kind: str) -> Callable[[], str]:
    def listing() -> str:
        at = desk()
        name, side = asked_for("name"), asked_for("side")
        if side and side not in SIDES:
            raise UsageError(f"side cannot be {side!r}", way_out=nearest(side, SIDES))
        every = entries(at, kind).values()
        rows = [row for row in every if name.lower() in row.name.lower() and (not side or side in row.sides)]
        title, about, one = _KINDS[kind]
        return render_template(
            "people.html", kind=kind, title=title, about=about, one=one, part=part_of(rows), name=name, side=side
        )

    return listing


def _single(kind: str, one: str) -> Callable[[str], str]:
    def single(entry_id: str) -> str:
        at = desk()
        entry = entries(at, kind).get(entry_id)
        if entry is None:
            raise NotFoundError(f"there is no {one} at this address", way_out=f"The list of {kind} names them all.")
        own = {
            "speaker": Filter(speaker=(entry.name,)),
            "organisation": Filter(organisation=(entry.name,)),
            "show": Filter(show=(entry.name,)),
        }
        where = own[one]
        return render_template(
            "person.html",
            kind=kind,
            title=_KINDS[kind][0],
            one=one,
            entry=entry,
            where=where,
            themes=at.knowledge_base.themes,
            cards=_typical(at, entry, where),
        )

    return single


def episodes() -> str:
    at, name = desk(), asked_for("name")
    rows: list[Brief] = [
        one for one in at.directory.read().episodes if name.lower() in f"{one.title} {one.show}".lower()
    ]
    return render_template("episodes.html", part=part_of(rows), name=name)


def entries(at: Desk, kind: str) -> Mapping[str, Entry]:
    found: Mapping[str, Entry] = getattr(at.directory.read(), kind)
    return found


def _typical(at: Desk, entry: Entry, where: Filter) -> list[PassageCard]:
    """What was said on the theme that is spoken of most; a passage for each conversation, in one of its forms."""
    base = at.knowledge_base
    main = next((base.themes[name] for name, _ in entry.themes if name in base.themes), None)
    interviews = {one.id: one.interview for one in entry.documents}
    kept: dict[str, Hit] = {}
    for hit in at.search(f"{main.title}. {main.description}"[:1000] if main else _OF_ALL, where, _FOUND):
        # Of the same name there may be a role in a conversation that was written: it has its own page.
        if hit.passage.document_id in interviews:
            kept.setdefault(interviews[hit.passage.document_id], hit)
    return passage_cards(list(kept.values())[:TYPICAL_SHOWN], base.revision, at.links, base.themes)


def asked_for(name: str) -> str:
    """What the address says of it, "" where nothing. Raises UsageError."""
    value = request.args.get(name, "").strip()
    if len(value) > _LONGEST:
        raise UsageError(f"{name} has {len(value)} characters", way_out="Shorten it.")
    return value


def part_of(rows: Sequence[Item]) -> Part[Item]:
    """Raises UsageError for a page that is no number; a page past the end is empty."""
    value = asked_for("page") or "1"
    if not (value.isascii() and value.isdecimal() and len(value) < 7 and int(value) > 0):
        raise UsageError(f"page = {value[:20]!r} will not do", way_out="Give a number from 1 on.")
    number = int(value)
    first = (number - 1) * PAGE
    more = number + 1 if first + PAGE < len(rows) else 0
    return Part(rows[first : first + PAGE], len(rows), first, number - 1, more)
