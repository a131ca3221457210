"""What a question says beside how it asks: "leave a CDMO" of "When is it right to leave a CDMO?". Pure."""

from __future__ import annotations

import re

from kb.follow_up.wording import ASKING_WORD, AUXILIARY, PREPOSITION, capital, content, small

# Fewer words that say something say too little of what was asked.
_LEAST = 2
_ABOUT_US = r"(?:we|i|you|they|one)"
# How it asks: "how far ahead should we", "when is it right to", "what are the".
_FRAMES = tuple(
    re.compile(frame, re.IGNORECASE)
    for frame in (
        rf"^(?:(?:{PREPOSITION}\s+)?{ASKING_WORD}(?:\s+[\w-]+){{0,3}}?\s+)?{AUXILIARY}\s+it\s+(?:\w+\s+){{1,2}}(?:to|for)\s+",
        rf"^(?:{PREPOSITION}\s+)?(?:when|where|why|how(?:\s+(?:often|long|far|fast|soon|early|late|quickly|ahead|well|much))*)"
        rf"\s+{AUXILIARY}\s+(?:{_ABOUT_US}\s+)?",
        rf"^(?:what|who(?:\s+(?:in|at|of)\s+(?:our|the|a)\s+[\w-]+)?)\s+{AUXILIARY}\s+(?:{_ABOUT_US}\s+)?",
        rf"^{AUXILIARY}\s+(?:{_ABOUT_US}\s+)?",
        rf"^who\s+(?!{PREPOSITION}\s)",
    )
)
# What it asks for, of the thing before it.
_ASKED_FOR = re.compile(
    r"\s+(?:take|cost|contain|include|cover|involve|mean|look like|consist of)$|^be\s+(?:in|part of)\s+", re.IGNORECASE
)


def core(question: str) -> str:
    """question: without its question mark. All of it, where it does not ask in a usual way or says little else."""
    for frame in _FRAMES:
        match = frame.match(question)
        if match:
            said = _ASKED_FOR.sub("", question[match.end() :])
            return said if len(content(said)) >= _LEAST else question
    return question


def of_core(before: str, short: str) -> str:
    """A question of its own, about what the question before says."""
    return f"{capital(short)}: {small(core(before))}?"


def after_all(before: str, short: str) -> str:
    """The question before as it is, with what asks for more of the same behind it."""
    return f"{before}: {small(short)}?"
