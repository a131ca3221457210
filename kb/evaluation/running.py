"""Ask a knowledge base a question set."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from kb.evaluation.measures import DEPTH, means, quote_measures, refusal_measures, retrieval_measures
from kb.evaluation.questions import EvaluationQuestion, read_questions
from kb.records import Answer, Hit


class Asked(Protocol):
    """What is evaluated: anything that searches and asks."""

    def search(self, question: str, *, limit: int) -> list[Hit]: ...

    def ask(self, question: str) -> Answer: ...


def evaluate(knowledge_base: Asked, path: Path, progress: Callable[[int, int], None] | None = None) -> dict[str, Any]:
    """{"questions", "measures", "per_question"}: measures are means over the questions that they apply to.

    Raises InputError for a file that holds no questions.
    """
    questions = read_questions(path)
    rows = []
    for number, question in enumerate(questions, 1):
        rows.append(_row(knowledge_base, question))
        if progress is not None:
            progress(number, len(questions))
    return {"questions": len(questions), "measures": _measures(questions, rows), "per_question": rows}


def _row(knowledge_base: Asked, question: EvaluationQuestion) -> dict[str, Any]:
    if question.retrieval:
        texts = [hit.passage.text for hit in knowledge_base.search(question.question, limit=DEPTH)]
        return {"id": question.id, **retrieval_measures(question.gold[0], texts)}
    answer = knowledge_base.ask(question.question)
    row: dict[str, Any] = {"id": question.id, "status": answer.status}
    if question.gold:
        row |= quote_measures(question.gold, [quote.text for quote in answer.quotes])
    return row


def _measures(questions: Sequence[EvaluationQuestion], rows: Sequence[dict[str, Any]]) -> dict[str, float]:
    numbers = [{k: v for k, v in row.items() if isinstance(v, float)} for row in rows]
    found = means(kept) if (kept := [row for row in numbers if row]) else {}
    pairs = [
        (not question.gold, row["status"] == "not_found")
        for question, row in zip(questions, rows, strict=True)
        if not question.retrieval
    ]
    if any(wanted for wanted, _ in pairs):
        found |= {name: round(value, 4) for name, value in refusal_measures(pairs).items()}
    return found
