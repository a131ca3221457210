"""What a shortening must not leave out of its quote. Pure.

Each rule is about a stretch of the quote that the sentence has no words of: before the first of a sentence's words,
behind the last, or between two.
"""

from __future__ import annotations

from collections.abc import Sequence

from kb.summary.laying import FREE, MARKS, Text, taken_apart
from kb.summary.telling import reported
from kb.summary.wording import Token

_DENYING = frozenset(
    """not no never nobody none nothing neither nor without rarely seldom hardly barely scarcely unable unlikely nowhere
    few little only""".split()  # noqa: SIM905
)
_HEDGES = frozenset(
    """almost nearly roughly usually often typically commonly sometimes generally normally mostly perhaps maybe probably
    likely may might could some most many""".split()  # noqa: SIM905
)
_MODALS = frozenset("can would should must shall ought will".split())  # noqa: SIM905
# Behind the last word: what was kept holds only so, or is but one half.
_CONDITIONS = frozenset(
    "if unless except until only provided without when whenever whether than instead".split()  # noqa: SIM905
)
_OPENING = frozenset("if unless when whenever whether until".split())  # noqa: SIM905
# "Ask how it fails" does not say that it does.
_ASKING = frozenset("how what why who".split())  # noqa: SIM905
_JOINING = frozenset(
    """and or but nor while whereas although though because since so unless if when whenever until where before after
    which who whose that than as""".split()  # noqa: SIM905
)
_LEADING = frozenset(
    """of in on for at by with from to into onto over under about between within without during through across
    against among towards toward beyond per""".split()  # noqa: SIM905
)
_MOST_ADJECTIVES = 2


def begun(place: int, theirs: Text) -> str:
    """Why a sentence must not begin with that word of the quote, or "".

    Before it there is no condition, and in its clause nothing that limits it."""
    lost, clause = "", True
    before = theirs.before(place)
    if reported(before):
        return f"somebody is said to say {theirs.words[place].lower!r}"
    for token in reversed(before):
        if token.lower in _OPENING or (clause and token.lower in _DENYING | _HEDGES | _ASKING):
            lost = lost or _lost(token.lower)
        clause = clause and not _is_border(token)
    return lost


def cut(place: int, theirs: Text) -> str:
    """Why a sentence must not end with that word of the quote, or "".

    Behind it there is no condition, and in its clause no denial and nothing that is denied."""
    at, clause = theirs.words[place].at, True
    # "cannot" is two words, and "I've" is as good as one.
    lost = next(
        (word.lower for word in theirs.words[place + 1 : place + 2] if word.at == at and word.lower not in FREE), ""
    )
    denied = _denied(at, theirs)
    for token in theirs.tokens[at + 1 :]:
        if token.ends or lost:
            break
        clause = clause and not _is_border(token)
        if token.lower in _CONDITIONS or (clause and (_denies(token) or (denied and _says(token)))):
            lost = token.lower
    return _lost(lost) if lost else ""


def left_out(earlier: int, place: int, theirs: Text) -> str:
    """Why what stands between two words of the quote must not be left out, or ""."""
    one, other = theirs.words[earlier], theirs.words[place]
    if one.part != other.part:
        return "it joins two sentences of the quote"
    lost = [word.lower for word in theirs.words[earlier + 1 : place] if word.lower not in FREE]
    if not lost:
        return ""
    gap = theirs.between(earlier, place)
    # A clause that is left out whole takes its own "may" and "often" with it.
    limits = _CONDITIONS | _DENYING | (frozenset() if _is_clause(gap) else _HEDGES | _MODALS)
    limit = next((lower for lower in lost if lower in limits), "")
    if limit or _denied(one.at, theirs):
        return _lost(limit or lost[0])
    return "" if _is_clause(gap) or _is_adjective(gap) else f"it joins {one.lower!r} to {other.lower!r}"


def _lost(word: str) -> str:
    return f"it leaves out {word!r}"


def _is_border(token: Token) -> bool:
    return token.text in MARKS or token.lower in _JOINING


def _says(token: Token) -> bool:
    return bool(token.word) and token.lower not in FREE


def _denied(at: int, theirs: Text) -> bool:
    """Whether a denial stands before a token in its clause, or is the token itself."""
    for token in reversed(theirs.tokens[: at + 1]):
        if token.ends or _is_border(token):
            return False
        if _denies(token):
            return True
    return False


def _denies(token: Token) -> bool:
    return not _DENYING.isdisjoint(taken_apart(token.lower))


def _is_clause(gap: Sequence[Token]) -> bool:
    """Whether a stretch begins and ends where a clause, or an item of a list, does."""
    borders = [number for number, token in enumerate(gap) if _is_border(token)]
    return bool(borders) and borders[0] == 0 and not any(_says(token) for token in gap[borders[-1] + 1 :])


def _is_adjective(gap: Sequence[Token]) -> bool:
    said = [token for token in gap if _says(token)]
    return len(said) <= _MOST_ADJECTIVES and not any(_is_border(token) or token.lower in _LEADING for token in gap)
