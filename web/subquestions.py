"""What the library answers to a theme's own questions: asked once for each state of the library."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.records import Answer, Filter

if TYPE_CHECKING:
    from kb.library.library import Library

# Longer than this a page does not ask: what is left is asked when it is opened again.
BUDGET_S = 4.0


@dataclass(frozen=True)
class SubQuestion:
    """answer: None where it was not asked yet."""

    question: str
    answer: Answer | None


class SubQuestions:
    """One an application. The questions are the themes', so what is kept is bounded, and nobody's secret."""

    def __init__(self, library: Library, ask: Callable[[str, Filter, int], Answer]) -> None:
        self._library = library
        self._ask = ask
        self._lock = threading.Lock()
        self._position = (-1, -1)
        self._known: dict[tuple[str, Filter], Answer] = {}

    def read(self, questions: Sequence[str], where: Filter, budget_s: float = BUDGET_S) -> list[SubQuestion]:
        """In order; quotes are read again from the library before they are handed out, known or not."""
        with self._lock:
            position = self._library.position()
            if position != self._position:
                self._position, self._known = position, {}
            known = self._known
        until = time.monotonic() + budget_s
        found = []
        for question in questions:
            answer = known.get((question, where))
            if answer is None or not self._holds(answer):
                answer = self._ask(question, where, 1) if time.monotonic() < until else None
                if answer is not None:
                    known[question, where] = answer
            found.append(SubQuestion(question, answer))
        return found

    def _holds(self, answer: Answer) -> bool:
        return all(
            self._library.read_span(quote.citation.revision_id, quote.citation.start, quote.citation.end) == quote.text
            for quote in answer.quotes
        )
