"""Who does it and to whom, and what comes first. Pure.

A side that stands right before a verb does it, one that stands right after it has it done to it; "by" and a passive
turn that round. And where both texts have the same "before", "after" or "than", what stands on either side of it in
the quote must not stand on the other side in the sentence.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kb.summary.opposites import OPPOSITES
from kb.summary.sides import group_of
from kb.summary.wording import Token, sentences_of, tokens

_BE = frozenset("is are was were be been being am get gets got gotten".split())  # noqa: SIM905
# What may stand between a doer and the verb.
_AUXILIARY = _BE | frozenset(
    """has have had do does did may might must can could will would shall should ought need needs to not never also
    always usually often rarely sometimes still then only just normally typically generally first really ever already
    cannot don't doesn't didn't won't can't isn't aren't couldn't wouldn't shouldn't""".split()  # noqa: SIM905
)
_ARTICLES = frozenset("a an the its their your our my his her each every any another both all this that".split())  # noqa: SIM905
DOER, DONE_TO = "doer", "done to"
_PIVOTS = frozenset("before after than until instead".split())  # noqa: SIM905
_SPAN = 14


def role_fault(sentence: str, quote: str, side: str) -> str:
    """Why a side may have taken the other's part, or "". side: the speaker's, for "I" and "we"."""
    ours, theirs = tokens(sentence), tokens(quote)
    here, there = _roles(ours, side), _roles(theirs, side)
    for (group, verb), mine in sorted(here.items()):
        its = there.get((group, verb), set())
        if its and not mine & its:
            return f"in the quote the {group} is the {min(its)} of {verb!r}"
    return _pivot_fault(ours, theirs)


def _roles(found: Sequence[Token], side: str) -> dict[tuple[str, str], set[str]]:
    """Side and verb -> the parts that the side has in it."""
    roles: dict[tuple[str, str], set[str]] = {}
    for number, token in enumerate(found):
        group = group_of(token, side)
        if not group or token.possessive:
            continue
        for verb, role in (*_before(found, number), *_after(found, number)):
            roles.setdefault((group, verb), set()).add(role)
    return roles


def _after(found: Sequence[Token], number: int) -> Iterator[tuple[str, str]]:
    """The verb that follows a side."""
    passed: list[str] = []
    for token in found[number + 1 : number + 6]:
        if token.lower in _AUXILIARY:
            passed.append(token.lower)
            continue
        if token.content:
            passive = bool(passed) and passed[-1] in _BE and not token.lower.endswith("ing")
            yield token.stem, DONE_TO if passive else DOER
        return


def _before(found: Sequence[Token], number: int) -> Iterator[tuple[str, str]]:
    """The verb that a side follows."""
    at = number - 1
    while at >= 0 and found[at].lower in _ARTICLES:
        at -= 1
    if at < 0:
        return
    if found[at].lower == "by" and at and found[at - 1].content:
        yield found[at - 1].stem, DOER
    elif found[at].content:
        yield found[at].stem, DONE_TO


def _pivot_fault(ours: Sequence[Token], theirs: Sequence[Token]) -> str:
    mine, its = {token.lower for token in ours}, {token.lower for token in theirs}
    # "a is more than b" and "b is less than a" say the same.
    turned = any(OPPOSITES.get(word, frozenset()) & (its - mine) for word in mine - its)
    for word in sorted(_PIVOTS - ({"than"} if turned else set())):
        found = crossing(ours, theirs, word)
        if found:
            return f"{found!r} stands on the other side of {word!r}"
    return ""


def crossing(ours: Sequence[Token], theirs: Sequence[Token], word: str) -> str:
    """A word that has another on the other side of a pivot than the quote has it, each time that it has one; or ""."""
    there = _pivots(theirs, word)
    for left, right in _pivots(ours, word):
        crossed = [_crossed(left, right, *its) for its in there]
        if crossed and all(crossed):
            return crossed[0]
    return ""


def _crossed(left: set[str], right: set[str], its_left: set[str], its_right: set[str]) -> str:
    one, other = (left & its_right) - its_left - right, (right & its_left) - its_right - left
    # What leads to the pivot, a verb as a rule, stands before it either way.
    kept = (right & its_right) - left - its_left
    return min(one) if one and other and len(one) + len(other) > len(kept) else ""


def _pivots(found: Sequence[Token], word: str) -> list[tuple[set[str], set[str]]]:
    """What stands before and behind each such word; "before a, b" is read as "b before a"."""
    made = []
    for part in sentences_of(found):
        for number, token in enumerate(part):
            if token.lower != word:
                continue
            commas = [at for at, other in enumerate(part) if other.text == ","]
            start = max((at + 1 for at in commas if at < number), default=0)
            end = min((at for at in commas if at > number), default=len(part))
            ahead = part[start:number] if any(other.content for other in part[:number]) else part[end:]
            made.append((_stems(ahead[-_SPAN:]), _stems(part[number + 1 : end][:_SPAN])))
    return made


def _stems(found: Sequence[Token]) -> set[str]:
    return {token.stem for token in found if token.content}
