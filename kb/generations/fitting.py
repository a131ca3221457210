"""Whether a plan still fits the library that it was made for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kb.errors import UsageError
from kb.generations.plan_file import RECIPE, PlanFile
from kb.library import GenerationRow, Library

_PAGE = 1_000
# So many differences are named; the others are counted.
_NAMED = 5


def documents_of(library: Library, generation: GenerationRow) -> Iterator[tuple[str, str]]:
    """(document id, its current revision's id) of all that a generation is to hold, by id, page by page."""
    after = ""
    while rows := library.in_scope(generation, after, _PAGE):
        yield from rows
        after = rows[-1][0]


def require_unchanged(plan: PlanFile, library: Library, generation: GenerationRow, settings: Mapping[str, Any]) -> int:
    """How many documents were published since the plan was made: all else must be as it says.

    Raises UsageError, naming what differs: the library, the recipe or its model, a setting of the gate, a document
    that was edited or deleted since.
    """
    where = str(plan.path)
    if library.library_id() != plan.library:
        raise UsageError("the plan is of another library", where=where, way_out="Name that one's folder with --data.")
    found = [
        f"{name} is {getattr(generation, name)!r}, the plan says {getattr(plan.recipe, name)!r}"
        for name in RECIPE
        if getattr(generation, name) != getattr(plan.recipe, name)
    ]
    found += [
        f"the setting {name} is {settings.get(name)!r}, the plan says {plan.settings.get(name)!r}"
        for name in sorted({*settings, *plan.settings})
        if settings.get(name) != plan.settings.get(name)
    ]
    more, since = 0, 0
    for told in _compared(plan.documents(), documents_of(library, generation)):
        if not told:
            since += 1
        elif len(found) < _NAMED:
            found.append(told)
        else:
            more += 1
    if found:
        rest = f"; and {more} more" if more else ""
        raise UsageError(
            f"the plan no longer fits: {'; '.join(found)}{rest}",
            where=where,
            way_out="Make it anew with `kb reindex --dry-run --out FILE`.",
        )
    return since


def _compared(plan: Iterator[tuple[str, str]], here: Iterator[tuple[str, str]]) -> Iterator[str]:
    """How the documents differ, both in order of id; "" for each that only the library has."""
    end = ("\U0010ffff", "")
    planned, stored = next(plan, end), next(here, end)
    while (planned, stored) != (end, end):
        if stored[0] < planned[0]:
            yield ""
            stored = next(here, end)
        elif planned[0] < stored[0]:
            yield f"document {planned[0]} was deleted since, or the filter leaves it out now"
            planned = next(plan, end)
        else:
            if planned[1] != stored[1]:
                yield f"document {planned[0]} was edited since"
            planned, stored = next(plan, end), next(here, end)
