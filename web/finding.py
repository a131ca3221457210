"""Where words stand in a text, whatever their case, accents, quotation marks and line breaks. Pure."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

LONGEST = 200
MOST = 1000
_SAME = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "\u2011": "-", "\u00ad": ""})


def hits(text: str, sought: str) -> list[tuple[int, int]]:
    """Spans [start, end) in characters of the text, in order, none overlapping; at most MOST.

    Nothing is found for what is empty, or longer than LONGEST characters.
    """
    wanted = _folded(sought.strip())[0] if len(sought) <= LONGEST else ""
    if not wanted:
        return []
    folded, origins = _folded(text)
    found: list[tuple[int, int]] = []
    at = folded.find(wanted)
    while at >= 0 and len(found) < MOST:
        start, end = origins[at], _whole(text, origins[at + len(wanted) - 1] + 1)
        if not found or start >= found[-1][1]:
            found.append((start, end))
        at = folded.find(wanted, at + len(wanted))
    return found


def _whole(text: str, end: int) -> int:
    """Past the accents that belong to the character before."""
    while end < len(text) and unicodedata.combining(text[end]):
        end += 1
    return end


def _folded(text: str) -> tuple[str, list[int]]:
    """The text as it is compared, and of each of its characters where it came from."""
    parts: list[str] = []
    origins: list[int] = []
    blank = False
    for offset, character in enumerate(text):
        folded = _fold(character)
        if folded == " " and blank:
            continue
        if folded:
            blank = folded == " "
            parts.append(folded)
            origins.extend([offset] * len(folded))
    return "".join(parts), origins


@lru_cache(maxsize=4096)
def _fold(character: str) -> str:
    if character.isspace():
        return " "
    plain = unicodedata.normalize("NFKD", character.translate(_SAME)).casefold()
    return "".join(one for one in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(one)).strip()
