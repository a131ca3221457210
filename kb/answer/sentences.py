"""The sentences of the passages found, each with what speaks for it as an answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from kb.library import Library
from kb.ranking import bm25, inverse_document_frequency, standardise
from kb.records import Filter, Hit, Revision
from kb.search import Found
from kb.sentences import is_question
from kb.spans import overlapping, voice
from kb.words import without_stop_words

# Weight of BM25 beside the late-pooled cosine, both standardised over the candidate sentences.
KEYWORD_WEIGHT = 0.5
# Weight of the passage's own standardised score: a good passage speaks for its sentences.
PASSAGE_WEIGHT = 0.3
# In an article what a person said speaks before what the writer says around it: a leader asks for voices.
SPEECH_BONUS = 0.5
# A host leads up to what the guests say, and is quoted where they say less.
HOST_MALUS = 1.0
_SHORTEST_WORDS = 4


@dataclass(frozen=True, slots=True)
class Sentence:
    """start, end: in the revision's text. cosine: of its late-pooled vector. judge: logit, or None if not read."""

    hit: Hit
    revision: Revision
    number: int
    start: int
    end: int
    text: str
    speaker: str | None
    cosine: float
    keywords: float
    score: float
    judge: float | None = None


def candidate_sentences(
    found: Found, where: Filter, library: Library, revision_of: Callable[[str], Revision]
) -> list[Sentence]:
    """Every quotable sentence of the hits, best first; ties by document and place."""
    blobs = library.sentence_vectors([hit.passage.no for hit in found.hits], found.generation)
    raw: list[Sentence] = []
    for hit in found.hits:
        revision = revision_of(hit.passage.revision_id)
        vectors = blobs.get(hit.passage.no)
        if vectors is None or len(vectors) != len(hit.passage.sentences):
            continue  # the document was published anew between two reads
        cosines = vectors.astype(np.float32) @ found.vector
        for number, (a, b) in enumerate(hit.passage.sentences):
            start, end = hit.passage.start + a, hit.passage.start + b
            speaker = voice(revision.segments, start, end)
            text = hit.passage.text[a:b]
            sentence = Sentence(hit, revision, number, start, end, text, speaker, float(cosines[number]), 0.0, 0.0)
            if _quotable(sentence, where):
                raw.append(sentence)
    return _scored(found, raw)


def _quotable(sentence: Sentence, where: Filter) -> bool:
    speaker = sentence.revision.metadata.speaker(sentence.speaker)
    if len(sentence.text.split()) < _SHORTEST_WORDS or not any(c.isalpha() for c in sentence.text):
        return False
    if is_question(sentence.text) and (speaker is None or speaker.host):
        return False  # a host's question is never shown as advice
    if _unattributed_turn(sentence) or (speaker is not None and speaker.host and _introduces(sentence)):
        return False
    if where.organisation and (
        speaker is None or speaker.organisation.lower() not in {name.lower() for name in where.organisation}
    ):
        return False
    if where.speaker and (speaker is None or speaker.name.lower() not in {n.lower() for n in where.speaker}):
        return False
    return not where.side or (speaker is not None and speaker.side in where.side)


def _introduces(sentence: Sentence) -> bool:
    """Whether a host says it before anybody else has spoken: it announces answers and gives none."""
    revision = sentence.revision
    hosts = {speaker.name for speaker in revision.metadata.speakers if speaker.host}
    others = (s.start for s in revision.segments if s.kind == "turn" and s.speaker and s.speaker not in hosts)
    return sentence.start < next(others, 0)


def _unattributed_turn(sentence: Sentence) -> bool:
    """Two people share the sentence and neither has half of it: nobody can be cited for it."""
    if sentence.speaker is not None:
        return False
    heard = overlapping(sentence.revision.segments, sentence.start, sentence.end)
    return len({part.speaker for part in heard if part.kind == "turn"}) > 1


def _standing(sentence: Sentence) -> float:
    """What speaks for or against a sentence whatever the question: who says it, and how."""
    speaker = sentence.revision.metadata.speaker(sentence.speaker)
    if speaker is None:
        return 0.0
    if speaker.host:
        return -HOST_MALUS
    heard = overlapping(sentence.revision.segments, sentence.start, sentence.end)
    return SPEECH_BONUS if any(part.kind == "quote" for part in heard) else 0.0


def _scored(found: Found, sentences: Sequence[Sentence]) -> list[Sentence]:
    if not sentences:
        return []
    terms = found.engine.terms
    question = terms(without_stop_words(found.question))
    held = found.view.frequencies(sorted(set(question)))
    total = max(1, found.view.size())
    idf = {term: inverse_document_frequency(total, count) for term, count in held.items()}
    keywords = bm25(question, [terms(sentence.text) for sentence in sentences], idf)
    z_cosine = standardise({i: s.cosine for i, s in enumerate(sentences)})
    z_keywords = standardise(dict(enumerate(keywords)))
    z_passage = standardise({i: s.hit.score for i, s in enumerate(sentences)})
    scored = [
        replace(
            sentence,
            keywords=keywords[i],
            score=z_cosine[i] + KEYWORD_WEIGHT * z_keywords[i] + PASSAGE_WEIGHT * z_passage[i] + _standing(sentence),
        )
        for i, sentence in enumerate(sentences)
    ]
    return sorted(scored, key=lambda s: (-s.score, s.hit.passage.document_id, s.start))
