"""Passages with all that a citation needs, and documents in parts: the payloads of the tools. Pure."""

from __future__ import annotations

from typing_extensions import TypedDict

from kb.answer.render import HitJson, hit_json
from kb.library.rows import DocumentRow
from kb.payloads import SegmentJson, SpeakerJson, speaker_json
from kb.records import Citation, Hit, Revision, Speaker, citation_id
from kb.spans import overlapping, voices
from web.links import Links

# Where a citation is read in its place, what was said before it is read too.
BEFORE_CHARS = 1_500


class FoundJson(HitJson):
    """A passage that was found, and whose words it holds. people: those heard in it; url: leads to the very place."""

    people: list[SpeakerJson]
    title: str
    show: str
    date: str
    section: str
    start_s: float | None
    composed: bool
    sponsored: bool
    citation: str
    url: str


class FoundsJson(TypedDict):
    question: str
    hits: list[FoundJson]


class PartSegmentJson(SegmentJson):
    """start: the character of the revision's text at which this begins."""

    start: int


class PartJson(TypedDict):
    """A part of a document. The segments' texts, joined in order, are characters [offset, end) of its text, verbatim.

    length: characters of the whole text; next_offset: where the next part begins, or null; cited: the characters of
    the citation that was asked for, or null; current: whether the document still reads like this.
    """

    document: str
    revision: str
    current: bool
    title: str
    show: str
    kind: str
    date: str
    composed: bool
    sponsored: bool
    speakers: list[SpeakerJson]
    offset: int
    end: int
    length: int
    next_offset: int | None
    cited: list[int] | None
    segments: list[PartSegmentJson]
    url: str


def found(hit: Hit, revision: Revision, links: Links) -> FoundJson:
    """The text is read from the revision, not from what was found."""
    passage, metadata = hit.passage, revision.metadata
    names = voices(revision.segments, passage.start, passage.end)
    return {
        **hit_json(hit, names),
        "text": revision.text[passage.start : passage.end],
        "people": [speaker_json(metadata.speaker(name) or Speaker(name)) for name in names],
        "title": metadata.title,
        "show": metadata.show,
        "date": metadata.date,
        "section": revision.section_at(passage.start),
        "start_s": revision.second_at(passage.start),
        "composed": metadata.composed,
        "sponsored": metadata.sponsored,
        "citation": citation_id(revision.id, passage.start, passage.end),
        "url": links.passage(passage),
    }


def part(
    row: DocumentRow, revision: Revision, window: tuple[int, int], citation: Citation | None, links: Links
) -> PartJson:
    """window: offset and most characters. A part ends where a segment ends, unless a single one is longer."""
    offset, limit = window
    end = _end(revision, offset, min(len(revision.text), offset + limit), citation.end if citation else 0)
    metadata = revision.metadata
    return {
        "document": row.id,
        "revision": revision.id,
        "current": revision.id == row.revision_id,
        "title": metadata.title,
        "show": metadata.show,
        "kind": metadata.kind,
        "date": metadata.date,
        "composed": metadata.composed,
        "sponsored": metadata.sponsored,
        "speakers": [speaker_json(speaker) for speaker in metadata.speakers],
        "offset": offset,
        "end": end,
        "length": len(revision.text),
        "next_offset": end if end < len(revision.text) else None,
        "cited": [citation.start, citation.end] if citation else None,
        "segments": _segments(revision, offset, end),
        "url": links.citation(citation) if citation else links.document(row.id),
    }


def before(revision: Revision, offset: int) -> int:
    """Where what is said some way before offset begins, so that a question is read with its answer."""
    at = max(0, offset - BEFORE_CHARS)
    start = revision.segment_at(at).start
    return start if at - start <= BEFORE_CHARS else at


def _end(revision: Revision, offset: int, furthest: int, least: int) -> int:
    """least: what is to be read up to, where that is not further than furthest."""
    ends = [segment.end for segment in overlapping(revision.segments, offset, furthest) if segment.end <= furthest]
    return ends[-1] if ends and ends[-1] >= min(least, furthest) else furthest


def _segments(revision: Revision, offset: int, end: int) -> list[PartSegmentJson]:
    return [
        {
            "start": max(offset, segment.start),
            "text": revision.text[max(offset, segment.start) : min(end, segment.end)],
            "speaker": segment.speaker,
            "start_s": segment.start_s,
            "end_s": segment.end_s,
            "kind": segment.kind,
        }
        for segment in overlapping(revision.segments, offset, end)
    ]
