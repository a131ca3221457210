"""What a question costs over encoding it alone: library of the 99 episodes, models loaded.

    python -m benchmarks.latency [DATA_FOLDER]

Ratios question by question, each part timed right after the other, all IQR questions. The judge's own
inference is timed on the very sentences that it read.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.common import ROOT, episodes, filled, iqr_questions, report, spread
from kb.answer import Answerer
from kb.records import Filter

# The libraries' threads spin for a while after their work, and slow down whatever is timed next.
PAUSE_S = 0.2


class TimedJudge:
    """The judge, with a stop watch around its inference."""

    def __init__(self, judge: object) -> None:
        self._judge = judge
        self.name = "timed"
        self.seconds = 0.0

    def load(self) -> None:
        self._judge.load()  # type: ignore[attr-defined]

    def scores(self, question: str, sentences: list[str]) -> list[float]:
        start = time.perf_counter()
        found: list[float] = self._judge.scores(question, sentences)  # type: ignore[attr-defined]
        self.seconds = time.perf_counter() - start
        return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, nargs="?", default=ROOT / "var" / "bench" / "episodes")
    arguments = parser.parse_args()
    ratios: dict[str, list[float]] = {"search": [], "ask without judge": [], "ask": [], "ask over its bar": []}
    encode_ms: list[float] = []
    with filled(arguments.data, episodes()) as base:
        base.warm()
        judge = TimedJudge(base.judge)
        parts = (base.settings, base.library, base.searcher)
        plain = Answerer(*parts, None, base.revisions)
        full = Answerer(*parts, judge, base.revisions)  # type: ignore[arg-type]
        questions = [q["query"] for half in ("tune", "test") for q in iqr_questions(half)]
        for question in questions:  # revisions are remembered after a first round, as in a running server
            plain.ask(question, Filter(), 5)
        steps: dict[str, Callable[[str], object]] = {
            "encode": lambda q: base.embedder.question(q),
            "search": lambda q: base.search(q),
            "plain": lambda q: plain.ask(q, Filter(), 5),
            "full": lambda q: full.ask(q, Filter(), 5),
        }
        for number, question in enumerate(questions):
            taken: dict[str, float] = {}
            for name in (*list(steps)[number % len(steps) :], *list(steps)[: number % len(steps)]):
                time.sleep(PAUSE_S)
                start = time.perf_counter()
                steps[name](question)
                taken[name] = time.perf_counter() - start
            encode, search, without, asked = (taken[name] for name in steps)
            encode_ms.append(encode * 1000)
            ratios["search"].append(search / encode)
            ratios["ask without judge"].append(without / encode)
            ratios["ask"].append(asked / encode)
            ratios["ask over its bar"].append(asked / (2.5 * encode + 1.2 * judge.seconds))
    body = {"questions": len(questions), "encode_ms": spread(encode_ms)}
    report("latency", body | {f"{name}, ratio": spread(values) for name, values in ratios.items()})


if __name__ == "__main__":
    main()
