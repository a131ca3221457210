"""Documents and themes as the JSON that the command line prints, and the API with its links added.

The types say what a reader may count on: the API's description is made of them.
"""

from __future__ import annotations

from typing_extensions import TypedDict

from kb.library.rows import DocumentRow
from kb.records import Revision, Speaker, Theme


class SpeakerJson(TypedDict):
    """A person (or, in a composed document, a role). guessed: nobody said that this is the host."""

    name: str
    role: str
    organisation: str
    side: str
    host: bool
    guessed: bool


class ChapterJson(TypedDict):
    start_s: float
    title: str


class SegmentJson(TypedDict):
    """A stretch of the text. The texts of all, joined in order, are the document."""

    text: str
    speaker: str | None
    start_s: float | None
    end_s: float | None
    kind: str


class DocumentFacts(TypedDict):
    """same_interview: ids of other documents that tell the same conversation."""

    id: str
    title: str
    show: str
    kind: str
    words: int
    date: str
    language: str
    composed: bool
    sponsored: bool
    source_key: str
    revision: str
    revision_number: int
    created_at: str
    same_interview: list[str]


class ListedJson(DocumentFacts):
    """A document as a list has it. speakers: names."""

    speakers: list[str]


class DocumentJson(DocumentFacts):
    """A document, whole."""

    speakers: list[SpeakerJson]
    url: str
    audio: str
    licence: str
    phase: list[str]
    modality: list[str]
    chapters: list[ChapterJson]
    segments: list[SegmentJson]


class ThemeJson(TypedDict):
    name: str
    title: str
    description: str
    phrases: list[str]
    questions: list[str]


def listed_json(row: DocumentRow) -> ListedJson:
    return {**_facts(row), "speakers": list(row.speakers)}


def document_json(row: DocumentRow, revision: Revision) -> DocumentJson:
    metadata = revision.metadata
    return {
        **_facts(row),
        "speakers": [speaker_json(speaker) for speaker in metadata.speakers],
        "url": metadata.url,
        "audio": metadata.audio,
        "licence": metadata.licence,
        "phase": list(metadata.phase),
        "modality": list(metadata.modality),
        "chapters": [{"start_s": chapter.start_s, "title": chapter.title} for chapter in metadata.chapters],
        "segments": segments_json(revision),
    }


def segments_json(revision: Revision) -> list[SegmentJson]:
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


def theme_json(theme: Theme) -> ThemeJson:
    return {
        "name": theme.name,
        "title": theme.title,
        "description": theme.description,
        "phrases": list(theme.phrases),
        "questions": list(theme.questions),
    }


def speaker_json(speaker: Speaker) -> SpeakerJson:
    return {
        "name": speaker.name,
        "role": speaker.role,
        "organisation": speaker.organisation,
        "side": speaker.side,
        "host": speaker.host,
        "guessed": speaker.guessed,
    }


def _facts(row: DocumentRow) -> DocumentFacts:
    return {
        "id": row.id,
        "title": row.title,
        "show": row.show,
        "kind": row.kind,
        "words": row.words,
        "date": row.date,
        "language": row.language,
        "composed": row.composed,
        "sponsored": row.sponsored,
        "source_key": row.source_key,
        "revision": row.revision_id,
        "revision_number": row.revision_number,
        "created_at": row.created_at,
        "same_interview": list(row.linked),
    }
