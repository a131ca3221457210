"""What a shortening must not leave out of its quote. Pure.

Each rule is about a stretch of the quote that the sentence has no words of: before the first of a sentence's words,
behind the last, or between two. It may be left out only where it is a clause, a phrase or an item with marks around it,
and only if nothing in it says how far, when or whether the rest holds.
"""

from __future__ import annotations

from collections.abc import Sequence

from kb.summary.laying import FREE, Text, taken_apart
from kb.summary.wording import MARKS, Token

_DENYING = frozenset(
    """not no never nobody none nothing neither nor without rarely seldom hardly barely scarcely unable unlikely nowhere
    few little only""".split()  # noqa: SIM905
)
_LIMITING = _DENYING | frozenset(
    """almost nearly roughly usually often typically commonly sometimes occasionally frequently generally normally
    mostly mainly partly perhaps maybe probably possibly likely theory principle may might could can would should must
    shall ought will some most many half either or if unless except until provided when whenever whether where once
    while before after than instead suppose assuming as long""".split()  # noqa: SIM905
)
# A sentence of the quote that begins so holds only so, all of it.
_OPENING = frozenset(
    """if unless when whenever until once while although though without given despite suppose assuming should had were
    in under for""".split()  # noqa: SIM905
)
_ONLY_SO = frozenset("if only unless provided except".split())  # noqa: SIM905
_MARKS = MARKS - frozenset(".!?")
_PARTING = frozenset(";:–—")
_GOING_ON = frozenset("and but so".split())  # noqa: SIM905
_JOINING = frozenset(
    """and or but nor while whereas although though because since so which who whose that than as""".split()  # noqa: SIM905
)
_LEADING = frozenset(
    """of in on for at by with from to into onto over under about between within without during through across
    against among towards toward beyond per given despite""".split()  # noqa: SIM905
)

_HEAD = 4
# Behind a comma these tell more of it, and not when it holds.
_BESIDE = frozenset(("before", "after", "while"))


def begun(place: int, theirs: Text) -> str:
    """Why a sentence must not begin with that word of the quote, or "".

    It begins where a sentence does, or where one goes on behind ", and" or a semicolon."""
    if theirs.asks(place):
        return "the quote asks it"
    before = [token for token in theirs.before(place) if token.lower not in FREE]
    if all(token.lower in _GOING_ON or not token.word for token in before):
        return ""
    if not _goes_on(before[-2:]):
        return f"it begins in the middle, with {theirs.words[place].lower!r}"
    return _lost(before[0].lower) if before[0].lower in _OPENING else ""


def _goes_on(border: Sequence[Token]) -> bool:
    """Whether a semicolon stands there, or a comma and an "and": what is on either side says something by itself."""
    marked = len(border) == 2 and border[0].text in _MARKS and border[1].lower in _GOING_ON
    return marked or (bool(border) and (border[0].text in _PARTING or border[-1].text in _PARTING))


def cut(place: int, theirs: Text) -> str:
    """Why a sentence must not end with that word of the quote, or "".

    It ends where a sentence does, or before a mark or a "because"."""
    word = theirs.words[place]
    if any(other.at == word.at for other in theirs.words[place + 1 : place + 2]):
        return _lost(theirs.words[place + 1].lower)
    behind = theirs.behind(place)
    lost = [token.lower for token in behind if token.word and token.lower not in FREE]
    if not lost:
        return ""
    if behind[0].text not in _MARKS and (behind[0].lower != "because" or _denied(word.at, theirs)):
        return _lost(lost[0])
    if _goes_on(behind[:2]):
        limit = next((lower for lower in lost[:_HEAD] if lower in _ONLY_SO), "")
    else:
        limit = next((lower for lower in lost if lower in _LIMITING - _BESIDE), "")
    return _lost(limit) if limit else ""


def left_out(earlier: int, place: int, theirs: Text) -> str:
    """Why what stands between two words of the quote must not be left out, or ""."""
    one, other = theirs.words[earlier], theirs.words[place]
    if one.part != other.part:
        return "it joins two sentences of the quote"
    lost = [word.lower for word in theirs.words[earlier + 1 : place] if word.lower not in FREE]
    if not lost:
        return ""
    limit = next((lower for lower in lost if lower in _LIMITING), "")
    if limit or _denied(one.at, theirs):
        return _lost(limit or lost[0])
    return "" if _is_item(theirs.between(earlier, place)) else f"it joins {one.lower!r} to {other.lower!r}"


def _is_item(gap: Sequence[Token]) -> bool:
    """Whether a stretch is one phrase with a mark before it, and a mark or an "and" behind it."""
    if not gap:  # the other half of a contraction
        return False
    first = next((number for number, token in enumerate(gap) if not _is_border(token)), 0)
    last = next((number for number in range(len(gap), 0, -1) if _says(gap[number - 1])), 0)
    inner = gap[first:last]
    bordered = gap[0].text in _MARKS and any(_is_border(token) for token in gap[last:])
    return bordered and not any(_is_border(token) for token in inner) and (not inner or inner[0].lower not in _LEADING)


def _lost(word: str) -> str:
    return f"it leaves out {word!r}"


def _is_border(token: Token) -> bool:
    return token.text in _MARKS or token.lower in _JOINING


def _says(token: Token) -> bool:
    return bool(token.word) and token.lower not in FREE and token.lower not in _JOINING


def _denied(at: int, theirs: Text) -> bool:
    """Whether a denial stands before a token in its sentence with no mark between, or is the token itself."""
    for token in reversed(theirs.tokens[: at + 1]):
        if token.text in _MARKS or (token.ends and token is not theirs.tokens[at]):
            return False
        if _denies(token):
            return True
    return False


def _denies(token: Token) -> bool:
    return not _DENYING.isdisjoint(taken_apart(token.lower))
