"""`kb reindex`, `generations`, `activate`, `rollback`, `retire`: the library made anew, proved, and taken back."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from kb.cli.front import Front, command, pass_front
from kb.cli.lines import Body, done_lines, table_lines
from kb.cli.progress import progress_bar
from kb.errors import CounterpartError, GateRefusedError, UsageError

if TYPE_CHECKING:
    from kb.assembly import KnowledgeBase
    from kb.generations import Reindexed
    from kb.passages import PassageSettings

_FORCE = "Activate it although the gate says that it is worse; the reason is kept in the record."
_EXIT_CODES: dict[type, int] = {KeyboardInterrupt: 130}
_PASSAGES = ("tokens", "words", "head")


@command("reindex", "kb reindex", "kb reindex --passages words=150 --hold", "kb reindex --dry-run")
@click.option("--model", default="", metavar="M", help="sentence-transformers model, by name or folder.")
@click.option("--variant", default="", metavar="V", help="Backend that embeds, as the setting `backend` names it.")
@click.option(
    "--passages", multiple=True, metavar="K=V", help="Cut otherwise: tokens=, words= or head=; may be repeated."
)
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option("--hold", is_flag=True, help="Make it and compare it, but leave the active generation active.")
@click.option("--force", default="", metavar="REASON", help=_FORCE)
@pass_front
def reindex(
    front: Front, model: str, variant: str, passages: tuple[str, ...], dry_run: bool, hold: bool, force: str
) -> None:
    """Make a new generation of the library beside the active one, and switch to it if it is no worse.

    What is not named is taken from the settings. Searching goes on meanwhile. Interrupted or killed anywhere and run
    again, it goes on where it was, and embeds nothing twice.
    """
    with front.open() as base, progress_bar("reindex") as step:
        recipe = _recipe(base, passages)
        if dry_run:
            front.show(base.reindexing.plan(model=model, variant=variant, passages=recipe), _plain_lines)
            return
        if hasattr(os, "nice"):
            os.nice(base.settings.reindex_niceness)
        with recorded(base, "reindex") as note:
            made = base.reindexing.run(
                model=model, variant=variant, passages=recipe, hold=hold, force=force, progress=step
            )
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


@command("runs", "kb runs", "kb runs --limit 3 --json")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1), help="The last so many.")
@pass_front
def runs(front: Front, limit: int) -> None:
    """What the last ingests, re-indexings and activations did, newest first."""
    with front.open() as base:
        found = [
            {
                "id": run.id,
                "kind": run.kind,
                "started_at": run.started_at,
                "seconds": run.seconds,
                "exit_code": run.exit_code,
                **run.body,
            }
            for run in base.library.runs(limit)
        ]
    front.show({"runs": found}, _run_lines)


@contextmanager
def recorded(base: KnowledgeBase, kind: str) -> Iterator[dict[str, Any]]:
    """Yield what the job says of itself; it is kept with its times, peak memory and exit code, failed or not."""
    note: dict[str, Any] = {}
    started, clock = datetime.now(UTC).isoformat(timespec="seconds"), time.monotonic()
    exit_code = 0
    try:
        yield note
        exit_code = int(note.get("exit_code", 0))
    except BaseException as error:
        exit_code = error.exit_code if isinstance(error, CounterpartError) else _EXIT_CODES.get(type(error), 70)
        note |= {"error": str(error) or type(error).__name__}
        if isinstance(error, GateRefusedError):
            note |= {"gate": dict(error.gate)}
        raise
    finally:
        body = {**note, "peak_memory_mib": _peak_mib()}
        try:
            base.library.record_run(kind, started, round(time.monotonic() - clock, 3), exit_code, body)
        except CounterpartError as error:
            # What the job itself has to say goes before that.
            click.echo(f"kb: this run is not in the record: {error}", err=True)


def _peak_mib() -> int:
    try:
        import resource
    except ImportError:  # a system without it
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1 << 20 if sys.platform == "darwin" else 1 << 10))


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


def _run_lines(body: Body) -> Iterator[str]:
    for run in body["runs"]:
        took = f"exit {run['exit_code']}  {run['seconds']:.1f} s"
        yield f"{run['id']:>4}  {run['started_at']}  {run['kind']:<9} {took}  {_gist(run)}"


def _gist(run: Mapping[str, Any]) -> str:
    names = ("error", "counts", "generation", "embedded", "peak_memory_mib")
    return ", ".join(f"{name} {run[name]}" for name in names if name in run)


def _plain_lines(body: Body) -> Iterator[str]:
    yield from table_lines((name.replace("_", " "), str(value), "") for name, value in body.items())


COMMANDS = (reindex, generations, activate, rollback, retire, runs)
