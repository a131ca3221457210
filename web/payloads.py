"""The kernel's payloads with their links, and passages. The names are those of `kb list` and `kb show --json`."""

from __future__ import annotations

from typing import Any

from kb.library.rows import DocumentRow
from kb.payloads import document_json, listed_json, theme_json
from kb.records import Passage, Revision, Theme, citation_id
from kb.spans import voices
from web.links import Links


def listed(row: DocumentRow, links: Links) -> dict[str, Any]:
    return listed_json(row) | {"page": links.document(row.id)}


def document(row: DocumentRow, revision: Revision, links: Links) -> dict[str, Any]:
    """Links out of the document that no page would follow are left empty."""
    metadata = revision.metadata
    safe = {"url": links.outgoing(metadata.url), "audio": links.outgoing(metadata.audio)}
    return document_json(row, revision) | safe | {"page": links.document(row.id)}


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
    return theme_json(found) | {"page": links.theme(found.name)}
