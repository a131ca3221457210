"""Whether a sentence says yes where its quote says no. Pure.

Each "not", and each word like it, reaches over the next few content words of its clause. A negation of the sentence
must be one of the quote's, and the other way round, as far as both speak of the same words. A word whose opposite
stands in the quote counts as a negation of that.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence, Set

from kb.summary.denials import (
    NEGATORS,
    REACH,
    Negation,
    before_otherwise,
    doubled,
    negates,
    negations,
    reached_from,
    softly_denied,
    with_only,
)
from kb.summary.opposites import BY_STEM, OPPOSITES, denied_form
from kb.summary.roles import crossing
from kb.summary.wording import Token, tokens

_UP = frozenset(
    "more increase increases increased raise raises rise rises grow grows greater higher larger extra".split()  # noqa: SIM905
)
_DOWN = frozenset(
    """less fewer reduce reduces reduced decrease decreases lower lowers fall falls shrink shrinks smaller
    cut cuts""".split()  # noqa: SIM905
)
_ALL = frozenset("all every each everybody everyone everything".split())  # noqa: SIM905
_COMPARING = frozenset("more less fewer".split())  # noqa: SIM905


def polarity_fault(sentence: str, quote: str) -> str:
    """Why the sentence may say the opposite of the quote, or ""."""
    ours, theirs = tokens(_compared(sentence)), tokens(_compared(quote))
    here = {token.stem for token in ours if token.content}
    there = {token.stem for token in theirs if token.content}
    # "fails", said by both, is a word like any other.
    plain = {token.stem for token in ours if negates(token)} & {token.stem for token in theirs if negates(token)}
    mine, its = negations(ours, plain), negations(theirs, plain)
    denied_here = {name for one in mine for name in one.stems}
    denied_there = {name for one in its for name in one.stems}
    twice, only, its_twice = doubled(ours), with_only(theirs), doubled(theirs)
    # "Never without" is "only with".
    called = before_otherwise(ours)
    alike = bool(twice) and (bool(its_twice) or not only.isdisjoint(denied_here))
    return (
        ("" if alike else _twice_fault(mine, its, here & there))
        or ("" if alike else _halved_fault(mine, its_twice, theirs))
        or _added_fault(_unexplained(mine, there, softly_denied(theirs), twice, only), its, theirs, there)
        or _missing_fault(mine, _unexplained(its, here, softly_denied(ours), its_twice, here, called), ours, theirs)
        or _opposite_fault(ours, theirs, denied_here, denied_there)
        or _turned_fault(ours, theirs)
        or _compared_fault(ours, theirs)
    )


def _halved_fault(mine: Sequence[Negation], twice: Sequence[tuple[int, int]], theirs: Sequence[Token]) -> str:
    """Of two denials that make a yes, one alone makes a no."""
    for start, end in twice:
        within = {token.stem for token in theirs[start:end] if token.content}
        if sum(not within.isdisjoint(one.stems) for one in mine) == 1:
            return f"the quote denies {min(within)!r} twice, and it does once"
    return ""


def _unexplained(
    made: Sequence[Negation],
    other: Set[str],
    soft: Set[str],
    twice: Sequence[tuple[int, int]],
    yes: Set[str],
    called: Set[str] = frozenset(),
) -> list[Negation]:
    """The negations that need a counterpart.

    Not those whose words, as far as the other text has them (other), it denies softly (soft); that make a yes together
    (twice) of words that it says so (yes); or whose "without" is a condition that it names (called).
    """
    left = []
    for one in made:
        shared = set(one.stems) & other
        doubly = any(a <= at < b for a, b in twice for at in one.places)
        if shared and (
            shared <= soft or (doubly and shared <= yes) or (one.word == "without" and one.stems[0] in called)
        ):
            continue
        left.append(one)
    return left


def _twice_fault(mine: Sequence[Negation], its: Sequence[Negation], shared: Collection[str]) -> str:
    """ "never fails to hold" denies twice; which way that turns is not worked out."""
    for name in sorted(shared):
        if sum(name in one.stems for one in mine) > max(1, sum(name in one.stems for one in its)):
            return f"it denies {name!r} twice"
    return ""


def _added_fault(
    mine: Sequence[Negation], its: Sequence[Negation], theirs: Sequence[Token], there: Collection[str]
) -> str:
    """A negation of the sentence that the quote has not, or has of other words."""
    denied = {name for one in its for name in one.stems}
    for one in mine:
        shared = [name for name in one.stems if name in there]
        if not shared and not its:
            return f"{one.word!r} has no counterpart in the quote"
        if not shared or _opposed(one.stems, there) or any(set(shared) <= other.wide for other in its):
            continue
        if one.word in ("rather", "instead") and set(shared) & _after_than(theirs):
            continue
        if not denied & set(shared):
            return f"it denies {shared[0]!r}, which the quote does not"
        reached = {name for other in its for name in (*other.wide, *other.stems, *other.before)}
        strange = [name for name in shared if name not in reached]
        if len(strange) > len(shared) - len(strange) or shared[0] in strange:
            return f"it denies {strange[0]!r}, which the quote does not"
    return ""


def _missing_fault(
    mine: Sequence[Negation], its: Sequence[Negation], ours: Sequence[Token], theirs: Sequence[Token]
) -> str:
    """A negation of the quote that the sentence passes over."""
    here = {token.stem for token in ours if token.content}
    denied = {name for one in mine for name in one.stems}
    said, there = _said(ours, mine), _said(theirs, its)
    for one in its:
        shared = [name for name in one.stems if name in here]
        telling = len(shared) > 1 or len(shared) * 2 >= len(one.stems)
        if not shared or not telling or denied & set(shared) or _opposed(one.stems, here):
            continue
        # What the quote says elsewhere without a "not" may be what the sentence took up, as often as it is there.
        if all(there[name] and said[name] <= there[name] for name in shared):
            continue
        if not any(set(shared) <= other.wide for other in mine):
            return f"the quote denies {shared[0]!r}, and it does not"
    return ""


def _said(found: Sequence[Token], made: Sequence[Negation]) -> Counter[str]:
    """How often each content word stands outside every negation."""
    places = {at for one in made for at in one.places}
    return Counter(token.stem for at, token in enumerate(found) if token.content and at not in places)


def _compared_fault(ours: Sequence[Token], theirs: Sequence[Token]) -> str:
    """What grows does not shrink."""
    if crossing(ours, theirs, "than"):
        return ""
    up, down = ({token.lower for token in found} for found in (ours, theirs))
    for one, other in ((_UP, _DOWN), (_DOWN, _UP)):
        if (
            up & one
            and not up & other
            and down & other
            and not down & one
            and not (negations(ours) or negations(theirs))
        ):
            return f"{min(up & one)!r} has the other direction in the quote"
    return ""


def _stems(found: Sequence[Token], start: int) -> tuple[str, ...]:
    return tuple(found[at].stem for at in reached_from(found, start))


def _after_than(found: Sequence[Token]) -> set[str]:
    return {name for n, token in enumerate(found) if token.lower == "than" for name in _stems(found, n + 1)}


_SAYINGS = (
    (re.compile(r"\bnot (?:quite |nearly |at all )?as (?:much|many|good|\w+) as\b", re.IGNORECASE), "less"),
    (re.compile(r"\bas (?:much|many) as\b", re.IGNORECASE), "equally"),
    # Bounds are strength.py's, and deny nothing.
    (re.compile(r"\bno(?:t)? (?:more|less|fewer|later|earlier|longer|sooner) than\b(?= \w)", re.IGNORECASE), "within"),
    (re.compile(r"\bat (?:most|least)\b|(?<=\w) or (?:fewer|less|more)\b", re.IGNORECASE), " within"),
)


def _compared(text: str) -> str:
    """ "not as much as" says "less", "as much as" says "equally"."""
    for pattern, word in _SAYINGS:
        text = pattern.sub(word, text)
    return text


def _turned_fault(ours: Sequence[Token], theirs: Sequence[Token]) -> str:
    """ "after the batch is made" where the quote has "before the batch is made", and "after" elsewhere."""
    there = _leading(theirs)
    for word, stems, denied in _leading(ours):
        if word in _COMPARING and crossing(ours, theirs, "than"):
            continue
        others = OPPOSITES[word]
        same = {name for other, names, its in there if other == word and its == denied for name in names[:2]}
        turned = {name for other, names, its in there if other in others and its == denied for name in names[:2]}
        if stems and stems[0] in turned - same:
            return f"{word!r} stands where the quote has its opposite"
    return ""


def _leading(found: Sequence[Token]) -> list[tuple[str, tuple[str, ...], bool]]:
    """Each word that has an opposite, with what follows it, and whether a negation stands right before it."""
    words = [token.lower for token in found]
    return [
        (
            word,
            tuple(other.stem for other in found[n + 1 :] if other.content)[:REACH],
            any(before in NEGATORS for before in words[max(0, n - 3) : n]),
        )
        for n, word in enumerate(words)
        if word in OPPOSITES
    ]


def _opposite_fault(
    ours: Sequence[Token], theirs: Sequence[Token], denied_here: set[str], denied_there: set[str]
) -> str:
    here = {token.stem for token in ours if token.stem} | {token.lower for token in ours}
    there = {token.stem for token in theirs if token.stem} | {token.lower for token in theirs}
    denying = any(negates(token) for token in theirs)
    turned = crossing(ours, theirs, "than") != ""
    for token in ours:
        for other in sorted(BY_STEM.get(token.stem, frozenset()) | _with_prefix(token, theirs)):
            if token.stem in there or other not in there or other in here:
                continue
            if (negates(token) and denying) or (token.lower in _ALL and there & _ALL):
                continue
            if turned and {token.lower, other} & _COMPARING:
                continue
            if (token.stem in denied_here) == (other in denied_there):
                return f"{token.lower!r} is the opposite of what the quote says"
    return ""


def _with_prefix(token: Token, theirs: Sequence[Token]) -> set[str]:
    """ "plausible" of "implausible", and the other way round."""
    return {other.stem for other in theirs if token.content and other.content and denied_form(token.lower, other.lower)}


def _opposed(stems: Sequence[str], other: Collection[str]) -> bool:
    """Whether an opposite of a denied word stands on the other side: "not early" beside "late"."""
    return any(name not in other and not BY_STEM.get(name, frozenset()).isdisjoint(other) for name in stems)
