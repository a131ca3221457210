"""Thirty-two clients that ask at once: wrk against a server over the library of the 99 episodes.

    python -m benchmarks.load [DATA_FOLDER] [--seconds N] [--clients N]

Needs wrk (apt-get install wrk). First one client asks alone, and the server's processor time for each question is read
off; then all clients ask for --seconds. The bar: questions a second, over what the cores could do if each question
cost the median of that time and nothing else. wrk runs on the same cores. An answer of another status is an error.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import urlopen

from benchmarks.common import ROOT, bench_settings, episodes, filled, iqr_questions, report

_ALONE = 60
_SCRIPT = """
local paths = {{{paths}}}
local at = 0
function request()
  at = at % #paths + 1
  return wrk.format("GET", paths[at])
end
function done(summary, latency, requests)
  io.write(string.format("COUNTS %d %d %d %d %d %d\\n", summary.requests, summary.errors.status,
    summary.errors.connect, summary.errors.read, summary.errors.write, summary.errors.timeout))
  io.write(string.format("LATENCY %d %d %d\\n", latency:percentile(50), latency:percentile(95), latency.max))
end
"""


@contextmanager
def served(data: Path) -> Iterator[tuple[str, int]]:
    """(address, process id) of a server that is warm."""
    settings = bench_settings(data)
    command = [sys.executable, "-c", "from kb.cli.main import main; main()", "--data", str(data), "serve"]
    values = {"KB_PORT": "0", "KB_RATE_LIMIT": "", "KB_THEMES_FILE": settings.themes_file}
    with subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **values}, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                found = re.search(r"http://\S+", line)
                if found:
                    yield found.group(), process.pid
                    break
        finally:
            process.terminate()


def processor_seconds(pid: int) -> float:
    """User and system time of a process, all threads (proc_pid_stat(5), fields 14 and 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def alone(address: str, pid: int, paths: list[str]) -> list[float]:
    """The server's processor seconds for each question, asked one after the other."""
    found = []
    for path in paths:
        before = processor_seconds(pid)
        with urlopen(address + path) as reply:  # a server of our own
            reply.read()
        time.sleep(0.05)  # threads that still spin are part of the cost
        found.append(processor_seconds(pid) - before)
    return found


def together(address: str, paths: list[str], clients: int, seconds: int) -> dict[str, Any]:
    wrk = shutil.which("wrk")
    if wrk is None:
        raise SystemExit("wrk is missing: apt-get install wrk")
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(_SCRIPT.format(paths=", ".join(f'"{path}"' for path in paths)))
        script.flush()
        command = [wrk, "-t1", f"-c{clients}", f"-d{seconds}s", "--timeout", "60s", "-s", script.name, address]
        out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    counts = [int(n) for n in re.search(r"COUNTS ([\d ]+)", out).group(1).split()]  # type: ignore[union-attr]
    latency = [int(n) for n in re.search(r"LATENCY ([\d ]+)", out).group(1).split()]  # type: ignore[union-attr]
    return {
        "questions": counts[0],
        "errors": sum(counts[1:]),
        "questions_per_s": round(counts[0] / seconds, 3),
        "latency_s": {name: round(us / 1e6, 2) for name, us in zip(("median", "p95", "max"), latency, strict=True)},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, nargs="?", default=ROOT / "var" / "bench" / "episodes")
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--clients", type=int, default=32)
    arguments = parser.parse_args()
    with filled(arguments.data, episodes()):
        pass
    questions = [q["query"] for half in ("tune", "test") for q in iqr_questions(half)]
    paths = [f"/ask?q={quote(question, safe='')}" for question in questions]
    with served(arguments.data) as (address, pid):
        alone(address, pid, paths[:5])
        cost = statistics.median(alone(address, pid, paths[:_ALONE]))
        found = together(address, paths, arguments.clients, arguments.seconds)
    cores = os.cpu_count() or 1
    found |= {"cores": cores, "clients": arguments.clients, "seconds": arguments.seconds}
    found |= {"processor_s of a question asked alone": round(cost, 4)}
    report("load", {**found, "ratio": round(found["questions_per_s"] / (cores / cost), 3)})


if __name__ == "__main__":
    main()
