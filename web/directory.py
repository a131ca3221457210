"""Speakers, organisations and shows of the library, as its documents name them; read again when it has changed."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kb.library.directory import Appearance, Brief, DirectoryRows, Tally
from kb.records import SIDES
from web.slugs import slug_of

if TYPE_CHECKING:
    from kb.library.library import Library


@dataclass(frozen=True)
class Station:
    """What documents call somebody. since, until: years of the documents that do, or ""."""

    role: str
    organisation: str
    side: str
    since: str
    until: str
    documents: int


@dataclass(frozen=True)
class Entry:
    """A speaker, an organisation or a show. composed: a role in written conversations; guessed: no document says so.

    interviews: documents, one conversation in two forms counted once; passages: of the form that has most of them.
    themes: (name, passages), most first; people, organisations: names.
    """

    id: str
    name: str
    composed: bool
    guessed: bool
    host: bool
    sides: tuple[str, ...]
    stations: tuple[Station, ...]
    people: tuple[tuple[str, bool], ...]
    organisations: tuple[tuple[str, bool], ...]
    documents: tuple[Brief, ...]
    interviews: int
    passages: int
    themes: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class SideCount:
    side: str
    passages: int
    speakers: int
    documents: int


@dataclass(frozen=True)
class ThemeFacts:
    """sides: in the house's order; years: (year, passages), ascending, without gaps; undated: passages without one."""

    passages: int = 0
    documents: int = 0
    sides: tuple[SideCount, ...] = ()
    years: tuple[tuple[int, int], ...] = ()
    undated: int = 0


@dataclass(frozen=True)
class Directory:
    """Entries by id, in alphabetical order. episodes: documents of that kind, by title."""

    speakers: Mapping[str, Entry] = field(default_factory=dict)
    organisations: Mapping[str, Entry] = field(default_factory=dict)
    shows: Mapping[str, Entry] = field(default_factory=dict)
    episodes: tuple[Brief, ...] = ()
    themes: Mapping[str, ThemeFacts] = field(default_factory=dict)


