"""Question sets: one JSON object a line, in either of two forms.

Quotes: {"id", "question", "gold": [spans of which an answer must quote one]}; empty gold: "not found" is right.
Retrieval (IQR): {"id", "query", "gold": the text of the answer, "doc"?}.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kb.errors import InputError


@dataclass(frozen=True, slots=True)
class EvaluationQuestion:
    """gold: spans to quote (quotes form), or one text (retrieval form, retrieval = True)."""

    id: str
    question: str
    gold: tuple[str, ...]
    retrieval: bool


def read_questions(path: Path) -> list[EvaluationQuestion]:
    """Raises InputError with file, line and reason."""
    try:
        # "\n" alone ends a line: within JSON text a line separator may stand as it is.
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot be read: {error}", where=str(path)) from error
    found: dict[str, EvaluationQuestion] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        where = f"{path}, line {number}"
        question = _question(line, where)
        if question.id in found:
            raise InputError(f"the id {question.id!r} is taken already", where=where, way_out="Give it its own id.")
        found[question.id] = question
    if not found:
        raise InputError("holds no question", where=str(path))
    return list(found.values())


def _question(line: str, where: str) -> EvaluationQuestion:
    try:
        body: dict[str, Any] = json.loads(line)
        if "query" in body:
            return EvaluationQuestion(str(body["id"]), str(body["query"]), (str(body["gold"]),), True)
        return EvaluationQuestion(str(body["id"]), str(body["question"]), _spans(body["gold"]), False)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InputError(
            f"is no question ({type(error).__name__}: {error})",
            where=where,
            way_out="A line is {id, question, gold: [...]} or {id, query, gold}.",
        ) from error


def _spans(gold: Any) -> tuple[str, ...]:
    # A text would pass for spans of one letter each, which any answer quotes.
    if not isinstance(gold, list):
        raise TypeError("gold is no list of spans")
    return tuple(str(span) for span in gold)
