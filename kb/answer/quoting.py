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


@dataclass(frozen=True, slots=True)
class Chosen:
    """A span to be quoted. key: the deciding sentence."""

    key: Sentence
    start: int
    end: int


def choose(sentences: Sequence[Sentence], limit: int, same_document: Callable[[str], str]) -> list[Chosen]:
    """Quotes, best first: no two that overlap or say the same, at most two of a document in the first four.

    sentences: best first, only those good enough to be quoted. same_document: one name for a document and
    those that are the same interview. Where fewer documents answer, one may give more than two.
    """
    chosen: list[Chosen] = []
    kept_back: list[Chosen] = []
    counts: dict[str, int] = {}
    for sentence in sentences:
        if len(chosen) >= limit:
            break
        quote = expanded(sentence)
        if any(_repeats(quote, other) for other in (*chosen, *kept_back)):
            continue
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


def _repeats(one: Chosen, other: Chosen) -> bool:
    if one.key.revision.id == other.key.revision.id and one.start < other.end and other.start < one.end:
        return True
    mine, theirs = set(_grams(one)), set(_grams(other))
    return len(mine & theirs) >= _SAME_SHARE * min(len(mine), len(theirs))


def _grams(quote: Chosen) -> Iterator[tuple[str, ...]]:
    every = words(quote.key.text)
    return (tuple(every[i : i + 3]) for i in range(max(1, len(every) - 2)))
