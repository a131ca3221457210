"""The question before, asked about something else: in the place of its like, or put at its end. Pure."""

from __future__ import annotations

import re

from kb.follow_up.likes import article, contrasted, ends_with_one, names_one, swapped
from kb.follow_up.topics import Topic, topic
from kb.follow_up.wording import ASKING, AUXILIARY, JOINT, PREPOSITION, content, small, stem
from kb.words import STOP_WORDS

# "Who owns the improvements", "what is a forecast": nothing is asked but the thing itself.
_OF_ONE_THING = re.compile(rf"^who\s+(?!{AUXILIARY})|^(?:who|what)\s+(?:is|are)\s+(?!the\s)", re.IGNORECASE)
_ONE = re.compile(rf"^(?:{PREPOSITION}\s+)?(?:an?|the)?\s*([\w-]+)\s+ones?$", re.IGNORECASE)
_ONES = re.compile(r"\sones$", re.IGNORECASE)
# "every one", "the right one": none that is described.
_NOT_DESCRIBED = re.compile(r"^(?:every|each|any|no|which|whole)$", re.IGNORECASE)
_MANY = re.compile(r"(?<=\s)(?=[\w-]{2,}[^\Wsu]s\b(?!['’]))", re.IGNORECASE)
_AN_OLD = re.compile(r"\b(an?)\s+([\w-]+)\s+(?=[\w-])", re.IGNORECASE)
_ONE_THAT = re.compile(
    r"^(?:(?:even|only|also)\s+)?(?:(?:an?|the)\s+)?(?:ones?|those)\s+(?P<that>(?:that|which|who|about|for|from|in|with|at)\s+.+)$",
    re.IGNORECASE,
)
_THAT = re.compile(r"(?<=[\w)]\s)(?:that|which|who)\s+[^,;:]+$", re.IGNORECASE)
_IN_THE = re.compile(rf"^(?:{PREPOSITION}\s+)?(?:the\s+)?(?P<adjective>[\w-]+)$", re.IGNORECASE)
_TIME_WORD = re.compile(
    r"^(?:right\s+)?(?:afterwards?|after|later|beforehand|before|today|now|earlier)(?:\s+on)?$", re.IGNORECASE
)
_OWNER = re.compile(r"^(?:its|their|his|her|my)\b", re.IGNORECASE)
_MORE_OF_IT = re.compile(r"^\s+(?:that|which|who|made)\s", re.IGNORECASE)
_LEAD = re.compile(rf"^{PREPOSITION}\b", re.IGNORECASE)
_PROPER = re.compile(r"(?:America|Europe|Japan|China|Switzerland|United|[A-Z]\b)")
_TIMES = r"(?:before|after|during|until|since|while|when|once|within)"
_CONDITIONS = r"(?:if|unless)"
_EACH = r"(?:each|every)\s+(?:hour|day|week|month|quarter|year)"
# What begins so says how much of a thing is meant, or whose it is, and is not all that is asked about.
_NO_NAME = re.compile(
    r"^(?:any|some|each|every|both|all|no|none|its|their|his|her|ones?|even|only|also|already|like|such|more|less|not|maybe"
    r"|perhaps|especially|particularly|always|never|\w+ly)\b",
    re.IGNORECASE,
)
# "The whole thing", "our own side", "the GMP one": what they name was named before.
_NAMED_BEFORE = re.compile(
    r"^the\s+whole\b|\bthings?$|\bones?$|^(?:our|my)\s+own\b|\b(?:side|end|part)$|^(?:ours|mine|theirs)$",
    re.IGNORECASE,
)
_OR = re.compile(r"\b(?:or|instead|rather)\b", re.IGNORECASE)
# What is no other thing, but a side of the one that was asked about, or something done.
_NO_THING = re.compile(
    r"\b(?:costs?|prices?|times?|timing|timeline|risks?|budget|deadline|reasons?|exceptions?|consequences?|way|rest)\b|^\w+ing\b",
    re.IGNORECASE,
)
_NAME_ENDS = rf"(?=\s+(?:{PREPOSITION}|{AUXILIARY}|when|if|because|and|that)\b|,|$)"


def another(before: str, rest: str) -> str:
    """The question before about something else: in the place of its like, or put at its end.

    "" where that is named there already.
    """
    rest = rest if _PROPER.match(rest) else small(rest)
    made = swapped(before, rest)
    if made is None:
        return ""
    for rule in (
        _one_that,
        _another_one,
        _contrasted,
        _same_lead,
        _same_owner,
        _another_time,
        _same_head,
        _another_topic,
    ):
        made = made or rule(before, rest)
    return f"{made or _appended(before, rest)}?"


