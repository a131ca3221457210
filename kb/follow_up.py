"""What a question is taken to mean that follows another one. Pure, and made of the two questions' own words only.

"And what about phase 2?" after "When should we lock the process for phase 3?" is taken to mean "When should we lock
the process for phase 2?". What stands by itself is no follow-up and stays as it is.
"""

from __future__ import annotations

import re

from kb.words import STOP_WORDS, words

# A question with more words than this that say something stands by itself.
_MOST_ELLIPTIC = 3
_LEAD = re.compile(r"^(?:(?:and|but|so|ok|okay|then|also|now)\b[\s,]*)+", re.IGNORECASE)
_ABOUT = re.compile(r"^(?:what|how)\s+about\s+|^what\s+if\s+it(?:'s|\s+is)\s+", re.IGNORECASE)
_PREPOSITION = re.compile(r"^(?:for|in|with|at|after|before|during|from|without|under|by|on)\b", re.IGNORECASE)
_ASKING = re.compile(
    r"^(?:what|how|why|when|where|which|who|whose|is|are|was|were|do|does|did|can|could|should|would|will|has|have)\b",
    re.IGNORECASE,
)
_POINTING = re.compile(r"\b(?:it|that|this|they|them|those|these|their|its|ones?|there|he|she)\b", re.IGNORECASE)
# "Is it worth having ..." and "there is" point to nothing that was said before.
_EMPTY_IT = re.compile(
    r"\b(?:is|was|does|can|could|will|would)\s+it\s+(?:\w+\s+){1,3}(?:to|that|for|when|if|having)\b"
    r"|\b(?:is|are|was|were)\s+there\b|\bthere\s+(?:is|are)\b|\b(?:know|say|see|sure|think)\s+that\b",
    re.IGNORECASE,
)
_NUMBER = r"(?:[1-4]|i{1,3}v?|one|two|three|four)"
_SLOTS = (
    re.compile(
        rf"\bphases?\s+{_NUMBER}(?:\s*[/-]\s*{_NUMBER})?\b|\bpre-?clinical\b|\bfirst[- ]in[- ]human\b"
        r"|\bpivotal\b|\bcommercial\b",
        re.IGNORECASE,
    ),
    re.compile(
        r"\b(?:autologous |allogeneic )?(?:cell|gene) therap(?:y|ies)\b|\b(?:viral|lentiviral) vectors?\b|\bAAV\b"
        r"|\bmRNA\b"
        r"|\b(?:monoclonal )?antibod(?:y|ies)\b|\bADCs?\b|\bsmall molecules?\b|\bbiologics?\b|\bpeptides?\b"
        r"|\boligonucleotides?\b|\bvaccines?\b|\bplasmids?\b|\bexosomes?\b",
        re.IGNORECASE,
    ),
    re.compile(
        r"\bsponsors?\b|\bC(?:D)?MOs?\b|\bconsultants?\b|\binvestors?\b|\bregulators?\b|\bboards?\b", re.IGNORECASE
    ),
)


def taken_to_mean(previous: str, question: str) -> str:
    """The question as it is understood after the previous one; "" where it stands by itself."""
    before, asked = _bare(previous), _bare(question)
    if not before or not asked or before.lower() == asked.lower():
        return ""
    short = _LEAD.sub("", asked) or asked
    led = short != asked
    about = _ABOUT.match(short)
    rest = short[about.end() :].strip() if about else short
    if about and rest:
        return _about(before, rest)
    content = _content(short)
    if not _ASKING.match(short) and len(words(short)) <= 6 and (led or len(content) <= _MOST_ELLIPTIC):
        return _about(before, short)
    points = bool(_POINTING.search(_EMPTY_IT.sub(" ", short)))
    if (points and len(content) <= _MOST_ELLIPTIC) or (led and len(content) <= 2) or len(content) <= 1:
        return f"{_capital(short)}: {_small(before)}?"
    return ""


def _about(before: str, rest: str) -> str:
    """The previous question about something else: in the place of its like, or put at its end."""
    return _swapped(before, rest) or _same_head(before, rest) or _appended(before, rest)


def _swapped(before: str, rest: str) -> str:
    for slot in _SLOTS:
        new = slot.search(rest)
        there = list(slot.finditer(before))
        if new is None or len({match.group().lower() for match in there}) != 1:
            continue
        # What else the follow-up says is kept, unless it is only what leads to the like ("for", "in").
        more = _content(rest[: new.start()] + " " + rest[new.end() :])
        if more:
            return ""
        made = before[: there[0].start()] + new.group() + before[there[0].end() :]
        return f"{made}?"
    return ""


def _same_head(before: str, rest: str) -> str:
    """ "stability data" in the place of "toxicology data": the same last word, with other words before it."""
    new = rest.split()
    if len(new) < 2 or _PREPOSITION.match(rest):
        return ""
    old = before.split()
    head = _stem(new[-1])
    for at in range(len(old) - 1, 0, -1):
        if _stem(old[at]) == head and old[at - 1].lower() not in STOP_WORDS and not _ASKING.match(old[at - 1]):
            article = new[0].lower() in ("a", "an", "the")
            first = at - 1
            if article and first > 0 and old[first - 1].lower() in ("a", "an", "the"):
                first -= 1
            return " ".join([*old[:first], *new, *old[at + 1 :]]) + "?"
    return ""


def _appended(before: str, rest: str) -> str:
    joint = " " if _PREPOSITION.match(rest) else ": "
    return f"{before}{joint}{rest}?"


def _bare(text: str) -> str:
    return " ".join(text.split()).rstrip("?!. ")


def _content(text: str) -> list[str]:
    return [word for word in words(text) if word not in STOP_WORDS]


def _stem(word: str) -> str:
    bare = word.lower().strip(",;:'\"")
    return bare[:-1] if bare.endswith("s") and len(bare) > 3 else bare


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _small(text: str) -> str:
    return text[:1].lower() + text[1:] if not text[1:2].isupper() else text
