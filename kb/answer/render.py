"""Answers and hits as the JSON that the command line and the API print."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from kb.records import Answer, Citation, Hit, Passage, Quote

SpeakersOf = Callable[[Passage], Sequence[str]]


def answer_json(answer: Answer, url_of: Callable[[Citation], str], speakers_of: SpeakersOf) -> dict[str, Any]:
    """speakers_of: everybody who is heard in a passage, in order of first word."""
    nearest = answer.nearest if answer.status == "not_found" else ()
    return {
        "question": answer.question,
        "status": answer.status,
        "quotes": [quote_json(quote, url_of) for quote in answer.quotes],
        "nearest": [nearest_json(hit, speakers_of(hit.passage)) for hit in nearest],
        "judged": {name: round(value, 6) for name, value in answer.judged.items()},
    }


def quote_json(quote: Quote, url_of: Callable[[Citation], str]) -> dict[str, Any]:
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


def nearest_json(hit: Hit, speakers: Sequence[str]) -> dict[str, Any]:
    passage = hit.passage
    return {
        "passage": passage.id,
        "document": passage.document_id,
        "text": passage.text,
        "speaker": speakers[0] if speakers else None,
        "score": round(hit.score, 6),
    }


def hits_json(question: str, hits: Sequence[Hit], speakers_of: SpeakersOf) -> dict[str, Any]:
    return {"question": question, "hits": [hit_json(hit, speakers_of(hit.passage)) for hit in hits]}


def hit_json(hit: Hit, speakers: Sequence[str]) -> dict[str, Any]:
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
