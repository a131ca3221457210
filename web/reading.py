"""A document to read: its page, and it as a file."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, jsonify, make_response, render_template, request

from kb.errors import NotFoundError
from kb.library.rows import DocumentRow
from kb.records import Citation, Revision, citation_id
from kb.spans import voice
from web import payloads, words
from web.cards import passage_cards
from web.desk import Desk, desk
from web.downloads import FORMS, as_text, as_vtt, file_name, forms_of
from web.finding import LONGEST, MOST, hits
from web.layout import blocks, chapter_links, heard_at
from web.margin import beside, theme_steps
from web.outline import questions
from web.standing import Standing, standing


@dataclass(frozen=True)
class Moved:
    """url: of the present text, where the words stand or stood; speaker: who says them now, "" where it is the same."""

    standing: Standing
    url: str
    speaker: str


@dataclass(frozen=True)
class Steps:
    """What was sought in the document, and the hit that is shown: number hit of total, 0 where nothing was found."""

    sought: str
    hit: int
    total: int
    cut: bool
    before: str
    following: str


def blueprint() -> Blueprint:
    reading = Blueprint("reading", __name__)
    reading.add_url_rule("/documents/<document_id>", view_func=document)
    reading.add_url_rule(f"/documents/<document_id>/<any({', '.join(FORMS)}):form>", view_func=download)
    reading.add_url_rule("/passages/<passage_id>/related", view_func=related)
    return reading


def document(document_id: str) -> str:
    at = desk()
    library = at.knowledge_base.library
    row = _row(at, document_id)
    citation = _citation(at, document_id, request.args.get("cite", ""))
    revision = at.knowledge_base.revision(citation.revision_id if citation else row.revision_id)
    cited = (citation.start, citation.end) if citation else None
    sought = request.args.get("find", "").strip()[:LONGEST]
    places = hits(revision.text, sought)
    found = blocks(revision, cited=cited, found_at=places)
    metadata = revision.metadata
    outline = [block for block in found if block.kind == "heading" and block.text.strip() != metadata.title]
    second = _second(request.args.get("t", ""))
    margin = beside(library.passages_of(revision.id), revision, found, at.knowledge_base.themes, at.links)
    return render_template(
        "document.html",
        row=row,
        revision=revision,
        metadata=metadata,
        blocks=found,
        outline=outline,
        asked=[] if outline else questions(revision),
        chapters=chapter_links(metadata.chapters, found),
        citation=citation,
        cited_by=_cited_by(revision, citation),
        outdated=revision.id != row.revision_id,
        moved=_moved(at, revision, citation, row.revision_id),
        steps=_steps(at, document_id, sought, len(places), citation),
        second=second,
        heard=heard_at(found, second),
        margin=margin,
        themes=theme_steps(margin),
        linked=[library.document(other) for other in row.linked],
        downloads=[(FORMS[form][0], at.links.download(row.id, form)) for form in forms_of(revision)],
    )


def related(passage_id: str) -> Response:
    """Passages of other documents that are nearest to one: a page, or, for htmx, only the list."""
    at = desk()
    base = at.knowledge_base
    passage = base.library.passage(passage_id)
    cards = passage_cards(base.related(passage), base.revision, at.links, base.themes)
    part = "HX-Request" in request.headers
    response = make_response(
        render_template(
            "_related.html" if part else "related.html",
            cards=cards,
            title=base.revision(passage.revision_id).metadata.title,
            back=at.links.passage(passage),
        )
    )
    response.headers["Vary"] = "HX-Request"
    return response


def download(document_id: str, form: str) -> Response:
    """A document as a file. Raises NotFoundError, also for captions of what has no times."""
    at = desk()
    row = at.knowledge_base.library.document(document_id)
    revision = at.knowledge_base.library.revision(row.revision_id)
    if form not in forms_of(revision):
        raise NotFoundError("this document has no times, so there are no captions of it", way_out="Take it as text.")
    if form == "json":
        response = jsonify(payloads.document(row, revision, at.absolute_links()))
    else:
        response = Response(as_vtt(revision) if form == "vtt" else as_text(revision), content_type=FORMS[form][2])
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name(revision.metadata, form)}"'
    return response


def _row(at: Desk, document_id: str) -> DocumentRow:
    """Raises NotFoundError, which says so where the document was here and was deleted."""
    library = at.knowledge_base.library
    try:
        return library.document(document_id)
    except NotFoundError as error:
        title = library.deleted_title(document_id)
        if not title:
            raise
        way_out = "Links to it open again if it is published again."
        raise NotFoundError(f"“{title}” was deleted from this library", way_out=way_out) from error


def _moved(at: Desk, revision: Revision, citation: Citation | None, now_id: str) -> Moved | None:
    """What became of the cited words; None where nothing was edited since."""
    if citation is None or revision.id == now_id:
        return None
    now = at.knowledge_base.revision(now_id)
    found = standing(revision, (citation.start, citation.end), now)
    if found.span is None:
        return Moved(found, at.links.place(now.document_id, found.place), "")
    url = at.links.document(now.document_id, citation_id(now.id, *found.span))
    speaker = voice(now.segments, *found.span)
    return Moved(found, url, (speaker or "nobody by name") if speaker != citation.speaker else "")


def _steps(at: Desk, document_id: str, sought: str, total: int, citation: Citation | None) -> Steps:
    """Where a reader is among what was found; hit numbers start at 1 and go round."""
    given = request.args.get("hit", "")
    hit = int(given) if given.isascii() and given.isdigit() and len(given) < 6 else 1
    hit = min(max(hit, 1), total)

    def to(number: int) -> str:
        return at.links.find(document_id, sought, number, citation.id if citation else "")

    if not total:
        return Steps(sought, 0, 0, False, "", "")
    return Steps(sought, hit, total, total == MOST, to((hit - 2) % total + 1), to(hit % total + 1))


def _second(given: str) -> int | None:
    """Whole seconds from the address; None for what is none."""
    return int(given) if given.isascii() and given.isdigit() and len(given) < 7 else None


def _citation(at: Desk, document_id: str, cite: str) -> Citation | None:
    if not cite:
        return None
    citation = at.knowledge_base.library.resolve_citation(cite)
    if citation.document_id != document_id:
        raise NotFoundError(f"the citation {cite!r} belongs to another document")
    return citation


def _cited_by(revision: Revision, citation: Citation | None) -> str:
    """ "Jane Doe, at 12:31"; "the article itself"; "" where nothing is cited."""
    if citation is None:
        return ""
    who = citation.speaker or f"the {words.kind(revision.metadata.kind).lower()} itself"
    at = words.clock(citation.start_s)
    return f"{who}, at {at}" if at else who