class DirectoryReader:
    """One an application. Of a known state of the library nothing is read twice."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._lock = threading.Lock()
        self._position = (-1, -1)
        self._directory = Directory()

    def read(self) -> Directory:
        with self._lock:
            position = self._library.position()
            if position != self._position:
                self._directory = directory_of(self._library.directory())
                self._position = position
            return self._directory


Key = tuple[str, bool]


def directory_of(rows: DirectoryRows) -> Directory:
    documents = {one.id: one for one in rows.documents}
    voices = _by(rows.voices)
    alone: dict[Key, list[Appearance]] = {}
    employed: dict[Key, list[Appearance]] = {}
    cast: dict[str, list[Appearance]] = {}
    for one in rows.appearances:
        composed = documents[one.document_id].composed
        alone.setdefault((one.name.lower(), composed), []).append(one)
        cast.setdefault(one.document_id, []).append(one)
        if one.organisation:
            employed.setdefault((one.organisation.lower(), composed), []).append(one)
    shows: dict[str, list[Brief]] = {}
    for document in rows.documents:
        if document.show:
            shows.setdefault(document.show.lower(), []).append(document)
    return Directory(
        _sorted(_person(key, found, documents, voices) for key, found in alone.items()),
        _sorted(_organisation(key, found, documents, voices) for key, found in employed.items()),
        _sorted(_show(found, cast, documents, voices) for found in shows.values()),
        tuple(one for one in rows.documents if one.kind == "episode"),
        _themes(rows, documents),
    )


Voices = Mapping[tuple[str, str], Sequence[Tally]]


def _by(tallies: Iterable[Tally]) -> Voices:
    found: dict[tuple[str, str], list[Tally]] = {}
    for one in tallies:
        found.setdefault((one.document_id, one.value), []).append(one)
    return found


def _sorted(entries: Iterable[Entry]) -> dict[str, Entry]:
    ordered = sorted(entries, key=lambda entry: (entry.name.casefold(), entry.name, entry.composed))
    return {entry.id: entry for entry in ordered}


def _person(key: Key, found: Sequence[Appearance], documents: Mapping[str, Brief], voices: Voices) -> Entry:
    return _entry(_commonest(one.name for one in found), key[1], found, documents, voices)


def _organisation(key: Key, found: Sequence[Appearance], documents: Mapping[str, Brief], voices: Voices) -> Entry:
    return _entry(_commonest(one.organisation for one in found), key[1], found, documents, voices, people=True)


def _show(
    mine: Sequence[Brief], cast: Mapping[str, Sequence[Appearance]], documents: Mapping[str, Brief], voices: Voices
) -> Entry:
    found = [one for document in mine for one in cast.get(document.id, ())]
    composed = all(document.composed for document in mine)
    name = _commonest(document.show for document in mine)
    return _entry(name, composed, found, documents, voices, people=True, of=mine, slug=slug_of(name))


def _entry(
    name: str,
    composed: bool,
    found: Sequence[Appearance],
    documents: Mapping[str, Brief],
    voices: Voices,
    *,
    people: bool = False,
    of: Sequence[Brief] = (),
    slug: str = "",
) -> Entry:
    mine = of or [documents[document_id] for document_id in dict.fromkeys(one.document_id for one in found)]
    sides = {one.side for one in found if one.side not in ("unknown", "host")} or {one.side for one in found}
    themes = _once(found, documents, voices)
    heard = [(one.name, documents[one.document_id].composed) for one in found] if people else []
    houses = [(one.organisation, documents[one.document_id].composed) for one in found if one.organisation]
    return Entry(
        id=slug or slug_of(name, composed=composed),
        name=name,
        composed=composed,
        guessed=bool(found) and all(one.guessed for one in found),
        host=any(one.host for one in found),
        sides=tuple(side for side in SIDES if side in sides),
        stations=() if people else _stations(found, documents),
        people=_names(heard),
        organisations=_names(houses),
        documents=tuple(sorted(mine, key=lambda document: (document.date, document.title, document.id), reverse=True)),
        interviews=len({document.interview for document in mine}),
        passages=themes.pop("", 0),
        themes=tuple(sorted(themes.items(), key=lambda item: (-item[1], item[0]))),
    )


def _once(found: Sequence[Appearance], documents: Mapping[str, Brief], voices: Voices) -> dict[str, int]:
    """Passages by theme ("": all) of the voices, of each conversation in the form that has most of them."""
    forms: dict[tuple[str, str], Counter[str]] = {}
    for one in found:
        for tally in voices.get((one.document_id, one.name), ()):
            interview = documents[one.document_id].interview
            forms.setdefault((interview, tally.theme), Counter())[one.document_id] += tally.passages
    total: Counter[str] = Counter()
    for (_, theme), counted in forms.items():
        total[theme] += max(counted.values())
    return dict(total)


def _stations(found: Sequence[Appearance], documents: Mapping[str, Brief]) -> tuple[Station, ...]:
    """Newest first; what no document dates comes last."""
    said: dict[tuple[str, str, str], set[str]] = {}
    for one in found:
        said.setdefault((one.role, one.organisation, one.side), set()).add(one.document_id)
    made = []
    for (role, organisation, side), ids in said.items():
        years = sorted({documents[i].date[:4] for i in ids if documents[i].date[:4].isdecimal()})
        count = len({documents[i].interview for i in ids})
        made.append(Station(role, organisation, side, years[0] if years else "", years[-1] if years else "", count))
    return tuple(sorted(made, key=lambda s: (s.until, s.since, s.role, s.organisation), reverse=True))


def _names(pairs: Iterable[Key]) -> tuple[Key, ...]:
    """Each once, however it is spelt, in alphabetical order."""
    kept = {(name.lower(), composed): (name, composed) for name, composed in sorted(pairs, reverse=True)}
    return tuple(sorted(kept.values(), key=lambda pair: (pair[0].casefold(), pair)))


def _commonest(names: Iterable[str]) -> str:
    counted = Counter(names)
    return min(counted, key=lambda name: (-counted[name], name))


def _themes(rows: DirectoryRows, documents: Mapping[str, Brief]) -> dict[str, ThemeFacts]:
    """One conversation in two forms counts once: in the form whose id comes first among those with the theme."""
    first: dict[tuple[str, str], str] = {}
    for one in rows.themes:
        key = (one.theme, documents[one.document_id].interview)
        first[key] = min(first.get(key, one.document_id), one.document_id)
    counted = {(theme, document_id) for (theme, _), document_id in first.items()}
    found = {}
    for theme in sorted({one.theme for one in rows.themes}):
        mine = [one for one in rows.themes if one.theme == theme and (theme, one.document_id) in counted]
        years = Counter[int]()
        for one in mine:
            year = documents[one.document_id].date[:4]
            years[int(year) if year.isascii() and year.isdecimal() else 0] += one.passages
        undated = years.pop(0, 0)
        spread = tuple((year, years[year]) for year in _span(years))
        sides = _sides(theme, rows, documents, counted)
        found[theme] = ThemeFacts(sum(one.passages for one in mine), len(mine), sides, spread, undated)
    return found


def _span(years: Mapping[int, int]) -> Iterable[int]:
    """Without gaps, unless the years lie so far apart that a gap says more than its columns."""
    if not years:
        return ()
    whole = range(min(years), max(years) + 1)
    return whole if len(whole) <= 40 else sorted(years)[-40:]


def _sides(
    theme: str, rows: DirectoryRows, documents: Mapping[str, Brief], counted: set[tuple[str, str]]
) -> tuple[SideCount, ...]:
    side_of = {(one.document_id, one.name): one.side for one in rows.appearances}
    speakers: dict[str, set[Key]] = {}
    for one in rows.voices:
        side = side_of.get((one.document_id, one.value), "unknown")
        if one.theme == theme:
            speakers.setdefault(side, set()).add((one.value.lower(), documents[one.document_id].composed))
    made = []
    for side in SIDES:
        mine = [t for t in rows.sides if (t.theme, t.value) == (theme, side) and (theme, t.document_id) in counted]
        if mine:
            made.append(SideCount(side, sum(t.passages for t in mine), len(speakers.get(side, ())), len(mine)))
    return tuple(made)
