"""Who is said to say it: "A CDMO says that", at the head of a sentence. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kb.records import Quote
from kb.summary.laying import text_of
from kb.summary.sides import OWN, READER, named_side
from kb.summary.wording import Token, content_words, known, tokens
from kb.words import STOP_WORDS

_SAYING = ("say", "state", "explain")
_TELLERS = frozenset(
    """speaker author article publication guest panellist side executive sponsor biotech client customer cdmo
    manufacturer consultant investor regulator""".split()  # noqa: SIM905
)
# With one of these it is no mere "the head of quality at the CDMO says".
_MORE = frozenset(
    """and or but nor while whereas although though because since so unless if when whenever until where before after
    which who whose that than not no never nobody none nothing neither without rarely seldom hardly only almost nearly
    roughly usually often typically commonly sometimes generally normally mostly perhaps maybe probably likely may might
    could can would should must shall ought will do does did to have has had is are was were be some most many few
    little he she it they his her their""".split()  # noqa: SIM905
)
_MOST_WORDS = 12
_ACCORDING = re.compile(r"^according to [^,]+,\s*", re.IGNORECASE)


def said_from(sentence: str) -> int:
    """Where what is said begins, behind who says it; 0 where nobody is said to say it."""
    according = _ACCORDING.match(sentence)
    if according:
        return according.end()
    found = tokens(sentence)[:_MOST_WORDS]
    for number, token in enumerate(found):
        if not token.word or token.lower in _MORE | OWN | READER:
            break
        if known(token.lower, _SAYING) and any(_teller(one) for one in found[:number]):
            following = found[number + 1] if number + 1 < len(found) else token
            over = following if following.lower in ("that", "to") else token
            return over.start + len(over.text)
    return 0


def by_whom(sentence: str, quote: Quote) -> str:
    """A sentence in the first person, behind the name of whoever it is; any other as it is."""
    name = quote.speaker.name if quote.speaker else quote.citation.speaker or "The publication"
    # Whatever side it is, "we" stands for it, and "US" does not.
    first_person = any(word.side == "speaker" for word in text_of(sentence, "speaker").words)
    return f"{name}: {sentence}" if first_person and not said_from(sentence) else sentence


def _teller(token: Token) -> bool:
    named = token.text[:1].isupper() and token.lower not in STOP_WORDS
    return named or known(token.lower, _TELLERS) or bool(named_side(token.lower))


def teller_fault(lead: str, side: str, told: Sequence[str]) -> str:
    """Why those who are said to say it are not those who do, or "". told: what is known of who does."""
    held = {*content_words(" ".join(told)), *_TELLERS, *_SAYING, "according"}
    for token in tokens(lead):
        named = named_side(token.lower)
        if named and named != side:
            return f"it is not the {named} who speaks"
        if token.lower in _MORE - {"that", "to"} or (token.content and not named and not known(token.lower, held)):
            return f"nobody is known as {token.text!r}"
    return ""
