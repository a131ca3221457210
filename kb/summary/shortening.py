"""Whether a sentence is a shortening of its quote: the quote's words in the quote's order, with some left out. Pure.

An article may be new, a verb or a noun may change its form, and whoever speaks may be called by a name of their side.
Every other word must have its place in the quote, behind that of the word before it. Of the ways to lay the sentence
over the quote the one counts that leaves out least that must not be (`leaving.py`).
"""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from itertools import pairwise

from kb.summary.laying import FREE, Text, Word, text_of
from kb.summary.leaving import begun, cut, left_out
from kb.summary.sides import MAKER, OWN, SPONSOR, named_side
from kb.summary.telling import said_from, teller_fault
from kb.summary.wording import AUXILIARIES, meet
from kb.words import STOP_WORDS

_THIRD = frozenset("he him his she her hers they them their theirs it its themselves itself".split())  # noqa: SIM905
_MOST_WAYS = 20_000
_KNOWN = frozenset(string.ascii_letters + string.digits + " .,;:'\"’“”()-")
# Of a way: how much of what it leaves out must not be, and the first of it.
_Cost = tuple[int, str]


def shortening_fault(sentence: str, quote: str, side: str, told: Sequence[str]) -> str:
    """Why the sentence is no shortening of the quote, or "".

    side: the speaker's, "" where there is none; told: what is known of the speaker and the source."""
    signs = _KNOWN | set(quote).union(*told)
    strange = next((sign for sign in sentence if sign not in signs), "")
    if strange:
        return f"the quote does not have {strange!r}"
    theirs = text_of(quote, side)
    ours = text_of(sentence, side)
    fault = _laid_over(ours, theirs, told=any(side and named_side(word.lower) == side for word in ours.words))
    begins = said_from(sentence) if fault else 0
    if not begins:
        return fault
    said = text_of(sentence[begins:], side)
    return teller_fault(sentence[:begins], side, told) or _laid_over(said, theirs, told=True)


def _laid_over(ours: Text, theirs: Text, *, told: bool) -> str:
    """told: whether who speaks was said, so that "it" and "they" may be their "I" and "we"."""
    kept = [word for word in ours.words if word.lower not in FREE]
    places = [[at for at, its in enumerate(theirs.words) if _same(word, its, told=told)] for word in kept]
    for word, found in zip(kept, places, strict=True):
        if not found:
            return f"the quote does not have {word.lower!r}"
    if not kept:
        return "it says nothing"
    if sum(len(one) * len(other) for one, other in pairwise(places)) > _MOST_WAYS:
        return "it repeats itself too often to be looked at"
    return _mark_fault(kept, ours, theirs) or _way_fault(kept, places, theirs)


def _mark_fault(kept: Sequence[Word], ours: Text, theirs: Text) -> str:
    """ "The sponsor said the CDMO lied" is not "The sponsor, said the CDMO, lied"."""
    pairs = {(one.lower, other.lower) for one, other in pairwise(theirs.words)}
    marked = {
        (theirs.words[at].lower, theirs.words[at + 1].lower)
        for at in range(len(theirs.words) - 1)
        if any(not token.word for token in theirs.between(at, at + 1))
    }
    for one, other in pairwise(kept):
        between = ours.tokens[one.at + 1 : other.at]
        pair = one.lower, other.lower
        if any(not token.word for token in between) and pair in pairs and pair not in marked:
            return f"the quote has no mark between {one.lower!r} and {other.lower!r}"
    return ""


def _same(ours: Word, its: Word, *, told: bool) -> bool:
    if ours.lower == its.lower:
        return True
    if named_side(ours.lower) and ours.side == its.side:
        # An inspector is no agency, but each may be the "we" of a quote.
        return ours.side in (SPONSOR, MAKER) or not named_side(its.lower)
    if told and ours.lower in _THIRD and its.lower in OWN:
        return bool(its.side)
    if ours.lower in AUXILIARIES or not (ours.lower in STOP_WORDS or its.lower in STOP_WORDS):
        return meet(ours.lower, its.lower)
    return False


def _way_fault(kept: Sequence[Word], places: Sequence[Sequence[int]], theirs: Text) -> str:
    # A sentence may say one word many times.
    left = cache(partial(left_out, theirs=theirs))
    best: dict[int, _Cost] = {place: _added((0, ""), begun(place, theirs)) for place in places[0]}
    for word, found in zip(kept[1:], places[1:], strict=True):
        ways = {place: _way_to(place, best, left) for place in found}
        best = {place: cost for place, cost in ways.items() if cost}
        if not best:
            return f"{word.lower!r} comes earlier in the quote"
    return min(_added(cost, cut(place, theirs)) for place, cost in best.items())[1]


def _way_to(place: int, best: Mapping[int, _Cost], left: Callable[[int, int], str]) -> _Cost | None:
    return min((_added(cost, left(earlier, place)) for earlier, cost in best.items() if earlier < place), default=None)


def _added(cost: _Cost, fault: str) -> _Cost:
    return cost[0] + bool(fault), cost[1] or fault
