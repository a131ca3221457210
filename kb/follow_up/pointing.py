"""Words by which a question points to what was said before it: "it", "that", "one". Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kb.follow_up.topics import PREDICATE
from kb.follow_up.wording import AUXILIARY, content
from kb.words import STOP_WORDS, words

# More words that say something before such a word, and it points to them and not to the question before.
_MOST_BEFORE = 2
# In one clause what is done is done to something else than to who does it: "does the CEO need to see them".
_MOST_BEFORE_IN_A_CLAUSE = 3
_CLAUSE_ENDS = re.compile(
    r"[,;:.]|\b(?:if|when|while|because|and|or|but|after|before|that|which|who|until|unless)\b", re.IGNORECASE
)
# Whom "they" may be.
_SEVERAL = re.compile(
    r"[^\Ws]s$|^(?:CD?MO|FDA|EMA|team|board|company|sponsor|manufacturer|partner|people|staff|lab)$", re.IGNORECASE
)
# "Is it worth having ..." and "there is" point to nothing that was said before.
_EMPTY = re.compile(
    r"\b(?:is|was|does|can|could|will|would)\s+it\s+(?:\w+\s+){1,3}(?:to|that|for|when|if|having)\b"
    r"|\b(?:is|are|was|were)\s+there(?=\s+\w)|\bthere\s+(?:is|are)\b",
    re.IGNORECASE,
)
_POINTING = re.compile(
    r"\bdo\s+(?P<act>that|so|it|this)\b|\b(?P<word>it|they|them|that|this|these|those|ones?|its|their|he|she|him|there|else)\b",
    re.IGNORECASE,
)
_PERSONAL = ("it", "they", "them")
_POSSESSIVE = ("its", "their", "he", "she", "him", "else")
_NEAR = ("that", "this", "these", "those")
_GOVERNS = re.compile(
    rf"(?:^|\b(?:{AUXILIARY}|for|in|with|at|after|before|from|about|by|on|of|to|like|than|all))\s*$", re.IGNORECASE
)
_SUBJECT = re.compile(rf"\b(?:{AUXILIARY}|that|if|whether|when)\s*$", re.IGNORECASE)
_WHY = re.compile(r"^(?:so\s+)?why\b", re.IGNORECASE)
_BEING = re.compile(r"\b(?:is|are|was|were)\s*$", re.IGNORECASE)
# "does one need": anybody; "the one", "which one": one of what was said.
_NO_NOUN_BEFORE = re.compile(
    r"\b(?:the|which|any|each|every|does|can|could|should|would|will|must|may|might)\s*$", re.IGNORECASE
)
_LAST = re.compile(r"^(?:\s+(?:up|down|out|off|first|now))?$", re.IGNORECASE)
_ENDS = re.compile(rf"^\s*(?:$|[,;]|{PREDICATE}\b)", re.IGNORECASE)


@dataclass(frozen=True)
class Back:
    """start, end: of what points back. act: it is something done ("do that"). replaceable: by what it points to.

    thing: it can only be a thing, and not that something is done; many: there are several of it; said: it is all that
    was said ("why is that").
    """

    start: int
    end: int
    act: bool
    replaceable: bool
    thing: bool = True
    many: bool = False
    said: bool = False


def points_back(question: str) -> Back | None:
    """The first of a question's words that points to what was said before it."""
    text = _EMPTY.sub(lambda match: " " * len(match.group()), question)
    for match in _POINTING.finditer(text):
        told = content(text[: match.start()])
        if len(told) > _most_before(text[: match.start()], match, told):
            return None
        found = _back(text, match, len(told))
        if found is not None:
            return found
    return None


def _most_before(before: str, match: re.Match[str], told: list[str]) -> int:
    """How many words that say something may stand before a word that points to none of them."""
    word = (match.group("word") or "").lower()
    if _CLAUSE_ENDS.search(before) or word not in ("it", "they", "them"):
        return _MOST_BEFORE
    if word != "it" and not any(_SEVERAL.search(one) for one in told):
        return len(told)
    return _MOST_BEFORE if word == "they" else _MOST_BEFORE_IN_A_CLAUSE


def _back(text: str, match: re.Match[str], told: int) -> Back | None:
    if match.group("act"):
        return Back(match.start(), match.end(), act=True, replaceable=True)
    word = match.group("word").lower()
    before, after = text[: match.start()], text[match.end() :]
    place = match.start(), match.end()
    following = words(after)[:1]
    last = not following or following[0] in STOP_WORDS
    if word in _PERSONAL:
        subject = word == "it" and bool(_SUBJECT.search(before))
        whole = not after.startswith(("'", "’"))
        return Back(*place, act=False, replaceable=whole, thing=not subject, many=word != "it")
    if word == "else" and content(after):
        return None  # "what else can we do when there is a dispute" says enough
    if word in _POSSESSIVE:
        # "What does the CDMO do, and who pays its bills": whose they are is told before.
        return Back(*place, act=False, replaceable=False) if told < _MOST_BEFORE else None
    if word in _NEAR:
        if not _GOVERNS.search(before) and not (word == "that" and _LAST.match(after)):
            return None
        whole = bool(_BEING.search(before))  # "why is that" points to all that was said
        # "whose job is that" is asked of a thing, but not of something done.
        alone = not _WHY.match(before) and (last or (not whole and bool(_ENDS.match(after))))
        many = word in ("these", "those")
        said = whole and bool(_WHY.match(before))
        return Back(*place, act=False, replaceable=alone, thing=False, many=many, said=said)
    if word in ("one", "ones") and last and not _NO_NOUN_BEFORE.search(before):
        return Back(*place, act=False, replaceable=word == "one")
    if word == "ones":
        return Back(*place, act=False, replaceable=False)
    return Back(*place, act=False, replaceable=False) if word == "there" and not following else None
