"""What a library of 10^4, 10^5, 10^6 passages costs, and how that grows: disk, memory, opening, search, publishing.

    python -m benchmarks.scale FOLDER [--sizes 10000 100000 1000000] [--keep]

FOLDER holds a library of each size while it is measured (8 kB a passage) and of the 99 episodes. Each part runs
in a process of its own, with the models loaded before anything is timed. Memory is what /proc says is private to the
process, less that of the same process with the models alone; "with another": while a second server has answered the
same questions, so that what they share counts in neither.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.common import ROOT, bench_settings, iqr_questions, report, spread
from benchmarks.scale_library import DOCUMENT_PASSAGES, SHARES, build, real_passages
from kb.assembly import KnowledgeBase
from kb.engines.dense import best
from kb.engines.embedded import EmbeddedView
from kb.facets import conditions
from kb.library.connection import DATABASE_NAME
from kb.records import Filter

QUESTIONS = 60
PUBLISHED = 3
FILTERS = {"none": Filter()} | {name: Filter(theme=(name,)) for name in SHARES}


def private_mib() -> dict[str, float]:
    """all: private to this process; anonymous: that no file stands behind."""
    found = {}
    for line in Path("/proc/self/smaps_rollup").read_text(encoding="utf-8").splitlines()[1:]:
        name, value = line.split(":")
        found[name] = int(value.split()[0]) / 1024
    return {"all": found["Private_Clean"] + found["Private_Dirty"], "anonymous": found["Anonymous"]}


def grown(before: dict[str, float]) -> dict[str, float]:
    return {name: round(value - before[name], 1) for name, value in private_mib().items()}


def questions() -> list[str]:
    return [q["query"] for half in ("tune", "test") for q in iqr_questions(half)][:QUESTIONS]


def opened(folder: Path) -> tuple[KnowledgeBase, dict[str, float], float]:
    """A knowledge base with its models loaded, what it held then, and when its index was first asked for."""
    base = KnowledgeBase(bench_settings(folder, threads=1))  # a question is one core's work
    if base.judge is not None:
        base.judge.load()
    base.embedder.question("warm")
    return base, private_mib(), time.perf_counter()


def part_index(folder: Path) -> dict[str, Any]:
    """Make the index from the library."""
    base, before, start = opened(folder)
    used = time.process_time()
    with base:
        base.follow()
        took, cpu = time.perf_counter() - start, time.process_time() - used
        return {"index_s": round(took, 1), "index_cpu_s": round(cpu, 1), "grown_mib": grown(before)}


def part_open(folder: Path) -> dict[str, Any]:
    base, before, start = opened(folder)
    used = time.process_time()
    with base:
        base.search("How is trust built with a manufacturer?")
        took = time.perf_counter() - start
        cpu = time.process_time() - used
        fresh = grown(before)
        for question in questions():
            base.search(question)
        return {
            "first_answer_s": round(took, 3),
            "first_cpu_s": round(cpu, 3),
            "first_mib": fresh,
            "after_questions_mib": grown(before),
        }


def part_idle(folder: Path) -> dict[str, Any]:
    """A second server that has answered the same questions, until its standard input is closed."""
    base, _, _ = opened(folder)
    with base:
        for question in questions():
            base.search(question)
        print("ready", flush=True)
        sys.stdin.read()
    return {}


def part_search(folder: Path) -> dict[str, Any]:
    base, _, _ = opened(folder)
    found: dict[str, Any] = {}
    with base:
        base.warm()
        asked = questions()
        for question in asked[:20]:
            base.search(question)
        for name, where in FILTERS.items():
            found[f"search, filter {name}"] = timed([partial(base.search, question, where) for question in asked])
        found["encode"] = timed([partial(base.embedder.question, question) for question in asked])
    return found


def timed(steps: list[Callable[[], object]]) -> dict[str, dict[str, float]]:
    """Milliseconds by the clock, and of the thread's own work, which a busy machine does not stretch as much."""
    wall, cpu = [], []
    for step in steps:
        start, used = time.perf_counter(), time.thread_time()
        step()
        wall.append((time.perf_counter() - start) * 1000)
        cpu.append((time.thread_time() - used) * 1000)
    return {"wall_ms": spread(wall), "cpu_ms": spread(cpu)}


def part_recall(folder: Path) -> dict[str, Any]:
    base, _, _ = opened(folder)
    with base:
        return _recalls(base, questions())


