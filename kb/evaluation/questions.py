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
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot be read: {error}", where=str(path)) from error
    found = [_question(line, f"{path}, line {n}") for n, line in enumerate(lines, 1) if line.strip()]
    if not found:
        raise InputError("holds no question", where=str(path))
    return found


def _question(line: str, where: str) -> EvaluationQuestion:
    try:
        body: dict[str, Any] = json.loads(line)
        if "query" in body:
            return EvaluationQuestion(str(body["id"]), str(body["query"]), (str(body["gold"]),), True)
        gold = tuple(str(span) for span in body["gold"])
        return EvaluationQuestion(str(body["id"]), str(body["question"]), gold, False)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InputError(
            f"is no question ({type(error).__name__}: {error})",
            where=where,
            way_out="A line is {id, question, gold: [...]} or {id, query, gold}.",
        ) from error
