"""The measures. Pure; texts are compared by their runs of five words, so passages of any size compare.

S@k: share of questions with a relevant passage among the first k. MRR@10: mean of 1 / rank of the first
relevant one (Voorhees, TREC-8, 1999). R@800w: share of the answer's runs that a reader has seen after 800 words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

DEPTH = 10
READ_WORDS = 800
_RUN = 5
_WORD = re.compile(r"[A-Za-z0-9']+")
# A passage is relevant if half of its runs are the answer's, or this many are.
_MANY_RUNS = 60


def runs(text: str) -> list[tuple[str, ...]]:
    """Every run of five words, in order; one shorter run for a text that has fewer."""
    words = _WORD.findall(text.lower())
    return [tuple(words[i : i + _RUN]) for i in range(max(1, len(words) - _RUN + 1))]


def retrieval_measures(gold: str, texts: Sequence[str]) -> dict[str, float]:
    """Measures of one question, texts best first."""
    wanted = set(runs(gold))
    relevant = [_relevant(text, wanted) for text in texts[:DEPTH]]
    first = next((rank for rank, hit in enumerate(relevant, 1) if hit), 0)
    seen: set[tuple[str, ...]] = set()
    left = READ_WORDS
    for text in texts[:DEPTH]:
        words = text.split()[: max(0, left)]
        left -= len(words)
        seen |= set(runs(" ".join(words))) & wanted
    found = {f"S@{k}": float(0 < first <= k) for k in (1, 5, 10)}
    return found | {"MRR@10": 1.0 / first if first else 0.0, "R@800w": len(seen) / max(1, len(wanted))}


def quote_measures(gold: Sequence[str], quotes: Sequence[str]) -> dict[str, float]:
    """Whether a gold span is quoted first, or among the first three."""
    hits = [any(span in quote for span in gold) for quote in quotes]
    return {"quote@1": float(any(hits[:1])), "quote@3": float(any(hits[:3]))}


def refusal_measures(pairs: Sequence[tuple[bool, bool]]) -> dict[str, float]:
    """pairs: (nothing answers, "not found" was said). Precision and recall of "not found"; 0 where undefined."""
    right = sum(1 for wanted, said in pairs if wanted and said)
    said_so = sum(1 for _, said in pairs if said)
    wanted_so = sum(1 for wanted, _ in pairs if wanted)
    return {
        "refusal precision": right / said_so if said_so else 0.0,
        "refusal recall": right / wanted_so if wanted_so else 0.0,
    }


def means(rows: Sequence[Mapping[str, float]]) -> dict[str, float]:
    names = list(dict.fromkeys(name for row in rows for name in row))
    return {name: round(sum(row.get(name, 0.0) for row in rows) / len(rows), 4) for name in names}


def _relevant(text: str, wanted: set[tuple[str, ...]]) -> bool:
    mine = runs(text)
    shared = sum(run in wanted for run in mine)
    return shared >= 0.5 * len(mine) or shared >= _MANY_RUNS
