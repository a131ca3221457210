"""Documents and themes as the JSON that the command line prints, and the API with its links added."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from kb.library.rows import DocumentRow
from kb.records import Revision, Theme


def listed_json(row: DocumentRow) -> dict[str, Any]:
    """A document as a list has it; speakers are names, same_interview the ids of its other tellings."""
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
    }


def document_json(row: DocumentRow, revision: Revision) -> dict[str, Any]:
    """A document, whole: its segments' texts, joined in order, are the revision's text."""
    metadata = revision.metadata
    return listed_json(row) | {
        "url": metadata.url,
        "audio": metadata.audio,
        "licence": metadata.licence,
        "phase": list(metadata.phase),
        "modality": list(metadata.modality),
        "speakers": [asdict(speaker) for speaker in metadata.speakers],
        "chapters": [asdict(chapter) for chapter in metadata.chapters],
        "segments": segments_json(revision),
    }


def segments_json(revision: Revision) -> list[dict[str, Any]]:
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


def theme_json(theme: Theme) -> dict[str, Any]:
    return {
        "name": theme.name,
        "title": theme.title,
        "description": theme.description,
        "phrases": list(theme.phrases),
        "questions": list(theme.questions),
    }
