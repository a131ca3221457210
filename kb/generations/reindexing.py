"""Re-indexing: a generation made beside the active one, proved to be no worse, then activated; and the way back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from kb.embedding import Embedder, Embedders
from kb.errors import IndexFault, UsageError
from kb.generations.gate import Gate, refuse_worse
from kb.generations.planning import planned
from kb.indexing import fill
from kb.indexing.cutting import generation_for, passage_settings, require_agreed
from kb.judging import Judge
from kb.library import GenerationRow, GenerationState, Library
from kb.passages import PassageSettings
from kb.revisions import Revisions
from kb.settings import Settings
from kb.themes import ThemeRule

# (done, in all)
Progress = Callable[[int, int], None]
# Tries to activate while documents go on being published; each try fills in what came since.
_TRIES = 20


@dataclass(frozen=True, slots=True)
class Reindexed:
    """What a run did. gate: the comparisons, by question set. activated: whether it answers now."""

    generation: GenerationRow
    embedded: int
    activated: bool
    gate: dict[str, Any] = field(default_factory=dict)


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
        self._gate = Gate(settings, library, embedders, judge, revisions)

    def run(
        self,
        *,
        model: str = "",
        passages: PassageSettings | None = None,
        hold: bool = False,
        force: str = "",
        progress: Progress | None = None,
    ) -> Reindexed:
        """Make the generation that the settings (or model, passages) ask for; activate it if the gate lets it.

        Killed anywhere and run again, it goes on where it was. Raises GateRefusedError, and leaves it ready, where a
        measure falls by more than the setting `gate_tolerance`; force (a reason) activates it all the same.
        """
        generation, embedder = self._wanted(model, passages)
        made = self._library.begin_generation(generation)
        embedded = fill(self._library, made, embedder, self._rule_of(embedder), progress)
        if made.state == "active":
            return Reindexed(self._library.generation(made.id), embedded, activated=True)
        gate = self._gate.compared(made.id)
        if hold:
            return Reindexed(self._library.generation(made.id), embedded, activated=False, gate=gate)
        refuse_worse(gate, force)
        return Reindexed(self._activate(made), embedded, activated=True, gate=gate)

    def plan(self, *, model: str = "", passages: PassageSettings | None = None) -> dict[str, Any]:
        """What a run would do; nothing is stored, and no text is embedded but a few, to see how long all would take."""
        generation, embedder = self._wanted(model, passages)
        return planned(self._library, generation, embedder)

    def generations(self) -> list[GenerationState]:
        return self._library.generations()

    def activate(self, generation_id: int, force: str = "") -> Reindexed:
        """Let a generation catch up with what was published, prove it at the gate, and let it answer.

        Raises NotFoundError, UsageError (it is retired), GateRefusedError unless force gives a reason.
        """
        row = self._library.generation(generation_id)
        embedded = self._caught_up(row)
        gate = {} if row.state == "active" else self._gate.compared(generation_id)
        refuse_worse(gate, force)
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

    def _wanted(self, model: str, passages: PassageSettings | None) -> tuple[GenerationRow, Embedder]:
        embedder = self._embedders.named(model) if model else self._embedders.own
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
