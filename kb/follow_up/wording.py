"""Words and small forms of questions that the rules of follow-ups share. Pure."""

from __future__ import annotations

import re

from kb.words import STOP_WORDS, words

AUXILIARY = (
    r"(?:is|are|was|were|do|does|did|can|could|should|would|will|must|may|might|has|have|isn't|aren't|don't|doesn't"
    r"|can't|shouldn't|won't)"
)
PREPOSITION = (
    r"(?:for|to|of|in|with|at|after|before|during|from|without|under|by|on|about|within|until|since|between|against|as)"
)
ASKING_WORD = r"(?:what|how|why|when|where|which|who|whose|whom)"
ASKING = re.compile(rf"^(?:{ASKING_WORD}|{AUXILIARY})\b", re.IGNORECASE)
# "for how long", "to whom".
LED_ASKING = re.compile(rf"^{PREPOSITION}\s+{ASKING_WORD}\b", re.IGNORECASE)
# A phrase that begins so is put at the end of a question as it is.
JOINT = re.compile(
    rf"^(?:(?:even|only|just|not|already|also|especially|maybe|perhaps)\s+)?(?:{PREPOSITION}|if|when|once|unless|because|or)\s",
    re.IGNORECASE,
)


def bare(text: str) -> str:
    """White space made single, without the marks at the end."""
    return " ".join(text.split()).rstrip("?!. ")


def content(text: str) -> list[str]:
    """The words that say something; none where there are none."""
    return [word for word in words(text) if word not in STOP_WORDS]


def stem(word: str) -> str:
    plain = word.lower().strip(",;:'\"")
    return plain[:-1] if plain.endswith("s") and len(plain) > 3 else plain


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def small(text: str) -> str:
    """Acronyms stay as they are."""
    return text[:1].lower() + text[1:] if not text[1:2].isupper() else text
