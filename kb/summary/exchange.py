"""Two words that changed places: "A covers x, B covers y" is not "B covers x, A covers y". Pure.

Each word has a company: the content words near it in its clause. Two words are exchanged where each keeps, in the
sentence, the company that the other has in the quote. Sides, names, numbers and rhythms are compared with their own
kind, and less is asked of them: nobody swaps two plain words by paraphrase as easily as two of a kind by mistake.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kb.summary.quantities import value_of
from kb.summary.sides import group_of, passive
from kb.summary.wording import Token, tokens

_HARD = frozenset(".;:!?()–—") | frozenset("whereas while but though although".split())  # noqa: SIM905
_SOFT = frozenset(
    ", and or because since when if before after than so until unless that which who where".split()  # noqa: SIM905
)
# Words that other parts of the check pass over, and that are told apart here.
_TOLD = frozenset("more less few fewer most least many before after".split())  # noqa: SIM905
_RHYTHMS = {
    "daily": "day", "day": "day", "weekly": "week", "week": "week", "monthly": "month", "month": "month",
    "quarterly": "quarter", "quarter": "quarter", "yearly": "year", "annual": "year", "annually": "year",
    "year": "year",
    "days": "day", "weeks": "week", "months": "month", "quarters": "quarter", "years": "year",
}  # fmt: skip
REACH = 4
# How much of a word's company is left across a soft break.
_ACROSS = 0.5
# By how much the strange company must be nearer than the word's own: for both of two of a kind, for both of two plain
# words, and for one alone where the other of its kind need not be in the sentence at all.
_MARGIN, _PLAIN_MARGIN, _ALONE = 0.1, 0.2, 0.7
# "Q5A(R2)" and "312.23(a)(7)" are one word here.
_MARK = re.compile(r"(?<=\w)(?:\(\w{1,3}\))+|(?<=\d)\.(?=\d)")
# A passive turns words round, and leaves few of them right beside the same ones.
_RIGHT_BESIDE = 0.75
# Plain words nearer to each other than this only stand the other way round.
_APART = 3

Company = dict[str, float]
Named = tuple[str, str]
Companies = dict[Named, list[Company]]


@dataclass(frozen=True, slots=True)
class Place:
    """key: a stem, or the side, name, number or rhythm that stands there; kind: "" for a plain word."""

    key: str
    kind: str
    hard: int
    soft: int


def exchange_fault(sentence: str, quote: str, side: str) -> str:
    """Why a word may have taken another's place, or "". side: the speaker's, for "I" and "we"."""
    here, there = _companies(places(sentence, side)), _companies(places(quote, side))
    # A passive turns the sides' company round; whose the words are is then for the check of sides.
    turned = passive(sentence) != passive(quote)
    shared = [name for name in here if name in there and not (turned and name[0] == "side")]
    for one in shared:
        for other in there:
            if one == other or one[0] != other[0] or not one[0] or _close(one, other, there):
                continue
            if _gain(one, other, here, there) > _ALONE:
                return f"the quote says of {other[1]!r} what it says of {one[1]!r}"
    for one, other in itertools.combinations(shared, 2):
        margin = _margin(one, other, here, there)
        if margin and _gain(one, other, here, there) > margin and _gain(other, one, here, there) > margin:
            return f"{one[1]!r} and {other[1]!r} have changed places"
    return ""


def _margin(one: Named, other: Named, here: Companies, there: Companies) -> float:
    """0 where the two are not to be compared."""
    if one[0] == other[0] != "":
        return _MARGIN
    plain = {one[0], other[0]} <= {"", "rhythm"} and not (_close(one, other, here) or _close(one, other, there))
    return _PLAIN_MARGIN if plain and _beside(one, other, here, there) and _beside(other, one, here, there) else 0.0


def _beside(one: Named, other: Named, here: Companies, there: Companies) -> bool:
    """Whether a word stands right beside the one in the sentence and right beside the other in the quote."""
    mine = {key for company in here[one] for key, weight in company.items() if weight >= _RIGHT_BESIDE}
    its = {key for company in there[other] for key, weight in company.items() if weight >= _RIGHT_BESIDE}
    return bool((mine & its) - {one[1], other[1]})


def places(text: str, side: str) -> list[Place]:
    """The content words of a text with the part that each stands in. side: the speaker's, for "I" and "we"."""
    found = []
    hard = soft = 0
    for token in tokens(_MARK.sub("", text)):
        hard += token.lower in _HARD
        soft += token.lower in _HARD or token.lower in _SOFT
        key, kind = _key(token, side)
        if key:
            found.append(Place(key, kind, hard, soft))
    return found


def _key(token: Token, side: str) -> tuple[str, str]:
    group = group_of(token, side)
    if group:
        return group, "side"
    if token.lower in _RHYTHMS:
        return _RHYTHMS[token.lower], "rhythm"
    value = value_of(token.lower)
    if value is not None:
        return str(value), "number"
    if token.stem and (token.text[1:] != token.lower[1:] or any(c.isdigit() for c in token.text)):
        return token.lower, "name"
    return (token.stem, "") if token.content or token.lower in _TOLD else ("", "")


def _companies(found: Sequence[Place]) -> Companies:
    """Each word, by kind and key -> the company of each of its places."""
    made: Companies = {}
    for number, place in enumerate(found):
        company: Company = {}
        for other, weight in _near(found, number):
            company[other] = max(company.get(other, 0.0), weight)
        made.setdefault((place.kind, place.key), []).append(company)
    return made


def _near(found: Sequence[Place], number: int) -> Iterator[tuple[str, float]]:
    me = found[number]
    for at in range(max(0, number - REACH), min(len(found), number + REACH + 1)):
        other = found[at]
        if other.key != me.key and other.hard == me.hard:
            yield other.key, _ACROSS ** abs(other.soft - me.soft) / abs(number - at)


def _close(one: Named, other: Named, found: Companies) -> bool:
    return any(company.get(other[1], 0.0) > 1 / _APART for company in found[one])


def _gain(one: Named, other: Named, here: Companies, there: Companies) -> float:
    """How much nearer the company of one is to that of the other in the quote than to its own there."""
    besides = {one[1], other[1]}

    def shared(name: Named) -> float:
        return max(_common(mine, its, besides) for mine in here[one] for its in there[name])

    return shared(other) - shared(one)


def _common(mine: Company, its: Company, besides: set[str]) -> float:
    return sum(min(weight, its[key]) for key, weight in mine.items() if key in its and key not in besides)
