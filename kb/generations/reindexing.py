"""Re-indexing: a generation made beside the active one, proved to be no worse, then activated; and the way back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from kb.embedding import Embedder, Embedders
from kb.errors import IndexFault, UsageError
from kb.generations.fitting import documents_of, require_unchanged
from kb.generations.gate import Gate, refuse_worse
from kb.generations.plan_file import RECIPE, PlanFile, read_plan, write_plan
from kb.generations.planning import planned
from kb.indexing import Tally, fill
from kb.indexing.cutting import generation_for, passage_settings, require_agreed
from kb.indexing.feed import sweep
from kb.jobs import Job
from kb.judging import Judge
from kb.library import GenerationRow, GenerationState, Library
from kb.library.generations import require_whole
from kb.library.scopes import filter_in, scope_of
from kb.passages import PassageSettings
from kb.records import Filter
from kb.revisions import Revisions
from kb.settings import Settings
from kb.themes import ThemeRule

# (done, in all)
Progress = Callable[[int, int], None]
# Tries to activate while documents go on being published; each try fills in what came since.
_TRIES = 20


@dataclass(frozen=True, slots=True)
class Reindexed:
    """What a run did. gate: the comparisons, by question set. activated: whether it answers now.

    checksum: of what the generation holds now. since: documents that were published after the plan was made.
    """

    generation: GenerationRow
    tally: Tally
    activated: bool
    checksum: str
    gate: dict[str, Any] = field(default_factory=dict)
    since: int = 0

    @property
    def embedded(self) -> int:
        return self.tally.embedded


class _Work:
    """One run under way: what it counts is told to its job's record, and it stops where the job is asked to pause."""

    def __init__(self, job: Job | None, progress: Progress | None) -> None:
        self.job = job or Job()
        self.tally = Tally()
        self._progress = progress

    def step(self, done: int, total: int) -> None:
        self.told()
        self.job.keep()
        if self._progress is not None:
            self._progress(done, total)
        self.job.heed()

    def told(self) -> None:
        self.job.note |= self.tally.as_json()

    def asked(self, _done: int, _total: int) -> None:
        self.job.heed()


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
        variant: str = "",
        passages: PassageSettings | None = None,
        where: Filter | None = None,
        hold: bool = False,
        force: str = "",
        progress: Progress | None = None,
        job: Job | None = None,
    ) -> Reindexed:
        """Make the generation that the settings (or model, variant, passages) ask for; activate it if the gate lets it.

        Killed anywhere and run again, it goes on where it was. Raises GateRefusedError, and leaves it ready, where a
        measure falls by more than the setting `gate_tolerance`; force (a reason) activates it all the same. where: a
        trial of the documents that the filter allows; it is compared, over these documents, and never activated.
        Raises BusyError where another job fills the generation, PausedError where the job is asked to pause.
        """
        generation, embedder = self._wanted(model, variant, passages, where)
        return self._made(generation, embedder, _Work(job, progress), hold=hold, force=force)

    def execute(
        self,
        plan: Path,
        *,
        hold: bool = False,
        force: str = "",
        progress: Progress | None = None,
        job: Job | None = None,
    ) -> Reindexed:
        """Do what a plan says, as `run` does it. What was published since the plan was made is in it as well.

        Raises InputError for what is no plan, UsageError, naming what differs, for one that no longer fits.
        """
        work = _Work(job, progress)
        generation, embedder, since = self._planned(read_plan(plan))
        work.job.note |= {"plan": str(plan), "published_since_plan": since}
        return replace(self._made(generation, embedder, work, hold=hold, force=force), since=since)

    def _made(self, generation: GenerationRow, embedder: Embedder, work: _Work, *, hold: bool, force: str) -> Reindexed:
        self._require_sense(generation, force)
        self._gate.sets()
        made = self._library.begin_generation(generation)
        work.job.note |= {"generation": made.id}
        work.job.claim(made.id)
        work.job.heed()
        self._fill(made, embedder, work)
        if made.state == "active":
            return self._told(made, work, {}, activated=True)
        gate = self._gate.compared(made, work.asked)
        if hold or made.scope:
            return self._told(made, work, gate, activated=False)
        refuse_worse(gate, force)
        self._activate(made, work)
        return self._told(made, work, gate, activated=True)

    def plan(
        self,
        *,
        model: str = "",
        variant: str = "",
        passages: PassageSettings | None = None,
        where: Filter | None = None,
    ) -> dict[str, Any]:
        """What a run would do; nothing is stored, and no text is embedded but a few, to see how long all would take."""
        return self._counted(*self._wanted(model, variant, passages, where))

    def write_plan(
        self,
        path: Path,
        *,
        model: str = "",
        variant: str = "",
        passages: PassageSettings | None = None,
        where: Filter | None = None,
    ) -> dict[str, Any]:
        """As `plan`, and in a file that `execute` takes. Raises UsageError where it cannot be written."""
        generation, embedder = self._wanted(model, variant, passages, where)
        counts = self._counted(generation, embedder)
        head = {
            "library": self._library.library_id(),
            "generation": {name: getattr(generation, name) for name in RECIPE},
            "settings": self._gate_settings(),
            "counts": counts,
        }
        return {**counts, "plan_sha256": write_plan(path, head, documents_of(self._library, generation))}

    def read_plan(self, path: Path) -> dict[str, Any]:
        """What a plan would do now. Raises InputError for what is no plan, UsageError for one that no longer fits."""
        generation, embedder, since = self._planned(read_plan(path))
        return {**self._counted(generation, embedder), "published_since_plan": since}

    def generations(self) -> list[GenerationState]:
        return self._library.generations()

    def measured(self, generation_id: int, questions: Path, progress: Progress | None = None) -> dict[str, Any]:
        """A question set's report on one generation, beside the active one: over the documents that a trial holds.

        Raises NotFoundError, UsageError (it holds nothing yet, or no longer), InputError.
        """
        row = self._library.generation(generation_id)
        if row.state in ("building", "retired"):
            raise UsageError(
                f"generation {row.id} is {row.state}: it cannot be asked",
                way_out="`kb generations` lists those that can.",
            )
        return self._gate.measured(questions, row, progress)

    def measures(self) -> dict[str, Any]:
        """{"generation", "measures"} of the active generation on the gate's question sets; empty where it has none."""
        active = self._library.active_generation()
        if active is None or not self._gate.sets():
            return {}
        return {"generation": active.id, "measures": self._gate.measures(active)}

    def activate(self, generation_id: int, force: str = "", job: Job | None = None) -> Reindexed:
        """Let a generation catch up with what was published, prove it at the gate, and let it answer.

        Raises NotFoundError, UsageError (it is retired, or a trial), GateRefusedError unless force gives a reason.
        """
        work = _Work(job, None)
        row = self._library.generation(generation_id)
        require_whole(row)
        self._gate.sets()
        self._caught_up(row, work)
        gate = {} if row.state == "active" else self._gate.compared(row, work.asked)
        refuse_worse(gate, force)
        self._activate(row, work)
        return self._told(row, work, gate, activated=True)

    def rollback(self, job: Job | None = None) -> Reindexed:
        """Activate the generation that was active before, with all that was published since.

        Raises UsageError where none is retained, IndexFault where its model is not to be had.
        """
        work = _Work(job, None)
        row = self._library.before_active()
        self._activate(row, work)
        return self._told(row, work, {}, activated=True)

    def _caught_up(self, row: GenerationRow, work: _Work) -> None:
        if row.state == "retired":
            raise UsageError(
                f"generation {row.id} is retired: what it held is gone", way_out="Run `kb reindex` instead."
            )
        work.job.note |= {"generation": row.id}
        work.job.claim(row.id)
        self._fill(row, self._embedders.of(row.model, row.model_key), work)

    def _fill(self, row: GenerationRow, embedder: Embedder, work: _Work) -> None:
        try:
            fill(self._library, row, embedder, self._rule_of(embedder), work.tally, work.step)
        finally:
            work.told()

    def _activate(self, row: GenerationRow, work: _Work) -> None:
        self._require_fit(row)
        for _ in range(_TRIES):
            self._caught_up(row, work)
            if self._library.activate(row.id):
                return
        raise UsageError(
            "documents are published faster than the generation takes them in", way_out="Try again in a quieter hour."
        )

    def _told(self, row: GenerationRow, work: _Work, gate: dict[str, Any], *, activated: bool) -> Reindexed:
        now = self._library.generation(row.id)
        return Reindexed(now, work.tally, activated, self._library.checksum(row.id), gate)

    def retire(self, generation_id: int) -> None:
        self._library.retire(generation_id)
        sweep(self._settings, self._library)

    def _wanted(
        self, model: str, variant: str, passages: PassageSettings | None, where: Filter | None = None
    ) -> tuple[GenerationRow, Embedder]:
        embedder = self._embedders.named(model, variant)
        recipe = passages or passage_settings(self._settings)
        if embedder.longest and recipe.tokens > embedder.longest:
            raise UsageError(
                f"passages of {recipe.tokens} tokens are longer than the {embedder.longest} that the model reads",
                way_out=f"Ask for tokens={embedder.longest} or less.",
            )
        return replace(generation_for(recipe, embedder.identity), scope=scope_of(where or Filter())), embedder

    def _planned(self, plan: PlanFile) -> tuple[GenerationRow, Embedder, int]:
        """The generation that a plan names, its model, and how many documents were published since."""
        recipe, where = PassageSettings.from_key(plan.recipe.passages), filter_in(plan.recipe.scope)
        generation, embedder = self._wanted(plan.recipe.model, plan.recipe.variant, recipe, where)
        return generation, embedder, require_unchanged(plan, self._library, generation, self._gate_settings())

    def _counted(self, generation: GenerationRow, embedder: Embedder) -> dict[str, Any]:
        self._require_sense(generation)
        return planned(self._library, self._library.find_generation(generation), embedder)

    def _gate_settings(self) -> dict[str, Any]:
        return {name: getattr(self._settings, name) for name in ("gate_questions", "gate_tolerance")}

    def _require_sense(self, generation: GenerationRow, force: str = "") -> None:
        """Raises UsageError where a run would come to nothing."""
        if not generation.scope:
            self._require_fit(generation)
        elif force:
            raise UsageError("a trial is never activated, by force neither", way_out="Leave --force or --where out.")
        elif not self._library.count_in_scope(generation):
            raise UsageError(
                "no document is what --where asks for", way_out="`kb list` shows what there is; spell it as it stands."
            )

    def _require_fit(self, row: GenerationRow) -> None:
        """Raises UsageError where, with these settings, every question to this generation would be refused."""
        try:
            require_agreed(self._settings, row)
        except IndexFault as error:
            raise UsageError(
                f"it would answer nothing: {error}", way_out="Change that setting first, or leave it at its default."
            ) from error
