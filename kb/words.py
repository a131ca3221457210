"""Words that say nothing of what a text is about, and the rest. Pure."""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
STOP_WORDS = frozenset(
    """a about above after again against all am an and any are as at be because been before being below between both
    but by can cannot could did do does doing down during each few for from further had has have having he her here hers
    him his how i if in into is it its itself just me more most my no nor not of off on once only or other our ours out
    over own same she should so some such than that the their theirs them then there these they this those through to
    too under until up us very was we were what when where which while who whom whose why will with would you your yours
    don't doesn't isn't it's that's we're you're i'm let's""".split()  # noqa: SIM905
)


def words(text: str) -> list[str]:
    """Lower-case words, apostrophes straightened, in order."""
    return [word.replace("’", "'").lower() for word in _WORD.findall(text)]


def content_words(text: str) -> list[str]:
    """Words that are not stop words; all of them where nothing else is left."""
    every = words(text)
    return [word for word in every if word not in STOP_WORDS] or every


def without_stop_words(text: str) -> str:
    return " ".join(content_words(text))
