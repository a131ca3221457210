"""Which questions a host asked in a revision, and where the answer of a guest begins and ends. Pure.

Only what really asks for something counts, and only where another voice answers it with substance. A question is its
exact span, so that it can be shown as what it is: a host's words, never advice.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from kb.records import Segment, Speaker
from kb.sentences import is_question, sentence_spans
from kb.words import content_words, words

LEAST_ANSWER_WORDS = 25
LEAST_QUESTION_WORDS = 5
LONGEST_QUESTION_WORDS = 70
# A host who talks on for longer than this after a question has taken the word back.
_MOST_WORDS_AFTER = 25
# Who asks so often too is a second host, whose answers are often banter: it must say more.
_ASKS_OF_A_HOST = 3
_LEAST_HOST_ANSWER_WORDS = 75
# A guest's "Yes." and a host's "Go on." between a question and its answer.
_NOD_WORDS = 8
_MARKS_OF_WRITTEN = 0.15  # question marks a turn of hosts; a transcript with fewer is taken to have none
_LEAD = re.compile(r"^(?:(?:and|but|so|well|okay|ok|now|yeah|yes|right|then|um|uh)\b[\s,.…-]*)+", re.IGNORECASE)
_ASKS = re.compile(
    r"\b(?:(?:what|how|why|when|where|which|who)(?:\s+\w+){0,3}?\s+"
    r"(?:is|are|was|were|do|does|did|can|could|should|would|will|has|have)"
    r"|(?:is|are|do|does|did|can|could|should|would|will|have)\s+(?:you|we|they|it|there|people|companies))\b",
    re.IGNORECASE,
)
_TAG = re.compile(
    r"(?:,|\.|\bso|\band)?\s*(?:right|correct|yeah|okay|ok|no|huh|you know(?: what i mean)?|does that make sense"
    r"|isn't (?:it|that right)|is that (?:right|fair)|am i right|would you agree|know what i'm saying)\s*\?+\W*$",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"\b(?:how (?:are|is|'s) (?:you|it|things|everyone|everybody|life)(?: both| all)?(?: doing| going| today| been)*\b"
    r"|how (?:ya|you) doing|how's it going|how have you been|what's up\b|can you hear|are you (?:there|ready)"
    r"|do you (?:want|wanna)(?: to)? (?:add|jump|start|go|kick|take|dive)\b"
    r"|shall we (?:begin|start|get|dive|jump)|ready to (?:go|begin|start|dive|jump)|you know what (?:i mean|it is))",
    re.IGNORECASE,
)
_CLOSED_TO_GREET = 12  # words: a longer sentence with a greeting in it asks for more than that


@dataclass(frozen=True, slots=True)
class HostQuestion:
    """Spans in characters of the revision's text. answerer: who speaks in [answer_start, answer_end)."""

    start: int
    end: int
    asker: str
    answer_start: int
    answer_end: int
    answerer: str


@dataclass(frozen=True, slots=True)
class _Turn:
    start: int
    end: int
    speaker: str


def host_questions(text: str, segments: Sequence[Segment], speakers: Sequence[Speaker]) -> list[HostQuestion]:
    """In order of the text; at most one for each answer."""
    turns = _turns(text, segments)
    hosts = _hosts(text, turns, speakers)
    mine = [turn for turn in turns if turn.speaker in hosts]
    marks = sum(text[turn.start : turn.end].count("?") for turn in mine)
    unmarked = bool(mine) and marks < _MARKS_OF_WRITTEN * len(mine)
    second = _asking_often(text, turns) - hosts
    found = []
    for number, turn in enumerate(turns):
        if turn.speaker not in hosts:
            continue
        answer = _answer(text, turns, number, hosts)
        if answer and answer.speaker in second and _is_banter(text, answer):
            continue
        asked = _asked(text, turn, unmarked) if answer else None
        if answer and asked:
            found.append(HostQuestion(*asked, turn.speaker, answer.start, answer.end, answer.speaker))
    return found


