"""Answers and hits as the JSON that the command line and the API print."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from typing_extensions import TypedDict

from kb.records import Answer, Citation, Hit, Passage, Quote

SpeakersOf = Callable[[Passage], Sequence[str]]
Facets: TypeAlias = dict[str, dict[str, int]]


class QuoteJson(TypedDict):
    """A verbatim span of a document. key: the sentence of it that decides; span: characters of the revision's text.

    speaker: None for a publication's own words; theme: the first of themes; url: leads to the very place.
    """

    text: str
    key: str
    speaker: str | None
    role: str
    organisation: str
    side: str
    document: str
    title: str
    show: str
    date: str
    section: str
    start_s: float | None
    theme: str | None
    themes: list[str]
    composed: bool
    sponsored: bool
    citation: str
    revision: str
    span: list[int]
    url: str
    score: float


class NearestJson(TypedDict):
    """What stands near a question that nothing answers: a lead, not an answer."""

    passage: str
    document: str
    text: str
    speaker: str | None
    score: float


class AnswerJson(TypedDict):
    """status: "answered", with 1 to 5 quotes, best first, or "not_found", with the nearest passages.

    question: what was asked of the library. taken_to_mean: the same, where a follow-up was taken to mean it; else "".
    judged: the numbers that this was decided by. facets: facet -> value -> how many of the passages that were found
    for the question have it.
    """

    question: str
    taken_to_mean: str
    status: str
    quotes: list[QuoteJson]
    nearest: list[NearestJson]
    judged: dict[str, float]
    facets: Facets


class HitJson(TypedDict):
    """A passage that was found. speakers: everybody heard in it; parts: what its score is made of."""

    passage: str
    document: str
    text: str
    speaker: str | None
    speakers: list[str]
    themes: list[str]
    span: list[int]
    score: float
    parts: dict[str, float]


class HitsJson(TypedDict):
    """facets: facet -> value -> how many of the passages that were found for the question have it."""

    question: str
    hits: list[HitJson]
    facets: Facets


def answer_json(
    answer: Answer, url_of: Callable[[Citation], str], speakers_of: SpeakersOf, taken_to_mean: str = ""
) -> AnswerJson:
    """speakers_of: everybody who is heard in a passage, in order of first word."""
    nearest = answer.nearest if answer.status == "not_found" else ()
    return {
        "question": answer.question,
        "taken_to_mean": taken_to_mean and answer.question,
        "status": answer.status,
        "quotes": [quote_json(quote, url_of) for quote in answer.quotes],
        "nearest": [nearest_json(hit, speakers_of(hit.passage)) for hit in nearest],
        "judged": {name: round(value, 6) for name, value in answer.judged.items()},
        "facets": facets_json(answer.facets),
    }


def facets_json(facets: Mapping[str, Mapping[str, int]]) -> Facets:
    """Values by how often they were met, the most frequent first; equal ones in alphabetical order."""
    return {name: dict(sorted(held.items(), key=lambda item: (-item[1], item[0]))) for name, held in facets.items()}


def quote_json(quote: Quote, url_of: Callable[[Citation], str]) -> QuoteJson:
    speaker, meta, citation = quote.speaker, quote.metadata, quote.citation
    return {
        "text": quote.text,
        "key": quote.text[quote.key_start : quote.key_end],
        "speaker": speaker.name if speaker else None,
        "role": speaker.role if speaker else "",
        "organisation": speaker.organisation if speaker else "",
        "side": speaker.side if speaker else "",
        "document": citation.document_id,
        "title": meta.title,
        "show": meta.show,
        "date": meta.date,
        "section": quote.section,
        "start_s": citation.start_s,
        "theme": quote.themes[0] if quote.themes else None,
        "themes": list(quote.themes),
        "composed": meta.composed,
        "sponsored": meta.sponsored,
        "citation": citation.id,
        "revision": citation.revision_id,
        "span": [citation.start, citation.end],
        "url": url_of(citation),
        "score": round(quote.score, 6),
    }


def nearest_json(hit: Hit, speakers: Sequence[str]) -> NearestJson:
    passage = hit.passage
    return {
        "passage": passage.id,
        "document": passage.document_id,
        "text": passage.text,
        "speaker": speakers[0] if speakers else None,
        "score": round(hit.score, 6),
    }


def hits_json(
    question: str, hits: Sequence[Hit], speakers_of: SpeakersOf, facets: Mapping[str, Mapping[str, int]]
) -> HitsJson:
    return {
        "question": question,
        "hits": [hit_json(hit, speakers_of(hit.passage)) for hit in hits],
        "facets": facets_json(facets),
    }


def hit_json(hit: Hit, speakers: Sequence[str]) -> HitJson:
    return {
        "passage": hit.passage.id,
        "document": hit.passage.document_id,
        "text": hit.passage.text,
        "speaker": speakers[0] if speakers else None,
        "speakers": list(speakers),
        "themes": list(hit.passage.themes),
        "span": [hit.passage.start, hit.passage.end],
        "score": round(hit.score, 6),
        "parts": {name: round(value, 6) for name, value in hit.parts.items()},
    }
