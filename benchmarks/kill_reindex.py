"""kill -9 at random instants of reindex, activation, rollback, compaction and retiring, 20 times.

    python -m benchmarks.kill_reindex [WORK_FOLDER] [--rounds 20] [--seed 7]

A child goes round: re-index to another cut, activate it, go back, publish and delete until the index merges its
segments and drops what is gone, retire it. The parent kills it after a random while; then the active generation must
answer, every invariant must hold, and the next child goes on. At the end a generation that was killed on its way is
finished and compared with one that never was: ids, texts and recipe by two checksums (over the texts themselves, and
the library's own), vectors by cosine. "kills met" counts what the children had last told before they were killed.
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
from collections import Counter
from pathlib import Path

import numpy as np

from benchmarks.common import ROOT, bench_settings, filled, report
from benchmarks.kill import documents
from benchmarks.libraries import GUEST
from kb.assembly import KnowledgeBase
from kb.indexing import Item
from kb.passages import PassageSettings
from kb.records import Draft, Metadata, Segment

CUT = PassageSettings(words=120)
SWITCHES = 401
RETIRE_EACH = 3
# Documents that come and go: so many that an index of the corpus merges and compacts several times.
CHURN = 40
CHURNED = "churn:"
COMPACT_FIRST = 0.4
QUESTION = "How is trust rebuilt after a failed batch?"


def child(folder: Path, first: str) -> None:
    with KnowledgeBase(bench_settings(folder)) as base:
        print("started", flush=True)
        if first == "compact":
            compact(base)
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
            compact(base)
            if turn % RETIRE_EACH == 0:
                base.reindexing.retire(made.id)
                print("retired", flush=True)


def compact(base: KnowledgeBase) -> None:
    """Publish and delete, the index following each step: its segments are merged, and what is gone is dropped."""
    base.follow()
    for number in range(CHURN):
        words = f"Batch {number} came and went within a day. Nobody kept more than {number} vials of it."
        segment = Segment(0, len(words), "turn", GUEST.name, 0.0, 9.0)
        meta = Metadata(f"Churn {number}", show="Churn", kind="episode", date="2026-01-01", speakers=(GUEST,))
        draft = Draft(f"{CHURNED}{number}", meta, words, (segment,), ())
        list(base.publisher().publish_all([Item(draft, f"/{draft.source_key}", draft.source_key, len(words), "")]))
        base.follow()
        print("compacting", flush=True)
    clear(base)
    print("compacted", flush=True)


def clear(base: KnowledgeBase) -> None:
    """Take the documents away that came and went, so that the library holds the corpus again."""
    for row in base.library.documents():
        if row.source_key.startswith(CHURNED):
            base.library.delete(row.id)
            base.follow()
            print("compacting", flush=True)


def killed_round(folder: Path, seconds: float, first: str) -> list[str]:
    command = [sys.executable, "-m", "benchmarks.kill_reindex", str(folder), "--child", "--first", first]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.readline()  # started
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    told = process.stdout.read().splitlines()
    process.wait()
    return told


def held(base: KnowledgeBase) -> tuple[str, np.ndarray, str]:
    """Checksum of ids, texts and recipe of the active generation; its vectors, float32 (n, dim), in order of place.

    And the library's own checksum.
    """
    active = base.library.active_generation()
    assert active is not None
    passages = base.library.passages_by_no(base.library.live_nos(active.id))
    order = sorted(passages.values(), key=lambda p: (p.document_id, p.start))
    entries = {entry.no: entry.vector for entry in base.library.entries([p.no for p in order], active.model_key)}
    told = "\n".join(f"{p.id} {p.document_id} {p.start} {p.text}" for p in order)
    digest = hashlib.sha256(f"{active.recipe()}\n{told}".encode()).hexdigest()
    return digest, np.stack([entries[p.no] for p in order]), base.library.checksum(active.id)


def killed(folder: Path, usual: str, arguments: argparse.Namespace) -> tuple[list[dict[str, object]], list[str], int]:
    """What each kill met, the faults found after it, and how often the active generation did not answer as usual."""
    dice = random.Random(arguments.seed)
    rounds: list[dict[str, object]] = []
    faults: list[str] = []
    silent = 0
    for _ in range(arguments.rounds):
        seconds = dice.uniform(1.0, arguments.longest)
        # A child would seldom live to compact after its switches: some begin with it.
        told = killed_round(folder, seconds, "compact" if dice.random() < COMPACT_FIRST else "reindex")
        with KnowledgeBase(bench_settings(folder)) as base:
            silent += base.ask(QUESTION).status != usual
            faults += base.check()
            states = [state.row.state for state in base.reindexing.generations() if state.row.state != "retired"]
        last = told[-1] if told else "started"
        rounds.append({"killed_after_s": round(seconds, 2), "last": last, "steps": len(told), "generations": states})
    return rounds, faults, silent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=ROOT / "var" / "bench" / "work")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument(
        "--longest", type=float, default=9.0, help="seconds after which a child is killed at the latest"
    )
    parser.add_argument("--documents", type=int, default=0, help="so many of the corpus's documents; 0: all")
    parser.add_argument("--first", choices=["reindex", "compact"], default="reindex")
    parser.add_argument("--child", action="store_true")
    arguments = parser.parse_args()
    if arguments.child:
        child(arguments.folder, arguments.first)
        return
    folder, clean = arguments.folder / "reindexed", arguments.folder / "unkilled"
    for path in (folder, clean):
        shutil.rmtree(path, ignore_errors=True)
        filled(path, documents()[: arguments.documents or None]).close()
    with KnowledgeBase(bench_settings(clean)) as base:
        usual = base.ask(QUESTION).status
    rounds, faults, silent = killed(folder, usual, arguments)
    sums = []
    for path in (folder, clean):
        with KnowledgeBase(bench_settings(path)) as base:
            clear(base)
            base.reindexing.run(passages=CUT)
            faults += base.check()
            sums.append(held(base))
    (digest, vectors, checksum), (wanted, reference, own) = sums
    alike = float((vectors * reference).sum(axis=1).min()) if vectors.shape == reference.shape else 0.0
    body = {
        "kills": len(rounds),
        "kills met": dict(Counter(str(entry["last"]) for entry in rounds)),
        "what is answered": usual,
        "active generation did not answer so": silent,
        "faults found by check": faults,
        "resumed to the same ids, texts and recipe": digest == wanted,
        "and to the same checksum of the library": checksum == own,
        "least cosine to the unkilled one's vectors": round(alike, 6),
        "rounds": rounds,
    }
    report("kill_reindex", body)


if __name__ == "__main__":
    main()
