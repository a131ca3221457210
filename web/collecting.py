"""Collections of saved quotes, on pages: forms alone, no script. Who has the edit link may edit; nobody logs in.

A cookie remembers the reader's current collection, so that a quote is saved with one press. It is set where somebody
makes a collection or says so on its page, never by merely opening a link: that may be somebody else's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Blueprint, Response, g, redirect, render_template, request
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response as AnyResponse

from kb.errors import ChangedMeanwhileError, NotFoundError, UsageError
from kb.library.collecting import NAME_CHARS, UNNAMED
from kb.library.rows import CollectionRow
from kb.saved import new_token, proved, read_token, savable
from web.desk import desk
from web.exporting import FORMS, export_of, exported, file_name
from web.limits import MOST_STEPS
from web.same_site import require_own_page
from web.saved_cards import saved_cards

COOKIE = "counterpart_collection"
LIMITED = frozenset(("collecting.make", "collecting.copy", "collecting.export"))
MOVES = {"up": -1, "down": 1, "top": -MOST_STEPS}
_TOKEN = "/collections/<token>"  # noqa: S105  # a rule of addresses
# No number that the database could not hold.
SAVED_ID = f"int(max={2**63 - 1})"
_SAVED = f"{_TOKEN}/quotes/<{SAVED_ID}:saved_id>"


@dataclass(frozen=True)
class Current:
    """The collection that the cookie remembers. saved: citation -> number of the saved quote."""

    token: str
    name: str
    saved: dict[str, int]


def blueprint() -> Blueprint:
    pages = Blueprint("collecting", __name__)
    pages.before_request(require_own_page)
    pages.after_request(unlisted)
    pages.add_url_rule("/collections", view_func=index)
    pages.add_url_rule("/collections", view_func=make, methods=["POST"])
    pages.add_url_rule("/collections/current", view_func=save, methods=["POST"])
    pages.add_url_rule(_TOKEN, view_func=collection)
    pages.add_url_rule(f"{_TOKEN}/<any({', '.join(FORMS)}):form>", view_func=export)
    for view in (rename, remember, forget, copy, delete):
        pages.add_url_rule(f"{_TOKEN}/{view.__name__}", view_func=view, methods=["POST"])
    pages.add_url_rule(f"{_SAVED}/<any({', '.join(MOVES)}):way>", view_func=move, methods=["POST"])
    pages.add_url_rule(f"{_SAVED}/note", view_func=note, methods=["POST"])
    pages.add_url_rule(f"{_SAVED}/remove", view_func=remove, methods=["POST"])
    return pages


def unlisted(response: Response) -> Response:
    """A link that is published somewhere is found by search engines all the same: files have no other way to say it."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def now() -> datetime:
    return datetime.now(UTC)


def current() -> Current | None:
    """The reader's own collection, read once a request; None: there is none (any more)."""
    if "collection" not in g:
        g.collection = _current(request.cookies.get(COOKIE, ""))
    found: Current | None = g.collection
    return found


def _current(token: str) -> Current | None:
    if not token:
        return None
    try:
        row = desk().knowledge_base.library.open_collection(token, now())
    except NotFoundError:
        return None
    return Current(token, row.name, {one.citation: one.id for one in row.saved}) if row.may_edit else None


def index() -> str:
    settings = desk().settings
    return render_template("collections.html", mine=current(), days=settings.collection_days, most_name=NAME_CHARS)


def make() -> AnyResponse:
    """A new collection, with a quote in it where one is sent."""
    at, edit = desk(), new_token()
    library = at.knowledge_base.library
    cited = request.form.get("citation", "")
    citation = savable(library, cited) if cited else None
    library.make_collection(edit, read_token(edit), request.form.get("name", ""), now())
    if citation is None:
        return _remembered(redirect(at.links.collection(edit), code=303), edit)
    saved_id = library.save_quote(edit, citation, "", now())
    return _remembered(redirect(at.links.saved(edit, saved_id), code=303), edit)


def save() -> AnyResponse:
    """A quote into the collection that the cookie remembers."""
    at, mine = desk(), current()
    if mine is None:
        raise NotFoundError("the collection that you saved to is gone", way_out="Save the quote to a new one.")
    library = at.knowledge_base.library
    saved_id = library.save_quote(mine.token, savable(library, request.form.get("citation", "")), "", now())
    return redirect(at.links.saved(mine.token, saved_id), code=303)


