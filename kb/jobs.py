"""A batch job: the record it keeps of itself while it goes on, and whether it was asked to pause."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kb.errors import BusyError, CounterpartError, PausedError
from kb.library import Library, Run

# What a job has done is told to the library so often, and the library is asked whether it is to pause.
_KEEP_S = 5.0
_ASK_S = 0.5
# A job on another machine that was not heard of for so long is taken for dead.
_SILENT_S = 600.0
# Runs in which an earlier measurement is looked for.
_LOOKED_BACK = 100
PAUSED_EXIT = PausedError.exit_code


class Job:
    """note: what the job says of itself, as JSON. Without a library it is kept nowhere, and asked by signals alone."""

    def __init__(self, library: Library | None = None, kind: str = "") -> None:
        self.id = 0
        self.note: dict[str, Any] = {}
        self.unrecorded = ""
        self._library = library
        self._kind = kind
        self._started = datetime.now(UTC).isoformat(timespec="seconds")
        self._clock = time.monotonic()
        self._kept = self._asked = self._clock
        self._exit_code = 0

    def begin(self) -> None:
        """Open the record. A library that cannot be written to now is tried again at the end."""
        if self._library is not None:
            try:
                self.id = self._library.start_run(self._kind, this_process())
            except CounterpartError as error:
                self.unrecorded = str(error)

    def claim(self, generation_id: int) -> None:
        """Be the one job that fills a generation. Raises BusyError."""
        if self._library is not None and self.id:
            self._library.claim_generation(self.id, generation_id, is_alive)

    def pause_soon(self, exit_code: int) -> None:
        """Ask it to pause at the next step; a signal handler may call this."""
        self._exit_code = exit_code

    def heed(self) -> None:
        """Called between two steps, where nothing would be lost. Raises PausedError where it was asked to pause."""
        now = time.monotonic()
        if self._library is not None and self.id and now - self._asked >= _ASK_S:
            self._asked = now
            if self._library.is_to_pause(self.id):
                self._exit_code = self._exit_code or PAUSED_EXIT
        if self._exit_code:
            paused = PausedError(
                "paused; what is done is kept", way_out="Run the same command again: it goes on where it was."
            )
            paused.exit_code = self._exit_code
            raise paused

    def keep(self) -> None:
        """Tell the record what was done so far, now and then: what a job that is killed leaves behind."""
        now = time.monotonic()
        if self._library is not None and self.id and now - self._kept >= _KEEP_S:
            self._kept = now
            with contextlib.suppress(BusyError):  # the next time does as well
                self._library.keep_run(self.id, self._seconds(), self._body())

    def end(self, exit_code: int) -> None:
        """Close the record. `unrecorded` says why where that cannot be."""
        if self._library is None:
            return
        try:
            if self.id:
                self._library.end_run(self.id, self._seconds(), exit_code, self._body())
            else:
                self._library.record_run(self._kind, self._started, self._seconds(), exit_code, self._body())
            self.unrecorded = ""
        except CounterpartError as error:
            self.unrecorded = str(error)

    def _seconds(self) -> float:
        return round(time.monotonic() - self._clock, 3)

    def _body(self) -> dict[str, Any]:
        return {**self.note, "peak_memory_mib": peak_mib()}


def last_quality(library: Library, generation_id: int) -> dict[str, Any] | None:
    """What the last run that asked question sets of a generation found of it: {"generation", "measures", "run"}."""
    for run in library.runs(_LOOKED_BACK):
        quality = run.body.get("quality") or {}
        for side in ("after", "before"):
            found = quality.get(side) or {}
            if found.get("generation") == generation_id:
                return {**found, "run": found.get("run", run.id)}
    return None


def state_of(run: Run) -> str:
    """ "running", "pausing", "ended", or "killed": it has no end, and its process is gone."""
    return run.state if run.state == "ended" or is_alive(run) else "killed"


def is_alive(run: Run) -> bool:
    """Whether the process of a run that has not ended is there; on another machine, whether it was heard of lately."""
    host, _, process = run.process.rpartition(":")
    if host == socket.gethostname():
        return process == _process(int(process.partition("@")[0]))
    seen = datetime.fromisoformat(run.seen_at)
    return (datetime.now(UTC) - seen).total_seconds() < _SILENT_S


def this_process() -> str:
    """ "host:pid@start": a number alone is given to another process in the end."""
    return f"{socket.gethostname()}:{_process(os.getpid())}"


def peak_mib() -> int:
    """The most memory that this process had, in MiB; 0 on a system that does not say."""
    try:
        # What getrusage says begins with what the process that started this one had.
        told = Path("/proc/self/status").read_text(encoding="utf-8", errors="replace")
        return round(int(told.partition("VmHWM:")[2].split()[0]) / (1 << 10))
    except (OSError, ValueError, IndexError):
        pass  # another system than Linux
    try:
        import resource
    except ImportError:  # a system without it
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1 << 20 if sys.platform == "darwin" else 1 << 10))


def _process(pid: int) -> str:
    """ "pid@start" of a process that is there, else ""; start: in the kernel's clock ticks, 0 where it does not say."""
    try:
        if sys.platform == "win32":  # there os.kill would end it
            return f"{pid}@0"
        os.kill(pid, 0)
    except ProcessLookupError:
        return ""
    except PermissionError:
        pass  # it is another user's, and there
    try:
        # The name, in brackets, may hold anything; the start is the 20th field after it, the state the first.
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return f"{pid}@0"
    return "" if fields[0] == "Z" else f"{pid}@{fields[19]}"
