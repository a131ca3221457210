"""kill -9 at random instants of reindex, activation, rollback and retiring, 20 times.

    python -m benchmarks.kill_reindex [WORK_FOLDER] [--rounds 20] [--seed 7]

A child goes round: re-index to another cut, activate it, go back, retire it. The parent kills it after a random
while; then the active generation must answer, every invariant must hold, and the next child goes on. At the end
a generation that was killed on its way is finished and compared with one that never was: ids, texts and recipe by
checksum, vectors by cosine.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from benchmarks.common import ROOT, bench_settings, filled, report
from benchmarks.kill import documents
from kb.assembly import KnowledgeBase
from kb.passages import PassageSettings

CUT = PassageSettings(words=120)
SWITCHES = 401
RETIRE_EACH = 3
QUESTION = "How is trust rebuilt after a failed batch?"


def child(folder: Path) -> None:
    with KnowledgeBase(bench_settings(folder)) as base:
        print("started", flush=True)
        for turn in itertools.count(1):
            made = base.reindexing.run(passages=CUT).generation
            print("activated", flush=True)
            # To and fro many times: a switch takes milliseconds, and kills are to meet some.
            for _ in range(SWITCHES):
                base.reindexing.rollback()
                print("switched", flush=True)
            active = base.library.active_generation()
            if active is not None and active.id == made.id:
                base.reindexing.rollback()
            if turn % RETIRE_EACH == 0:
                base.reindexing.retire(made.id)
                print("retired", flush=True)


def killed_round(folder: Path, seconds: float) -> list[str]:
    command = [sys.executable, "-m", "benchmarks.kill_reindex", str(folder), "--child"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.readline()  # started
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    told = process.stdout.read().splitlines()
    process.wait()
    return told


def held(base: KnowledgeBase) -> tuple[str, np.ndarray]:
    """Checksum of ids, texts and recipe of the active generation; its vectors, float32 (n, dim), in order of place."""
    active = base.library.active_generation()
    assert active is not None
    passages = base.library.passages_by_no(base.library.live_nos(active.id))
    order = sorted(passages.values(), key=lambda p: (p.document_id, p.start))
    entries = {entry.no: entry.vector for entry in base.library.entries([p.no for p in order], active.model_key)}
    told = "\n".join(f"{p.id} {p.document_id} {p.start} {p.text}" for p in order)
    digest = hashlib.sha256(f"{active.recipe()}\n{told}".encode()).hexdigest()
    return digest, np.stack([entries[p.no] for p in order])


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
    folder, clean = arguments.folder / "reindexed", arguments.folder / "unkilled"
    for path in (folder, clean):
        shutil.rmtree(path, ignore_errors=True)
        filled(path, documents()).close()
    rounds: list[dict[str, object]] = []
    faults: list[str] = []
    silent = 0
    for _ in range(arguments.rounds):
        seconds = dice.uniform(1.0, 9.0)
        told = killed_round(folder, seconds)
        with KnowledgeBase(bench_settings(folder)) as base:
            silent += base.ask(QUESTION).status != "answered"
            faults += base.check()
            states = [state.row.state for state in base.reindexing.generations() if state.row.state != "retired"]
        rounds.append({"killed_after_s": round(seconds, 2), "steps": len(told), "generations": states})
    sums = []
    for path in (folder, clean):
        with KnowledgeBase(bench_settings(path)) as base:
            base.reindexing.run(passages=CUT)
            faults += base.check()
            sums.append(held(base))
    (digest, vectors), (wanted, reference) = sums
    alike = float((vectors * reference).sum(axis=1).min()) if vectors.shape == reference.shape else 0.0
    body = {
        "kills": len(rounds),
        "active generation did not answer": silent,
        "faults found by check": faults,
        "resumed to the same ids, texts and recipe": digest == wanted,
        "least cosine to the unkilled one's vectors": round(alike, 6),
        "rounds": rounds,
    }
    report("kill_reindex", body)


if __name__ == "__main__":
    main()
