"""Which documents a trial is of: a filter kept as text, and as conditions on the table of documents."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Column, ColumnElement, Select, func, or_, select

from kb.library.schema import (
    appearances,
    document_facets,
    documents,
    generations,
    passage_themes,
    passage_voices,
    passages,
)
from kb.records import Filter


def scope_of(where: Filter) -> str:
    """The filter as JSON, the same for the same filter whatever the order of its values; "" for none."""
    body = {name: sorted(value) if isinstance(value, tuple) else value for name, value in asdict(where).items()}
    kept = {name: value for name, value in sorted(body.items()) if value}
    return json.dumps(kept, ensure_ascii=False) if kept else ""


def filter_in(scope: str) -> Filter:
    """What `scope_of` was made of. Raises ValueError, TypeError for what is none."""
    body: dict[str, Any] = json.loads(scope) if scope else {}
    values: dict[str, Any] = {}
    for name, value in body.items():
        parts = [value] if name in ("since", "until") else value
        if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
            raise ValueError(f"{name} of a filter is no text")
        values[name] = value if name in ("since", "until") else tuple(parts)
    return Filter(**values)


def within_scope(query: Select[Any], scope: str) -> Select[Any]:
    """Documents of the query that the scope is of.

    Who speaks, on which side, and a passage's themes are asked of the active generation: a document counts whole where
    one of its passages matches.
    """
    if not scope:
        return query
    where = filter_in(scope)
    if where.document:
        query = query.where(documents.c.id.in_(where.document))
    query = _document_conditions(query, where)
    if where.theme or where.speaker or where.side or where.organisation:
        query = query.where(_some_passage(where))
    return query


def _document_conditions(query: Select[Any], where: Filter) -> Select[Any]:
    """What a filter says of whole documents; the query reads the table of documents."""
    if where.show:
        query = query.where(named(documents.c.show, where.show))
    if where.kind:
        query = query.where(documents.c.kind.in_(where.kind))
    if where.since:
        query = query.where(documents.c.date >= where.since)
    if where.until:
        # "2026" and "2026-10" mean the whole year or month
        query = query.where(documents.c.date != "", func.substr(documents.c.date, 1, len(where.until)) <= where.until)
    for name, chosen in (("phase", where.phase), ("modality", where.modality)):
        if chosen:
            having = select(document_facets.c.document_id).where(
                document_facets.c.name == name, document_facets.c.value.in_(chosen)
            )
            query = query.where(documents.c.id.in_(having))
    return query


def _some_passage(where: Filter) -> ColumnElement[bool]:
    """Asked document by document, so that a page of them costs as much whatever the library's size."""
    active = select(generations.c.id).where(generations.c.state == "active").scalar_subquery()
    some = select(passages.c.no).where(passages.c.document_id == documents.c.id, passages.c.generation_id == active)
    if where.theme:
        themed = select(passage_themes.c.theme).where(
            passage_themes.c.passage_no == passages.c.no, passage_themes.c.theme.in_(where.theme)
        )
        some = some.where(themed.correlate(passages).exists())
    if where.speaker or where.side or where.organisation:
        heard = select(passage_voices.c.speaker).where(passage_voices.c.passage_no == passages.c.no)
        if where.speaker:
            heard = heard.where(named(passage_voices.c.speaker, where.speaker))
        if where.side:
            heard = heard.where(passage_voices.c.side.in_(where.side))
        if where.organisation:
            employed = select(appearances.c.name).where(
                appearances.c.document_id == documents.c.id,
                appearances.c.name == passage_voices.c.speaker,
                named(appearances.c.organisation, where.organisation),
            )
            heard = heard.where(employed.correlate(documents, passage_voices).exists())
        some = some.where(heard.correlate(passages, documents).exists())
    return some.correlate(documents).exists()


def named(column: Column[str], names: Sequence[str]) -> ColumnElement[bool]:
    """Whether it is one of the names: case does not matter, but beyond ASCII, where the database knows no case."""
    return or_(func.lower(column).in_([name.lower() for name in names]), column.in_(names))