def _recalls(base: KnowledgeBase, asked: list[str]) -> dict[str, Any]:
    """Share of the exact nearest that the index finds, at 10 and at 200, for each filter."""
    base.follow()
    followed = base.follower.current()
    assert followed is not None
    vectors = np.stack([base.embedder.question(question) for question in asked])
    sums = {name: [0.0, 0.0, 0] for name in FILTERS}
    exact = _exact(followed.view, vectors)
    for name, where in FILTERS.items():
        for number, vector in enumerate(vectors):
            mine = list(followed.view.dense(vector, 200, where))
            for at, depth in enumerate((10, 200)):
                wanted = exact[name][number][:depth]
                sums[name][at] += len(set(mine[:depth]) & set(wanted)) / max(1, len(wanted))
    return {
        name: {"at_10": round(at_10 / len(asked), 4), "at_200": round(at_200 / len(asked), 4)}
        for name, (at_10, at_200, _) in sums.items()
    }


def _exact(view: EmbeddedView, vectors: np.ndarray) -> dict[str, list[list[int]]]:
    """The nearest 200 of each question under each filter: every row of the index is scored."""
    found: dict[str, list[list[int]]] = {name: [] for name in FILTERS}
    for vector in vectors:
        scored = [(held, held.segment.cosines(vector)) for held in view._dense.held]
        for name, where in FILTERS.items():
            nos, scores = [], []
            for held, cosines in scored:
                mask = held.segment.allowed(conditions(where))
                nos.append(held.segment.nos[mask])
                scores.append(cosines[mask])
            found[name].append(best(np.concatenate(nos), np.concatenate(scores), 200)[0].tolist())
    return found


def part_serve(folder: Path) -> dict[str, Any]:
    """A server that looks for what is published as `kb serve` does, and says when it finds each word asked for."""
    from web.following import Follower

    base, before, _ = opened(folder)
    with base:
        base.warm()
        follower = Follower(base.keep_up, base.settings.follow_interval_s, lambda: None)
        follower.start()
        print("ready", flush=True)
        words: list[str] = []
        seen: dict[str, float] = {}
        asking = threading.Thread(target=lambda: words.extend(iter(lambda: sys.stdin.readline().strip(), "end")))
        asking.start()
        until = time.time() + 300
        while (asking.is_alive() or len(seen) < len(words)) and time.time() < until:
            followed = base.follower.current()
            assert followed is not None
            for word in words:
                if word not in seen and followed.view.keywords(word, 1):
                    seen[word] = time.time()
            time.sleep(0.01)
        follower.stop()
        return {"seen": seen, "grown_mib": grown(before)}


def part_publish(folder: Path) -> dict[str, Any]:
    """Publish episodes of real passages one by one; when each was acknowledged, and what it cost."""
    from kb.indexing import Item
    from kb.records import Draft, Metadata, Segment

    base, before, _ = opened(folder)
    peak = Peak()
    acknowledged, took = {}, []
    with base, peak:
        publisher = base.publisher()
        for number in range(PUBLISHED):
            word = f"zyx{number}qw{int(time.time())}"
            text, parts = "", []
            for n in range(DOCUMENT_PASSAGES):
                words = " ".join(f"Turn {n} of {word} on batch {k} and its release, told once." for k in range(5))
                parts.append(Segment(len(text), len(text) + len(words) + 2, "turn", "Guest"))
                text += words + "\n\n"
            draft = Draft(f"publish:{word}", Metadata(word, kind="episode"), text, tuple(parts))
            start = time.perf_counter()
            list(publisher.publish_all([Item(draft, "", "", 0, "")]))
            took.append(time.perf_counter() - start)
            acknowledged[word] = time.time()
            print(word, flush=True)
            time.sleep(2.5)
        memory = round(peak.most - before["all"], 1)
    return {"acknowledged": acknowledged, "publish_s": [round(t, 3) for t in took], "peak_grown_mib": memory}


