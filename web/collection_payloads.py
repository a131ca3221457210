"""Collections of saved quotes as the API tells them."""

from __future__ import annotations

from collections.abc import Sequence

from typing_extensions import TypedDict

from kb.answer.render import QuoteJson, quote_json
from kb.library.rows import CollectionRow
from kb.saved import Saved, read_token
from web.links import Links
from web.saved_cards import remark


class SavedJson(TypedDict):
    """A saved quote. state: "current", "edited" (it is of the revision that was cited), "missing" or "purged".

    quote: as the library has it now, null where it has it no more; remark: what has become of it, or "";
    version: of the note, to be said when it is replaced.
    """

    id: int
    citation: str
    state: str
    remark: str
    note: str
    version: int
    added_at: str
    quote: QuoteJson | None


class CollectionJson(TypedDict):
    """A collection, in its reader's order. version: of the name; edit_url: null to whoever only reads."""

    name: str
    version: int
    created_at: str
    expires_at: str
    read_url: str
    edit_url: str | None
    quotes: list[SavedJson]


class CollectionMadeJson(TypedDict):
    """The links of a new collection: nobody can give them again. token, read_token: what the API is asked with."""

    token: str
    read_token: str
    edit_url: str
    read_url: str
    expires_at: str


class SavedMadeJson(TypedDict):
    """id: the saved quote's number in its collection."""

    id: int
    url: str


def collection_json(token: str, row: CollectionRow, saved: Sequence[Saved], links: Links) -> CollectionJson:
    reading = read_token(token) if row.may_edit else token
    return {
        "name": row.name,
        "version": row.version,
        "created_at": row.created_at,
        "expires_at": row.expires_at,
        "read_url": links.collection(reading),
        "edit_url": links.collection(token) if row.may_edit else None,
        "quotes": [_saved(one, links) for one in saved],
    }


def made_json(token: str, row: CollectionRow, links: Links) -> CollectionMadeJson:
    reading = read_token(token)
    return {
        "token": token,
        "read_token": reading,
        "edit_url": links.collection(token),
        "read_url": links.collection(reading),
        "expires_at": row.expires_at,
    }


def _saved(one: Saved, links: Links) -> SavedJson:
    return {
        "id": one.row.id,
        "citation": one.row.citation,
        "state": one.state,
        "remark": remark(one),
        "note": one.row.note,
        "version": one.row.version,
        "added_at": one.row.added_at,
        "quote": quote_json(one.quote, links.citation) if one.quote is not None else None,
    }
