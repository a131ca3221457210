"""Each embedding backend, with sentence vectors, against sentence-transformers' `encode` on the same passages.

    python -m benchmarks.embedding [DATA_FOLDER] [--texts N] [--rounds N] [--backends A,B] [--part speed|quality]
                                   [--episodes N] [--threads N]

The passages of the 99 episodes (or of the first N, with the questions on those).

speed: --texts of them, spread over all (0: all), all systems in turns, so that a drifting machine drifts for all; the
ratio is the median over rounds of encode's seconds over the backend's, once in wall time and once in processor time,
which with --threads 1 says something on a machine that others use too. quality: the library is re-indexed with each
backend; agreement is the overlap of the 10 nearest passages of each of 500 with the reference's, and R@800w is that of
the real search on the tuning half. Both parts keep what they found in the data folder, and a run that was stopped goes
on there: a generation that was made is not made again.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from sentence_transformers import SentenceTransformer

from benchmarks.common import ROOT, bench_settings, episodes, filled, iqr_questions, report
from kb.assembly import KnowledgeBase
from kb.embedding.backends import REFERENCE, threads_of
from kb.embedding.contract import Matrix
from kb.embedding.measuring import measured_names, overlap
from kb.embedding.models import PACKAGED_MODEL, model_folder
from kb.embedding.transformer import TransformerEmbedder
from kb.evaluation.measures import DEPTH, means, retrieval_measures
from kb.indexing.cutting import Cut, cut_revision
from kb.library import GenerationRow
from kb.passages import PassageSettings

ENCODE = "sentence-transformers encode"
_AGREEMENT_ROWS = 500
_REFERENCE_BATCH = 32


def cuts_of(base: KnowledgeBase, generation: GenerationRow) -> list[Cut]:
    """What was embedded, in the library's order."""
    recipe = PassageSettings.from_key(generation.passages)
    embedder = base.embedders.of(generation.model, generation.model_key)
    rows = base.library.documents()
    return [cut for row in rows for cut in cut_revision(base.library.revision(row.revision_id), recipe, embedder)]


def spread_over(count: int, wanted: int) -> list[int]:
    """Indexes of `wanted` of `count`, evenly spread; all of them for 0."""
    wanted = min(count, wanted or count)
    return [int(i) for i in np.linspace(0, count - 1, wanted)]


def speed(data: Path, names: list[str], count: int, rounds: int, threads: int) -> dict[str, Any]:
    with KnowledgeBase(bench_settings(data)) as base:
        active = base.library.active_generation()
        assert active is not None
        cuts = cuts_of(base, active)
    texts = [cuts[i].text for i in spread_over(len(cuts), count)]
    sentences = [cuts[i].sentences for i in spread_over(len(cuts), count)]
    systems = {ENCODE: encoder(texts, threads)}
    for name in names:
        embedder = TransformerEmbedder(bench_settings(data, backend=name, threads=threads))
        systems[name] = lambda embedder=embedder: embedder.passages(texts, sentences)  # type: ignore[misc]
        embedder.passages(texts[:8], sentences[:8])
    systems[ENCODE]()
    wall: dict[str, list[float]] = {name: [] for name in systems}
    cpu: dict[str, list[float]] = {name: [] for name in systems}
    for _ in range(rounds):
        for name, run in systems.items():
            time.sleep(0.5)  # threads that the one before left spinning come to rest
            start, start_cpu = time.perf_counter(), time.process_time()
            run()
            wall[name].append(time.perf_counter() - start)
            cpu[name].append(time.process_time() - start_cpu)
    return {
        "texts": len(texts),
        "threads": threads_of(bench_settings(data, threads=threads)),
        "texts_per_s": {name: round(len(texts) / statistics.median(taken), 1) for name, taken in wall.items()},
        "ratio to encode": ratios(wall),
        "ratio to encode, processor time": ratios(cpu),
        "rounds": {name: [round(value, 2) for value in taken] for name, taken in wall.items()},
    }


def ratios(seconds: dict[str, list[float]]) -> dict[str, float]:
    """Median over rounds of encode's seconds over each system's."""
    return {
        name: round(statistics.median(a / b for a, b in zip(seconds[ENCODE], taken, strict=True)), 2)
        for name, taken in seconds.items()
    }


def encoder(texts: list[str], threads: int) -> Callable[[], object]:
    import torch

    torch.set_num_threads(threads_of(bench_settings(Path(), threads=threads)))
    model = SentenceTransformer(str(model_folder(PACKAGED_MODEL)), device="cpu")
    return lambda: model.encode(texts, batch_size=_REFERENCE_BATCH, normalize_embeddings=True, show_progress_bar=False)


def quality(data: Path, name: str, documents: set[str]) -> dict[str, Any]:
    """Of one backend: its generation is made in the library, if it is not there, and searched."""
    with KnowledgeBase(bench_settings(data)) as base:
        reference = vectors(base, base.library.generation(base.reindexing.run(variant=REFERENCE).generation.id))
        made = base.reindexing.run(variant=name)
        base.follow()
        questions = [q for q in iqr_questions("tune") if q["doc"] in documents]
        found = [
            retrieval_measures(q["gold"], [hit.passage.text for hit in base.search(q["query"], limit=DEPTH)])
            for q in questions
        ]
        ours = vectors(base, made.generation)
        rows = spread_over(len(ours), _AGREEMENT_ROWS)
        return {
            "passages": len(ours),
            "questions": len(questions),
            "agreement": round(overlap(ours, reference, rows), 4),
            "cosine": {
                "mean": round(float(np.mean(np.sum(ours * reference, axis=1))), 4),
                "min": round(float(np.min(np.sum(ours * reference, axis=1))), 4),
            },
            "tune": means(found),
        }


def vectors(base: KnowledgeBase, generation: GenerationRow) -> Matrix:
    """float32 (passages, dim), in the library's order."""
    hashes = [cut.input_hash for cut in cuts_of(base, generation)]
    rows = base.library.vectors_by_hash(generation.model_key, hashes)
    return np.stack([np.frombuffer(rows[value].vector, dtype=np.float32) for value in hashes])


class Kept:
    """Results in a file of the data folder, so that a run that was stopped goes on."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.values: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}

    def keep(self, name: str, value: Any) -> None:
        self.values[name] = value
        self._file.write_text(json.dumps(self.values, indent=1), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, nargs="?", default=ROOT / "var" / "bench" / "embedding")
    parser.add_argument("--texts", type=int, default=600)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--backends", default=",".join(measured_names(bench_settings(Path()))))
    parser.add_argument("--episodes", type=int, default=99)
    parser.add_argument("--threads", type=int, default=0, help="of each system; 0: all cores")
    parser.add_argument("--part", choices=["speed", "quality"])
    arguments = parser.parse_args()
    names = arguments.backends.split(",")
    paths = episodes()[: arguments.episodes]
    filled(arguments.data, paths).close()
    documents = {path.stem for path in paths}
    kept = Kept(arguments.data / "embedding.json")
    if arguments.part != "quality":
        threads = threads_of(bench_settings(arguments.data, threads=arguments.threads))
        kept.keep(f"speed, {threads} threads", speed(arguments.data, names, arguments.texts, arguments.rounds, threads))
    if arguments.part != "speed":
        for name in names:
            if name not in kept.values.get("quality", {}):
                kept.keep("quality", {**kept.values.get("quality", {}), name: quality(arguments.data, name, documents)})
    report("embedding", kept.values)


if __name__ == "__main__":
    main()
