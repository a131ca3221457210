"""What a question is taken to mean that follows another one. README.md has the laws.

"And what about phase 2?" after "When should we lock the process for phase 3?" is taken to mean "When should we lock
the process for phase 2?". What stands by itself is no follow-up and stays as it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from kb.follow_up.another import another
from kb.follow_up.bits import asks_for_more, leaves_out, names_a_side
from kb.follow_up.core import after_all, of_core
from kb.follow_up.counterpart import with_counterpart
from kb.follow_up.likes import names_one, swapped
from kb.follow_up.pointing import points_back
from kb.follow_up.remarks import is_a_bit, is_a_remark
from kb.follow_up.topics import act_beside, topic
from kb.follow_up.wording import (
    ASKING,
    ASKING_WORD,
    AUXILIARY,
    JOINT,
    LED_ASKING,
    PREPOSITION,
    bare,
    capital,
    content,
    small,
)
from kb.words import words

# A longer text has no shape that the rules know, and they would take long to find that.
_MOST_CHARS = 500
_LONGEST_BEFORE = 160
# A phrase that asks nothing by itself is no longer than this, in words; what follows an "if" may be.
_LONGEST_PHRASE, _LONGEST_CLAUSE = 7, 12
# A question with more words than this that say something stands by itself, though it has no verb or has an "it".
_MOST_ELLIPTIC = 4
_LEAD = re.compile(
    r"^(?:(?:thanks|thank you|no|yes|well|right|great|fine|sure|i see|got it)\s*[,.]\s*|i mean(?:t)?\s+)?"
    r"(?:(?:and|but|so|ok|okay|then|also|now|(?:the\s+)?same(?:\s+(?:question|thing|again))?)\b[\s,:]*)*",
    re.IGNORECASE,
)
_OR = re.compile(r"^or\s+", re.IGNORECASE)
_TAG = re.compile(r"(?<!\band)[\s,]+(?:too|as well|also|instead|though|then|that is|i mean)$", re.IGNORECASE)
_JOINS_IN = re.compile(r"\s(?:too|as well)$", re.IGNORECASE)
_ABOUT = re.compile(r"^(?:what|how)\s+about\s+", re.IGNORECASE)
_WHAT_IF = re.compile(r"^what\s+(?=if\s)", re.IGNORECASE)
_IF_IT_IS = re.compile(
    r"^(?:if|suppose|imagine|let['’]?s\s+say|say)\s+(?:it|this|that)(?:['’]s|\s+(?:is|was|were))\s+", re.IGNORECASE
)
# "What if the CDMO refuses to show its records" says enough.
_MOST_SUPPOSED = 4
# Asks which of what was told.
_WHICH = re.compile(rf"^which\s+{AUXILIARY}\s", re.IGNORECASE)
# A whole question: "who should call", "how often do we audit", "how to choose".
_CLAUSE = rf"(?:(?:{ASKING_WORD}(?:\s+[\w'-]+){{0,6}}?\s+(?:{AUXILIARY}|to)\s+|{AUXILIARY}\s+)[\w'-]+)"
_WHOLE = re.compile(rf"(?:^|[,;:]\s*(?:and\s+|then\s+)?)(?:{PREPOSITION}\s+)?{_CLAUSE}", re.IGNORECASE)
# "who pays for a failed batch": the asking word is what does it.
_DOES = re.compile(r"^(?:who|what|which)\b", re.IGNORECASE)
_FINITE = re.compile(
    r"(?<!that)(?<!which)(?<!who)\s(?:is|are|was|were|does|do|can|should|would|will|must|has|have|makes?|matters?|means"
    r"|causes|happens|keeps)\s",
    re.IGNORECASE,
)
_HOW = re.compile(r"^(?:when|where|how(?:\s+\w+){0,2}?)(?=\s+" + AUXILIARY + r"\s)", re.IGNORECASE)
_HOW_ALONE = re.compile(r"^(?:when|where|how)\b", re.IGNORECASE)
_WHY = re.compile(r"^why\b", re.IGNORECASE)
_WHICH_ONE = re.compile(r"^which\s+(?:ones?|of\s+(?:them|these|those))\b", re.IGNORECASE)
# "when exactly", and not "when exactly that happens".
_HOW_EXACTLY = re.compile(rf"^{ASKING_WORD}(?:\s+(?:exactly|precisely|roughly|usually|normally))?$", re.IGNORECASE)
# "and who decides?" goes on; "so when does trust break?" begins anew.
_MOST_LED = 2
_GOES_ON = re.compile(r"^(?:and|but|then)\b", re.IGNORECASE)
_ASKS_WHETHER = re.compile(AUXILIARY + r"\s", re.IGNORECASE)


@dataclass(frozen=True)
class Understood:
    """asked: as it was put; before: the question before it; meant: what it is taken to mean, "" where it is left.

    follow_up: whether it was said to be one.
    """

    asked: str
    before: str
    meant: str
    follow_up: bool = False

    @property
    def question(self) -> str:
        """What is asked of the library."""
        return self.meant or self.asked


def understood(asked: str, before: str, longest: int, *, literal: bool = False, follow_up: bool = False) -> Understood:
    """before: the question before this one, or ""; longest: characters of a question.

    literal: it is to be taken word for word. So is what would be longer than a question may be.
    follow_up: whoever asks says that it follows, so it is one also where it looks whole."""
    if literal or max(len(before), len(asked)) > longest:
        return Understood(asked, before, "")
    meant = taken_to_mean(before, asked) or (put_before(before, asked) if follow_up else "")
    meant = with_counterpart(before, asked, meant)
    return Understood(asked, before, meant if len(meant) <= longest else "", follow_up)


def put_before(previous: str, question: str) -> str:
    """Both questions, the later one first: what no rule knows, said to be a follow-up. "" where either says nothing.

    Of a long one that was made so itself, the question that all began with stands for the rest."""
    before, asked = bare(previous), bare(question)
    if len(before) > _LONGEST_BEFORE:
        before = before.rpartition(": ")[2]
    if not words(before) or not words(asked) or before.lower() == asked.lower():
        return ""
    return _beside(before, _LEAD.sub("", asked) or asked)


def stands_by_itself(question: str) -> bool:
    """Whether a question is understood without the one before it."""
    return not taken_to_mean("When should a sponsor talk to a manufacturer", question)


def taken_to_mean(previous: str, question: str) -> str:
    """The question as it is understood after the previous one; "" where it stands by itself."""
    before, asked = bare(previous), bare(question)
    if not before or not asked or before.lower() == asked.lower() or max(len(before), len(asked)) > _MOST_CHARS:
        return ""
    joins_in = bool(_JOINS_IN.search(asked))
    untagged = _TAG.sub("", asked) or asked
    short = _LEAD.sub("", untagged) or untagged
    led, marked = short != asked, "?" in question
    about = _ABOUT.match(short)
    if about and short[about.end() :].strip():
        rest = short[about.end() :].strip()
        if _says_all(rest):
            return ""
        back = points_back(rest)
        # "small ones" is a like of what was asked about, and not all of it.
        named = back is not None and (back.end < len(rest) or not rest.lower().endswith(("one", "ones")))
        return _with_topic(before, rest) if named else _another(before, rest)
    if asks_for_more(short):
        return after_all(before, short)
    supposed = _WHAT_IF.sub("", short)
    if supposed != short and not led and len(content(supposed)) >= _MOST_SUPPOSED and not points_back(supposed):
        return ""
    short = supposed
    if _WHOLE.search(_OR.sub("", short)):
        short = _OR.sub("", short)
    if _WHICH.match(short):
        return of_core(before, short)
    asking = ASKING.match(short) and (_WHOLE.match(short) or not JOINT.match(short))
    if LED_ASKING.match(short) or _HOW_EXACTLY.match(short) or asking:
        return _asked_again(before, short, goes_on=untagged != asked or bool(_GOES_ON.match(asked)), joins_in=joins_in)
    if _WHOLE.search(short):
        return ""
    if is_a_remark(short) and not _IF_IT_IS.match(short):
        return _beside(before, short)
    return _phrase(before, short, led=led, marked=marked)


def _phrase(before: str, short: str, *, led: bool, marked: bool) -> str:
    """A phrase that asks nothing by itself: a follow-up if it is short and is put as one."""
    joined = bool(JOINT.match(short))
    if len(words(short)) > (_LONGEST_CLAUSE if joined else _LONGEST_PHRASE):
        return ""
    if_it_is = _IF_IT_IS.match(short)
    if if_it_is and swapped(before, short[if_it_is.end() :]):
        short = short[if_it_is.end() :]
    marked = marked and len(content(short)) <= _MOST_ELLIPTIC
    if not (led or marked or joined or (names_one(short) and swapped(before, short))):
        if points_back(short):
            return _with_topic(before, short)
        return _beside(before, short) if is_a_bit(short) else ""
    return _another(before, short)


def _another(before: str, short: str) -> str:
    return of_core(before, short) if names_a_side(short) and not swapped(before, short) else another(before, short)


def _asked_again(before: str, short: str, *, goes_on: bool, joins_in: bool) -> str:
    """A question of its own, if it is whole; else of what was asked before."""
    told = len(content(short))
    if told > _MOST_ELLIPTIC:
        return ""
    if points_back(short):
        return _with_topic(before, short)
    if (_WHOLE.search(short) or _DOES.match(short)) and leaves_out(short):
        return of_core(before, short)
    if _WHICH_ONE.match(short):
        return _beside(before, short)
    if (told and _WHOLE.search(short)) or (told > 1 and _DOES.match(short)):
        return of_core(before, short) if goes_on and told <= _MOST_LED + joins_in else ""
    if _ASKS_WHETHER.match(before) and not _DOES.match(short) and words(short)[-1] != "not":
        return f"{capital(short)} {small(before)}?"
    if _HOW.match(before) and _HOW_ALONE.match(short):
        return capital(_HOW.sub(lambda _: short, before, count=1)) + "?"
    return _beside(before, short) if _WHY.match(short) else of_core(before, short)


def _with_topic(before: str, short: str) -> str:
    """What points back, with what it points to in its place; beside the question before, where that is not plain."""
    found, back = topic(before), points_back(short)
    if back is not None and back.said:
        return _beside(before, short)
    act = (
        back is not None and back.act and (f"{found.verb} {found.noun}" if found and found.verb else act_beside(before))
    )
    if act and back is not None:
        return capital(short[: back.start] + act + short[back.end :]) + "?"
    if found is None or back is None or not back.replaceable or (back.many and not found.many):
        return of_core(before, short)
    # "that" may be the thing or what is done to it; a bare word says too little of what was asked.
    if not back.act and ((not back.thing and found.verb) or len(found.noun.split()) == 1):
        return of_core(before, short)
    if not back.act:
        made = capital(short[: back.start] + found.noun + short[back.end :])
        return f"{made} {found.told}?" if found.told else f"{made}?"
    return of_core(before, short)


def _beside(before: str, short: str) -> str:
    return f"{capital(short)}: {small(before)}?"


def _says_all(rest: str) -> bool:
    """Whether what stands after "what about" is a question by itself."""
    clause = _WHOLE.search(rest)
    if clause is not None and not (clause.start() == 0 and JOINT.match(rest)):
        return True
    verb = None if JOINT.match(rest) else _FINITE.search(f" {rest} ")
    return verb is not None and bool(content(rest[: verb.start()]))
