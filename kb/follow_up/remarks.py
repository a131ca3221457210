"""What is said after a question and asks nothing: "we're only 20 people", "not every time". Pure."""

from __future__ import annotations

import re

from kb.follow_up.wording import ASKING, JOINT, content
from kb.words import words

# A longer one is a problem of its own, told without a question.
_MOST_WORDS, _MOST_SAID = 14, 6
_SENTENCE_ENDS = re.compile(r"[.!?;]\s+")
_PRONOUN = r"(?:we|i|you|they|he|she|it|that|this|these|those|there)"
_FINITE = (
    r"(?:is|are|was|were|am|has|have|had|do|does|did|can|could|should|would|will|must|may|might|cannot"
    r"|(?:is|are|was|were|has|have|had|do|does|did|ca|could|should|would|wo|must)n['’]t"
    r"|says?|said|refuses?|refused|wants?|wanted|thinks?|insists?|told|asked|keeps|kept|seems|looks|sounds|feels"
    r"|never|always|already|only|just)"
)
_SUBJECT_FIRST = re.compile(rf"^{_PRONOUN}(?:['’](?:s|re|m|ve|d|ll)\b|\s+[\w'’-]+)", re.IGNORECASE)
_CLAUSE = re.compile(
    r"^(?:(?:the|our|my|their|its|his|her|an?|one|some|most|both|all|nobody|everybody|no one)\b\s*)"
    rf"(?:[\w'’-]+\s+){{0,4}}?{_FINITE}\b\s*\S"
    rf"|^(?:nobody|everybody|everyone|no one|nothing|everything)\s+[\w'’-]+",
    re.IGNORECASE,
)
_TOLD = re.compile(
    r"^(?:suppose|assume|assuming|imagine|let['’]?s\s+say|say\s+(?:we|it|they)|given|considering|sounds|seems"
    r"|not\s+sure)\b",
    re.IGNORECASE,
)
# "a second time", "not day to day stuff", "more of a formality": no search begins so.
_BIT = re.compile(
    r"^(?:an?|the|our|my|their|its|not|no|more|less|fewer|most|both|all|some|any|every|each|only|just|even|mainly|mostly"
    r"|at\s+least|especially|particularly|ideally|preferably|maybe|perhaps|probably|compared|versus|vs)\b"
    r"|^[a-z]+ly$"
    r"|\s(?:in\s+(?:particular|general|practice|theory|total)|especially|mainly|surely|maybe|perhaps|please|only|at\s+least"
    r"|at\s+most|for\s+(?:example|instance|now|us)|as\s+(?:well|usual)|with\s+us)$",
    re.IGNORECASE,
)


def is_a_remark(short: str) -> bool:
    """Whether it is a short clause with somebody who does something, and no question."""
    if any(ASKING.match(part) for part in _SENTENCE_ENDS.split(short)) or JOINT.match(short) or not _short(short):
        return False
    return bool(_SUBJECT_FIRST.match(short) or _CLAUSE.match(short) or _TOLD.match(short))


def is_a_bit(short: str) -> bool:
    """Whether it is a bit of a sentence, which nobody would look for by itself."""
    return bool(_BIT.search(short)) and _short(short)


def _short(text: str) -> bool:
    return len(words(text)) <= _MOST_WORDS and len(content(text)) <= _MOST_SAID
