"""Re-indexing: a generation made beside the active one, proved to be no worse, then activated; and the way back."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from kb.answer import Answerer
from kb.embedding import Embedder, Embedders
from kb.errors import GateRefusedError, IndexFault, UsageError
from kb.evaluation import compare, evaluate
from kb.evaluation.comparing import intervals
from kb.indexing import Follower, fill
from kb.indexing.cutting import Cut, cut_revision, generation_for, missing_inputs, passage_settings, require_agreed
from kb.judging import Judge
from kb.library import GenerationRow, GenerationState, Library
from kb.passages import PassageSettings
from kb.records import Answer, Filter, Hit
from kb.revisions import Revisions
from kb.search import Searcher
from kb.settings import Settings
from kb.themes import ThemeRule

# (done, in all)
Progress = Callable[[int, int], None]
# Texts that a plan embeds to see how long all would take.
_SAMPLE = 32
# Tries to activate while documents go on being published; each try fills in what came since.
_TRIES = 20


@dataclass(frozen=True, slots=True)
class Reindexed:
    """What a run did. gate: the comparisons, by question set. activated: whether it answers now."""

    generation: GenerationRow
    embedded: int
    activated: bool
    gate: dict[str, Any] = field(default_factory=dict)


class _Pinned:
    """Search and answers of one generation, whichever is active."""

    def __init__(self, searcher: Searcher, answerer: Answerer) -> None:
        self._searcher = searcher
        self._answerer = answerer

    def search(self, question: str, *, limit: int) -> list[Hit]:
        return self._searcher.search(question, Filter(), limit)

    def ask(self, question: str) -> Answer:
        return self._answerer.ask(question, Filter(), 0)


class Reindexing:
    def __init__(
        self,
        settings: Settings,
        library: Library,
        embedders: Embedders,
        rule_of: Callable[[Embedder], ThemeRule],
        judge: Judge | None,
        revisions: Revisions,
    ) -> None:
        self._settings = settings
        self._library = library
        self._embedders = embedders
        self._rule_of = rule_of
        self._judge = judge
        self._revisions = revisions

    def run(
        self,
        *,
        model: str = "",
        variant: str = "",
        passages: PassageSettings | None = None,
        hold: bool = False,
        force: str = "",
        progress: Progress | None = None,
    ) -> Reindexed:
        """Make the generation that the settings (or model, variant, passages) ask for; activate it if the gate lets it.

        Killed anywhere and run again, it goes on where it was. Raises GateRefusedError, and leaves it ready, where a
        measure falls by more than the setting `gate_tolerance`; force (a reason) activates it all the same.
        """
        generation, embedder = self._wanted(model, variant, passages)
        made = self._library.begin_generation(generation)
        embedded = fill(self._library, made, embedder, self._rule_of(embedder), progress)
        if made.state == "active":
            return Reindexed(self._library.generation(made.id), embedded, activated=True)
        gate = self.gate(made.id)
        if hold:
            return Reindexed(self._library.generation(made.id), embedded, activated=False, gate=gate)
        _refuse_worse(gate, force)
        return Reindexed(self._activate(made), embedded, activated=True, gate=gate)

    def plan(self, *, model: str = "", variant: str = "", passages: PassageSettings | None = None) -> dict[str, Any]:
        """What a run would do; nothing is stored, and no text is embedded but a few, to see how long all would take."""
        generation, embedder = self._wanted(model, variant, passages)
        recipe = PassageSettings.from_key(generation.passages)
        inputs: dict[str, Cut] = {}
        count = cached = 0
        for row in self._library.documents():
            cuts = cut_revision(self._library.revision(row.revision_id), recipe, embedder)
            missing = missing_inputs(self._library, generation.model_key, cuts)
            count += len(cuts)
            cached += len({cut.input_hash for cut in cuts} - missing.keys())
            inputs |= missing
        # float32 for the passage, float16 for each of its sentences
        size = sum((4 + 2 * len(cut.sentences)) * generation.dimension for cut in inputs.values())
        return {
            "model": generation.model,
            "variant": generation.variant,
            "passages_as": generation.passages,
            "documents": len(self._library.documents()),
            "passages": count,
            "texts_to_embed": len(inputs),
            "texts_cached": cached,
            "vector_bytes": size,
            "estimated_s": _estimated_s(embedder, list(inputs.values())),
        }

    def generations(self) -> list[GenerationState]:
        return self._library.generations()

    def activate(self, generation_id: int, force: str = "") -> Reindexed:
        """Let a generation catch up with what was published, prove it at the gate, and let it answer.

        Raises NotFoundError, UsageError (it is retired), GateRefusedError unless force gives a reason.
        """
        row = self._library.generation(generation_id)
        embedded = self._caught_up(row)
        gate = {} if row.state == "active" else self.gate(generation_id)
        _refuse_worse(gate, force)
        return Reindexed(self._activate(row), embedded, activated=True, gate=gate)

    def _caught_up(self, row: GenerationRow) -> int:
        if row.state == "retired":
            raise UsageError(
                f"generation {row.id} is retired: what it held is gone", way_out="Run `kb reindex` instead."
            )
        embedder = self._embedders.of(row.model, row.model_key)
        return fill(self._library, row, embedder, self._rule_of(embedder))

    def _activate(self, row: GenerationRow) -> GenerationRow:
        self._require_fit(row)
        for _ in range(_TRIES):
            self._caught_up(row)
            if self._library.activate(row.id):
                return self._library.generation(row.id)
        raise UsageError(
            "documents are published faster than the generation takes them in", way_out="Try again in a quieter hour."
        )

    def rollback(self) -> GenerationRow:
        """Activate the generation that was active before, with all that was published since."""
        return self._activate(self._library.before_active())

    def retire(self, generation_id: int) -> None:
        self._library.retire(generation_id)

    def gate(self, generation_id: int) -> dict[str, Any]:
        """{question set: comparison of the active generation with this one}; empty without sets or an active one."""
        active = self._library.active_generation()
        found: dict[str, Any] = {}
        for name in filter(None, (part.strip() for part in self._settings.gate_questions.split(","))):
            if active is None:
                break
            before = evaluate(self._pinned(active.id), Path(name))
            after = evaluate(self._pinned(generation_id), Path(name))
            compared = compare(before, after)
            fallen = [
                measure
                for measure, values in compared["measures"].items()
                if values["change"] is not None and values["change"] < -self._settings.gate_tolerance
            ]
            found[name] = {**compared, "intervals": intervals(before, after), "fallen": fallen}
        return found

    def _wanted(self, model: str, variant: str, passages: PassageSettings | None) -> tuple[GenerationRow, Embedder]:
        embedder = self._embedders.named(model, variant)
        recipe = passages or passage_settings(self._settings)
        if embedder.longest and recipe.tokens > embedder.longest:
            raise UsageError(
                f"passages of {recipe.tokens} tokens are longer than the {embedder.longest} that the model reads",
                way_out=f"Ask for tokens={embedder.longest} or less.",
            )
        generation = generation_for(recipe, embedder.identity)
        self._require_fit(generation)
        return generation, embedder

    def _require_fit(self, row: GenerationRow) -> None:
        """Raises UsageError where, with these settings, every question to this generation would be refused."""
        try:
            require_agreed(self._settings, row)
        except IndexFault as error:
            raise UsageError(
                f"it would answer nothing: {error}", way_out="Change that setting first, or leave it at its default."
            ) from error

    def _pinned(self, generation_id: int) -> _Pinned:
        usual = Settings()
        recipe = {name: getattr(usual, name) for name in ("model", "passage_tokens", "passage_words", "passage_head")}
        # The generation says how it was made: the settings must not say otherwise.
        settings = replace(self._settings, **recipe)
        follower = Follower(self._library, settings.engine, pinned=generation_id)
        follower.catch_up()
        searcher = Searcher(settings, self._library, self._embedders, follower)
        return _Pinned(searcher, Answerer(settings, self._library, searcher, self._judge, self._revisions))


def _estimated_s(embedder: Embedder, cuts: list[Cut]) -> float:
    """Seconds that embedding them takes, as a few of them took, spread over all."""
    sample = cuts[:: max(1, len(cuts) // _SAMPLE)][:_SAMPLE]
    if not sample:
        return 0.0
    embedder.question("warm")
    start = time.perf_counter()
    embedder.passages([cut.text for cut in sample], [cut.sentences for cut in sample])
    return round((time.perf_counter() - start) / len(sample) * len(cuts), 1)


def _refuse_worse(gate: dict[str, Any], force: str) -> None:
    worse = [f"{measure} of {name}" for name, found in gate.items() for measure in found["fallen"]]
    if worse and not force:
        refused = GateRefusedError(
            f"it is worse than the active generation: {', '.join(worse)} fell by more than the tolerance",
            way_out="It is kept (`kb generations`); `kb activate ID --force REASON` activates it all the same.",
        )
        refused.gate = gate
        raise refused
