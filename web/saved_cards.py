"""A saved quote, as its collection's page shows it. Views of records; nothing is decided here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kb.library.rows import SavedRow
from kb.saved import Saved
from web.cards import QuoteCard, quote_cards
from web.links import Links, saved_anchor


@dataclass(frozen=True)
class SavedCard:
    """card: None where the words are not to be had any more; remark: what has become of them, or ""."""

    number: int
    anchor: str
    row: SavedRow
    card: QuoteCard | None
    remark: str
    first: bool
    last: bool


def saved_cards(saved: Iterable[Saved], links: Links, absolute: Links) -> list[SavedCard]:
    found = list(saved)
    return [
        SavedCard(
            number=number,
            anchor=saved_anchor(one.row.id),
            row=one.row,
            card=quote_cards([one.quote], links, {}, absolute)[0] if one.quote is not None else None,
            remark=remark(one),
            first=number == 1,
            last=number == len(found),
        )
        for number, one in enumerate(found, start=1)
    ]


def remark(saved: Saved) -> str:
    """What has become of the words since they were saved, in a sentence or two; "" where they stand."""
    return {
        "current": "",
        "edited": f"The document was edited since. This is revision {saved.revision}, as it was cited.",
        "missing": "These words cannot be shown: their document is not in the library now.",
        "purged": "These words are gone: their document was purged from the library, and the note beside them with it.",
    }[saved.state]