def collection(token: str) -> str:
    """For its edit link the page that edits, for its read link the page that reads."""
    return _page(token)


def export(token: str, form: str) -> Response:
    at = desk()
    row = at.knowledge_base.library.open_collection(token, now())
    made = export_of(row, proved(at.knowledge_base.library, row.saved), at.absolute_links(), now().date())
    response = Response(exported(form, made), content_type=FORMS[form].content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name(row.name, form)}"'
    return response


def rename(token: str) -> AnyResponse | tuple[str, int]:
    at, name = desk(), request.form.get("name", "")
    try:
        at.knowledge_base.library.rename_collection(token, name, _version(), now())
    except ChangedMeanwhileError as error:
        return _page(token, error, unsaved={0: name}), error.http_status
    return redirect(at.links.collection(token), code=303)


def remember(token: str) -> AnyResponse:
    """From now on quotes are saved here."""
    at = desk()
    if not at.knowledge_base.library.open_collection(token, now()).may_edit:
        raise UsageError("this link reads the collection", way_out="Make a copy, and save there.")
    return _remembered(redirect(at.links.collection(token), code=303), token)


def forget(token: str) -> AnyResponse:
    """This browser does not know it any more; the collection stays, for whoever has its links."""
    response = redirect(desk().links.collection(token), code=303)
    response.delete_cookie(COOKIE, httponly=True, samesite="Lax", secure=request.is_secure)
    return response


def copy(token: str) -> AnyResponse:
    at, edit = desk(), new_token()
    at.knowledge_base.library.copy_collection(token, edit, read_token(edit), now())
    return _remembered(redirect(at.links.collection(edit), code=303), edit)


def delete(token: str) -> AnyResponse:
    at = desk()
    if request.form.get("sure") != "yes":
        raise UsageError("nothing was deleted", way_out="Say that you are sure: what is deleted cannot be had back.")
    at.knowledge_base.library.delete_collection(token, now())
    return redirect(at.links.collections(), code=303)


def move(token: str, saved_id: int, way: str) -> AnyResponse:
    at = desk()
    at.knowledge_base.library.move_quote(token, saved_id, MOVES[way], now())
    return redirect(at.links.saved(token, saved_id), code=303)


def note(token: str, saved_id: int) -> AnyResponse | tuple[str, int]:
    at, text = desk(), request.form.get("note", "")
    try:
        at.knowledge_base.library.note_quote(token, saved_id, text, _version(), now())
    except ChangedMeanwhileError as error:
        return _page(token, error, unsaved={saved_id: text}), error.http_status
    return redirect(at.links.saved(token, saved_id), code=303)


def remove(token: str, saved_id: int) -> AnyResponse | tuple[str, int]:
    at = desk()
    try:
        at.knowledge_base.library.remove_quote(token, saved_id, _version(), now())
    except ChangedMeanwhileError as error:
        return _page(token, error), error.http_status
    return redirect(at.links.collection(token), code=303)


def _page(token: str, changed: ChangedMeanwhileError | None = None, unsaved: dict[int, str] | None = None) -> str:
    """unsaved: what was not written, by the quote's number, 0 for the name: nobody is to write it twice."""
    at = desk()
    base = at.knowledge_base
    row = base.library.open_collection(token, now())
    mine = current()
    return render_template(
        "collection.html",
        row=row,
        token=token,
        cards=saved_cards(proved(base.library, row.saved), at.links, at.absolute_links()),
        is_current=mine is not None and mine.token == token,
        read_url=_read_url(token, row),
        edit_url=at.absolute_links().collection(token),
        exports=[(kind.title, at.links.collection(token, form)) for form, kind in FORMS.items()],
        changed=changed,
        unsaved=unsaved or {},
        unnamed=UNNAMED,
        most_name=NAME_CHARS,
        most_note=at.settings.collection_note_chars,
        days=at.settings.collection_days,
    )


def _read_url(token: str, row: CollectionRow) -> str:
    return desk().absolute_links().collection(read_token(token) if row.may_edit else token)


def _version() -> int:
    value = request.form.get("version", "")
    if not (value.isascii() and value.isdigit() and len(value) < 10):
        raise BadRequest()
    return int(value)


def _remembered(response: AnyResponse, token: str) -> AnyResponse:
    days = desk().settings.collection_days
    response.set_cookie(
        COOKIE, token, max_age=days * 86_400, httponly=True, samesite="Lax", secure=request.is_secure, path="/"
    )
    return response
