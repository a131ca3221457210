"""A generation made beside the active one, a few documents at a time: it can be killed anywhere and run again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from kb.embedding import Embedder
from kb.errors import CounterpartError, InputError, NotFoundError, VectorsGoneError
from kb.indexing.cutting import Cut, cut_revision, missing_inputs
from kb.indexing.publish import embed, themed_passages
from kb.indexing.tally import Tally
from kb.library import GenerationRow, Library
from kb.passages import PassageSettings
from kb.records import Revision
from kb.themes import ThemeRule

# Told between two steps, where nothing would be lost: (documents done, documents in all). May raise to stop.
Step = Callable[[int, int], None]
# What is cut and embedded together, and then in memory at once.
_WINDOW_DOCUMENTS = 8
_WINDOW_PASSAGES = 128
_STORED_TOGETHER = 32

_Opened = tuple[str, Revision, list[Cut]]
Made = TypeVar("Made")


def fill(
    library: Library,
    generation: GenerationRow,
    embedder: Embedder,
    rule: ThemeRule,
    tally: Tally | None = None,
    step: Step | None = None,
) -> Tally:
    """Give a generation every document that it misses, and count what was done.

    What is published, edited or deleted meanwhile is in it when this returns, but for what comes after the last look.
    Raises InputError where documents cannot be cut or embedded: the others are done, and the generation is not ready.
    """
    filler = _Filler(library, generation, embedder, rule, tally or Tally(), step or _nothing)
    while filler.round():
        pass
    if filler.tally.failed:
        few = "; ".join(f"{name}: {reason}" for name, reason in sorted(filler.tally.failed.items())[:3])
        raise InputError(
            f"{len(filler.tally.failed)} documents could not be taken in ({few})",
            way_out="Mend or delete them and run it again: what is done is kept.",
        )
    library.finish_generation(generation.id)
    return filler.tally


class _Filler:
    """Goes through what is missing in order of id, again and again until a round finds nothing."""

    def __init__(
        self,
        library: Library,
        generation: GenerationRow,
        embedder: Embedder,
        rule: ThemeRule,
        tally: Tally,
        step: Step,
    ) -> None:
        self.tally = tally
        self._library = library
        self._generation = generation
        self._embedder = embedder
        self._rule = rule
        self._step = step
        self._recipe = PassageSettings.from_key(generation.passages)
        self._overtaken: set[str] = set()
        self._todo = library.count_missing(generation)
        tally.skipped = max(0, library.count_in_scope(generation) - self._todo - tally.added - tally.changed)

    def round(self) -> bool:
        """Whether anything was done."""
        after, found = "", False
        while rows := self._library.missing(self._generation, after, _WINDOW_DOCUMENTS):
            window, after = self._window(rows)
            if window:
                self._rule.prepare()
                self._take(window)
                found = True
        return found

    def _window(self, rows: Sequence[tuple[str, str]]) -> tuple[list[_Opened], str]:
        """The first of the rows that are worked on together, and the id of the last one that was looked at."""
        window: list[_Opened] = []
        after = ""
        for after, revision_id in rows:
            if after in self.tally.failed:
                continue
            try:
                revision = self._library.revision(revision_id)
            except NotFoundError:
                continue  # deleted since
            cuts = self._tried(after, cut_revision, revision, self._recipe, self._embedder)
            if cuts is not None:
                window.append((after, revision, cuts))
            if sum(len(cuts) for *_, cuts in window) >= _WINDOW_PASSAGES:
                break
        return window, after

    def _take(self, window: Sequence[_Opened]) -> None:
        try:
            self._cache(window)
        except Exception as error:
            if _stops_all(error):
                raise
            # One document that trips the model up does not take those beside it along.
            window = [one for one in window if self._tried(one[0], self._cache, [one])]
        for document_id, revision, cuts in window:
            self._tried(document_id, self._plant, document_id, revision, cuts)
            self._told()

    def _cache(self, window: Sequence[_Opened]) -> bool:
        """Embed what is not in the cache and store it there, a few at a time: a kill loses the last few."""
        key = self._generation.model_key
        cuts = [cut for *_, cuts in window for cut in cuts]
        needed_by = {cut.input_hash: revision.id for _, revision, cuts in window for cut in cuts}
        missing = list(missing_inputs(self._library, key, cuts).items())
        for at in range(0, len(missing), _STORED_TOGETHER):
            made = embed(self._embedder, dict(missing[at : at + _STORED_TOGETHER]), self.tally)
            self._library.store_vectors(key, list(made.values()), needed_by)
            self._told()
        self.tally.cached += len({cut.input_hash for cut in cuts}) - len(missing)
        return True

    def _plant(self, document_id: str, revision: Revision, cuts: Sequence[Cut]) -> bool:
        library, generation = self._library, self._generation
        try:
            entries = themed_passages(library, generation, revision, cuts, {}, self._rule)
            held = library.plant(generation, document_id, revision.id, entries)
        except VectorsGoneError:
            return False  # it is still missing, and embedded anew in the next round
        if not held:
            self._overtaken.add(document_id)
        elif document_id in self._overtaken:
            self.tally.changed += 1
        else:
            self.tally.added += 1
        return held

    def _told(self) -> None:
        done = self.tally.added + self.tally.changed
        self._step(done, max(done, self._todo))

    def _tried(self, document_id: str, work: Callable[..., Made], *arguments: Any) -> Made | None:
        """What the work gives; None where it failed for this one document, which is then told."""
        try:
            return work(*arguments)
        except Exception as error:
            if _stops_all(error):
                raise
            self.tally.failed[document_id] = f"{type(error).__name__}: {error}"
            return None


def _stops_all(error: Exception) -> bool:
    """Whether an error is about the library, the model or the machine, and not about one document."""
    return isinstance(error, CounterpartError | MemoryError | OSError)


def _nothing(done: int, total: int) -> None:
    return
