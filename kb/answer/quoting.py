"""From the best sentences to quotes: whole sentences of one speaker, spread over documents. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from kb.answer.sentences import Sentence
from kb.records import Revision
from kb.sentences import is_question
from kb.spans import overlapping, voice
from kb.words import words

# A quote is its deciding sentence and neighbours of the same speaker, up to so many words.
QUOTE_WORDS = 60
_SPREAD_FIRST = 4
_SPREAD_MOST = 2
_SAME_SHARE = 0.6
Gram = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chosen:
    """A span to be quoted. key: the deciding sentence."""

    key: Sentence
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Told:
    """What a quote says, three words at a time. key: its deciding sentence; every: all of it."""

    quote: Chosen
    key: frozenset[Gram]
    every: frozenset[Gram]


def choose(sentences: Sequence[Sentence], limit: int, same_document: Callable[[str], str]) -> list[Chosen]:
    """Quotes, best first: no two that overlap or say the same, at most two of a document in the first four.

    sentences: best first, only those good enough to be quoted. same_document: one name for a document and
    those that are the same interview. Where fewer documents answer, one may give more than two.
    """
    chosen: list[Chosen] = []
    kept_back: list[Chosen] = []
    told: list[_Told] = []
    counts: dict[str, int] = {}
    for sentence in sentences:
        if len(chosen) >= limit:
            break
        quote = expanded(sentence)
        mine = _told(quote)
        if any(_repeats(mine, other) for other in told):
            continue
        told.append(mine)
        document = same_document(sentence.revision.document_id)
        if len(chosen) < _SPREAD_FIRST and counts.get(document, 0) >= _SPREAD_MOST:
            kept_back.append(quote)
            continue
        counts[document] = counts.get(document, 0) + 1
        chosen.append(quote)
    return (chosen + kept_back)[:limit]


def expanded(sentence: Sentence) -> Chosen:
    """The sentence with its neighbours of the same speaker, paragraph and passage, up to QUOTE_WORDS."""
    spans = [
        (sentence.hit.passage.start + a, sentence.hit.passage.start + b) for a, b in sentence.hit.passage.sentences
    ]
    first = last = sentence.number
    size = len(sentence.text.split())
    while True:
        grown = False
        for number in (last + 1, first - 1):
            if not 0 <= number < len(spans) or not _joins(sentence, spans, number, first, last):
                continue
            more = len(sentence.revision.text[slice(*spans[number])].split())
            if size + more > QUOTE_WORDS:
                continue
            size += more
            first, last = min(first, number), max(last, number)
            grown = True
            break
        if not grown:
            return Chosen(sentence, spans[first][0], spans[last][1])


def _joins(sentence: Sentence, spans: list[tuple[int, int]], number: int, first: int, last: int) -> bool:
    revision = sentence.revision
    start, end = spans[number]
    near = spans[last][1] if number > last else spans[first][0]
    gap = revision.text[min(near, end) : max(near, start)]
    if "\n" in gap or voice(revision.segments, start, end) != sentence.speaker:
        return False
    if sentence.speaker is None and _quoted_in(revision, start, end) != _quoted_in(
        revision, sentence.start, sentence.end
    ):
        return False
    speaker = revision.metadata.speaker(sentence.speaker)
    return not (is_question(revision.text[start:end]) and (speaker is None or speaker.host))


def _quoted_in(revision: Revision, start: int, end: int) -> bool:
    return any(part.kind == "quote" for part in overlapping(revision.segments, start, end))


def _told(quote: Chosen) -> _Told:
    key = frozenset(_grams(quote.key.text))
    return _Told(quote, key, key | frozenset(_grams(quote.key.revision.text[quote.start : quote.end])))


def _repeats(one: _Told, other: _Told) -> bool:
    """Whether they overlap, or what decides in one is said in the other: so it is with one interview in two forms."""
    mine, theirs = one.quote, other.quote
    if mine.key.revision.id == theirs.key.revision.id and mine.start < theirs.end and theirs.start < mine.end:
        return True
    return _said(one.key, other.every) or _said(other.key, one.every)


def _said(key: frozenset[Gram], every: frozenset[Gram]) -> bool:
    return len(key & every) >= _SAME_SHARE * len(key)


def _grams(text: str) -> Iterator[Gram]:
    every = words(text)
    return (tuple(every[i : i + 3]) for i in range(max(1, len(every) - 2)))
