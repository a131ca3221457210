"""Set the bars of the check of summaries on the part to fit, and report how often it errs on the part to report.

    python -m benchmarks.summary [WORK_FOLDER] [--write] [--part fit|paraphrases|report]

A library of corpus/ is made in [WORK_FOLDER]. Each line of benchmarks/labels/summary-*.jsonl is a sentence about a span
of it, true, or altered by a negation, a number, a name or a swapped side. Those of `fit` and `report` were written as
an endpoint's model is asked to (kb/summary/prompt.py); those of `paraphrases` in other words than the quotes', which it
is asked not to use. --write puts the bars into kb/summary/bars.json. --part report: only when the check is done, once.
"""

from __future__ import annotations

import argparse
import itertools
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.calibrate_answers import corpus_files
from benchmarks.common import ROOT, filled, report
from kb.assembly import KnowledgeBase
from kb.records import Citation, Quote, citation_id
from kb.spans import voice
from kb.summary.checking import checked, overlap
from kb.summary.writing import likeness

LABELS = ROOT / "benchmarks" / "labels"
# Part -> its file. A part to report that has been run joins the part to fit, and a new one is named here.
FILES = {
    "fit": "summary-fit.jsonl",
    "paraphrases": "summary-paraphrases.jsonl",
    "report": "summary-report-5.jsonl",
}
BARS = ROOT / "kb" / "summary" / "bars.json"
# The share of true sentences that the bars may cost together.
COST = 0.03
BAR_ACCEPTED, BAR_DROPPED = 0.05, 0.25
Row = dict[str, Any]


def read(part: str) -> list[Row]:
    file = LABELS / FILES[part]
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def quote_of(base: KnowledgeBase, row: Row, documents: dict[str, str]) -> Quote:
    """The span as an answer would quote it, with its speaker and its source."""
    revision = base.library.current(documents[row["document"]])
    found = re.search(r"\s+".join(map(re.escape, row["quote"].split())), revision.text)
    assert found, f"{row['id']}: the quote is not in the document"
    start, end = found.span()
    speaker = voice(revision.segments, start, end)
    cited = citation_id(revision.id, start, end)
    citation = Citation(cited, revision.document_id, revision.id, start, end, speaker, None)
    section, known = revision.section_at(start), revision.metadata.speaker(speaker)
    return Quote(found.group(), 0, end - start, citation, known, revision.metadata, section, (), 0.0, {})


def measured(base: KnowledgeBase, rows: list[Row], documents: dict[str, str]) -> list[Row]:
    vectors = base.embedder
    found = []
    for row in rows:
        quote = quote_of(base, row, documents)
        like = likeness(vectors, vectors.question(row["sentence"]), quote.text)
        verdict = checked(row["sentence"], quote, like)
        found.append({**row, "verdict": verdict, "like": like, "over": overlap(row["sentence"], row["quote"])})
    return found


def bars(rows: list[Row], quotes: dict[str, np.ndarray[Any, Any]], sentences: dict[str, Any]) -> Row:
    """Of the bars that cost at most COST of the shortenings, those by which fewest pass a strange quote."""
    true = [row for row in rows if not row["altered"] and row["verdict"].kind != "shortening"]
    own = np.array([(row["over"], row["like"]) for row in true])
    strange = np.array(
        [
            (overlap(row["sentence"], text), float((rows_of @ sentences[row["sentence"]]).max()))
            for row in true
            for text, rows_of in quotes.items()
            if text != row["quote"]
        ]
    )
    steps = [np.arange(0.5, 1.01, 0.05), np.arange(0.2, 0.91, 0.05)]
    tried = []
    for over, like in itertools.product(*(step.round(2).tolist() for step in steps)):
        lost = len(own) - _passing(own, over, like)
        if lost <= COST * len(true):
            tried.append((_passing(strange, over, like), lost, over, like))
    passed, lost, over, like = min(tried)
    return {
        "bars": {"overlap": over, "likeness": like},
        "shortenings lost": lost,
        "shortenings": len(true),
        "strange quotes passed": passed,
        "strange quotes": len(strange),
    }


def _passing(found: np.ndarray[Any, Any], over: float, like: float) -> int:
    return int(((found[:, 0] >= over) & (found[:, 1] >= like)).sum())


def errors(rows: list[Row]) -> Row:
    kinds = sorted({row["altered"] for row in rows} - {""})
    accepted = Counter(row["altered"] for row in rows if row["altered"] and row["verdict"].supported)
    dropped = Counter(row["verdict"].kind for row in rows if not row["altered"] and not row["verdict"].supported)
    return {
        "altered": {kind: sum(row["altered"] == kind for row in rows) for kind in kinds},
        "altered accepted": {kind: accepted[kind] for kind in kinds} | {"all": sum(accepted.values())},
        "true": sum(not row["altered"] for row in rows),
        "true dropped": sum(dropped.values()),
        "true dropped by": dict(sorted(dropped.items())),
        "altered that passed": [row["id"] for row in rows if row["altered"] and row["verdict"].supported],
    }


def vectors_of(base: KnowledgeBase, rows: list[Row]) -> tuple[dict[str, Any], dict[str, Any]]:
    from kb.sentences import sentence_spans

    texts = list(dict.fromkeys(row["quote"] for row in rows))
    made = base.embedder.passages(texts, [sentence_spans(text) for text in texts])
    quotes = {
        text: np.vstack([entry.vector[None, :], entry.sentences.astype(np.float32)])
        for text, entry in zip(texts, made, strict=True)
    }
    return quotes, {row["sentence"]: base.embedder.question(row["sentence"]) for row in rows if not row["altered"]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=ROOT / "var" / "bench" / "summary")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--part", choices=tuple(FILES), help="only this part (report: after the check is done)")
    arguments = parser.parse_args()
    files = [*corpus_files(), *sorted((ROOT / "corpus" / "notes").iterdir())]
    body: Row = {"bar": {"altered accepted": BAR_ACCEPTED, "true dropped": BAR_DROPPED}}
    with filled(arguments.folder, files) as base:
        documents = {row.source_key.rpartition(":")[2]: row.id for row in base.library.documents()}
        for part in [arguments.part] if arguments.part else ["fit", "paraphrases"]:
            rows = measured(base, read(part), documents)
            body[part] = errors(rows)
            if part == "fit":
                body["bars"] = bars(rows, *vectors_of(base, rows))
    if arguments.write:
        BARS.write_text(json.dumps(body["bars"]["bars"]) + "\n", encoding="utf-8")
    report("summary" if arguments.part is None else f"summary-{arguments.part}", body)


if __name__ == "__main__":
    main()
