"""A document to read: its page, and it as a file."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, render_template, request

from kb.errors import NotFoundError
from kb.records import Citation, Revision
from web import payloads, words
from web.desk import Desk, desk
from web.downloads import FORMS, as_text, as_vtt, file_name, forms_of
from web.layout import blocks, chapter_links


def blueprint() -> Blueprint:
    reading = Blueprint("reading", __name__)
    reading.add_url_rule("/documents/<document_id>", view_func=document)
    reading.add_url_rule(f"/documents/<document_id>/<any({', '.join(FORMS)}):form>", view_func=download)
    return reading


def document(document_id: str) -> str:
    at = desk()
    library = at.knowledge_base.library
    row = library.document(document_id)
    citation = _citation(at, document_id, request.args.get("cite", ""))
    revision = library.revision(citation.revision_id if citation else row.revision_id)
    found = blocks(revision, cited=(citation.start, citation.end) if citation else None)
    metadata = revision.metadata
    return render_template(
        "document.html",
        row=row,
        revision=revision,
        metadata=metadata,
        blocks=found,
        outline=[block for block in found if block.kind == "heading" and block.text.strip() != metadata.title],
        chapters=chapter_links(metadata.chapters, found),
        citation=citation,
        cited_by=_cited_by(revision, citation),
        outdated=revision.id != row.revision_id,
        linked=[library.document(other) for other in row.linked],
        downloads=[(FORMS[form][0], at.links.download(row.id, form)) for form in forms_of(revision)],
    )


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
