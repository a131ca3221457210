"""A text as the words that a sentence is laid over, contractions taken apart. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kb.summary.sides import side_of
from kb.summary.wording import Token, tokens

# They need no place in the quote, and what is left out of it may be them.
FREE = frozenset(("a", "an", "the"))
_WHOLE = {"cannot": ("can", "not"), "can't": ("can", "not"), "won't": ("will", "not"), "shan't": ("shall", "not")}
_ENDINGS = {"n't": "not", "'ll": "will", "'d": "would", "'re": "are", "'m": "am", "'ve": "have"}


@dataclass(frozen=True, slots=True)
class Word:
    """at: its place among the tokens; part: which sentence, from 0; side: the one that it names, or ""."""

    lower: str
    at: int
    part: int
    side: str


@dataclass(frozen=True, slots=True)
class Text:
    tokens: tuple[Token, ...]
    words: tuple[Word, ...]

    def before(self, place: int) -> tuple[Token, ...]:
        """The tokens of its sentence before a word."""
        at = self.words[place].at
        first = next((number + 1 for number in range(at - 1, -1, -1) if self.tokens[number].ends), 0)
        return self.tokens[first:at]

    def behind(self, place: int) -> tuple[Token, ...]:
        """The tokens of its sentence behind a word."""
        at = self.words[place].at
        last = next((number for number in range(at, len(self.tokens)) if self.tokens[number].ends), at)
        return self.tokens[at + 1 : last + 1]

    def asks(self, place: int) -> bool:
        """Whether its sentence is a question."""
        behind = self.behind(place)
        return bool(behind) and behind[-1].text == "?"

    def between(self, earlier: int, place: int) -> tuple[Token, ...]:
        """The tokens between two words."""
        return self.tokens[self.words[earlier].at + 1 : self.words[place].at]


def text_of(text: str, side: str) -> Text:
    """side: the speaker's, for "I" and "we" and "you"."""
    found, made, part = tokens(text), list[Word](), 0
    for at, token in enumerate(found):
        for lower in taken_apart(token.lower) if token.word else ():
            made.append(Word(lower, at, part, side_of(lower, side) if _is_somebody(found, at) else ""))
        part += token.ends
    return Text(tuple(found), tuple(made))


def _is_somebody(found: Sequence[Token], at: int) -> bool:
    """ "US sites" are not ours, and "phase I" is nobody."""
    numeral = found[at].text == "I" and at > 0 and found[at - 1].lower in ("phase", "phases", "type", "class")
    return found[at].text != "US" and not numeral


def taken_apart(lower: str) -> tuple[str, ...]:
    """ "won't" is "will not"."""
    if lower in _WHOLE:
        return _WHOLE[lower]
    for ending, whole in _ENDINGS.items():
        if lower.endswith(ending):
            return tuple(word for word in (lower[: -len(ending)], whole) if word)
    return (lower,)
