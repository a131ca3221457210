"""Ingesting the 99 episodes against encoding the same passages with sentence-transformers alone, in one run.

    python -m benchmarks.ingest [WORK_FOLDER]

Each part runs in a process of its own. Wall seconds, in turns, so that a drifting machine drifts for both.
"again": the same ingest with nothing changed. Peak memory: the largest resident size of the ingest's process.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.common import ROOT, bench_settings, episodes, report
from kb.assembly import KnowledgeBase
from kb.jobs import peak_mib


def run(part: str, folder: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.ingest", str(folder), "--part", part]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def part_ingest(folder: Path, documents: int) -> dict[str, float]:
    from ingest.pipeline import ingest

    start = time.perf_counter()
    with KnowledgeBase(bench_settings(folder)) as base:
        done = ingest(base, episodes()[:documents])
        if done.exit_code:
            sys.exit(f"the ingest failed: {done.as_json()['counts']}")
        if done.embedded or done.cached:  # as `kb ingest` does: where nothing changed, the index is left alone
            base.follow()
            base.tend()
        loaded = float("torch" in sys.modules)
        active = base.library.active_generation()
        passages = float(len(base.library.live_nos(active.id))) if active else 0.0
    wall = time.perf_counter() - start
    return {"wall_s": wall, "peak_mib": float(peak_mib()), "torch_loaded": loaded, "passages": passages}


def part_encode(folder: Path) -> dict[str, float]:
    from sentence_transformers import SentenceTransformer

    from kb.embedding.models import PACKAGED_MODEL, model_folder

    with KnowledgeBase(bench_settings(folder)) as base:
        texts = [p.text for row in base.library.documents() for p in base.library.passages_of(row.revision_id)]
    model = SentenceTransformer(str(model_folder(PACKAGED_MODEL)), device="cpu")
    start = time.perf_counter()
    model.encode(texts, batch_size=32, normalize_embeddings=True, show_progress_bar=False)
    return {"wall_s": time.perf_counter() - start, "passages": float(len(texts))}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=ROOT / "var" / "bench" / "work")
    parser.add_argument("--part", choices=["ingest", "third", "encode"])
    parser.add_argument("--rounds", type=int, default=2)
    arguments = parser.parse_args()
    if arguments.part:
        counts = {"ingest": 99, "third": 33}
        found = (
            part_encode(arguments.folder)
            if arguments.part == "encode"
            else part_ingest(arguments.folder, counts[arguments.part])
        )
        print(json.dumps(found))
        return
    rounds = []
    for number in range(arguments.rounds):
        folder = arguments.folder / f"round{number}"
        shutil.rmtree(folder, ignore_errors=True)
        ingested = run("ingest", folder)
        encoded, again = run("encode", folder), run("ingest", folder)
        rounds.append({"ingest": ingested, "encode": encoded, "again": again})
    shutil.rmtree(arguments.folder / "third", ignore_errors=True)
    third = run("third", arguments.folder / "third")
    ratios = [r["ingest"]["wall_s"] / r["encode"]["wall_s"] for r in rounds]
    again = [r["again"]["wall_s"] / r["ingest"]["wall_s"] for r in rounds]
    body = {
        "ingest over encode": round(statistics.median(ratios), 3),
        "again over ingest": round(statistics.median(again), 4),
        "model loaded when nothing changed": any(r["again"]["torch_loaded"] for r in rounds),
        "peak_mib of 99 episodes": round(max(r["ingest"]["peak_mib"] for r in rounds)),
        "peak_mib of 33 episodes": round(third["peak_mib"]),
        "rounds": rounds,
    }
    report("ingest", body)


if __name__ == "__main__":
    main()
