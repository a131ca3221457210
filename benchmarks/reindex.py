"""Memory of re-indexing libraries of two sizes, over the model's; and what it costs when nothing changed.

    [REINDEX_SHARE=20] python -m benchmarks.reindex [WORK_FOLDER] [--sizes 10000 30000] [--words 200]

The libraries are made of the episodes' sentences (benchmarks/libraries.py); each part runs in a process of its own, and
peak memory is the largest resident size of that process. "model": the model loaded and one question embedded; with
"batch": and 32 passages of the greatest length. "again": the command `kb reindex` with nothing changed. REINDEX_SHARE:
the model embeds one batch in so many, and the vectors of the others are drawn: the memory of the whole work in a part
of the time (times say nothing then).
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.common import ROOT, bench_settings, report
from benchmarks.libraries import Spared, made_library
from kb.assembly import KnowledgeBase
from kb.embedding.factory import load_embedder
from kb.jobs import peak_mib
from kb.passages import PassageSettings

# Of one call in so many the vectors are the real model's, of the others drawn: 1, as they are to be.
SHARE = int(os.environ.get("REINDEX_SHARE", "1"))


def opened(folder: Path) -> KnowledgeBase:
    settings = bench_settings(folder)
    return KnowledgeBase(settings, Spared(load_embedder(settings), SHARE) if SHARE > 1 else None)


def recipe(words: int) -> PassageSettings:
    return PassageSettings(words=words)


def part_model(folder: Path, words: int) -> dict[str, Any]:
    with KnowledgeBase(bench_settings(folder)) as base:
        base.embedder.question("How is trust built?")
        alone = peak_mib()
        text = "The sponsor and its manufacturer agree on a plan before the first batch is made. " * 16
        base.embedder.passages([text] * 32, [[(0, 81)]] * 32)
        return {"peak_mib": alone, "peak_mib with a batch": peak_mib()}


def part_plan(folder: Path, words: int) -> dict[str, Any]:
    with opened(folder) as base:
        start = time.perf_counter()
        planned = base.reindexing.write_plan(folder / "plan.json", passages=recipe(words))
        return {"wall_s": time.perf_counter() - start, "peak_mib": peak_mib(), "plan": planned}


def part_reindex(folder: Path, words: int) -> dict[str, Any]:
    os.nice(10)
    with opened(folder) as base:
        database = folder / "library.sqlite"
        before, start = size(database), time.perf_counter()
        made = base.reindexing.run(passages=recipe(words))
        return {
            "wall_s": time.perf_counter() - start,
            "cpu_s": time.process_time(),
            "peak_mib": peak_mib(),
            "disk_bytes": size(database) - before,
            **{name: value for name, value in made.tally.as_json().items() if name != "failed"},
        }


def size(database: Path) -> int:
    wal = database.with_name(database.name + "-wal")
    return database.stat().st_size + (wal.stat().st_size if wal.exists() else 0)


PARTS = {"model": part_model, "plan": part_plan, "reindex": part_reindex}


def run(part: str, folder: Path, words: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.reindex", str(folder), "--part", part, "--words", str(words)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def again(folder: Path, words: int) -> dict[str, Any]:
    """The command itself, with nothing changed."""
    command = [sys.executable, "-c", "from kb.cli.main import main; main()", "--data", str(folder), "reindex"]
    start, before = time.perf_counter(), os.times()
    done = subprocess.run(
        [*command, "--passages", f"words={words}", "--json"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    told = json.loads(done.stdout.splitlines()[-1])
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    wall = time.perf_counter() - start
    return {"wall_s": wall, "cpu_s": cpu, "embedded": told["embedded"], "skipped": told["skipped"]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=ROOT / "var" / "bench" / "work")
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 30_000])
    parser.add_argument("--words", type=int, default=200)
    parser.add_argument("--part", choices=sorted(PARTS))
    arguments = parser.parse_args()
    if arguments.part:
        print(json.dumps(PARTS[arguments.part](arguments.folder, arguments.words)))
        return
    found: dict[str, Any] = {}
    for passages in arguments.sizes:
        folder = arguments.folder / f"passages{passages}"
        shutil.rmtree(folder, ignore_errors=True)
        held = made_library(folder, passages, passage_words=arguments.words)
        parts = {part: run(part, folder, arguments.words) for part in PARTS}
        if SHARE == 1:
            parts["again"] = again(folder, arguments.words)
        found[str(passages)] = {"passages": held, **parts}
    over = {name: one["reindex"]["peak_mib"] - one["model"]["peak_mib"] for name, one in found.items()}
    report(
        "reindex",
        {
            "passages of words": arguments.words,
            "embedded by the model, one call in": SHARE,
            "over the model's_mib": over,
            "larger over smaller": round(max(over.values()) / min(over.values()), 3),
            "again over full": {
                n: round(o["again"]["wall_s"] / o["reindex"]["wall_s"], 4) for n, o in found.items() if "again" in o
            },
            "again over full, processor time": {
                n: round(o["again"]["cpu_s"] / o["reindex"]["cpu_s"], 4) for n, o in found.items() if "again" in o
            },
            "sizes": found,
        },
    )


if __name__ == "__main__":
    main()
