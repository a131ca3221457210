"""Who speaks, for whom, where and on what, over the whole library: for lists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, distinct, func, select

from kb.library.schema import (
    appearances,
    documents,
    generations,
    links,
    passage_themes,
    passage_voices,
    passages,
)
from kb.library.store import Store


@dataclass(frozen=True, slots=True)
class Brief:
    """A document in few words. interview: the same for all documents that tell one conversation."""

    id: str
    title: str
    show: str
    kind: str
    date: str
    words: int
    composed: bool
    sponsored: bool
    interview: str


@dataclass(frozen=True, slots=True)
class Appearance:
    """Somebody in a document, as it says who that is. guessed: nobody said so."""

    document_id: str
    name: str
    role: str
    organisation: str
    side: str
    host: bool
    guessed: bool


@dataclass(frozen=True, slots=True)
class Tally:
    """How many passages of a document have a value. theme: "" where every passage counts."""

    document_id: str
    theme: str
    value: str
    passages: int


@dataclass(frozen=True, slots=True)
class DirectoryRows:
    """voices: passages by speaker, over all and by theme; sides, themes: passages by theme."""

    documents: tuple[Brief, ...]
    appearances: tuple[Appearance, ...]
    voices: tuple[Tally, ...]
    sides: tuple[Tally, ...]
    themes: tuple[Tally, ...]


class Directory(Store):
    def directory(self) -> DirectoryRows:
        """All of it, in order: one statement a kind of row, and no revision is read. Of the active generation."""
        alive = documents.c.deleted.is_(False)
        people = select(appearances).join(documents, documents.c.id == appearances.c.document_id).where(alive)
        people = people.order_by(appearances.c.document_id, appearances.c.name)
        with self.reading() as connection:
            return DirectoryRows(
                _briefs(connection),
                tuple(Appearance(**row._mapping) for row in connection.execute(people)),
                _tallies(connection, _counted(passage_voices.c.speaker))
                + _tallies(connection, _counted(passage_voices.c.speaker, themed=True)),
                _tallies(connection, _counted(passage_voices.c.side, themed=True)),
                _tallies(connection, _by_theme()),
            )


def _briefs(connection: Connection) -> tuple[Brief, ...]:
    names = ("id", "title", "show", "kind", "date", "words", "composed", "sponsored")
    query = select(*(documents.c[name] for name in names)).where(documents.c.deleted.is_(False))
    rows = connection.execute(query.order_by(documents.c.title, documents.c.id)).all()
    same = _interviews(connection, {row.id for row in rows})
    return tuple(Brief(**row._mapping, interview=same.get(row.id, row.id)) for row in rows)


def _interviews(connection: Connection, alive: set[str]) -> dict[str, str]:
    """Of each linked document the first id among those that are the same interview."""
    others: dict[str, set[str]] = {}
    for row in connection.execute(select(links)):
        if row.document_id in alive and row.other_id in alive:
            others.setdefault(row.document_id, set()).add(row.other_id)
            others.setdefault(row.other_id, set()).add(row.document_id)
    found: dict[str, str] = {}
    for first in sorted(others):
        queue = [] if first in found else [first]
        while queue:
            here = queue.pop()
            found[here] = first
            queue += [other for other in others[here] if other not in found]
    return found


def _counted(value: Any, *, themed: bool = False) -> Select[Any]:
    """Passages of the active generation by document and a voice's value, and by theme where themed."""
    theme = passage_themes.c.theme if themed else func.coalesce("", "")
    query = select(
        passages.c.document_id,
        theme.label("theme"),
        value.label("value"),
        func.count(distinct(passages.c.no)).label("passages"),
    ).join(passage_voices, passage_voices.c.passage_no == passages.c.no)
    if themed:
        query = query.join(passage_themes, passage_themes.c.passage_no == passages.c.no)
        return _active(query.group_by(passages.c.document_id, passage_themes.c.theme, value))
    return _active(query.group_by(passages.c.document_id, value))


def _by_theme() -> Select[Any]:
    count = func.count().label("passages")
    query = select(passages.c.document_id, passage_themes.c.theme, passage_themes.c.theme.label("value"), count)
    query = query.join(passage_themes, passage_themes.c.passage_no == passages.c.no)
    return _active(query.group_by(passages.c.document_id, passage_themes.c.theme))


def _active(query: Select[Any]) -> Select[Any]:
    active = select(generations.c.id).where(generations.c.state == "active")
    return query.where(passages.c.generation_id.in_(active))


def _tallies(connection: Connection, query: Select[Any]) -> tuple[Tally, ...]:
    rows = [Tally(row.document_id, row.theme, row.value, row.passages) for row in connection.execute(query)]
    return tuple(sorted(rows, key=lambda t: (t.document_id, t.theme, t.value)))
