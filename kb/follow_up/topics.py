"""What a question is about, in its own words: found by the usual shapes of questions, or not at all. Pure.

"Who should approve change orders?" is about "change orders", and its act is "approve".
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from kb.follow_up.wording import AUXILIARY, PREPOSITION, content
from kb.words import STOP_WORDS

# Verbs that end a question about the thing before them.
PREDICATE = (
    r"(?:take|cost|contain|include|cover|last|run|need|mean|work|matter|happen|look like|involve|say|require|be|have|do"
    r"|fail|start|begin|end|change|differ|help|break|go)"
)
# What may follow them without being what the question is about.
_NO_OBJECT = rf"(?:\s+(?:so|usually|often|long|most|{PREPOSITION})\b.*|\s+[\w-]+ed\b.*)?$"
_PARTICLE = r"(?:\s+(?:up|out|for|with|to|on|at|about|into|from|by))?"
_ABOUT_US = (
    r"(?:we|i|you|they|one|our\s+(?:team|company|people|board|lawyers?)|a\s+(?:biotech|sponsor|company|leader)"
    r"|(?:the|our)\s+(?:sponsor|board|CEO)|investors|regulators|sponsors)"
)
_SHAPES = tuple(
    re.compile(shape, re.IGNORECASE)
    for shape in (
        # What is a rolling forecast
        r"^(?:what|who|which)\s+(?:is|are|was|were)\s+(?P<noun>.+)$",
        # What should be in the quality agreement
        rf"^what\s+{AUXILIARY}\s+be\s+(?:in|on|part\s+of)\s+(?P<noun>.+)$",
        # How much contingency should we hold in the budget; which KPIs should we track
        rf"^(?:how\s+(?:much|many)|which|what)\s+(?!(?:exactly|hours|days|weeks|months|years|time|people)\b)(?P<noun>[\w-]+(?:\s+[\w-]+){{0,3}}?)\s+{AUXILIARY}\s",
        # When is it right to leave a CDMO
        r"\bit\s+(?:\w+\s+){1,2}to\s+(?P<verb>[\w-]+)" + _PARTICLE + r"\s+(?P<noun>.+)$",
        # How do we set up a joint team; should we embed a CDMO scientist
        rf"^(?:.*?\s)??{AUXILIARY}\s+{_ABOUT_US}\s+(?:(?:first|best|ever|also)\s+)?(?P<verb>[\w-]+)"
        + _PARTICLE
        + r"\s+(?P<noun>.+)$",
        # Who should approve a change order; who pays for a failed batch; what makes a good audit
        rf"^(?:who(?:\s+(?:in|at|of)\s+(?:our|the|a)\s+[\w-]+)?\s+(?:{AUXILIARY}\s+)?|what\s+)(?P<verb>(?!{AUXILIARY}\s|{PREPOSITION}\s|\w+ly\s)[\w-]+)"
        + _PARTICLE
        + r"\s+(?P<noun>.+)$",
        # How long does a tech transfer take
        rf"^(?:.*?\s)??{AUXILIARY}\s+(?P<noun>.+)\s+(?:usually\s+)?{PREDICATE}{_NO_OBJECT}",
        # What should a good change order contain, whatever the verb
        rf"^what\s+{AUXILIARY}\s+(?P<noun>(?:an?|the|our)(?:\s+[\w-]+){{1,4}}?(?:\s+(?:with|of|for|at|in)\s+(?:an?|the|our)\s+[\w-]+)?)\s+[\w-]+$",
    )
)
# Where a thing's name ends and its circumstances begin.
_CIRCUMSTANCE = re.compile(
    r"\s+(?:when|if|because|while|before|after|during|until|unless|so|whether|instead|without|and\s+(?:how|when|who|what|why))\s.*$|[,;:].*$",
    re.IGNORECASE,
)
_NO_NOUN = re.compile(
    r"^(?:(?:we|i|you|they|he|she|it|there|that|this|what|how|who|when|where|why|us|me|them|him|to|in|on|at|for|from|with|of|by|not|if|when|before|after|too|as)\b)",
    re.IGNORECASE,
)
_ADVERB = re.compile(r"\s+(?:usually|normally|often|typically|really|still|ever)$", re.IGNORECASE)
_ASKS = re.compile(rf"\b{AUXILIARY}\b", re.IGNORECASE)
_RELATIVE = re.compile(r"\b(?:that|which|who)\b", re.IGNORECASE)
# "What makes a good audit" is about an audit; "what makes audits fail" is about no one thing.
_MAKES_SO = ("make", "makes", "keep", "keeps", "let", "lets")
_ONE_THING = re.compile(r"^an?\s+(?:good|great|strong|bad|fair|successful)\s", re.IGNORECASE)
_TOLD = re.compile(rf"^\s+{PREDICATE}\s+((?:for|from|in|at|with|under|during)\s+(?!us\b).+)$", re.IGNORECASE)
_MOST_WORDS = 14
_HEAD = re.compile(
    r"\s+(?:for|in|with|at|to|from|under|by|on|about|within|between|against|as|than|that|which|who|made)\s",
    re.IGNORECASE,
)
_GROUPS = ("team", "committee", "board", "company", "cdmo", "cmo", "sponsor", "group", "unit", "site", "biotech", "fda")


@dataclass(frozen=True)
class Topic:
    """verb: what is done to the thing, or ""; start, end: of the noun in the question.

    told: what is said of it behind the verb, or "": "for an mRNA" of "What does capacity mean for an mRNA".
    """

    verb: str
    noun: str
    start: int
    end: int
    told: str = ""

    @property
    def head(self) -> str:
        """The noun up to where it says for whom, where or with what; of what it is belongs to it."""
        return _HEAD.split(self.noun, maxsplit=1)[0]

    @property
    def many(self) -> bool:
        """Whether they can be called "they"."""
        last = self.head.split(" of ")[0].split()[-1].lower()
        return (last.endswith("s") and not last.endswith("ss")) or last in _GROUPS


_ACT_BESIDE = re.compile(
    r"\b(?:when|if|before|after)\s+(?:we|you|i|they|one)\s+(?P<act>[\w-]+\s+[^,;:]+)$", re.IGNORECASE
)


def act_beside(question: str) -> str:
    """ "change the process" of "What does ICH Q5E ask of us when we change the process"; "" where there is none."""
    match = _ACT_BESIDE.search(question)
    return match.group("act") if match else ""


def topic(question: str) -> Topic | None:
    """question: without its question mark. None where it has none of the usual shapes."""
    question = re.split(r"[,;:]", question, maxsplit=1)[0]
    for shape in _SHAPES:
        match = shape.search(question)
        if match is None:
            continue
        noun = _ADVERB.sub("", _CIRCUMSTANCE.sub("", match.group("noun")).strip())
        if not noun or _NO_NOUN.match(noun) or len(noun.split()) > _MOST_WORDS or not content(noun):
            continue
        if _ASKS.search(noun) and not _RELATIVE.search(noun):
            continue
        verb = match.groupdict().get("verb") or ""
        if verb.lower() in ("need", "want", "have", "plan", "try") and match.group().count(f"{verb} to "):
            continue
        if verb and verb.lower() in STOP_WORDS and verb.lower() not in ("do", "have"):
            continue
        if verb.lower() in _MAKES_SO and not _ONE_THING.match(noun):
            continue
        start = match.start("noun")
        told = _TOLD.match(question[match.end("noun") :])
        done = question[match.start("verb") : start].strip() if verb else ""
        return Topic(done, noun, start, start + len(noun), told.group(1) if told else "")
    return None
