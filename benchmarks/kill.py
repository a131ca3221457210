"""kill -9 at random instants of an ingest, 20 times: nothing acknowledged is lost, and the next run finishes.

    python -m benchmarks.kill [WORK_FOLDER] [--rounds 20] [--seed 7]

A child ingests the corpus and prints each document when it is acknowledged; the parent kills it after a random part
of the time that a child needs which nobody kills, then checks the library: every acknowledged document is there, every
invariant holds. At the end one run finishes the work, and the library is compared, id by id, with one that was never
killed.
"""

from __future__ import annotations

import argparse
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

from benchmarks.common import ROOT, bench_settings, report
from ingest.pipeline import ingest
from kb.assembly import KnowledgeBase

SHARES_OF_THE_TIME = (0.2, 0.95)


def documents() -> list[Path]:
    folder = ROOT / "corpus"
    return [path for kind in ("articles", "roundtables") for path in sorted((folder / kind).iterdir())]


def child(folder: Path) -> None:
    with KnowledgeBase(bench_settings(folder)) as base:
        print("started", flush=True)

        def acknowledged(event: object) -> None:
            status = event.status  # type: ignore[attr-defined]
            if status in ("added", "changed", "unchanged"):
                print(f"ack {Path(event.path).stem}", flush=True)  # type: ignore[attr-defined]

        ingest(base, documents(), progress=acknowledged)
    print("done", flush=True)


def started(folder: Path) -> tuple[subprocess.Popen[str], IO[str]]:
    command = [sys.executable, "-m", "benchmarks.kill", str(folder), "--child"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.readline()  # started
    return process, process.stdout


def unkilled_round(folder: Path) -> float:
    """Seconds that a child works which nobody kills."""
    process, told = started(folder)
    began = time.monotonic()
    told.read()
    if process.wait():
        sys.exit("the child failed")
    return time.monotonic() - began


def killed_round(folder: Path, seconds: float) -> tuple[set[str], bool]:
    """Documents acknowledged before the kill, and whether the child ended by itself."""
    process, told = started(folder)
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    rest = told.read().splitlines()
    process.wait()
    return {line.split(" ", 1)[1] for line in rest if line.startswith("ack ")}, "done" in rest


def contents(folder: Path) -> list[tuple[str, str, list[str]]]:
    with KnowledgeBase(bench_settings(folder)) as base:
        return [
            (row.id, row.revision_id, [p.id for p in base.library.passages_of(row.revision_id)])
            for row in sorted(base.library.documents(), key=lambda row: row.id)
        ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=ROOT / "var" / "bench" / "work")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--child", action="store_true")
    arguments = parser.parse_args()
    if arguments.child:
        child(arguments.folder)
        return
    dice = random.Random(arguments.seed)
    folder, clean = arguments.folder / "killed", arguments.folder / "clean"
    for path in (folder, clean):
        shutil.rmtree(path, ignore_errors=True)
    whole = unkilled_round(clean)
    lost: list[str] = []
    faults: list[str] = []
    rounds: list[dict[str, float]] = []
    for number in range(arguments.rounds):
        if number and number % 5 == 0:
            shutil.rmtree(folder, ignore_errors=True)  # begin again, so that there is work left to kill
        seconds = dice.uniform(*SHARES_OF_THE_TIME) * whole
        acknowledged, ended = killed_round(folder, seconds)
        with KnowledgeBase(bench_settings(folder)) as base:
            stored = {row.title for row in base.library.documents()}
            paths = {Path(s.path).stem for row in base.library.documents() for s in base.library.sources_of(row.id)}
            lost += sorted(acknowledged - paths)
            faults += base.check()
        rounds.append({"killed_after_s": round(seconds, 2), "acknowledged": len(acknowledged), "stored": len(stored)})
        if ended:
            shutil.rmtree(folder, ignore_errors=True)
    child(folder)
    body = {
        "unkilled_s": round(whole, 2),
        "kills": len(rounds),
        "acknowledged before a kill": sum(entry["acknowledged"] for entry in rounds),
        "acknowledged and lost": lost,
        "faults found by check": faults,
        "finished library equals an unkilled one": contents(folder) == contents(clean),
        "rounds": rounds,
    }
    report("kill", body)


if __name__ == "__main__":
    main()
