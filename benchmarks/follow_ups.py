"""How often a follow-up question is answered as the full question would be.

    python -m benchmarks.follow_ups [WORK_FOLDER] [--part tune|report]

A library of corpus/ is made in [WORK_FOLDER]. Each pair of the part's file in benchmarks/questions/ (FILES below) is
asked as the page's box for follow-ups asks it: what `kb.follow_up` takes `follow_up` to mean after `before`, where its
asker says that it follows. `unsaid` counts those answered so where nobody says it, as in the box at the top.
The full question is asked of the same library, with no filter and as many quotes as the settings say (five).

Answered as the full question would be means: both are "not_found", or both are "answered" and the first quotes are the
same or at least SHARED of the quotes are. Two quotes are the same if their citations are: the same revision and the
same characters.

A pair whose `full` is its `follow_up` stands by itself; it is right where it is left alone, and counted apart, as typed
in the box at the top. `left whole` counts those whose answer stays the same in the box for follow-ups all the same.
`literal` counts the follow-ups that would be answered as the full question without any rule, asked word for word.
--part report: only when the rules are done, and once. The first report set was used up and is among the pairs to tune.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from benchmarks.calibrate_answers import corpus_files
from benchmarks.common import ROOT, filled, report
from kb.assembly import KnowledgeBase
from kb.errors import QuestionError
from kb.follow_up import understood
from kb.records import Answer

QUESTIONS = ROOT / "benchmarks" / "questions"
FILES = {"tune": "follow-ups-tune", "report": "follow-ups-report-4"}
# What the rules are mended by is no figure to show, so it is kept apart; `follow_ups.json` is of the first report set.
RESULTS = {"tune": "follow_ups-tune", "report": "follow_ups-report-4"}
# Of five quotes.
SHARED = 3
BAR = 0.8
Row = dict[str, Any]


def read(part: str) -> list[Row]:
    file = QUESTIONS / f"{FILES[part]}.jsonl"
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def cited(answer: Answer | None) -> list[str]:
    return [quote.citation.id for quote in answer.quotes] if answer else []


def shared(one: Answer | None, other: Answer | None) -> int:
    return len(set(cited(one)) & set(cited(other)))


def alike(one: Answer | None, full: Answer) -> bool:
    """Whether the follow-up is answered as the full question is, by the docstring of this file."""
    if one is None or one.status != full.status:
        return False
    if full.status == "not_found":
        return True
    return cited(one)[0] == cited(full)[0] or shared(one, full) >= SHARED


def asked(base: KnowledgeBase, question: str) -> Answer | None:
    """None for what cannot be searched."""
    try:
        return base.ask(question)
    except QuestionError:
        return None


def measured(base: KnowledgeBase, pair: Row) -> Row:
    longest = base.settings.question_chars
    unsaid = understood(pair["follow_up"], pair["before"], longest).meant
    meant = understood(pair["follow_up"], pair["before"], longest, follow_up=True).meant
    full = base.ask(pair["full"])
    answer = asked(base, meant or pair["follow_up"])
    typed_at_the_top = answer if unsaid == meant else asked(base, unsaid or pair["follow_up"])
    return {
        **pair,
        "taken_to_mean": meant,
        "taken to mean where nobody says that it follows": unsaid,
        "full status": full.status,
        "status": answer.status if answer else "cannot be searched",
        "same first quote": bool(cited(full)) and cited(answer)[:1] == cited(full)[:1],
        "quotes shared": shared(answer, full),
        "alike": alike(answer, full),
        "alike where nobody says that it follows": alike(typed_at_the_top, full),
        "alike word for word": alike(asked(base, pair["follow_up"]), full),
    }


def summed(rows: list[Row]) -> Row:
    follow_ups = [row for row in rows if row["full"] != row["follow_up"]]
    alone = [row for row in rows if row["full"] == row["follow_up"]]
    right = sum(row["alike"] for row in follow_ups)
    return {
        "follow-ups": len(follow_ups),
        "answered as the full question": right,
        "met": right >= BAR * len(follow_ups),
        "unsaid": sum(row["alike where nobody says that it follows"] for row in follow_ups),
        "literal": sum(row["alike word for word"] for row in follow_ups),
        "full question answered": sum(row["full status"] == "answered" for row in follow_ups),
        "stand by themselves": len(alone),
        "left alone": sum(not row["taken to mean where nobody says that it follows"] for row in alone),
        "left whole": sum(row["alike"] for row in alone),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", default=ROOT / "var" / "bench" / "follow-ups")
    parser.add_argument("--part", choices=("tune", "report"), default="tune")
    arguments = parser.parse_args()
    files = [*corpus_files(), *sorted((ROOT / "corpus" / "notes").iterdir())]
    with filled(arguments.folder, files) as base:
        rows = [measured(base, pair) for pair in read(arguments.part)]
    report(RESULTS[arguments.part], {"part": arguments.part, "bar": BAR, **summed(rows), "pairs": rows})


if __name__ == "__main__":
    main()
