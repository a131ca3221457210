"""`kb runs` and `kb pause`: what batch jobs did and do; and how a job keeps its record."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from kb.cli.front import CONTROL, Front, command, pass_front
from kb.cli.lines import Body
from kb.errors import CounterpartError, GateRefusedError, UsageError

if TYPE_CHECKING:
    from kb.assembly import KnowledgeBase
    from kb.jobs import Job
    from kb.library import Run

KILLED = 137
_GIST = ("error", "added", "changed", "skipped", "generation", "embedded", "tokens_per_second", "peak_memory_mib")


class Terminated(KeyboardInterrupt):
    """SIGTERM: a scheduler stops the job. What was acknowledged is kept."""


@command("runs", "kb runs", "kb runs --limit 3 --json", "kb runs 12 --json")
@click.argument("run", type=int, metavar="ID", required=False)
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1), help="The last so many.")
@pass_front
def runs(front: Front, run: int | None, limit: int) -> None:
    """What the last ingests, re-indexings and activations did, newest first; or all that one of them did.

    A run is `running`, `pausing`, `ended`, or `killed`: it has no end, and its process is gone (exit code 137).
    """
    with front.open() as base:
        if run is not None:
            front.show(run_json(base.library.run(run)), _whole_lines)
            return
        found = [run_json(one) for one in base.library.runs(limit)]
    front.show({"runs": found}, _run_lines)


@command("pause", "kb pause")
@pass_front
def pause(front: Front) -> None:
    """Ask the jobs that fill a generation to pause at their next step; run again, they go on where they were."""
    from kb.jobs import is_alive

    with front.open() as base:
        asked = [run.id for run in base.library.pause_runs(is_alive)]
    if not asked:
        raise UsageError("nothing is being re-indexed", way_out="`kb runs` shows what was.")
    front.show({"done": "asked to pause", "runs": asked}, lambda body: [f"Asked to pause: {_listed(body['runs'])}."])


def run_json(run: Run) -> dict[str, Any]:
    """exit_code: null while it goes on."""
    from kb.jobs import state_of

    state = state_of(run)
    codes = {"ended": run.exit_code, "killed": KILLED}
    return {
        "id": run.id,
        "kind": run.kind,
        "state": state,
        "started_at": run.started_at,
        "seconds": run.seconds,
        "exit_code": codes.get(state),
        **{"generation_state" if name == "state" else name: value for name, value in run.body.items()},
    }


@contextmanager
def recorded(base: KnowledgeBase, kind: str, *, pauses: bool = False) -> Iterator[Job]:
    """Yield the job, whose note is kept with its times, peak memory and exit code, failed or not.

    pauses: Ctrl-C and SIGTERM let it end its step, a second one ends it at once; else SIGTERM ends it as Ctrl-C does.
    """
    from kb.jobs import Job

    job = Job(base.library, kind)
    job.begin()
    exit_code = 70
    try:
        with _signals(job, pauses):
            yield job
        exit_code = int(job.note.pop("exit_code", 0))
    except BaseException as error:
        exit_code = _code(error)
        job.note.pop("exit_code", None)
        job.note |= {"error": str(error) or type(error).__name__}
        if isinstance(error, GateRefusedError):
            job.note |= {"gate": dict(error.gate)}
        raise
    finally:
        job.end(exit_code)
        if job.unrecorded:
            # What the job itself has to say goes before that.
            click.echo(f"kb: this run is not in the record: {job.unrecorded}", err=True)


def _code(error: BaseException) -> int:
    if isinstance(error, CounterpartError):
        return error.exit_code
    if isinstance(error, KeyboardInterrupt):
        return 128 + (signal.SIGTERM if isinstance(error, Terminated) else signal.SIGINT)
    return 70


@contextmanager
def _signals(job: Job, pauses: bool) -> Iterator[None]:
    """What Ctrl-C and SIGTERM do while a job runs."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    asked: list[int] = []

    def heard(number: int, _frame: object) -> None:
        if pauses and not asked:
            asked.append(number)
            job.pause_soon(128 + number)
            os.write(2, b"kb: pausing after this step; once more ends it at once.\n")
        else:
            raise Terminated if number == signal.SIGTERM else KeyboardInterrupt

    taken = (signal.SIGTERM, signal.SIGINT) if pauses else (signal.SIGTERM,)
    before = {number: signal.signal(number, heard) for number in taken}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _run_lines(body: Body) -> Iterator[str]:
    for run in body["runs"]:
        ended = run["state"] if run["exit_code"] is None else f"exit {run['exit_code']}"
        ended += " (killed)" if run["state"] == "killed" else ""
        yield f"{run['id']:>4}  {run['started_at']}  {run['kind']:<9} {ended}  {run['seconds']:.1f} s  {_gist(run)}"


def _gist(run: Mapping[str, Any]) -> str:
    told = [f"{name.replace('_', ' ')} {run[name]}" for name in _GIST if name in run]
    return ", ".join([*told, f"failed {len(run['failed'])}"] if run.get("failed") else told)


def _whole_lines(body: Body) -> Iterator[str]:
    """Every figure of a run by its dotted name, and each failure on a line of its own."""
    yield from _named(body, "")


def _named(body: Mapping[str, Any], head: str) -> Iterator[str]:
    for name, value in body.items():
        if isinstance(value, Mapping):
            yield from _named(value, f"{head}{name}.")
        elif isinstance(value, list) and any(isinstance(one, Mapping) for one in value):
            for one in value:
                yield f"{head}{name}: " + CONTROL.sub("", ", ".join(f"{key} {told}" for key, told in one.items()))
        else:
            yield f"{head}{name}: {_listed(value) if isinstance(value, list | tuple) else value}"


def _listed(values: list[Any] | tuple[Any, ...]) -> str:
    return ", ".join(str(value) for value in values)


COMMANDS = (runs, pause)
