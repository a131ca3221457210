"""The line that says how much stands behind an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from kb.records import SIDES, Quote
from web import words
from web.cards import speaker_of


@dataclass(frozen=True)
class Evidence:
    """counted: "5 quotes from 3 documents: 2 sponsors, 1 CDMO voice", or "". aside: what does not count, or ""."""

    counted: str
    aside: str


def evidence(quotes: Sequence[Quote], linked: Callable[[str], Iterable[str]]) -> Evidence:
    """linked: a document's id -> documents that are the same interview, which count as one.

    Composed conversations are shown and are no evidence: nobody said it.
    """
    real = [quote for quote in quotes if not quote.metadata.composed]
    return Evidence(_counted(real, linked), _aside(len(quotes) - len(real), bool(real)))


def _counted(quotes: Sequence[Quote], linked: Callable[[str], Iterable[str]]) -> str:
    if not quotes:
        return ""
    interviews = {min([quote.citation.document_id, *linked(quote.citation.document_id)]) for quote in quotes}
    amount = f"{words.count(len(quotes), 'quote')} from {words.count(len(interviews), 'document')}"
    return f"{amount}: {words.listed(_voices(quotes))}"


def _voices(quotes: Sequence[Quote]) -> list[str]:
    """Each person once, by side; what an article says for itself, once an article."""
    speakers = [speaker_of(quote) for quote in quotes]
    people = {speaker.name: speaker.side for speaker in speakers if speaker is not None}
    told = {quote.citation.document_id for quote in quotes if speaker_of(quote) is None}
    sides = list(people.values())
    found = [words.count(sides.count(side), *words.SIDE_COUNTS[side]) for side in SIDES if side in sides]
    return found + ([words.count(len(told), "article in its own words", "articles in their own words")] if told else [])


def _aside(composed: int, others: bool) -> str:
    if not composed:
        return ""
    if others:
        more = "1 more quote is" if composed == 1 else f"{composed} more quotes are"
        return f"{more} composed, written for illustration, and not counted."
    which = {1: "The quote is from a composed conversation", 2: "Both quotes are from composed conversations"}
    said = which.get(composed, f"All {composed} quotes are from composed conversations")
    return f"{said}, written for illustration: no evidence is counted."