def _turns(text: str, segments: Sequence[Segment]) -> list[_Turn]:
    """Stretches of one speaker, without the white space at their ends; anything else between ends a stretch."""
    found: list[_Turn] = []
    joined = False
    for segment in segments:
        if segment.kind != "turn" or segment.speaker is None:
            joined = False
            continue
        end = segment.start + len(text[segment.start : segment.end].rstrip())
        if joined and found[-1].speaker == segment.speaker:
            found[-1] = _Turn(found[-1].start, max(end, found[-1].end), segment.speaker)
        elif end > segment.start:
            found.append(_Turn(segment.start, end, segment.speaker))
        joined = bool(found)
    return found


def _hosts(text: str, turns: Sequence[_Turn], speakers: Sequence[Speaker]) -> set[str]:
    """Who is named as a host; else the one voice that plainly does the asking; else nobody."""
    named = {speaker.name for speaker in speakers if speaker.host or speaker.side == "host"}
    if named:
        return named
    asked: dict[str, int] = {}
    for turn in turns:
        asked[turn.speaker] = asked.get(turn.speaker, 0) + text[turn.start : turn.end].rstrip().endswith("?")
    ranked = sorted(asked.items(), key=lambda item: (-item[1], item[0]))
    if len(ranked) < 2 or ranked[0][1] < 2 or ranked[0][1] < 2 * ranked[1][1] + 1:
        return set()
    return {ranked[0][0]}


def _asking_often(text: str, turns: Sequence[_Turn]) -> set[str]:
    """Whoever ends several turns with a question, whatever the document calls them."""
    ends = Counter(turn.speaker for turn in turns if text[turn.start : turn.end].endswith("?"))
    return {name for name, times in ends.items() if times >= _ASKS_OF_A_HOST}


def _is_banter(text: str, answer: _Turn) -> bool:
    """Whether a second host's turn is too short for an answer, or asks on."""
    return _size(text, answer) < _LEAST_HOST_ANSWER_WORDS or text[answer.start : answer.end].endswith("?")


def _answer(text: str, turns: Sequence[_Turn], number: int, hosts: set[str]) -> _Turn | None:
    """The next voice that is no host's, past one exchange of nods, if it says enough."""
    ahead = turns[number + 1 : number + 4]
    if not ahead or ahead[0].speaker in hosts:
        return None
    if _size(text, ahead[0]) >= LEAST_ANSWER_WORDS:
        return ahead[0]
    nods = len(ahead) == 3 and ahead[1].speaker in hosts and ahead[2].speaker == ahead[0].speaker
    if (
        nods
        and max(_size(text, turn) for turn in ahead[:2]) <= _NOD_WORDS
        and "?" not in text[ahead[0].start : ahead[1].end]
    ):
        return ahead[2] if _size(text, ahead[2]) >= LEAST_ANSWER_WORDS else None
    return None


def _size(text: str, turn: _Turn) -> int:
    return len(text[turn.start : turn.end].split())


def _asked(text: str, turn: _Turn, unmarked: bool) -> tuple[int, int] | None:
    """The span of the last sentence of a turn that really asks, if the turn leaves the word to the other then."""
    spans = [(turn.start + a, turn.start + b) for a, b in sentence_spans(text[turn.start : turn.end])]
    after = 0
    for start, end in reversed(spans):
        said = text[start:end]
        if is_question(said) and really_asks(said):
            return start, end
        after += len(said.split())
        if after > _MOST_WORDS_AFTER and not unmarked:
            return None
    return _unmarked(text, turn) if unmarked else None


def _unmarked(text: str, turn: _Turn) -> tuple[int, int] | None:
    """The end of a turn of a transcript without question marks, from where it begins to ask."""
    said = text[turn.start : turn.end]
    tail = max(0, len(said) - 400)
    matches = list(_ASKS.finditer(said, tail))
    for match in reversed(matches):
        asked = said[match.start() :].strip()
        if len(asked.split()) <= LONGEST_QUESTION_WORDS and really_asks(asked):
            return turn.start + match.start(), turn.end
    return None


def really_asks(sentence: str) -> bool:
    """Whether it asks for something: no "right?", no greeting, and something to be about."""
    said = sentence.replace("’", "'").strip()
    size = len(words(said))
    if not LEAST_QUESTION_WORDS <= size <= LONGEST_QUESTION_WORDS:
        return False
    if _GREETING.search(said) and size <= _CLOSED_TO_GREET:
        return False
    if _TAG.search(said):
        return False
    return len(set(content_words(_LEAD.sub("", said)))) >= 2
