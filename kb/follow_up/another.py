"""The question before, asked about something else: in the place of its like, or put at its end. Pure."""

from __future__ import annotations

import re

from kb.follow_up.likes import article, names_one, swapped
from kb.follow_up.topics import topic
from kb.follow_up.wording import ASKING, AUXILIARY, JOINT, PREPOSITION, small, stem
from kb.words import STOP_WORDS

# "Who owns the improvements", "what is a forecast": nothing is asked but the thing itself.
_OF_ONE_THING = re.compile(rf"^who\s+(?!{AUXILIARY})|^(?:who|what)\s+(?:is|are)\s+(?!the\s)", re.IGNORECASE)
_ONE = re.compile(r"^(?:an?|the)?\s*([\w-]+)\s+ones?$", re.IGNORECASE)
_AN_OLD = re.compile(r"\b(an?)\s+([\w-]+)\s+(?=[\w-])", re.IGNORECASE)
_LEAD = re.compile(rf"^{PREPOSITION}\b", re.IGNORECASE)
_NAME_ENDS = rf"(?=\s+(?:{PREPOSITION}|{AUXILIARY}|when|if|because|and|that)\b|,|$)"


def another(before: str, rest: str) -> str:
    """The question before about something else: in the place of its like, or put at its end.

    "" where that is named there already.
    """
    made = swapped(before, rest)
    if made is None:
        return ""
    made = made or _another_one(before, rest) or _same_lead(before, rest) or _same_head(before, rest)
    return f"{made or _another_topic(before, rest) or _appended(before, rest)}?"


def _another_one(before: str, rest: str) -> str:
    """ "a major one" after "a critical deviation"."""
    one, olds = _ONE.match(rest), list(_AN_OLD.finditer(before))
    olds = [old for old in olds if old.group(2).lower() not in STOP_WORDS]
    if one is None or not olds or one.group(1).lower() in STOP_WORDS:
        return ""
    old = olds[-1]
    return f"{before[: old.start()]}{article('', old.group(1), one.group(1))} {one.group(1)} {before[old.end() :]}"


def _same_lead(before: str, rest: str) -> str:
    """ "about the budget" in the place of "about the contract", where neither is of a kind that would be lost."""
    lead = _LEAD.match(rest)
    if lead is None or names_one(rest):
        return ""
    olds = list(re.finditer(rf"\b{lead.group()}\s+\S.*?{_NAME_ENDS}", before, re.IGNORECASE))
    if not olds or names_one(olds[-1].group()):
        return ""
    return before[: olds[-1].start()] + rest + before[olds[-1].end() :]


def _same_head(before: str, rest: str) -> str:
    """ "stability data" in the place of "toxicology data": the same last word, with other words before it."""
    new = rest.split()
    if len(new) < 2 or JOINT.match(rest):
        return ""
    old = before.split()
    head = stem(new[-1])
    for at in range(len(old) - 1, 0, -1):
        if stem(old[at]) == head and old[at - 1].lower() not in STOP_WORDS and not ASKING.match(old[at - 1]):
            first = at - 1
            if new[0].lower() in ("a", "an", "the") and first > 0 and old[first - 1].lower() in ("a", "an", "the"):
                first -= 1
            return " ".join([*old[:first], *new, *old[at + 1 :]])
    return ""


def _another_topic(before: str, rest: str) -> str:
    """ "the raw data" after "Who owns process improvements?": in the place of all that the question is about."""
    found = topic(before)
    if found is None or JOINT.match(rest) or found.end != len(before) or not _OF_ONE_THING.match(before):
        return ""
    return before[: found.start] + rest


def _appended(before: str, rest: str) -> str:
    return f"{before}{' ' if JOINT.match(rest) else ': '}{small(rest)}"
