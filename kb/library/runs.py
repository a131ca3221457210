"""The record of batch jobs: what each did, told while it goes on."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, insert, select, update

from kb.errors import BusyError, NotFoundError
from kb.library.rows import Run
from kb.library.schema import runs
from kb.library.store import Store

_GOING_ON = ("running", "pausing")


class Runs(Store):
    def record_run(self, kind: str, started_at: str, seconds: float, exit_code: int, body: Mapping[str, Any]) -> None:
        """Keep what a job did that has no record yet."""
        values = {"kind": kind, "started_at": started_at, "seconds": seconds, "exit_code": exit_code}
        with self.writing() as connection:
            connection.execute(insert(runs).values(**values, body=_told(body)))

    def start_run(self, kind: str, process: str) -> int:
        """A record of a job that goes on from now; its id."""
        values = {"kind": kind, "process": process, "started_at": _now(), "seen_at": _now(), "state": "running"}
        with self.writing() as connection:
            result = connection.execute(insert(runs).values(**values, seconds=0.0, exit_code=-1, body="{}"))
            key = result.inserted_primary_key
            assert key is not None  # noqa: S101  # an insert of one row always has one
            return int(key[0])

    def keep_run(self, run_id: int, seconds: float, body: Mapping[str, Any]) -> None:
        """What a job that goes on has done so far."""
        with self.writing() as connection:
            values = {"seconds": seconds, "seen_at": _now(), "body": _told(body)}
            connection.execute(update(runs).where(runs.c.id == run_id).values(**values))

    def end_run(self, run_id: int, seconds: float, exit_code: int, body: Mapping[str, Any]) -> None:
        with self.writing() as connection:
            values = {"seconds": seconds, "seen_at": _now(), "body": _told(body)}
            chosen = update(runs).where(runs.c.id == run_id)
            connection.execute(chosen.values(**values, exit_code=exit_code, state="ended"))

    def claim_generation(self, run_id: int, generation_id: int, alive: Callable[[Run], bool]) -> None:
        """Keep a generation for one job to fill. Raises BusyError where another one, that is alive, fills it."""
        query = select(runs).where(
            runs.c.generation_id == generation_id, runs.c.state.in_(_GOING_ON), runs.c.id != run_id
        )
        with self.writing() as connection:
            for other in map(_run, connection.execute(query).all()):
                if alive(other):
                    raise BusyError(
                        f"run {other.id} ({other.kind}) fills generation {generation_id} already",
                        way_out="Wait for it to end (`kb runs`), or pause it (`kb pause`).",
                    )
            connection.execute(update(runs).where(runs.c.id == run_id).values(generation_id=generation_id))

    def pause_runs(self, alive: Callable[[Run], bool]) -> list[Run]:
        """Ask the jobs that fill a generation to pause; which these are, in order of id."""
        query = select(runs).where(runs.c.state.in_(_GOING_ON), runs.c.generation_id > 0).order_by(runs.c.id)
        with self.writing() as connection:
            asked = [run for run in map(_run, connection.execute(query).all()) if alive(run)]
            chosen = runs.c.id.in_([run.id for run in asked])
            connection.execute(update(runs).where(chosen).values(state="pausing"))
        return asked

    def is_to_pause(self, run_id: int) -> bool:
        with self.reading() as connection:
            return connection.scalar(select(runs.c.state).where(runs.c.id == run_id)) == "pausing"

    def runs(self, limit: int) -> list[Run]:
        """The last runs, newest first."""
        with self.reading() as connection:
            rows = connection.execute(select(runs).order_by(runs.c.id.desc()).limit(limit)).all()
        return [_run(row) for row in rows]

    def run(self, run_id: int) -> Run:
        """Raises NotFoundError."""
        with self.reading() as connection:
            row = connection.execute(select(runs).where(runs.c.id == run_id)).first()
        if row is None:
            raise NotFoundError(f"there is no run {run_id}", way_out="`kb runs` lists the last ones.")
        return _run(row)


def _run(row: Row[Any]) -> Run:
    values = {name: getattr(row, name) for name in Run.__dataclass_fields__ if name != "body"}
    return Run(**values, body=json.loads(row.body))


def _told(body: Mapping[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=False)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
