"""A model's text, as it comes, into sentences with the numbers that they cite. Pure but for what it holds back."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST_CHARS = 400
MOST_CHARS = 4000
_FEWEST_WORDS = 4
_CITED = re.compile(r"\[\s*(\d{1,2}(?:\s*(?:,|;|-|–|and)\s*\d{1,2})*)\s*\]")
# An end is sure once something that begins a sentence stands behind it: a citation may follow the full stop.
_END = re.compile(r"[.!?][\"”’)]?(?:\s*\[[\d\s,;–-]{1,20}\])*(?=\s+[A-Z\"“(\d*-]|\s*\n|[A-Z])")
_LEADING = re.compile(r"^(?:[-*•#>]+|\d{1,2}[.)])\s+")
_STRANGE = re.compile(r"[<>{}\[\]|`\\^~�]|://|\bwww\.")


@dataclass(frozen=True, slots=True)
class CitedSentence:
    """text: without the citations; numbers: in order, each once; may be empty."""

    text: str
    numbers: tuple[int, ...]


class SentenceReader:
    def __init__(self) -> None:
        self._held = ""
        self._taken = 0

    def feed(self, piece: str) -> Iterator[CitedSentence]:
        """The sentences that are whole now."""
        self._held += piece[: max(0, MOST_CHARS - self._taken)]
        self._taken += len(piece)
        while match := _END.search(self._held):
            sentence, self._held = self._held[: match.end()], self._held[match.end() :]
            yield from _read(sentence)

    def rest(self) -> Iterator[CitedSentence]:
        """The last sentence, if it came to an end."""
        last = self._held.strip()
        self._held = ""
        if self._taken <= MOST_CHARS and re.search(r"[.!?][\"”’)]?$", _CITED.sub("", last).strip()):
            yield from _read(last)

    @property
    def full(self) -> bool:
        return self._taken > MOST_CHARS


def _read(raw: str) -> Iterator[CitedSentence]:
    numbers = tuple(dict.fromkeys(number for group in _CITED.findall(raw) for number in _numbers(group)))
    text = _LEADING.sub("", " ".join(_CITED.sub(" ", raw).replace("**", "").split()))
    text = re.sub(r"\s+([.,;:!?])", r"\1", text).strip()
    # Of a quotation that ran over several sentences one mark is left.
    text = text.strip('"“”').strip() if sum(text.count(mark) for mark in '"“”') == 1 else text
    if text:
        yield CitedSentence(text, numbers)


def _numbers(group: str) -> list[int]:
    found: list[int] = []
    for part in re.split(r"\s*(?:,|;|and)\s*", group):
        first, *others = [int(number) for number in re.split(r"\s*[-–]\s*", part)]
        found += range(first, (others[-1] if others else first) + 1)
    return found


def presentable(text: str) -> bool:
    """Whether it is plain text of a sensible length: no markup, no address, no hidden character, no question."""
    if len(text) > LONGEST_CHARS or len(text.split()) < _FEWEST_WORDS or text.rstrip('"”’)').endswith("?"):
        return False
    return not _STRANGE.search(text) and not any(unicodedata.category(character)[0] == "C" for character in text)
