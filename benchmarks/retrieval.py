"""Our search against LangChain's default pipeline (and txtai, where it is installed) on the IQR questions, in one run.

    python -m benchmarks.retrieval [DATA_FOLDER] [--tune-only]

LangChain's default: RecursiveCharacterTextSplitter 1000/200 characters, the same model, an exact FAISS index.
Chunks are scored by their text (kb.evaluation.measures), so chunks of any size compare.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from langchain_text_splitters import RecursiveCharacterTextSplitter
from sentence_transformers import SentenceTransformer

from benchmarks.common import ROOT, episodes, filled, iqr_questions, report
from kb.embedding.models import PACKAGED_MODEL, model_folder
from kb.evaluation.measures import DEPTH, means, retrieval_measures

Search = Callable[[str], list[str]]


def langchain_chunks() -> list[str]:
    splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
    return [chunk for path in episodes() for chunk in splitter.split_text(path.read_text(encoding="utf-8"))]


def langchain_search(chunks: list[str], model: SentenceTransformer) -> Search:
    vectors = model.encode(chunks, normalize_embeddings=True, show_progress_bar=False)
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(np.asarray(vectors, dtype=np.float32))

    def search(question: str) -> list[str]:
        vector = model.encode([question], normalize_embeddings=True, show_progress_bar=False)
        _, rows = index.search(np.asarray(vector, dtype=np.float32), DEPTH)
        return [chunks[row] for row in rows[0]]

    return search


def txtai_search(chunks: list[str], folder: Path) -> Search | None:
    try:
        from txtai import Embeddings
    except ImportError:
        return None
    index = Embeddings(path=str(folder), hybrid=True, content=True)
    index.index(chunks)

    def search(question: str) -> list[str]:
        # txtai reads a question as SQL where it can: the quote is what its own users escape.
        return [row["text"] for row in index.search(question.replace("'", " "), DEPTH)]

    return search


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, nargs="?", default=ROOT / "var" / "bench" / "episodes")
    parser.add_argument("--tune-only", action="store_true", help="leave the test half alone")
    arguments = parser.parse_args()
    folder = model_folder(PACKAGED_MODEL)
    chunks = langchain_chunks()
    systems: dict[str, Search] = {}
    with filled(arguments.data, episodes()) as base:
        systems["counterpart"] = lambda question: [hit.passage.text for hit in base.search(question, limit=DEPTH)]
        systems["langchain default"] = langchain_search(chunks, SentenceTransformer(str(folder), device="cpu"))
        if (txtai := txtai_search(chunks, Path(str(folder)))) is not None:
            systems["txtai hybrid"] = txtai
        body: dict[str, Any] = {"chunks": {"counterpart": base.ready()["passages"], "others": len(chunks)}}
        for half in ["tune"] if arguments.tune_only else ["tune", "test"]:
            questions = iqr_questions(half)
            body[half] = {
                name: means([retrieval_measures(q["gold"], search(q["query"])) for q in questions])
                for name, search in systems.items()
            }
            ours, theirs = body[half]["counterpart"], body[half]["langchain default"]
            body[half]["ratio"] = {name: round(ours[name] / theirs[name], 3) for name in ours if theirs[name]}
    report("retrieval", body)


if __name__ == "__main__":
    main()
