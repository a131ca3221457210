"""The pages. Each view parses, calls the knowledge base once, and shows."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from kb.errors import NotFoundError, UsageError
from kb.records import Citation, Filter, Revision, Theme
from web import payloads, words
from web.cards import passage_cards, quote_cards
from web.desk import Desk, desk, query
from web.downloads import FORMS, as_text, as_vtt, file_name, forms_of
from web.evidence import evidence
from web.failures import kinds
from web.filters import nearest, pairs, without
from web.grouping import GROUPINGS, grouped
from web.layout import blocks, chapter_links

SEARCHING = frozenset(("pages.ask", "pages.theme"))
NEAREST_SHOWN = 5
TYPICAL_SHOWN = 10


def blueprint() -> Blueprint:
    pages = Blueprint("pages", __name__)
    pages.add_url_rule("/", view_func=home)
    pages.add_url_rule("/ask", view_func=ask)
    pages.add_url_rule("/documents", view_func=documents)
    pages.add_url_rule("/documents/<document_id>", view_func=document)
    pages.add_url_rule(f"/documents/<document_id>/<any({', '.join(FORMS)}):form>", view_func=download)
    pages.add_url_rule("/themes", view_func=themes)
    pages.add_url_rule("/themes/<name>", view_func=theme)
    pages.add_url_rule("/problems/<name>", view_func=problem)
    pages.add_url_rule("/favicon.ico", view_func=favicon)
    return pages


def home() -> str:
    return render_template("home.html", **_form(desk(), "", Filter()))


def ask() -> str | AnyResponse:
    """Without q, the form. A question that cannot be searched is a QuestionError, which failures shows."""
    at = desk()
    if "q" not in request.args:
        return redirect(at.links.home())
    where, by = at.filter(query()), _grouping(request.args.get("group", ""))
    answer = at.ask(request.args["q"], where)
    base = at.knowledge_base
    return render_template(
        "answer.html",
        answered=answer.status == "answered",
        groups=grouped(quote_cards(answer.quotes, at.links, base.themes, at.absolute_links()), by),
        grouping=by,
        groupings=[(name, title, at.links.ask(answer.question, where, name)) for name, title in GROUPINGS.items()],
        evidence=evidence(answer.quotes, lambda document_id: base.library.linked(document_id)),
        nearest=passage_cards(answer.nearest[:NEAREST_SHOWN], base.revision, at.links, base.themes),
        **_form(at, answer.question, where),
    )


def documents() -> str:
    rows = sorted(desk().knowledge_base.library.documents(), key=lambda row: (row.show.casefold(), row.title, row.id))
    shows = dict.fromkeys(row.show for row in rows)
    grouped = [(show, [row for row in rows if row.show == show]) for show in shows]
    return render_template(
        "documents.html", shows=grouped, words_in_all=sum(row.words for row in rows), total=len(rows)
    )


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


def themes() -> str:
    return render_template("themes.html", themes=desk().knowledge_base.themes)


def theme(name: str) -> str:
    at = desk()
    base = at.knowledge_base
    found = known_theme(at, name)
    where = Filter(theme=(name,))
    hits = at.search(typical_question(found), where, TYPICAL_SHOWN)
    cards = passage_cards(hits, base.revision, at.links, base.themes)
    return render_template("theme.html", theme=found, where=where, cards=cards)


def problem(name: str) -> str:
    """What a problem of the API means: the page that its "type" points to."""
    kind = kinds().get(name)
    if kind is None:
        raise NotFoundError(f"there is no kind of problem {name!r}", way_out=nearest(name, kinds()))
    return render_template("problem.html", name=name, kind=kind)


def favicon() -> AnyResponse:
    return redirect(desk().links.static("favicon.svg"), code=301)


def known_theme(at: Desk, name: str) -> Theme:
    found = at.knowledge_base.themes.get(name)
    if found is None:
        raise NotFoundError(f"there is no theme {name!r}", way_out=nearest(name, at.knowledge_base.themes))
    return found


def typical_question(theme: Theme) -> str:
    """What finds a theme's most typical passages: its title and its example phrases are its own words."""
    return f"{theme.title}. {theme.description}"[:1000]


def _grouping(name: str) -> str:
    """Raises UsageError."""
    if name and name not in GROUPINGS:
        raise UsageError(f"group cannot be {name[:40]!r}", way_out=nearest(name[:40], GROUPINGS))
    return name or next(iter(GROUPINGS))


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


def _form(at: Desk, question: str, where: Filter) -> dict[str, object]:
    """What the form of questions needs; chips: what narrows the search now, each with the address without it."""
    chips = [(name, value, at.links.ask(question, without(where, name, value))) for name, value in pairs(where)]
    themes = at.knowledge_base.themes
    return {"question": question, "where": where, "choices": at.choices.read(), "chips": chips, "themes": themes}
