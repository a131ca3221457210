"""Words as the check of a summary compares them: tokens, stems, clauses. Pure, and deliberately small.

The stems are coarse (a suffix taken off, irregular verbs from a table): two forms of a word must meet, and what they
meet as is never shown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from kb.summary.forms import ALIKE, IRREGULAR
from kb.words import STOP_WORDS

_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|[.,;:!?()–—]")
# Longest first; what is left must be a stem of three letters or more.
_SUFFIXES = """isations izations isation ization ising izing ised ized ises izes ational fulness iveness ements ations
    ically ement ation ities ments ingly edly ness ment ally ance ence ible able ical ives ions ing ise ize ity ies ied
    ion ive ers ed es er ly al s e y""".split()  # noqa: SIM905
# Ends of a stretch that a "not" reaches over.
BREAKS = frozenset(".,;:!?()–—") | frozenset(
    "but because while whereas although though since so unless if when whenever until where however which who".split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True)
class Token:
    """text: as written, apostrophes straightened; stem: "" for punctuation; start: in characters.

    possessive: whether it is written as "CDMO's"."""

    text: str
    lower: str
    stem: str
    start: int
    possessive: bool = False

    @property
    def content(self) -> bool:
        return bool(self.stem) and self.lower not in STOP_WORDS and self.lower not in _EMPTY


_EMPTY = frozenset(
    """also may might must can could would should shall will need needs one ones many much get gets even still yet
    often usually rather instead whether either else like per upon within among across toward towards another
    without non never rarely seldom nothing nobody none neither nor cannot every each""".split()  # noqa: SIM905
)


def tokens(text: str) -> list[Token]:
    """Words and marks, in order; hyphens part words."""
    found = []
    for match in _TOKEN.finditer(text):
        word = match.group().replace("’", "'")
        lower = word.lower()
        owns = lower.endswith("'s") or text[match.end() : match.end() + 1] in ("'", "’")
        if lower.endswith("'s"):
            word, lower = word[:-2], lower[:-2]
        found.append(Token(word, lower, stem(lower) if lower[:1].isalnum() else "", match.start(), owns))
    return found


@cache
def _alike() -> dict[str, str]:
    return {_bare(word): _bare(one) for word, one in ALIKE.items()}


@lru_cache(maxsize=16384)
def stem(word: str) -> str:
    """ "deciding", "decides" and "decide" meet; so do "agreement" and "agree", "pick" and "choose"."""
    bare = _bare(word)
    return _alike().get(bare, bare)


def _bare(word: str) -> str:
    word = IRREGULAR.get(word, word)
    if word.isdigit() or len(word) <= 3:
        return word
    word = _singular(word)
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            word = word[: -len(suffix)]
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "sl":
        word = word[:-1]
    if len(word) > 4 and word.endswith(("i", "e")):
        word = word[:-1]
    return IRREGULAR.get(word, word)


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def content_stems(text: str) -> list[str]:
    return [token.stem for token in tokens(text) if token.content]


def sentences_of(found: Sequence[Token]) -> list[list[Token]]:
    """Tokens by sentence, as far as the check needs it: at a full stop, a colon, a semicolon."""
    parts: list[list[Token]] = [[]]
    for token in found:
        parts[-1].append(token)
        if token.text in ".;:!?":
            parts.append([])
    return [part for part in parts if part]