class Peak(threading.Thread):
    """The most memory that was private to this process, looked at every 50 ms."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.most = 0.0
        self._stop_asked = threading.Event()

    def __enter__(self) -> Peak:
        self.start()
        return self

    def __exit__(self, *ignored: object) -> None:
        self._stop_asked.set()
        self.join()

    def run(self) -> None:
        while not self._stop_asked.wait(0.05):
            self.most = max(self.most, private_mib()["all"])


PARTS = {
    "index": part_index,
    "open": part_open,
    "idle": part_idle,
    "search": part_search,
    "recall": part_recall,
    "serve": part_serve,
    "publish": part_publish,
}


def started(folder: Path, part: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "benchmarks.scale", str(folder), "--part", part]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def run(folder: Path, part: str) -> dict[str, Any]:
    child = started(folder, part)
    out, _ = child.communicate()
    if child.returncode:
        sys.exit(f"{part} failed")
    found: dict[str, Any] = json.loads(out.splitlines()[-1])
    print(part, json.dumps(found), file=sys.stderr, flush=True)
    return found


def run_beside(folder: Path) -> dict[str, Any]:
    """Opening again, while a second server has answered the same questions."""
    other = started(folder, "idle")
    assert other.stdout is not None
    other.stdout.readline()
    try:
        return run(folder, "open")
    finally:
        other.communicate()


def run_publish(folder: Path) -> dict[str, Any]:
    servers = [started(folder, "serve") for _ in range(2)]
    for server in servers:
        assert server.stdout is not None
        server.stdout.readline()
    publisher = started(folder, "publish")
    assert publisher.stdout is not None
    lines = []
    for line in publisher.stdout:
        lines.append(line.strip())
        if line.startswith("zyx"):
            for server in servers:
                assert server.stdin is not None
                server.stdin.write(line)
                server.stdin.flush()
    published = json.loads(lines[-1])
    told = [json.loads(server.communicate("end\n")[0].splitlines()[-1]) for server in servers]
    delays = [[round(one["seen"][word] - at, 3) for word, at in published["acknowledged"].items()] for one in told]
    return {
        "publish_s": published["publish_s"],
        "publisher_peak_grown_mib": published["peak_grown_mib"],
        "searchable_after_s": delays,
        "servers_grown_mib": [one["grown_mib"] for one in told],
    }


def disk(folder: Path) -> dict[str, float]:
    index = sum(path.stat().st_size for path in (folder / "index").rglob("*") if path.is_file())
    library = sum(path.stat().st_size for path in folder.glob(f"{DATABASE_NAME}*"))
    return {"library_mib": round(library / 2**20, 1), "index_mib": round(index / 2**20, 1)}


def measure(folder: Path, count: int, seed: Path) -> dict[str, Any]:
    """Every part's figures, in order; those that an earlier call wrote beside the library are taken from there."""
    kept = folder.with_suffix(".json")
    found: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {"passages": count}
    steps: dict[str, Callable[[], dict[str, Any]]] = {
        "index": lambda: run(folder, "index"),
        "disk": lambda: disk(folder),
        "open": lambda: run(folder, "open"),
        "open, with another": lambda: run_beside(folder),
        "search": lambda: run(folder, "search"),
        "publish": lambda: run_publish(folder),
        "recall": lambda: run(folder, "recall"),
    }
    if not found.keys() & steps.keys():
        if not (folder / DATABASE_NAME).exists():
            build(folder, count, real_passages(seed))
        shutil.rmtree(folder / "index", ignore_errors=True)
    for name, step in steps.items():
        if name not in found:
            found[name] = step()
            kept.write_text(json.dumps(found), encoding="utf-8")
    return found


def exponent(small: float, large: float, by: float) -> float:
    """e, where a cost grows with the passages to the power e."""
    return round(math.log(large / small) / math.log(by), 2) if small > 0 and large > 0 else 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--keep", action="store_true", help="leave the libraries where they are")
    parser.add_argument("--part", choices=list(PARTS))
    arguments = parser.parse_args()
    if arguments.part:
        print(json.dumps(PARTS[arguments.part](arguments.folder)), flush=True)
        return
    rows = []
    for count in arguments.sizes:
        folder = arguments.folder / f"scale-{count}"
        rows.append(measure(folder, count, arguments.folder / "seed"))
        if not arguments.keep:
            shutil.rmtree(folder, ignore_errors=True)
    exponents = {}
    for small, large in itertools.pairwise(rows):
        by = large["passages"] / small["passages"]
        exponents[f"{small['passages']} to {large['passages']}"] = {
            "index time": exponent(small["index"]["index_cpu_s"], large["index"]["index_cpu_s"], by),
            "library disk": exponent(small["disk"]["library_mib"], large["disk"]["library_mib"], by),
            "index disk": exponent(small["disk"]["index_mib"], large["disk"]["index_mib"], by),
            "search": exponent(
                small["search"]["search, filter none"]["cpu_ms"]["median"],
                large["search"]["search, filter none"]["cpu_ms"]["median"],
                by,
            ),
        }
    report("scale", {"questions": QUESTIONS, "sizes": rows, "exponents": exponents})


if __name__ == "__main__":
    main()
