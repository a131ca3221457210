"""What a question is about, in its own words: found by the usual shapes of questions, or not at all. Pure.

"Who should approve change orders?" is about "change orders", and its act is "approve".
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from kb.follow_up.wording import AUXILIARY, content
from kb.words import STOP_WORDS

# Verbs that end a question about the thing before them.
PREDICATE = (
    r"(?:take|cost|contain|include|cover|last|run|need|mean|work|matter|happen|look like|involve|say|require|be|have|do"
    r"|fail|start|begin|end|change|differ|help|break|go)"
)
_PARTICLE = r"(?:\s+(?:up|out|for|with|to|on|at|about|into|from|by))?"
_ABOUT_US = r"(?:we|i|you|they|one|our\s+\w+|a\s+(?:biotech|sponsor|company|leader))"
_SHAPES = tuple(
    re.compile(shape, re.IGNORECASE)
    for shape in (
        # What is a rolling forecast
        r"^(?:what|who|which)\s+(?:is|are|was|were)\s+(?P<noun>.+)$",
        # How much contingency should we hold in the budget; which KPIs should we track
        rf"^(?:how\s+(?:much|many)|which)\s+(?P<noun>[\w-]+(?:\s+[\w-]+){{0,3}}?)\s+{AUXILIARY}\s",
        # When is it right to leave a CDMO
        r"\bit\s+(?:\w+\s+){1,2}to\s+(?P<verb>[\w-]+)" + _PARTICLE + r"\s+(?P<noun>.+)$",
        # How do we set up a joint team; should we embed a CDMO scientist
        rf"^(?:.*?\s)??{AUXILIARY}\s+{_ABOUT_US}\s+(?:(?:first|best|ever|also)\s+)?(?P<verb>[\w-]+)"
        + _PARTICLE
        + r"\s+(?P<noun>.+)$",
        # Who should approve a change order; who pays for a failed batch; what makes a good audit
        rf"^(?:who\s+(?:{AUXILIARY}\s+)?|what\s+)(?P<verb>(?!{AUXILIARY}\s)[\w-]+)" + _PARTICLE + r"\s+(?P<noun>.+)$",
        # How long does a tech transfer take
        rf"^(?:.*?\s)??{AUXILIARY}\s+(?P<noun>.+?)\s+{PREDICATE}(?:\s.*)?$",
        # What should a good change order contain, whatever the verb
        rf"^what\s+{AUXILIARY}\s+(?P<noun>(?:an?|the|our)(?:\s+[\w-]+){{1,4}})\s+[\w-]+$",
    )
)
# Where a thing's name ends and its circumstances begin.
_CIRCUMSTANCE = re.compile(
    r"\s+(?:when|if|because|while|before|after|during|until|unless|so|whether|and\s+(?:how|when|who|what|why))\s.*$|[,;:].*$",
    re.IGNORECASE,
)
_NO_NOUN = re.compile(
    r"^(?:(?:we|i|you|they|he|she|it|there|that|this|what|how|who|when|where|why|to|in|on|at|for|from|with|of|by|not)\b)",
    re.IGNORECASE,
)
_MOST_WORDS = 10


@dataclass(frozen=True)
class Topic:
    """verb: what is done to the thing, "" where it is not told; start, end: of the noun in the question."""

    verb: str
    noun: str
    start: int
    end: int


def topic(question: str) -> Topic | None:
    """question: without its question mark. None where it has none of the usual shapes."""
    for shape in _SHAPES:
        match = shape.search(question)
        if match is None:
            continue
        noun = _CIRCUMSTANCE.sub("", match.group("noun")).strip()
        if not noun or _NO_NOUN.match(noun) or len(noun.split()) > _MOST_WORDS or not content(noun):
            continue
        verb = match.groupdict().get("verb") or ""
        if verb and verb.lower() in STOP_WORDS and verb.lower() not in ("do", "have"):
            continue
        start = match.start("noun")
        return Topic(question[match.start("verb") : start].strip() if verb else "", noun, start, start + len(noun))
    return None
