"""Documents, passages and themes as the API tells them. The names are those of `kb list` and `kb show --json`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from kb.library.rows import DocumentRow
from kb.records import Passage, Revision, Theme, citation_id
from kb.spans import voices
from web.links import Links


def listed(row: DocumentRow, links: Links) -> dict[str, Any]:
    return {
        "id": row.id,
        "title": row.title,
        "show": row.show,
        "kind": row.kind,
        "words": row.words,
        "date": row.date,
        "language": row.language,
        "speakers": list(row.speakers),
        "composed": row.composed,
        "sponsored": row.sponsored,
        "source_key": row.source_key,
        "revision": row.revision_id,
        "revision_number": row.revision_number,
        "created_at": row.created_at,
        "same_interview": list(row.linked),
        "page": links.document(row.id),
    }


def document(row: DocumentRow, revision: Revision, links: Links) -> dict[str, Any]:
    """With its segments, whose texts joined are the revision's text."""
    metadata = revision.metadata
    told = {
        "url": links.outgoing(metadata.url),
        "audio": links.outgoing(metadata.audio),
        "licence": metadata.licence,
        "phase": list(metadata.phase),
        "modality": list(metadata.modality),
        "speakers": [asdict(speaker) for speaker in metadata.speakers],
        "chapters": [asdict(chapter) for chapter in metadata.chapters],
    }
    return listed(row, links) | told | {"segments": _segments(revision)}


def passage(found: Passage, revision: Revision, current: bool, links: Links) -> dict[str, Any]:
    """current: whether the document still reads like this. start, end: characters of the revision's text."""
    return {
        "id": found.id,
        "document": found.document_id,
        "title": revision.metadata.title,
        "revision": found.revision_id,
        "current": current,
        "start": found.start,
        "end": found.end,
        "text": found.text,
        "speakers": list(voices(revision.segments, found.start, found.end)),
        "start_s": revision.second_at(found.start),
        "section": revision.section_at(found.start),
        "themes": list(found.themes),
        "composed": revision.metadata.composed,
        "sponsored": revision.metadata.sponsored,
        "citation": citation_id(found.revision_id, found.start, found.end),
        "url": links.passage(found),
    }


def theme(found: Theme, links: Links) -> dict[str, Any]:
    return {
        "name": found.name,
        "title": found.title,
        "description": found.description,
        "phrases": list(found.phrases),
        "questions": list(found.questions),
        "page": links.theme(found.name),
    }


def _segments(revision: Revision) -> list[dict[str, Any]]:
    return [
        {
            "text": revision.text[segment.start : segment.end],
            "speaker": segment.speaker,
            "start_s": segment.start_s,
            "end_s": segment.end_s,
            "kind": segment.kind,
        }
        for segment in revision.segments
    ]
