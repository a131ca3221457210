"""The gate: question sets asked of two generations, and whether the new one answers worse."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from kb.answer import Answerer
from kb.embedding import Embedders
from kb.errors import GateRefusedError
from kb.evaluation import compare, evaluate
from kb.evaluation.comparing import intervals
from kb.indexing import Follower
from kb.judging import Judge
from kb.library import Library
from kb.records import Answer, Filter, Hit
from kb.revisions import Revisions
from kb.search import Searcher
from kb.settings import Settings


class Pinned:
    """Search and answers of one generation, whichever is active."""

    def __init__(self, searcher: Searcher, answerer: Answerer) -> None:
        self._searcher = searcher
        self._answerer = answerer

    def search(self, question: str, *, limit: int) -> list[Hit]:
        return self._searcher.search(question, Filter(), limit)

    def ask(self, question: str) -> Answer:
        return self._answerer.ask(question, Filter(), 0)


class Gate:
    """Asks the question sets that the settings name."""

    def __init__(
        self, settings: Settings, library: Library, embedders: Embedders, judge: Judge | None, revisions: Revisions
    ) -> None:
        self._settings = settings
        self._library = library
        self._embedders = embedders
        self._judge = judge
        self._revisions = revisions

    def compared(self, generation_id: int) -> dict[str, Any]:
        """{question set: comparison of the active generation with this one}; empty without sets or an active one."""
        active = self._library.active_generation()
        found: dict[str, Any] = {}
        for name in filter(None, (part.strip() for part in self._settings.gate_questions.split(","))):
            if active is None:
                break
            before = evaluate(self.pinned(active.id), Path(name))
            after = evaluate(self.pinned(generation_id), Path(name))
            compared = compare(before, after)
            fallen = [
                measure
                for measure, values in compared["measures"].items()
                if values["change"] is not None and values["change"] < -self._settings.gate_tolerance
            ]
            found[name] = {**compared, "intervals": intervals(before, after), "fallen": fallen}
        return found

    def pinned(self, generation_id: int) -> Pinned:
        usual = Settings()
        recipe = {name: getattr(usual, name) for name in ("model", "passage_tokens", "passage_words", "passage_head")}
        # The generation says how it was made: the settings must not say otherwise.
        settings = replace(self._settings, **recipe)
        follower = Follower(self._library, settings.engine, pinned=generation_id)
        follower.catch_up()
        searcher = Searcher(settings, self._library, self._embedders, follower)
        return Pinned(searcher, Answerer(settings, self._library, searcher, self._judge, self._revisions))


def refuse_worse(gate: dict[str, Any], force: str) -> None:
    """Raises GateRefusedError where a measure fell by more than the tolerance and no reason is given."""
    worse = [f"{measure} of {name}" for name, found in gate.items() for measure in found["fallen"]]
    if worse and not force:
        refused = GateRefusedError(
            f"it is worse than the active generation: {', '.join(worse)} fell by more than the tolerance",
            way_out="It is kept (`kb generations`); `kb activate ID --force REASON` activates it all the same.",
        )
        refused.gate = gate
        raise refused
