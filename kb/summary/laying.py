"""A text as the words that a sentence is laid over, contractions taken apart. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from kb.summary.sides import side_of
from kb.summary.wording import Token, form, tokens

# They need no place in the quote: none of them changes who does what to whom.
FREE = frozenset(
    """a an the that which this these those is are was were be been being am has have had do does did so and as of to
    there then but also""".split()  # noqa: SIM905
)
MARKS = frozenset(",;:()–—")
_WHOLE = {"cannot": ("can", "not"), "can't": ("can", "not"), "won't": ("will", "not"), "shan't": ("shall", "not")}
_ENDINGS = {"n't": "not", "'ll": "will", "'d": "would", "'re": "", "'m": "", "'ve": ""}


@dataclass(frozen=True, slots=True)
class Word:
    """form: what it is a form of; at: its place among the tokens; part: which sentence, from 0; side: what it names."""

    lower: str
    form: str
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

    def between(self, earlier: int, place: int) -> tuple[Token, ...]:
        """The tokens between two words."""
        return self.tokens[self.words[earlier].at + 1 : self.words[place].at]


def text_of(text: str, side: str) -> Text:
    """side: the speaker's, for "I" and "we" and "you"."""
    found, made, part = tokens(text), list[Word](), 0
    for at, token in enumerate(found):
        for lower in taken_apart(token.lower) if token.word else ():
            whole = token.word if lower == token.lower else form(lower)
            made.append(Word(lower, whole, at, part, side_of(lower, side)))
        part += token.ends
    return Text(tuple(found), tuple(made))


def taken_apart(lower: str) -> tuple[str, ...]:
    """ "won't" is "will not"."""
    if lower in _WHOLE:
        return _WHOLE[lower]
    for ending, whole in _ENDINGS.items():
        if lower.endswith(ending):
            return tuple(word for word in (lower[: -len(ending)], whole) if word)
    return (lower,)