def _one_that(before: str, rest: str) -> str:
    """ "one that makes vectors" after "a CDMO that makes antibodies"."""
    one, old = _ONE_THAT.match(rest), _THAT.search(before)
    if one is None:
        return ""
    if old is not None and _THAT.search(rest):
        return before[: old.start()] + one.group("that")
    found = topic(before)
    if found is None:
        return ""
    end = found.start + len(found.head)
    return f"{before[:end]} {one.group('that')}{before[end:]}"


def _contrasted(before: str, rest: str) -> str:
    """ "in the second" after "in the first week"."""
    match = _IN_THE.match(rest)
    return contrasted(before, match.group("adjective")) if match else ""


def _another_one(before: str, rest: str) -> str:
    """ "a major one" after "a critical deviation"."""
    one = _ONE.match(rest)
    if one is None or one.group(1).lower() in STOP_WORDS or _NOT_DESCRIBED.match(one.group(1)):
        return ""
    made, found = contrasted(before, one.group(1)), topic(before)
    if not made and _ONES.search(rest) and found is not None and not found.many:
        places = list(_MANY.finditer(before, found.end))
        at = places[0].start() if len(places) == 1 else -1
        return f"{before[:at]}{one.group(1)} {before[at:]}" if at > 0 else ""
    if made or found is not None:
        return made or (_described(before, found, one.group(1)) if found is not None else "")
    olds = [old for old in _AN_OLD.finditer(before) if old.group(2).lower() not in STOP_WORDS]
    if not olds:
        return ""
    old = olds[-1]
    return f"{before[: old.start()]}{article('', old.group(1), one.group(1))} {one.group(1)} {before[old.end() :]}"


def _described(before: str, found: Topic, adjective: str) -> str:
    """ "a small tech transfer" of "a tech transfer"."""
    lead, _, noun = found.noun.partition(" ")
    if lead.lower() not in ("a", "an", "the", "our"):
        lead, noun = "", found.noun
    lead = article("", lead, f"{adjective} x")
    return f"{before[: found.start]}{f'{lead} {adjective} {noun}'.strip()}{before[found.end :]}"


def _same_lead(before: str, rest: str) -> str:
    """ "about the budget" in the place of "about the contract", where neither is of a kind that would be lost."""
    lead = _LEAD.match(rest)
    if lead is None or names_one(rest):
        return ""
    olds = list(re.finditer(rf"\b{lead.group()}\s+\S.*?{_NAME_ENDS}", before, re.IGNORECASE))
    if not olds or ends_with_one(olds[-1].group()):
        return ""
    return before[: olds[-1].start()] + rest + before[olds[-1].end() :]


def _same_owner(before: str, rest: str) -> str:
    """ "its capacity" in the place of "its timeline"."""
    owner = _OWNER.match(rest)
    if owner is None or names_one(rest) or _OR.search(rest):
        return ""
    olds = list(re.finditer(rf"\b{owner.group()}\s+\S.*?{_NAME_ENDS}", before, re.IGNORECASE))
    return before[: olds[0].start()] + rest + before[olds[0].end() :] if len(olds) == 1 else ""


def _another_time(before: str, rest: str) -> str:
    """ "after launch" in the place of "before proof of concept", "if it is late" in that of "if it is on time"."""
    for lead, other in (("before", "after"), ("after", "before")):
        if rest.lower() == lead:
            made, changed = re.subn(rf"(?<=\S\s){other}(?=\s)", rest, before, flags=re.IGNORECASE)
            return made if changed == 1 else ""
    if _TIME_WORD.match(rest):
        old = re.search(rf"(?<=\S\s){_TIMES}\s[^,]+$", before, re.IGNORECASE)
        return before[: old.start()] + rest if old else ""
    for leads in (_EACH, _TIMES, _CONDITIONS):
        if re.match(rf"(?:even\s+|only\s+)?{leads}(?:\s|$)", rest, re.IGNORECASE):
            old = re.search(rf"(?<=\S\s)(?:{_EACH}|{leads}\s[^,]+$)", before, re.IGNORECASE)
            return before[: old.start()] + rest + before[old.end() :] if old else ""
    return ""


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
    if (
        found is None
        or _NO_NAME.match(rest)
        or JOINT.match(rest)
        or _OR.search(rest)
        or names_one(rest)
        or _NO_THING.search(rest)
        or _NAMED_BEFORE.search(rest)
        or not content(rest)
    ):
        return ""
    told_more = _MORE_OF_IT.match(found.noun[len(found.head) :])
    if _OF_ONE_THING.match(before) and found.end == len(before) and not told_more:
        return before[: found.start] + rest
    if " of " in found.head:
        return ""
    return before[: found.start] + rest + before[found.start + len(found.head) :]


def _appended(before: str, rest: str) -> str:
    lead = rest.split(" ", 1)[0].lower()
    if JOINT.match(rest) and before.lower().endswith(f" {lead}"):
        return f"{before}{rest[len(lead) :]}"
    return f"{before}{' ' if JOINT.match(rest) else ': '}{small(rest)}"
