"""The line that says how much stands behind an answer. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from kb.records import SIDES, Quote, Speaker
from web import words
from web.voices import speaker_of


@dataclass(frozen=True)
class Evidence:
    """counted: "3 speakers from 2 organisations: 2 sponsors and 1 CDMO; 2024 to 2026", or "".

    aside: what does not count, or "".
    """

    counted: str
    aside: str


def evidence(quotes: Sequence[Quote], linked: Callable[[str], Iterable[str]]) -> Evidence:
    """linked: a document's id -> documents that are the same interview, which count as one.

    People and organisations are counted, not passages: five quotes of one person are one voice. Composed conversations
    are shown and are no evidence: nobody said it.
    """
    real = [quote for quote in quotes if not quote.metadata.composed]
    return Evidence(_counted(real, linked), _aside(len(quotes) - len(real), bool(real)))


def _counted(quotes: Sequence[Quote], linked: Callable[[str], Iterable[str]]) -> str:
    if not quotes:
        return ""
    people = {speaker.name.casefold(): speaker for speaker in map(speaker_of, quotes) if speaker is not None}
    heard = {_interview(quote, linked) for quote in quotes if speaker_of(quote) is not None}
    # An article's own words are no second witness of an interview whose guest is quoted already.
    told = {_interview(quote, linked) for quote in quotes if speaker_of(quote) is None} - heard
    found = [_who(list(people.values()))] if people else []
    if told:
        found.append(words.count(len(told), "article in its own words", "articles in their own words"))
    sides = _sides(list(people.values()))
    return words.listed(found) + (f": {words.listed(sides)}" if sides else "") + _years(quotes)


def _interview(quote: Quote, linked: Callable[[str], Iterable[str]]) -> str:
    document_id = quote.citation.document_id
    return min([document_id, *linked(document_id)])


def _who(people: Sequence[Speaker]) -> str:
    organisations = {speaker.organisation.casefold() for speaker in people if speaker.organisation}
    amount = words.count(len(people), "speaker")
    return f"{amount} from {words.count(len(organisations), 'organisation')}" if organisations else amount


def _sides(people: Sequence[Speaker]) -> list[str]:
    """How many of each; nothing where no side is stated at all."""
    sides = [speaker.side for speaker in people]
    if set(sides) == {"unknown"}:
        return []
    return [words.count(sides.count(side), *words.SIDE_COUNTS[side]) for side in SIDES if side in sides]


def _years(quotes: Sequence[Quote]) -> str:
    years = sorted({quote.metadata.date[:4] for quote in quotes if quote.metadata.date[:4].isdecimal()})
    if not years:
        return ""
    return f"; {years[0]}" if len(years) == 1 else f"; {years[0]} to {years[-1]}"


def _aside(composed: int, others: bool) -> str:
    if not composed:
        return ""
    if others:
        more = "1 more quote is" if composed == 1 else f"{composed} more quotes are"
        return f"{more} composed, written for illustration, and not counted."
    which = {1: "The quote is from a composed conversation", 2: "Both quotes are from composed conversations"}
    said = which.get(composed, f"All {composed} quotes are from composed conversations")
    return f"{said}, written for illustration: no evidence is counted."
