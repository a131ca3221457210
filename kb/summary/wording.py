"""Words as the check of a summary compares them: tokens, and the word that a form belongs to. Pure.

Only inflections meet ("decides", "deciding"): "management" is not "manager", and "production" is not "product".
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache

from kb.sentences import sentence_spans
from kb.summary.forms import IRREGULAR
from kb.words import STOP_WORDS

# A number with its sign, a word, a unit that is a mark, a mark of punctuation.
_TOKEN = re.compile(r"(?<![\w.])[-−]?\d+(?:[.,]\d+)*(?!\w)|[^\W_]+(?:['’][^\W_]+)*|[%$€£]|[.,;:!?()–—]")
_LEAST = 3
_DOUBLED = "bdgklmnprtvz"


@dataclass(frozen=True, slots=True)
class Token:
    """text: as written; lower: apostrophes straightened, without the "'s"; word: what it is a form of, "" for a mark.

    start: in characters; ends: whether it is the last of a sentence."""

    text: str
    lower: str
    word: str
    start: int
    ends: bool = False

    @property
    def content(self) -> bool:
        return bool(self.word) and self.lower not in STOP_WORDS


def tokens(text: str) -> list[Token]:
    """Words and marks, in order; hyphens part words."""
    ends = [end for _, end in sentence_spans(text)]
    matches = list(_TOKEN.finditer(text))
    found: list[Token] = []
    for match, following in zip(matches, [*matches[1:], None], strict=True):
        lower = match.group().replace("’", "'").lower().removesuffix("'s")
        word = "" if lower in ".,;:!?()–—" else form(lower)
        reaches = bisect_left(ends, match.end())
        last = following is None or bisect_left(ends, following.end()) > reaches
        found.append(Token(match.group(), lower, word, match.start(), last))
    return found


@lru_cache(maxsize=16384)
def form(word: str) -> str:
    """ "deciding", "decided", "decides" and "decide" meet, and so do "site" and "sites"."""
    if word in IRREGULAR:
        return form(IRREGULAR[word])
    for ending, instead in (("ies", "y"), ("ied", "y"), ("ing", ""), ("ed", ""), ("es", ""), ("s", "")):
        if word.endswith(ending) and not word.endswith(("ss", "us", "is")) and len(word) - len(ending) >= _LEAST:
            return _plain(word[: -len(ending)] + instead)
    return _plain(word)


def _plain(stem: str) -> str:
    """ "plann" is "plan", and "decide" is "decid"."""
    if len(stem) > _LEAST and stem[-1] == stem[-2] and stem[-1] in _DOUBLED:
        stem = stem[:-1]
    return stem[:-1] if len(stem) > _LEAST and stem.endswith("e") else stem


def content_words(text: str) -> list[str]:
    """What the words that say something are forms of, in order."""
    return [token.word for token in tokens(text) if token.content]
