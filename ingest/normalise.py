"""A block's raw text into the form that the canonical text has, offsets carried along."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_BREAKS = dict.fromkeys(map(ord, "\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"), "\n")
_SPACES = dict.fromkeys(map(ord, "\t\u00a0\u2007\u202f"), " ")
# A soft hyphen hides a word from the search; a bidirectional override shows another text than it holds.
_HIDDEN = dict.fromkeys([0xAD, 0xFEFF, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_CONTROLS = dict.fromkeys([*range(32), *range(0x7F, 0xA0)])
_TABLE = {**_CONTROLS, **_HIDDEN, **_SPACES, **_BREAKS, ord("\n"): "\n"}
_SURROGATE = re.compile("[\ud800-\udfff]")
_LINE_END = re.compile(r"[ ]+(?=\n)")
_BLANK_LINES = re.compile(r"\n{3,}")


def clean(text: str) -> str:
    """NFC, line feeds only, no control or hidden characters, no space before a line's end."""
    text = _SURROGATE.sub("", text.replace("\r\n", "\n")).translate(_TABLE)
    text = _BLANK_LINES.sub("\n\n", _LINE_END.sub("", text))
    return unicodedata.normalize("NFC", text)


def clean_with_offsets(text: str, offsets: Sequence[int]) -> tuple[str, list[int]]:
    """The cleaned text, and where each offset (ascending, characters) of the raw one went.

    An offset that falls on what was taken out goes to what follows it; none leaves the text.
    """
    whole = clean(text)
    if whole == text:
        return whole, [min(max(offset, 0), len(whole)) for offset in offsets]
    moved: list[int] = []
    before, length = 0, 0
    for offset in offsets:
        # A piece is cleaned once, so many marks cost one pass over the text and not one each.
        length += len(clean(text[before:offset]))
        before = max(before, offset)
        moved.append(min(length, len(whole)))
    return whole, moved
