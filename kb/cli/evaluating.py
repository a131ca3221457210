"""`kb eval`: how well a question set is answered, and whether that is better than it was."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from kb.cli.front import Front, command, pass_front
from kb.cli.gates import comparison_lines
from kb.cli.lines import table_lines
from kb.cli.progress import progress_bar
from kb.errors import InputError, UsageError


@command(
    "eval",
    "kb eval questions.jsonl",
    "kb eval questions.jsonl --report after.json --compare before.json",
    "kb eval questions.jsonl --generation 2",
)
@click.argument("questions", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), help="Write the measures to this file.")
@click.option(
    "--compare", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Compare with this earlier report."
)
@click.option("--generation", type=int, metavar="ID", help="Ask this generation, and compare it with the active one.")
@pass_front
def evaluate(front: Front, questions: Path, report: Path | None, compare: Path | None, generation: int | None) -> None:
    """Run a question set (the seed's form or the IQR form) and print its measures.

    A trial (`kb reindex --where`) is compared with the active generation over the documents that the trial holds.
    """
    from kb import evaluation

    earlier = _earlier(compare)
    with front.open() as base, progress_bar("eval") as step:
        if generation is None:
            body = evaluation.evaluate(base, questions, step)
        else:
            body = base.reindexing.measured(generation, questions, step)
    _write(report, body)
    if earlier is not None:
        body["comparison"] = evaluation.compare(earlier, body)
    front.show(body, _report_lines)


def _report_lines(body: Mapping[str, Any]) -> Iterator[str]:
    yield from measure_lines({name: value for name, value in body.items() if name != "comparison"})
    if "comparison" in body:
        yield "compared:"
        yield from comparison_lines(body["comparison"])


def measure_lines(body: Mapping[str, Any]) -> Iterator[str]:
    """Every figure of a report, by its dotted name; the lists of single questions are for --json."""
    return table_lines((name, value, "") for name, value in _figures(body))


def _figures(body: Mapping[str, Any], head: str = "") -> Iterator[tuple[str, str]]:
    for name, value in body.items():
        if isinstance(value, Mapping):
            yield from _figures(value, f"{head}{name}.")
        elif isinstance(value, float):
            yield f"{head}{name}", f"{value:.4f}"
        elif not isinstance(value, list | tuple):
            yield f"{head}{name}", str(value)


def _earlier(path: Path | None) -> dict[str, Any] | None:
    if path is None:
        return None
    way_out = "Give a file that `kb eval --report FILE` wrote."
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"is no report: {error}", where=str(path), way_out=way_out) from error
    if not _is_report(body):
        raise InputError("is no report: it holds no measures", where=str(path), way_out=way_out)
    return dict(body)


def _is_report(body: Any) -> bool:
    if not isinstance(body, dict) or not isinstance(body.get("measures"), dict):
        return False
    rows = body.get("per_question")
    numbers = all(isinstance(value, int | float) for value in body["measures"].values())
    return numbers and isinstance(rows, list) and all(isinstance(row, dict) and "id" in row for row in rows)


def _write(path: Path | None, body: Mapping[str, Any]) -> None:
    if path is None:
        return
    try:
        path.write_text(json.dumps(body, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"the report cannot be written: {error}", where=str(path)) from error


COMMANDS = (evaluate,)
