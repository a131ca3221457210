"""Whom a leader calls "they" where nobody else was spoken of: the other side of the table, the CDMO. Pure.

"Could they refuse to send it back?", after "Where should our cell bank be kept?", is asked of the CDMO, which neither
question names. "They" must do there what only somebody does ("refuse", "charge"), or have it done ("tell them").
"""

from __future__ import annotations

import re

from kb.follow_up.wording import AUXILIARY, capital, small

_COUNTERPART = re.compile(
    r"\b(?P<name>CDMO|CMO|manufacturer|supplier|vendor|contractor)s?\b(?!['’]|\s+(?:scientist|engineer|staff|team|people))",
    re.IGNORECASE,
)
# Any of these may be "they" as well.
_OTHERS = re.compile(
    r"\b(?:boards?|investors?|acquirers?|buyers?|regulators?|inspectors?|auditors?|insurers?|payers?|competitors?"
    r"|licensors?|licensees?|pharma|distributors?|couriers?|CROs?|QPs?|QA|FDA|EMA|MHRA|agency|agencies|authority"
    r"|authorities|person|people|somebody|someone|anyone|anybody|everyone|teams?|committees?|scientists?|engineers?"
    r"|executives?|CEOs?|heads?|directors?|founders?|lawyers?|counsel|consultants?|advisers?|operators?|staff|crews?"
    r"|partners?|references|candidates?|patients?|clients?|customers?|sponsors?|biotechs?|funds?|shareholders?"
    r"|managers?|leads?|colleagues?|visitors?|reviewers?|physicians?|doctors?|hospitals?|labs?|laboratory|laboratories)\b"
    r"(?!\s+(?:agreement|contract))",
    re.IGNORECASE,
)
_SEVERAL = re.compile(r"\b(?!ones\b|days\b|weeks\b|months\b|years\b|always\b)[a-z]{3,}[^\W\dsu]s\b", re.IGNORECASE)
# What no thing does.
_ACTS = (
    r"(?:refuse|say|tell|want|ask|insist|owe|pay|charge|bump|hold\s+us|send|hand|agree|promise|share|notify|inform"
    r"|report|claim|decide|blame|cancel|sell|resell|invoice|bill|quote|call|disagree|object|admit|lie|apologise"
    r"|apologize|reply|respond|assign|sign|accept|reject|approve|deliver|warn|ignore|overrun|subcontract)"
)
_BETWEEN = (
    r"(?:(?:not|never|ever|also|still|just|only|usually|really|always|even|already|have\s+to|need\s+to|want\s+to)\s+)*"
)
_HELPS = rf"(?:{AUXILIARY}|(?:do|does|did|wo|ca|could|would|should)n?['’]t)"
_DOERS = re.compile(
    rf"\b(?:(?P<helps>{_HELPS})\s+they(?=\s+{_BETWEEN}(?:allowed\s+to\s+|obliged\s+to\s+|supposed\s+to\s+)?{_ACTS}\b)"
    rf"|they(?:['’]re|\s+are)\s+the\s+ones\s+who\s+(?P<ones>[a-z]+)\b"
    rf"|they\s+(?P<may>{_HELPS})(?=\s+{_BETWEEN}{_ACTS}\b)"
    rf"|they\s+(?P<ever>(?:only|never|just|always)\s+)?(?P<act>{_ACTS})\b)",
    re.IGNORECASE,
)
_DONE_TO = re.compile(
    r"\b(?P<act>tell|ask|show|pay|trust|inform|warn|remind|owe|notify|sue|thank|convince|persuade|chase"
    r"|give(?=\s+them\s+(?:(?:one|another|a)\s+)?(?:\w+\s+)?chance))\s+them\b",
    re.IGNORECASE,
)
_OR = re.compile(r"\bthem\s+or\s+us\b|\bus\s+or\s+them\b", re.IGNORECASE)
_THEY = re.compile(r"\b(?:they|them)\b", re.IGNORECASE)
# "Which documents do they hand over": the documents hand over nothing.
_WHICH = re.compile(
    r"\b(?:which|what|how\s+many)\s+(?:[\w-]+\s+){1,3}?(?=(?:do|does|did|can|could|will|would|should|must)\b)",
    re.IGNORECASE,
)
_ONE = {"do": "does", "are": "is", "were": "was", "have": "has", "don't": "doesn't"}


def with_counterpart(before: str, asked: str, meant: str) -> str:
    """meant: what a follow-up, `asked`, was taken to mean; "they" in it is the CDMO, where nobody else is named."""
    first = _THEY.search(asked)
    if first is None or _THEY.search(before) or _OTHERS.search(before):
        return meant
    own = _WHICH.sub("", asked[: first.start()])
    if _OTHERS.search(own) or _SEVERAL.search(own):
        return meant
    # "They call the CDMO" are somebody else.
    if _COUNTERPART.search(asked, first.end()):
        return meant
    found = _COUNTERPART.search(before) or _COUNTERPART.search(asked)
    name = f"the {small(found['name'])}" if found else "the CDMO"
    made = _DOERS.sub(lambda match: _doer(match, name), meant)
    made = _DONE_TO.sub(lambda match: f"{match['act']} {name}", made)
    made = _OR.sub(lambda match: re.sub("them", name, match.group(), flags=re.IGNORECASE), made)
    return capital(made)


def _doer(match: re.Match[str], name: str) -> str:
    if match["helps"]:
        return f"{_singular(match['helps'])} {name}"
    if match["ones"]:
        return f"{name} is the one who {_third(match['ones'])}"
    if match["may"]:
        return f"{name} {_singular(match['may'])}"
    return f"{name} {match['ever'] or ''}{_third(match['act'])}"


def _singular(helps: str) -> str:
    one = _ONE.get(helps.lower().replace("’", "'"), helps)
    return one.capitalize() if helps[:1].isupper() else one


def _third(act: str) -> str:
    """ "refuses", "pushes", "replies"."""
    if act.endswith("y") and act[-2] not in "aeo":
        return act[:-1] + "ies"
    return act + ("es" if act.endswith(("sh", "ss")) else "s")
