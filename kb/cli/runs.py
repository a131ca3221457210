"""`kb runs`: what batch jobs did; and how a job keeps its record."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from kb.cli.front import Front, command, pass_front
from kb.cli.lines import Body
from kb.errors import CounterpartError, GateRefusedError

if TYPE_CHECKING:
    from kb.assembly import KnowledgeBase

_EXIT_CODES: dict[type, int] = {KeyboardInterrupt: 130}


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


def _run_lines(body: Body) -> Iterator[str]:
    for run in body["runs"]:
        took = f"exit {run['exit_code']}  {run['seconds']:.1f} s"
        yield f"{run['id']:>4}  {run['started_at']}  {run['kind']:<9} {took}  {_gist(run)}"


def _gist(run: Mapping[str, Any]) -> str:
    names = ("error", "counts", "generation", "embedded", "peak_memory_mib")
    return ", ".join(f"{name} {run[name]}" for name in names if name in run)


COMMANDS = (runs,)
