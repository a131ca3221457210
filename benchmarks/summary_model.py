"""Ask a real endpoint for summaries of answers, and say what the check kept: outside `make check`, for a look by eye.

    python -m benchmarks.summary_model URL [WORK_FOLDER] [--questions N] [--timeout S]

A library of corpus/ in [WORK_FOLDER], the project's own questions, every fifth. Prints each summary, then the counts.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

from benchmarks.calibrate_answers import QUESTIONS, corpus_files
from benchmarks.common import ROOT, filled
from kb.summary.endpoint import EndpointFault, endpoint_of
from kb.summary.prompt import messages
from kb.summary.reading import SentenceReader
from kb.summary.writing import Summariser


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("folder", type=Path, nargs="?", default=ROOT / "var" / "bench" / "summary")
    parser.add_argument("--questions", type=int, default=20)
    parser.add_argument("--timeout", type=float, default=60.0)
    arguments = parser.parse_args()
    rows = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    asked = [row["question"] for row in rows if row["library"] == "corpus" and row["answerable"]]
    files = [*corpus_files(), *sorted((ROOT / "corpus" / "notes").iterdir())]
    counts = {"asked": 0, "summaries": 0, "kept": 0, "written": 0, "cited": 0, "faults": 0}
    with filled(arguments.folder, files) as base:
        settings = base.settings.with_values(summary_url=arguments.url, summary_timeout_s=arguments.timeout)
        endpoint, summariser = endpoint_of(settings), Summariser(settings, lambda: base.embedder)
        assert endpoint is not None
        for question in asked[::5][: arguments.questions]:
            answer = base.ask(question)
            if not answer.quotes:
                continue
            started = time.monotonic()
            reader = SentenceReader()
            try:
                pieces = list(endpoint.deltas(messages(question, answer.quotes)))
            except EndpointFault as fault:
                counts["faults"] += 1
                print(f"? {question}\n  ! {fault.what}")
                continue
            written = [one for piece in [*pieces, ""] for one in reader.feed(piece)] + list(reader.rest())
            found = [(one, summariser.verified(one, answer.quotes)) for one in written]
            counts["asked"] += 1
            counts["summaries"] += any(kept for _, kept in found)
            counts["kept"] += sum(kept is not None for _, kept in found)
            counts["written"] += len(written)
            counts["cited"] += sum(bool(one.numbers) for one in written)
            print(f"? {question} ({time.monotonic() - started:.1f} s)")
            for one, kept in found:
                print(f"  + {kept.text} {list(kept.numbers)}" if kept else f"  - {one.text[:300]} {list(one.numbers)}")
    print(json.dumps(counts))


if __name__ == "__main__":
    main()
