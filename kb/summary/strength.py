"""How strongly it is said: may or must, some or all, at least or at most. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from kb.summary.quantities import numbered, units, value_of
from kb.summary.wording import BREAKS, Token, tokens

_MODALS = {
    "leave": "may might can could optional".split(),  # noqa: SIM905
    "duty": "must should ought shall need needs required requires obliged".split(),  # noqa: SIM905
}
_AMOUNTS = {
    "all": "all every each everyone everybody everything always entire whole".split(),  # noqa: SIM905
    "most": "most mostly majority usually".split(),  # noqa: SIM905
    "some": "some several sometimes occasionally".split(),  # noqa: SIM905
    "few": "few rarely seldom hardly".split(),  # noqa: SIM905
}
_BOUNDS = {
    "at most": """at most|no (?:more|later|longer) than|not (?:more|later|longer) than|up to|within
        |(?<!no )(?<!not )(?:less|fewer) than|limit(?:ed|s)?(?: to)?|maximum(?: of)?|ceiling(?: of)?|cap(?:ped)?(?: at)?
        |not exceed""",
    "at least": """at least|no (?:less|fewer|earlier|sooner) than|not (?:less|fewer|earlier) than
        |(?<!no )(?<!not )more than|minimum(?: of)?|exceeds?|(?<!no )(?<!not )longer than|upwards of""",
}
_CLASS: Mapping[str, Mapping[str, str]] = {
    "modal": {word: name for name, words in _MODALS.items() for word in words},
    "amount": {word: name for name, words in _AMOUNTS.items() for word in words},
}
_BOUND = {
    name: re.compile(r"\b(?:" + re.sub(r"\s*\n\s*", "", text) + r")\b", re.IGNORECASE) for name, text in _BOUNDS.items()
}
# What lets a sentence say "all": the quote says it of everything, or of nothing, or without a way out.
_WHOLE = frozenset(
    """all every each any everyone everybody everything always whole entire no none never nothing nobody whatever
    whenever wherever whoever both anyone anything anywhere throughout""".split()  # noqa: SIM905
)
_ALL = frozenset("all every everyone everybody everything always".split())  # noqa: SIM905
_MAY, _MUST = frozenset(("may", "might")), frozenset(("must", "shall"))
_LEAVING = _MAY | frozenset(
    """can could cannot can't possible possibly perhaps optional allow allows allowed permit permits permitted likely
    sometimes often usually probably risk chance would if unless whether tends""".split()  # noqa: SIM905
)
_OBLIGING = _MUST | frozenset(
    """should ought need needs needed require requires required has have cannot never no not only depends until
    obliged binding essential necessary""".split()  # noqa: SIM905
)
_BEHIND = re.compile(r"(?P<words>[\w-]+(?: [\w-]+){0,2}) or (?P<way>fewer|less|more)\b", re.IGNORECASE)
_HEDGES = frozenset("only almost nearly just not".split())  # noqa: SIM905
_NEAR = 3


def strength_fault(sentence: str, quote: str) -> str:
    """Why the sentence may say more, or less, than the quote, or ""."""
    ours, theirs = tokens(sentence), tokens(quote)
    return (
        _whole_fault(ours, theirs)
        or _modal_fault(ours, theirs)
        or _class_fault(ours, theirs)
        or _bound_fault(sentence, quote)
    )


def _whole_fault(ours: Sequence[Token], theirs: Sequence[Token]) -> str:
    # "every week" says how often, which is for quantities.py.
    following = [*(token.lower for token in ours[1:]), ""]
    found = [one.lower for one, after in zip(ours, following, strict=True) if one.lower in _ALL and not units(after)]
    if found and not _WHOLE & {token.lower for token in theirs}:
        return f"the quote does not say {found[0]!r}"
    return ""


def _modal_fault(ours: Sequence[Token], theirs: Sequence[Token]) -> str:
    """ "may" where the quote leaves no choice, "must" where it leaves one."""
    mine, its = {token.lower for token in ours}, {token.lower for token in theirs}
    if mine & _MAY and not its & _LEAVING:
        return f"the quote does not say {min(mine & _MAY)!r}"
    if mine & _MUST and not its & _OBLIGING and its & _MAY:
        return f"the quote does not say {min(mine & _MUST)!r}"
    return ""


def _class_fault(ours: Sequence[Token], theirs: Sequence[Token]) -> str:
    """ "may" where the quote has "must", "some" where it has "all", of the same word."""
    for kind, classes in _CLASS.items():
        here, there = dict[str, set[str]](), dict[str, set[str]]()
        for bound, found in ((here, ours), (there, theirs)):
            for stem, name in _governed(found, classes):
                bound.setdefault(stem, set()).add(name)
        for stem, mine in sorted(here.items()):
            its = there.get(stem, set())
            if its and not mine & its:
                return f"{min(its)!r} is said of {stem!r} in the quote, and here {min(mine)!r} ({kind})"
    return ""


def _governed(found: Sequence[Token], classes: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The content words that such a word stands before, and the one right before it, with its class."""
    for number, token in enumerate(found):
        name = classes.get(token.lower)
        following = found[number + 1].lower if number + 1 < len(found) else ""
        if name is None or following == "not":
            continue
        before = next((one for one in reversed(found[:number]) if one.lower not in _HEDGES), None)
        if name in _AMOUNTS and before and before.content:
            yield "-" + before.stem, name
        left = 1 if name in _AMOUNTS else _NEAR
        for other in found[number + 1 :]:
            if other.lower in BREAKS or other.lower in classes or not left:
                break
            if other.content:
                yield other.stem, name
                left -= 1


def _bound_fault(sentence: str, quote: str) -> str:
    """ "at least 45" is not "45", and not "at most 45"."""
    theirs = dict[Fraction, set[str]]()
    for value, bound in _bounded(quote):
        theirs.setdefault(value, set()).add(bound)
    for value, bound in _bounded(sentence):
        its = theirs.get(value)
        if bound and its and bound not in its and not _BOUND[bound].search(quote):
            return f"the quote does not say {bound} {value}"
        if bound and its and "" not in its and bound not in its:
            return f"the quote does not say {bound} {value}"
    return ""


def _bounded(text: str) -> Iterator[tuple[Fraction, str]]:
    """Each number with what bounds it, or ""."""
    for value, before in numbered(_BEHIND.sub(_put_before, text)):
        yield value, next((name for name, how in _BOUND.items() if _right_before(how, before)), "")


def _put_before(found: re.Match[str]) -> str:
    """ "forty residues or fewer" is "at most forty residues"."""
    words = found["words"].split()
    at = next((n for n, word in enumerate(words) if value_of(word.lower()) is not None), None)
    if at is None:
        return found.group()
    return " ".join([*words[:at], "at most" if found["way"].lower() in ("fewer", "less") else "at least", *words[at:]])


def _right_before(how: re.Pattern[str], before: str) -> bool:
    return any(found.end() == len(before) for found in how.finditer(before))
