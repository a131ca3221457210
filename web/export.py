"""What an exported collection holds, whatever the form. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from kb.citing import Cited

PROMISE = "Each quote was read from the library when this file was made, word for word."
EMPTY = "Nothing is saved in this collection."


@dataclass(frozen=True)
class Item:
    """cited: None where the words are not to be had any more; remarks say so. original: the source's address, or ""."""

    number: int
    cited: Cited | None
    remarks: tuple[str, ...]
    note: str
    original: str = ""
    licence: str = ""

    def lines(self) -> list[str]:
        """The quote's own lines, verbatim but for the white space around it; none where it is gone."""
        return self.cited.text.strip().splitlines() if self.cited else []

    def facts(self) -> list[str]:
        """The source's address and licence, where they are known."""
        return [f"{title}: {value}" for title, value in (("Source", self.original), ("Licence", self.licence)) if value]


@dataclass(frozen=True)
class Export:
    """day: on which it was made."""

    name: str
    day: date
    items: tuple[Item, ...]
