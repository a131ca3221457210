"""How many of the host questions that are found are real questions and lead to their answer: 200 drawn, read by hand.

    python -m benchmarks.host_questions LIBRARY [--show] [--seed N]

LIBRARY: a data folder that holds the 99 Practical AI episodes. --show prints the draw, to be read and labelled in
benchmarks/labels/host-questions.jsonl; without it the labels are scored. A label names its question by its document,
its place and the hash of its words: it holds no text. Questions that are drawn and have no label are counted apart.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from pathlib import Path
from typing import Any

from benchmarks.common import ROOT, bench_settings
from kb.host_questions import HostQuestion, host_questions
from kb.library import Library
from kb.records import Revision, content_hash

LABELS = ROOT / "benchmarks" / "labels" / "host-questions.jsonl"
SEED, DRAWN, AIM = 200, 200, 0.9
Drawn = tuple[Revision, HostQuestion]


def found(library: Library) -> list[Drawn]:
    """Every host question of every episode, by document and place, as the finder finds them now."""
    rows = sorted((row for row in library.documents() if row.kind == "episode"), key=lambda row: row.id)
    every: list[Drawn] = []
    for row in rows:
        revision = library.revision(row.revision_id)
        mine = host_questions(revision.text, revision.segments, revision.metadata.speakers)
        every += [(revision, one) for one in mine]
    return every


def name_of(revision: Revision, one: HostQuestion) -> dict[str, Any]:
    return {
        "document": revision.document_id,
        "start": one.start,
        "end": one.end,
        "answer_start": one.answer_start,
        "hash": content_hash(revision.text[one.start : one.end])[:16],
    }


def show(drawn: list[Drawn]) -> None:
    for number, (revision, one) in enumerate(drawn):
        answer = " ".join(revision.text[one.answer_start : one.answer_end].split())
        print(f"{number} [{one.asker}] {revision.text[one.start : one.end]}")
        print(f"    [{one.answerer}, {len(answer.split())} words] {answer[:160]}")


def score(drawn: list[Drawn]) -> dict[str, Any]:
    labels = {}
    for line in LABELS.read_text(encoding="utf-8").splitlines():
        label = json.loads(line)
        labels[tuple(label[name] for name in ("document", "start", "end", "answer_start", "hash"))] = label
    read = [labels.get(tuple(name_of(revision, one).values())) for revision, one in drawn]
    known = [label for label in read if label is not None]
    good = sum(label["real"] and label["answered"] for label in known)
    return {
        "drawn": len(drawn),
        "labelled": len(known),
        "real questions": sum(label["real"] for label in known),
        "lead to their answer": sum(label["answered"] for label in known),
        "both": good,
        "share": round(good / len(drawn), 3),
        "aim": AIM,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("library", type=Path)
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--seed", type=int, default=SEED)
    given = parser.parse_args()
    every = found(Library(bench_settings(given.library)))
    drawn = random.Random(given.seed).sample(every, min(DRAWN, len(every)))
    if given.show:
        show(drawn)
        return 0
    scored = {"found": len(every), "seed": given.seed, **score(drawn)}
    print(json.dumps(scored, indent=2))
    return 0 if scored["share"] >= AIM else 1


if __name__ == "__main__":
    sys.exit(main())
