"""An answer's quotes in groups: side by side, by speaker, by date. Pure; each quote is in exactly one group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from web.cards import QuoteCard

# name -> what the choice is called on the page. The first is what a page shows where nothing is asked for.
GROUPINGS = {"relevance": "Relevance", "side": "Side by side", "speaker": "Speaker", "date": "Date"}
_COLUMNS = {"sponsor": "Sponsors", "cdmo": "CDMOs"}
_OTHERS = "Others"


@dataclass(frozen=True)
class Group:
    """title: "" where there is only one group. Cards keep the numbers of their relevance."""

    title: str
    cards: tuple[QuoteCard, ...]


def grouped(cards: Sequence[QuoteCard], by: str) -> list[Group]:
    """by: a key of GROUPINGS. Within a group the order of relevance stays, but by date the newest come first."""
    if by == "side":
        columns = {title: [card for card in cards if _column(card) == title] for title in (*_COLUMNS.values(), _OTHERS)}
        return [Group(title, tuple(found)) for title, found in columns.items()]
    if by == "speaker":
        names = dict.fromkeys(_voice(card) for card in cards)
        return [Group(name, tuple(card for card in cards if _voice(card) == name)) for name in names]
    if by == "date":
        dated = sorted(cards, key=lambda card: card.origin.day, reverse=True)
        return [Group("", tuple(dated))]
    return [Group("", tuple(cards))]


def _column(card: QuoteCard) -> str:
    return _COLUMNS.get(card.speaker.side, _OTHERS) if card.speaker else _OTHERS


def _voice(card: QuoteCard) -> str:
    return card.speaker.name if card.speaker else card.origin.show or card.origin.title
