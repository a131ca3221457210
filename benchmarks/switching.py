"""Questions arriving while the library is re-indexed to another model, activated and rolled back.

    python -m benchmarks.switching DATA_FOLDER [--seconds 60] [--words 0]

DATA_FOLDER: a library of the 99 episodes; it is copied first. Questions arrive in an open loop, at 30% of what one
thread answers when idle; another process, niced, re-indexes. The other model is the packaged one with its weights moved
a little by seeded noise: every vector is another, and both models are loaded in the server. --words: passages of at
most so many words instead of the library's own; of the 99 episodes, 100 make about ten thousand. Latency counts from
the arrival.
"""

from __future__ import annotations

import argparse
import json
import queue
import random
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from benchmarks.common import ROOT, bench_settings, iqr_questions, report, spread
from benchmarks.models import model_like_the_packaged, moved
from kb.assembly import KnowledgeBase
from kb.jobs import peak_mib
from kb.passages import PassageSettings
from kb.records import Filter

SHARE = 0.3
WORKERS = 2
OTHER = "other-model"


def child(folder: Path, part: str, words: int) -> None:
    """The batch job: reindex to the other model and hold it, activate it, or go back."""
    with KnowledgeBase(bench_settings(folder)) as base:
        start = time.perf_counter()
        found: dict[str, Any] = {}
        if part == "reindex":
            recipe = PassageSettings(words=words) if words else None
            made = base.reindexing.run(model=str(folder / OTHER), passages=recipe, hold=True)
            found = {"generation": made.generation.id, "model": made.generation.sha256[:16], "embedded": made.embedded}
        elif part == "activate":
            base.reindexing.activate(base.reindexing.generations()[-1].row.id)
        else:
            base.reindexing.rollback()
        found |= {"wall_s": round(time.perf_counter() - start, 2), "peak_mib": peak_mib()}
        print(json.dumps(found))


class Load:
    """An open loop: questions arrive by the clock, whether or not the ones before are answered."""

    def __init__(self, base: KnowledgeBase, questions: list[str], rate: float) -> None:
        self._base = base
        self._questions = questions
        self._rate = rate
        self._waiting: queue.Queue[tuple[float, str] | None] = queue.Queue()
        self.answered: list[tuple[float, float, int]] = []
        self.failed: list[str] = []
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._arrive),
            *(threading.Thread(target=self._work) for _ in range(WORKERS)),
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _arrive(self) -> None:
        dice, due = random.Random(7), time.perf_counter()
        while not self._stop.is_set():
            due += dice.expovariate(self._rate)
            time.sleep(max(0.0, due - time.perf_counter()))
            self._waiting.put((due, dice.choice(self._questions)))
        for _ in range(WORKERS):
            self._waiting.put(None)

    def _work(self) -> None:
        while (job := self._waiting.get()) is not None:
            try:
                found = self._base.searcher.find(job[1], Filter(), 10)
                generation = found.generation.id if found and found.hits else 0
                self.answered.append((job[0], time.perf_counter() - job[0], generation))
                if not generation:
                    self.failed.append("no hits")
            except Exception as error:
                self.failed.append(f"{type(error).__name__}: {error}")

    def between(self, start: float, end: float) -> list[float]:
        return [took for due, took, _ in self.answered if start <= due < end] or [0.0]


def run(folder: Path, part: str, words: int) -> tuple[dict[str, Any], float, float]:
    command = ["nice", "-n", "19", sys.executable, "-m", "benchmarks.switching", str(folder), "--part", part]
    command += ["--words", str(words)]
    start = time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1]), start, time.perf_counter()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--words", type=int, default=0)
    parser.add_argument("--part", choices=["reindex", "activate", "rollback"])
    arguments = parser.parse_args()
    if arguments.part:
        child(arguments.folder, arguments.part, arguments.words)
        return
    folder = arguments.folder.with_name(arguments.folder.name + "-switching")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(arguments.folder, folder)
    model_like_the_packaged(folder / OTHER, moved)
    questions = [q["query"] for half in ("tune", "test") for q in iqr_questions(half)]
    with KnowledgeBase(bench_settings(folder)) as base:
        report("switching", measured(base, folder, questions, arguments))


def measured(base: KnowledgeBase, folder: Path, questions: list[str], arguments: argparse.Namespace) -> dict[str, Any]:
    """Idle for a while, then the three parts of the job, under questions all the time."""
    base.warm()
    start = time.perf_counter()
    for question in questions:
        base.searcher.find(question, Filter(), 10)
    alone = (time.perf_counter() - start) / len(questions)
    load = Load(base, questions, SHARE / alone)
    load.start()
    begun = time.perf_counter()
    time.sleep(arguments.seconds)
    idle = (begun, time.perf_counter())
    jobs, switches = {}, []
    for part in ("reindex", "activate", "rollback"):
        jobs[part], first, last = run(folder, part, arguments.words)
        if part == "reindex":
            busy = (first, last)
        else:
            switches.append((last - 1.0, last + 4.0))
            time.sleep(6.0)
    load.stop()
    return {
        "questions": len(load.answered),
        "failed": load.failed[:20],
        "a_second": round(SHARE / alone, 2),
        "generations that answered": sorted({generation for _, _, generation in load.answered}),
        "idle_s": spread(load.between(*idle)),
        "while re-indexing_s": spread(load.between(*busy)),
        "around a switch_s": spread([took for window in switches for took in load.between(*window)]),
        "peak of the server_mib": peak_mib(),
        "jobs": jobs,
        "faults": base.check(),
    }


if __name__ == "__main__":
    main()
