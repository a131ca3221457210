"""Kinds of index over the same vectors: exact, inverted lists, a graph; each re-scored exactly, one thread a question.

    python -m benchmarks.index_types [DATA_FOLDER] [--sizes 10000 100000]

DATA_FOLDER: a library of the 99 episodes, made if it is not there. The first vectors are its passages' own, those
above are real ones with seeded noise, as in benchmarks.scale. Asked with the IQR questions. Lists and graph hold 8 bits
a number; "core_s" is processor time of training and adding, "ms" wall time of a question with its re-scoring, median
and 95th percentile, and recall is that against exact search, at 10 and at the fusion's 200. HNSW: Malkov and Yashunin,
arXiv 1603.09320; its `links` and `building` are the paper's M and efConstruction.
"""

from __future__ import annotations

import argparse
import gc
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import faiss as _faiss
import numpy as np
import numpy.typing as npt

from benchmarks.common import ROOT, bench_settings, iqr_questions, report, spread
from benchmarks.scale_library import NOISE, SEED, real_passages
from kb.embedding import Embedders
from kb.engines.approximate import depth_for, lists_for

Matrix = npt.NDArray[np.float32]
Search = Callable[[Matrix, int], npt.NDArray[np.int64]]

faiss: Any = _faiss
LINKS, BUILDING = 32, 100
PROBED_SHARES = (1 / 32, 1 / 16, 1 / 8, 1 / 4)
WIDTHS = (256, 512, 1024, 2048)
DEPTHS = (10, 200)


def vectors_like(real: Matrix, count: int) -> Matrix:
    rng = np.random.default_rng(SEED)
    made = real[rng.integers(0, len(real), count)]
    made[: len(real)] = real[:count]
    rest = made[len(real) :]
    rest += rng.normal(0.0, NOISE / np.sqrt(real.shape[1]), rest.shape).astype(np.float32)
    made /= np.linalg.norm(made, axis=1, keepdims=True)
    return made


def asked(folder: Path) -> Matrix:
    embedder = Embedders(bench_settings(folder)).own
    rows = [embedder.question(row["query"]) for half in ("tune", "test") for row in iqr_questions(half)]
    return np.stack([row.reshape(-1) for row in rows]).astype(np.float32)


def exact(vectors: Matrix, question: Matrix, limit: int) -> npt.NDArray[np.int64]:
    scores = np.empty(len(vectors), dtype=np.float32)
    swig = faiss.swig_ptr
    faiss.fvec_inner_products_ny(swig(scores), swig(question), swig(vectors), vectors.shape[1], len(vectors))
    best = np.argpartition(-scores, limit)[:limit]
    found: npt.NDArray[np.int64] = best[np.argsort(-scores[best], kind="stable")]
    return found


def rescored(vectors: Matrix, index: Any, parameters: Any) -> Search:
    def search(question: Matrix, limit: int) -> npt.NDArray[np.int64]:
        _, rows = index.search(question[None, :], depth_for(limit), params=parameters)
        found: npt.NDArray[np.int64] = rows[0][rows[0] >= 0]
        return found[np.argsort(-(vectors[found] @ question), kind="stable")[:limit]]

    return search


def measured(search: Search, questions: Matrix, truth: list[npt.NDArray[np.int64]]) -> dict[str, Any]:
    """Recall at both depths, and the time at the greater one."""
    times, recalls = [], []
    for question, best in zip(questions, truth, strict=True):
        began = time.perf_counter()
        found = search(question, max(DEPTHS))
        times.append((time.perf_counter() - began) * 1000)
        recalls.append([len(np.intersect1d(found[:depth], best[:depth])) / depth for depth in DEPTHS])
    at = np.mean(recalls, axis=0)
    return {"ms": spread(times), **{f"recall@{d}": round(float(r), 4) for d, r in zip(DEPTHS, at, strict=True)}}


def built(index: Any, vectors: Matrix, sample: Matrix) -> dict[str, Any]:
    began = time.process_time()
    index.train(sample)
    index.add(vectors)
    return {
        "core_s": round(time.process_time() - began, 1),
        "bytes_a_vector": round(len(faiss.serialize_index(index)) / len(vectors)),
    }


def compared(real: Matrix, questions: Matrix, count: int) -> dict[str, Any]:
    vectors = vectors_like(real, count)
    dimension, lists = vectors.shape[1], lists_for(count)
    truth = [exact(vectors, question, max(DEPTHS)) for question in questions]
    rng = np.random.default_rng(SEED)
    sample = vectors[np.sort(rng.permutation(count)[: 40 * lists])]
    kind, metric = faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT
    body: dict[str, Any] = {"exact": measured(lambda q, k: exact(vectors, q, k), questions, truth)}

    inverted = faiss.IndexIVFScalarQuantizer(faiss.IndexFlatIP(dimension), dimension, lists, kind, metric)
    body["inverted lists"] = {"lists": lists, **built(inverted, vectors, sample)}
    for share in PROBED_SHARES:
        probes = int(lists * share)
        search = rescored(vectors, inverted, faiss.SearchParametersIVF(nprobe=probes))
        body["inverted lists"][f"{probes} read"] = measured(search, questions, truth)
    del inverted
    gc.collect()

    graph = faiss.IndexHNSWSQ(dimension, kind, LINKS, metric)
    graph.hnsw.efConstruction = BUILDING
    body["graph"] = {"links": LINKS, "building": BUILDING, **built(graph, vectors, sample)}
    for width in WIDTHS:
        search = rescored(vectors, graph, faiss.SearchParametersHNSW(efSearch=width))
        body["graph"][f"width {width}"] = measured(search, questions, truth)
    return body


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, nargs="?", default=ROOT / "var" / "bench" / "episodes")
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    arguments = parser.parse_args()
    real, questions = real_passages(arguments.data).vectors, asked(arguments.data)
    faiss.omp_set_num_threads(1)
    report("index_types", {str(count): compared(real, questions, count) for count in arguments.sizes})


if __name__ == "__main__":
    main()
