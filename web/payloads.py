"""The kernel's payloads with their links, and passages. The names are those of `kb list` and `kb show --json`."""

from __future__ import annotations

from typing_extensions import TypedDict

from kb.library.rows import DocumentRow
from kb.payloads import DocumentJson, ListedJson, ThemeJson, document_json, listed_json, theme_json
from kb.records import Passage, Revision, Theme, citation_id
from kb.spans import voices
from web.directory import Entry
from web.links import Links


class ListedPage(ListedJson):
    page: str


class DocumentPage(DocumentJson):
    page: str


class ThemePage(ThemeJson):
    page: str


class DocumentsJson(TypedDict):
    """A page of the list, by id. next: the address of the page after it, or null."""

    documents: list[ListedPage]
    total: int
    next: str | None


class ThemesJson(TypedDict):
    themes: list[ThemePage]


class EntryJson(TypedDict):
    """A speaker, an organisation or a show, as the documents name it. composed: a role in written conversations.

    guessed: no document says so; documents: a conversation in two forms counted once; passages: in which it is heard.
    """

    id: str
    name: str
    composed: bool
    guessed: bool
    sides: list[str]
    organisations: list[str]
    themes: dict[str, int]
    documents: int
    passages: int
    page: str


class EntriesJson(TypedDict):
    """A page of the list, by id. next: the address of the page after it, or null."""

    entries: list[EntryJson]
    total: int
    next: str | None


class PassageJson(TypedDict):
    """current: whether the document still reads like this; start, end: characters of the revision's text."""

    id: str
    document: str
    title: str
    revision: str
    current: bool
    start: int
    end: int
    text: str
    speakers: list[str]
    start_s: float | None
    section: str
    themes: list[str]
    composed: bool
    sponsored: bool
    citation: str
    url: str


class RelatedPassage(PassageJson):
    """cosine: how near its vector is, at most 1."""

    cosine: float


class RelatedJson(TypedDict):
    """passage: the id of the one that was asked for; related: of other documents, nearest first."""

    passage: str
    related: list[RelatedPassage]


def listed(row: DocumentRow, links: Links) -> ListedPage:
    return {**listed_json(row), "page": links.document(row.id)}


def document(row: DocumentRow, revision: Revision, links: Links) -> DocumentPage:
    """Links out of the document that no page would follow are left empty."""
    metadata = revision.metadata
    return {
        **document_json(row, revision),
        "url": links.outgoing(metadata.url),
        "audio": links.outgoing(metadata.audio),
        "page": links.document(row.id),
    }


def passage(found: Passage, revision: Revision, current: bool, links: Links) -> PassageJson:
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


def entry(found: Entry, page: str) -> EntryJson:
    return {
        "id": found.id,
        "name": found.name,
        "composed": found.composed,
        "guessed": found.guessed,
        "sides": list(found.sides),
        "organisations": [name for name, _ in found.organisations],
        "themes": dict(found.themes),
        "documents": found.interviews,
        "passages": found.passages,
        "page": page,
    }


def theme(found: Theme, links: Links) -> ThemePage:
    return {**theme_json(found), "page": links.theme(found.name)}
