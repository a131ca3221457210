"""The gate: question sets asked of two generations, and whether the new one answers worse."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from kb.answer import Answerer
from kb.embedding import Embedders
from kb.errors import GateRefusedError, UsageError
from kb.evaluation import compare, evaluate, read_questions
from kb.evaluation.comparing import intervals
from kb.indexing import Follower
from kb.judging import Judge
from kb.library import GenerationRow, Library
from kb.records import Answer, Filter, Hit
from kb.revisions import Revisions
from kb.search import Searcher
from kb.settings import Settings

EVERYTHING = Filter()
# Told after each question: (asked, in all). May raise to stop.
Step = Callable[[int, int], None]


class Pinned:
    """Search and answers of one generation, whichever is active, within a filter."""

    def __init__(self, searcher: Searcher, answerer: Answerer, where: Filter) -> None:
        self._searcher = searcher
        self._answerer = answerer
        self._where = where

    def search(self, question: str, *, limit: int) -> list[Hit]:
        return self._searcher.search(question, self._where, limit)

    def ask(self, question: str) -> Answer:
        return self._answerer.ask(question, self._where, 0)


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

    def sets(self) -> list[Path]:
        """The question sets. Raises InputError for one that holds none: better before the work than after it."""
        found = [Path(part.strip()) for part in self._settings.gate_questions.split(",") if part.strip()]
        for path in found:
            read_questions(path)
        return found

    def compared(self, row: GenerationRow, step: Step | None = None) -> dict[str, Any]:
        """{question set: comparison of the active generation with this one}; empty without sets or an active one."""
        found = {str(path): self.measured(path, row, step).get("comparison") for path in self.sets()}
        return {name: comparison for name, comparison in found.items() if comparison}

    def measured(self, path: Path, row: GenerationRow, step: Step | None = None) -> dict[str, Any]:
        """A question set's report on one generation; "comparison": with the active one, where that is another.

        A trial is compared over the documents that it holds. Raises UsageError where it holds none any more.
        """
        held = self._library.held_documents(row.id) if row.scope else ()
        if row.scope and not held:
            raise UsageError(f"the trial {row.id} holds no document any more", way_out="Make it anew, or retire it.")
        with self.pinned(row.id) as pinned:
            after = evaluate(pinned, path, step)
        active = self._library.active_generation()
        if active is None or active.id == row.id:
            return after
        with self.pinned(active.id, Filter(document=held)) as pinned:
            before = evaluate(pinned, path, step)
        compared = judged(before, after, self._settings.gate_tolerance)
        return {**after, "comparison": {"generations": {"before": active.id, "after": row.id}, **compared}}

    def measures(self, row: GenerationRow) -> dict[str, Any]:
        """{question set: its measures} of one generation."""
        sets = self.sets()
        if not sets:
            return {}
        with self.pinned(row.id) as pinned:
            return {str(path): evaluate(pinned, path)["measures"] for path in sets}

    @contextmanager
    def pinned(self, generation_id: int, where: Filter = EVERYTHING) -> Iterator[Pinned]:
        usual = Settings()
        recipe = {name: getattr(usual, name) for name in ("model", "passage_tokens", "passage_words", "passage_head")}
        # The generation says how it was made: the settings must not say otherwise.
        settings = replace(self._settings, **recipe)
        follower = Follower(self._library, settings, pinned=generation_id)
        try:
            follower.catch_up()
            searcher = Searcher(settings, self._library, self._embedders, follower)
            yield Pinned(searcher, Answerer(settings, self._library, searcher, self._judge, self._revisions), where)
        finally:
            follower.close()


def judged(before: Mapping[str, Any], after: Mapping[str, Any], tolerance: float) -> dict[str, Any]:
    """Two reports of a question set compared: besides what `compare` gives, "intervals", "fallen" and "warnings".

    A measure has fallen where its mean is lower by more than the tolerance. The bootstrap intervals only warn.
    """
    compared = compare(before, after)
    changes = {name: values["change"] for name, values in compared["measures"].items()}
    fallen = [name for name, change in changes.items() if change is not None and change < -tolerance]
    likely = intervals(before, after)
    warnings = list(_warnings(likely, fallen, tolerance))
    return {**compared, "intervals": likely, "fallen": fallen, "warnings": warnings}


def refuse_worse(gate: Mapping[str, Any], force: str) -> None:
    """Raises GateRefusedError where a measure fell by more than the tolerance and no reason is given."""
    worse = [f"{measure} of {name}" for name, found in gate.items() for measure in found["fallen"]]
    if worse and not force:
        refused = GateRefusedError(
            f"it is worse than the active generation: {', '.join(worse)} fell by more than the tolerance",
            way_out="It is kept (`kb generations`); `kb activate ID --force REASON` activates it all the same.",
        )
        refused.gate = gate
        raise refused


def quality_of(gate: Mapping[str, Any]) -> dict[str, Any]:
    """{"before", "after"}: {"generation", "measures": {question set: {measure: value}}}; empty where nothing was asked.

    Of a gate's comparisons: what a run's record keeps of it beside them.
    """
    if not gate:
        return {}
    ids = next(iter(gate.values()))["generations"]
    return {
        side: {
            "generation": ids[side],
            "measures": {
                name: {measure: values[side] for measure, values in found["measures"].items()}
                for name, found in gate.items()
            },
        }
        for side in ("before", "after")
    }


def _warnings(likely: Mapping[str, tuple[float, float]], fallen: list[str], tolerance: float) -> list[str]:
    """What the bootstrap intervals of the mean changes say against the verdict. They warn, and decide nothing."""
    found = []
    for name, (low, high) in likely.items():
        told = f"95% of the resampled changes lie in [{low}, {high}]"
        if name in fallen and high >= 0:
            found.append(f"{name} fell, and that may be chance: {told}")
        elif name not in fallen and low < -tolerance:
            found.append(f"{name} may have fallen by more than the tolerance: {told}")
    return found
