"""Words as the check of a summary compares them: tokens, and the word that a form belongs to. Pure.

Only inflections meet ("decides", "deciding"): "management" is not "manager", and "production" is not "product".
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from kb.sentences import sentence_spans
from kb.summary.forms import IRREGULAR
from kb.words import STOP_WORDS

# A number with its sign, a word, a unit that is a mark, a mark of punctuation.
_TOKEN = re.compile(
    r"(?<![\w.])[-−–]?(?:\d+(?:[.,]\d+)*|\.\d+)(?!\w)|[^\W_]+(?:['’][^\W_]+)*|[%$€£≥≤<>=±~°+×]|[.,;:!?()–—]"
)
MARKS = frozenset(".,;:!?()–—")
_LEAST = 3
_DOUBLED = "bdgklmnprtvz"
_SIBILANT = ("s", "x", "z", "ch", "sh", "o")
_AUXILIARY = {
    **dict.fromkeys("be am is are was were been being".split(), "be"),  # noqa: SIM905
    **dict.fromkeys("have has had having".split(), "have"),  # noqa: SIM905
    **dict.fromkeys("do does did doing done".split(), "do"),  # noqa: SIM905
}
AUXILIARIES = frozenset(_AUXILIARY)


@dataclass(frozen=True, slots=True)
class Token:
    """text: as written; lower: apostrophes straightened, without the "'s"; start: in characters.

    ends: whether it is the last of a sentence."""

    text: str
    lower: str
    start: int
    ends: bool = False

    @property
    def word(self) -> bool:
        """Whether it is no mark."""
        return self.lower not in MARKS

    @property
    def content(self) -> bool:
        return self.word and self.lower not in STOP_WORDS


def tokens(text: str) -> list[Token]:
    """Words and marks, in order; hyphens part words."""
    ends = [end for _, end in sentence_spans(text)]
    matches = list(_TOKEN.finditer(text))
    if not matches:
        return []
    found: list[Token] = []
    for match, following in zip(matches, [*matches[1:], None], strict=True):
        lower = match.group().replace("’", "'").lower().removesuffix("'s")
        reaches = bisect_left(ends, match.end())
        last = following is None or bisect_left(ends, following.end()) > reaches
        found.append(Token(match.group(), lower, match.start(), last))
    return found


@lru_cache(maxsize=16384)
def forms(word: str) -> frozenset[str]:
    """What a word may be a form of: "sited" of "sit" or of "site", "site" of itself alone."""
    word = IRREGULAR.get(word, _AUXILIARY.get(word, word))
    for ending, instead in (("ies", "y"), ("ied", "y"), ("ing", ""), ("ed", "")):
        if word.endswith(ending) and len(word) - len(ending) >= _LEAST:
            stem = word[: -len(ending)] + instead
            single = stem[:-1] if stem[-1] == stem[-2] and stem[-1] in _DOUBLED else stem
            return frozenset((word, stem, single, stem if instead else stem + "e"))
    if word.endswith("es") and word[:-2].endswith(_SIBILANT) and len(word) > _LEAST + 1:
        return frozenset((word, word[:-2], word[:-1]))
    if word.endswith("s") and not word.endswith(("ss", "us", "is", "news")) and len(word) > _LEAST:
        return frozenset((word, word[:-1]))
    return frozenset((word,))


def meet(one: str, other: str) -> bool:
    """Whether two words are forms of one; "confused" and "confusing" may be, and say the opposite."""
    if {one[-3:], other[-2:]} == {"ing", "ed"} or {other[-3:], one[-2:]} == {"ing", "ed"}:
        return False
    return not forms(one).isdisjoint(forms(other))


def content_words(text: str) -> list[str]:
    """The words that say something, in order."""
    return [token.lower for token in tokens(text) if token.content]


def known(word: str, others: Iterable[str]) -> bool:
    """Whether a word is a form of one of others."""
    return any(meet(word, other) for other in others)
