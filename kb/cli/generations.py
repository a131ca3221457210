"""`kb reindex`, `generations`, `activate`, `rollback`, `retire`: the library made anew, proved, and taken back."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kb.cli.asking import FILTER_NAMES, filter_of
from kb.cli.front import Front, command, pass_front
from kb.cli.gates import gate_lines
from kb.cli.lines import Body, done_lines, table_lines
from kb.cli.progress import progress_bar
from kb.cli.runs import recorded
from kb.errors import GateRefusedError, UsageError

if TYPE_CHECKING:
    from kb.assembly import KnowledgeBase
    from kb.generations import Reindexed
    from kb.passages import PassageSettings
    from kb.records import Filter

_FORCE = "Activate it although the gate says that it is worse; the reason is kept in the record."
_WHERE = (
    "A trial of some documents only: theme=, show=, kind=, speaker=, side=, phase=, modality=, since= or until=, "
    "as `kb search` takes them; may be repeated."
)
_FILE = click.Path(dir_okay=False, path_type=Path)
_PASSAGES = ("tokens", "words", "head")


@command(
    "reindex",
    "kb reindex",
    "kb reindex --passages words=150 --hold",
    'kb reindex --passages words=150 --where show="A show" --where since=2025',
    "kb reindex --dry-run --out reindex-plan.json",
    "kb reindex --plan reindex-plan.json",
)
@click.option("--model", default="", metavar="M", help="sentence-transformers model, by name or folder.")
@click.option("--variant", default="", metavar="V", help="Backend that embeds, as the setting `backend` names it.")
@click.option(
    "--passages", multiple=True, metavar="K=V", help="Cut otherwise: tokens=, words= or head=; may be repeated."
)
@click.option("--where", multiple=True, metavar="K=V", help=_WHERE)
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option("--out", type=_FILE, metavar="FILE", help="With --dry-run: write the plan to this file.")
@click.option("--plan", type=_FILE, metavar="FILE", help="Do exactly what a plan says that --dry-run --out wrote.")
@click.option("--hold", is_flag=True, help="Make it and compare it, but leave the active generation active.")
@click.option("--force", default="", metavar="REASON", help=_FORCE)
@pass_front
def reindex(front: Front, /, plan: Path | None, out: Path | None, dry_run: bool, **options: Any) -> None:
    """Make a new generation of the library beside the active one, and switch to it if it is no worse.

    What is not named is taken from the settings. Searching goes on meanwhile. Ctrl-C, SIGTERM and `kb pause` let it end
    its step; paused or killed anywhere and run again, it goes on where it was, and embeds nothing twice. --where makes
    a trial of the documents that the filter allows: it can be compared (`kb eval --generation`), and never be active.
    """
    run = {name: options.pop(name) for name in ("hold", "force")}
    _require_one_way(plan, out, dry_run, options)
    with front.open() as base, progress_bar("reindex") as step:
        wanted = {} if plan else _wanted(base, **options)
        if dry_run:
            front.show(_plan(base, plan, out, wanted), _plan_lines)
            return
        if hasattr(os, "nice"):
            os.nice(base.settings.reindex_niceness)
        with _shown_if_refused(front), recorded(base, "reindex", pauses=True) as job:
            run |= {"progress": step, "job": job}
            made = base.reindexing.execute(plan, **run) if plan else base.reindexing.run(**wanted, **run)
            job.note |= _told("reindexed", made, run["force"])
    front.show(job.note, _reindexed_lines)


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
                **({"where": json.loads(state.row.scope)} if state.row.scope else {}),
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
    with front.open() as base, _shown_if_refused(front), recorded(base, "activate", pauses=True) as job:
        job.note |= _told("activated", base.reindexing.activate(generation, force, job), force)
    front.show(job.note, _reindexed_lines)


@command("rollback", "kb rollback")
@pass_front
def rollback(front: Front) -> None:
    """Go back to the generation that was active before, with all that was published since."""
    with front.open() as base, recorded(base, "rollback", pauses=True) as job:
        job.note |= _told("rolled back", base.reindexing.rollback(job), "")
    front.show(job.note, _reindexed_lines)


@command("retire", "kb retire 1")
@click.argument("generation", type=int, metavar="ID")
@pass_front
def retire(front: Front, generation: int) -> None:
    """Drop the passages and vectors of a generation that is not active. There is no way back to it then."""
    with front.open() as base, recorded(base, "retire") as job:
        base.reindexing.retire(generation)
        job.note |= {"done": "retired", "generation": generation}
    front.show(job.note, done_lines)


def _require_one_way(plan: Path | None, out: Path | None, dry_run: bool, options: Mapping[str, Any]) -> None:
    """Raises UsageError where options say two things at once."""
    if out and (plan or not dry_run):
        raise UsageError("--out writes a new plan", way_out="Give it with --dry-run, and without --plan.")
    named = [f"--{name}" for name, value in options.items() if value]
    if plan and named:
        raise UsageError(f"the plan says already what {', '.join(named)} would say", way_out="Leave that out.")


def _wanted(base: KnowledgeBase, **options: Any) -> dict[str, Any]:
    """What kb.generations takes of the options."""
    found = {**options, "passages": _recipe(base, options["passages"])}
    return found | {"where": _where(base, options["where"])}


def _plan(base: KnowledgeBase, plan: Path | None, out: Path | None, wanted: Mapping[str, Any]) -> dict[str, Any]:
    if plan:
        return base.reindexing.read_plan(plan)
    if out:
        return {**base.reindexing.write_plan(out, **wanted), "plan": str(out)}
    return base.reindexing.plan(**wanted)


def _where(base: KnowledgeBase, chosen: tuple[str, ...]) -> Filter:
    """The filter that --where K=V asks for: the words that `kb search` takes as options."""
    values: dict[str, list[str]] = {}
    for part in chosen:
        name, _, value = part.partition("=")
        if name not in FILTER_NAMES or not value.strip():
            raise UsageError(f"--where {part!r} is not understood", way_out=f"Known: {'=, '.join(FILTER_NAMES)}=.")
        values.setdefault(name, []).append(value)
    return filter_of(values, base.themes)


@contextmanager
def _shown_if_refused(front: Front) -> Iterator[None]:
    """What the gate found is shown before its refusal is told: on the way out, for a person or as JSON."""
    try:
        yield
    except GateRefusedError as refused:
        front.show({"done": "refused", "gate": dict(refused.gate)}, _reindexed_lines)
        raise


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
    from kb.generations.gate import quality_of

    body: dict[str, Any] = {
        "done": done,
        "generation": made.generation.id,
        "model": made.generation.model,
        "variant": made.generation.variant,
        "state": made.generation.state,
        "embedded": made.embedded,
        "checksum": made.checksum,
        "quality": quality_of(made.gate),
        "gate": made.gate,
    }
    return body | ({"forced": force} if force else {})


def _reindexed_lines(body: Body) -> Iterator[str]:
    names = ("done", "generation", "model", "variant", "state", "added", "changed", "skipped", "embedded", "cached")
    yield from done_lines({name: body[name] for name in names if name in body})
    if body.get("published_since_plan"):
        yield f"{body['published_since_plan']} documents that were published after the plan was made are in it too."
    yield from gate_lines(body["gate"])


def _generation_lines(body: Body) -> Iterator[str]:
    for row in body["generations"]:
        made = f"{row['model']} {row['variant']}, {row['passages_as']}"
        made += "".join(f", {name} {value}" for name, value in row.get("where", {}).items())
        held = f"{row['passages']} passages of {row['documents']} documents"
        yield f"{row['id']:>3}  {row['state']:<9} {made}: {held}" + (
            f", {row['missing']} missing" if row["missing"] else ""
        )


def _plan_lines(body: Body) -> Iterator[str]:
    yield from table_lines((name.replace("_", " "), str(value), "") for name, value in body.items())
    free = body["disk_free_bytes"]
    if free is not None and free < body["disk_bytes"]:
        yield "warning: there is less room on the disk than that"


COMMANDS = (reindex, generations, activate, rollback, retire)
