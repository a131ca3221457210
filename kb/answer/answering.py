"""The road from a question to proved quotes, or to "not found"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from kb.answer.deciding import evidence, load_rule, probability
from kb.answer.proving import prove
from kb.answer.quoting import choose
from kb.answer.sentences import Sentence, candidate_sentences
from kb.judging import Judge
from kb.library import Library
from kb.records import Answer, Filter, QuestionVector, Quote
from kb.revisions import Revisions
from kb.search import Found, Searcher, clean_question
from kb.settings import Settings

# Passages whose sentences are read for an answer.
PASSAGES_READ = 12
_NEAREST = 5
# Sentences that may be quoted where no judge has read them.
_UNJUDGED = 12
# Sentences of one document that the judge reads while other documents offer some.
_OF_ONE_DOCUMENT = 3


class Answerer:
    def __init__(
        self, settings: Settings, library: Library, searcher: Searcher, judge: Judge | None, revisions: Revisions
    ) -> None:
        self._settings = settings
        self._library = library
        self._searcher = searcher
        self._judge = judge
        self._revisions = revisions
        self._rule = load_rule()

    def ask(self, question: str, where: Filter, limit: int) -> Answer:
        """1 to limit quotes, each proved, or "not_found" with the nearest passages. Raises QuestionError."""
        clean = clean_question(question, self._settings.question_chars)
        found = self._searcher.find(clean, where, PASSAGES_READ)
        if found is None:
            return Answer(clean, "not_found", (), (), {"probability": 0.0})
        sentences = self.judged(found, where)
        judged = evidence(found, sentences)
        chance, bar = probability(judged, self._rule)
        quotes = self._quotes(sentences, limit or self._settings.quotes) if sentences and chance >= bar else []
        values = {**judged, "probability": chance, "bar": bar}
        facets = found.view.counts(found.candidates)
        vector = QuestionVector(found.generation.model_key, found.vector)
        status = "answered" if quotes else "not_found"
        return Answer(clean, status, tuple(quotes), found.hits[:_NEAREST], values, facets, vector)

    def judged(self, found: Found, where: Filter) -> list[Sentence]:
        """The candidate sentences, best first; the best few of them read by the judge."""
        sentences = candidate_sentences(found, where, self._library, self._revisions.get)
        if self._judge is None or not sentences:
            return sentences
        head, rest = spread(sentences, self._settings.judge_sentences)
        logits = self._judge.scores(found.question, [sentence.text for sentence in head])
        read = [replace(s, judge=logit) for s, logit in zip(head, logits, strict=True)]
        return [*ordered(read, self._rule), *rest]

    def _quotes(self, sentences: Sequence[Sentence], limit: int) -> list[Quote]:
        good = worth_quoting(sentences, self._rule)
        chosen = choose(good, limit, self._same_document)
        return [quote for entry in chosen if (quote := prove(self._library, entry)) is not None]

    def _same_document(self, document_id: str) -> str:
        return min((document_id, *self._library.linked(document_id)))


def spread(sentences: Sequence[Sentence], size: int) -> tuple[list[Sentence], list[Sentence]]:
    """The best `size` sentences, at most _OF_ONE_DOCUMENT of one while others offer any; and the rest, in order."""
    head: list[int] = []
    counts: dict[str, int] = {}
    for number, sentence in enumerate(sentences):
        document = sentence.revision.document_id
        if len(head) < size and counts.get(document, 0) < _OF_ONE_DOCUMENT:
            counts[document] = counts.get(document, 0) + 1
            head.append(number)
    spare = (number for number in range(len(sentences)) if number not in set(head))
    while len(head) < min(size, len(sentences)):
        head.append(next(spare))
    chosen = set(head)
    return [sentences[n] for n in sorted(chosen)], [s for n, s in enumerate(sentences) if n not in chosen]


def combined(sentence: Sentence, rule: dict[str, Any]) -> float:
    """What a sentence is ordered by: its own score and a share of the judge's logit."""
    return sentence.score + float(rule["ordering"]["judge_weight"]) * (sentence.judge or 0.0)


def ordered(judged: Sequence[Sentence], rule: dict[str, Any]) -> list[Sentence]:
    """Judged sentences, best first; ties by place."""
    return sorted(judged, key=lambda s: (-combined(s, rule), s.revision.document_id, s.start))


def worth_quoting(sentences: Sequence[Sentence], rule: dict[str, Any]) -> list[Sentence]:
    """The sentences near enough to the best one to stand beside it in an answer."""
    judged = [s for s in sentences if s.judge is not None]
    if not judged:
        floor = sentences[0].score - float(rule["ordering"]["span_without_judge"])
        return [s for s in sentences[:_UNJUDGED] if s.score >= floor]
    floor = combined(judged[0], rule) - float(rule["ordering"]["span"])
    return [s for s in judged if combined(s, rule) >= floor]
