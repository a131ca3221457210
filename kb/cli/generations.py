"""`kb reindex`, `generations`, `activate`, `rollback`, `retire`: the library made anew, proved, and taken back."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from kb.cli.front import Front, command, pass_front
from kb.cli.lines import Body, done_lines, table_lines
from kb.cli.progress import progress_bar
from kb.cli.runs import recorded
from kb.errors import UsageError

if TYPE_CHECKING:
    from kb.assembly import KnowledgeBase
    from kb.generations import Reindexed
    from kb.passages import PassageSettings

_FORCE = "Activate it although the gate says that it is worse; the reason is kept in the record."
_PASSAGES = ("tokens", "words", "head")


@command("reindex", "kb reindex", "kb reindex --passages words=150 --hold", "kb reindex --dry-run")
@click.option("--model", default="", metavar="M", help="sentence-transformers model, by name or folder.")
@click.option(
    "--passages", multiple=True, metavar="K=V", help="Cut otherwise: tokens=, words= or head=; may be repeated."
)
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option("--hold", is_flag=True, help="Make it and compare it, but leave the active generation active.")
@click.option("--force", default="", metavar="REASON", help=_FORCE)
@pass_front
def reindex(front: Front, model: str, passages: tuple[str, ...], dry_run: bool, hold: bool, force: str) -> None:
    """Make a new generation of the library beside the active one, and switch to it if it is no worse.

    What is not named is taken from the settings. Searching goes on meanwhile. Interrupted or killed anywhere and run
    again, it goes on where it was, and embeds nothing twice.
    """
    with front.open() as base, progress_bar("reindex") as step:
        recipe = _recipe(base, passages)
        if dry_run:
            front.show(base.reindexing.plan(model=model, passages=recipe), _plain_lines)
            return
        if hasattr(os, "nice"):
            os.nice(base.settings.reindex_niceness)
        with recorded(base, "reindex") as note:
            made = base.reindexing.run(model=model, passages=recipe, hold=hold, force=force, progress=step)
            note |= _told("reindexed", made, force)
        base.follow()
    front.show(note, _reindexed_lines)


@command("generations", "kb generations", "kb generations --json")
@pass_front
def generations(front: Front) -> None:
    """List the generations: how each was cut and embedded, and which one answers."""
    with front.open() as base:
        found = [
            {
                "id": state.row.id,
                "state": state.row.state,
                "model": state.row.model,
                "variant": state.row.variant,
                "passages": state.passages,
                "passages_as": state.row.passages,
                "documents": state.documents,
                "missing": state.missing,
                "created_at": state.created_at,
            }
            for state in base.reindexing.generations()
        ]
    front.show({"generations": found}, _generation_lines)


@command("activate", "kb activate 2")
@click.argument("generation", type=int, metavar="ID")
@click.option("--force", default="", metavar="REASON", help=_FORCE)
@pass_front
def activate(front: Front, generation: int, force: str) -> None:
    """Let a generation catch up, prove it at the gate, and let it answer."""
    with front.open() as base:
        with recorded(base, "activate") as note:
            note |= _told("activated", base.reindexing.activate(generation, force), force)
        base.follow()
    front.show(note, _reindexed_lines)


@command("rollback", "kb rollback")
@pass_front
def rollback(front: Front) -> None:
    """Go back to the generation that was active before, with all that was published since."""
    with front.open() as base:
        with recorded(base, "rollback") as note:
            row = base.reindexing.rollback()
            note |= {"done": "rolled back", "generation": row.id, "model": row.model, "variant": row.variant}
        base.follow()
    front.show(note, done_lines)


@command("retire", "kb retire 1")
@click.argument("generation", type=int, metavar="ID")
@pass_front
def retire(front: Front, generation: int) -> None:
    """Drop the passages and vectors of a generation that is not active. There is no way back to it then."""
    with front.open() as base, recorded(base, "retire") as note:
        base.reindexing.retire(generation)
        note |= {"done": "retired", "generation": generation}
    front.show(note, done_lines)


def _recipe(base: KnowledgeBase, chosen: tuple[str, ...]) -> PassageSettings | None:
    from kb.indexing.cutting import passage_settings
    from kb.passages import PassageSettings

    if not chosen:
        return None
    usual = passage_settings(base.settings)
    values: dict[str, Any] = {"tokens": usual.tokens, "words": usual.words, "head": usual.head}
    for part in chosen:
        name, _, value = part.partition("=")
        if name not in _PASSAGES or not value:
            raise UsageError(f"--passages {part!r} is not understood", way_out=f"Known: {'=, '.join(_PASSAGES)}=.")
        if (name != "head" and not value.isascii()) or (name != "head" and not value.isdigit()):
            raise UsageError(f"--passages {part!r} is no number", way_out="For instance: --passages words=150.")
        values[name] = value if name == "head" else int(value)
    return PassageSettings(**values)


def _told(done: str, made: Reindexed, force: str) -> dict[str, Any]:
    body: dict[str, Any] = {
        "done": done,
        "generation": made.generation.id,
        "model": made.generation.model,
        "variant": made.generation.variant,
        "state": made.generation.state,
        "embedded": made.embedded,
        "gate": made.gate,
    }
    return body | ({"forced": force} if force else {})


def _reindexed_lines(body: Body) -> Iterator[str]:
    yield from done_lines({name: value for name, value in body.items() if name != "gate"})
    for name, found in body["gate"].items():
        yield f"{name}:"
        rows = ((measure, values, found["intervals"].get(measure)) for measure, values in found["measures"].items())
        yield from table_lines(
            (f"  {m}", f"{v['before']} -> {v['after']}", f"95%: {i}" if i else "") for m, v, i in rows
        )


def _generation_lines(body: Body) -> Iterator[str]:
    for row in body["generations"]:
        made = f"{row['model']} {row['variant']}, {row['passages_as']}"
        held = f"{row['passages']} passages of {row['documents']} documents"
        yield f"{row['id']:>3}  {row['state']:<9} {made}: {held}" + (
            f", {row['missing']} missing" if row["missing"] else ""
        )


def _plain_lines(body: Body) -> Iterator[str]:
    yield from table_lines((name.replace("_", " "), str(value), "") for name, value in body.items())


COMMANDS = (reindex, generations, activate, rollback, retire)
