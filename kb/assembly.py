"""Where everything is wired: a knowledge base out of settings."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

import numpy as np
import numpy.typing as npt

from kb.answer import Answerer
from kb.asked_by_hosts import AskedByHosts
from kb.embedding import Embedder, Embedders
from kb.errors import BusyError
from kb.generations import Reindexing
from kb.indexing import Follower, Publisher
from kb.indexing.cutting import require_agreed
from kb.judging import Judge, load_judge
from kb.library import Library
from kb.library.keeping import restore as restore_library
from kb.library.passage_rows import NewVector
from kb.library.rows import GenerationRow
from kb.records import Answer, Filter, Hit, Passage, Revision, content_hash
from kb.related import related
from kb.revisions import Revisions
from kb.search import Searcher
from kb.settings import Settings
from kb.spans import voices
from kb.summary import Summariser
from kb.themes import ThemeRule, read_themes, themes_path
from kb.threads import steady_products

# How often a purge looks whether the index was let go.
_PURGE_LOOK_S = 0.2


class KnowledgeBase:
    """The library with what searches it. Threads may share one."""

    def __init__(self, settings: Settings, embedder: Embedder | None = None, judge: Judge | None = None) -> None:
        steady_products()
        self.settings = settings
        self.library = Library(settings)
        self.embedders = Embedders(settings, embedder)
        self.judge = judge or load_judge(settings)
        self.themes = read_themes(themes_path(settings.themes_file))
        self.theme_rule = self._make_theme_rule(self.embedders.own)
        self._theme_rules: dict[str, ThemeRule] = {}
        self.revisions = Revisions(self.library)
        self.follower = Follower(self.library, settings, self._prepare)
        self.searcher = Searcher(settings, self.library, self.embedders, self.follower)
        self.reindexing = Reindexing(
            settings, self.library, self.embedders, self.theme_rule_of, self.judge, self.revisions
        )
        self.answerer = Answerer(settings, self.library, self.searcher, self.judge, self.revisions)
        self.summariser = Summariser(settings, self._active_embedder)
        self.asked_by_hosts = AskedByHosts(self.library, lambda made: self.embedders.of(made.model, made.model_key))

    def __enter__(self) -> KnowledgeBase:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self.follower.close()
        self.library.close()

    def search(self, question: str, where: Filter | None = None, limit: int = 10) -> list[Hit]:
        """Passages, best first. Raises QuestionError, IndexFault, LibraryError, ModelError."""
        return self.searcher.search(question, where or Filter(), limit)

    def search_counted(
        self, question: str, where: Filter | None = None, limit: int = 10
    ) -> tuple[list[Hit], dict[str, dict[str, int]]]:
        """The same passages, and facet -> value -> how many of all that were found have it."""
        found = self.searcher.find(question, where or Filter(), limit)
        return (list(found.hits), found.view.counts(found.candidates)) if found else ([], {})

    def ask(self, question: str, where: Filter | None = None, limit: int = 0) -> Answer:
        """Proved quotes, or "not_found". limit 0: the setting `quotes`."""
        return self.answerer.ask(question, where or Filter(), limit)

    def speakers_of(self, passage: Passage) -> tuple[str, ...]:
        """Everybody who is heard in a passage, in order of first word."""
        return voices(self.revision(passage.revision_id).segments, passage.start, passage.end)

    def related(self, passage: Passage) -> list[Hit]:
        """Passages of other documents that are nearest to it, best first. Raises IndexFault, LibraryError."""
        return related(self.library, self.follower, passage)

    def revision(self, revision_id: str) -> Revision:
        return self.revisions.get(revision_id)

    def publisher(self) -> Publisher:
        return Publisher(self.settings, self.library, self.embedders, self.theme_rule_of)

    def follow(self) -> int:
        """Bring the index to the library's last change, and what questions need of it; the sequence reached."""
        reached = self.follower.catch_up()
        self.searcher.prepare()
        return reached

    def keep_up(self) -> int:
        """Follow, and tend the index in the background: for servers, again and again; the sequence reached."""
        reached = self.follower.keep_up()
        self.searcher.prepare()
        self.prepare_host_questions()
        return reached

    def prepare_host_questions(self) -> bool:
        """Give some more of what hosts asked their vectors; whether all have one. Costs seconds of computing."""
        followed = self.follower.at_hand
        return self.asked_by_hosts.prepare(followed.generation if followed else None)

    def tend(self) -> None:
        """Merge, train and purge what the index is due: for whoever publishes or deletes, after it was acknowledged."""
        self.follower.tend()

    def warm(self) -> None:
        """Load the models and the index, so that the first question is as quick as the others."""
        if self.judge is not None:
            self.judge.load()
        self.follow()
        followed = self.follower.current()
        if followed is None:
            self.embedder.question("warm")
        else:
            self._prepare(followed.generation)

    def ready(self) -> dict[str, object]:
        """Whether questions can be answered now, and how far the index is."""
        sequence, _ = self.library.position()
        followed = self.follower.current()
        reached = followed.view.sequence if followed else 0
        return {
            "ready": reached >= sequence,
            "library_sequence": sequence,
            "index_sequence": reached,
            "passages": followed.view.size() if followed else 0,
            "generation": followed.generation.id if followed else 0,
            "fault": self.follower.fault,
            "mended": self.follower.mended,
        }

    def check(self) -> list[str]:
        """Every invariant of library and index that does not hold, in words."""
        found = self.library.faults()
        active = self.library.active_generation()
        if active is not None:
            try:
                require_agreed(self.settings, active)
                self.embedders.of(active.model, active.model_key)
            except Exception as error:
                found.append(str(error))
            found += self._index_faults()
        return found

    def _index_faults(self) -> list[str]:
        """What is wrong with the index on disk, which is then built anew."""
        # A follower of its own, which needs no model: what is wrong is told even where the model is not to be had.
        follower = Follower(self.library, self.settings)
        try:
            follower.catch_up()
            found = [follower.mended] if follower.mended else []
            faults = follower.faults()
            if faults:
                # Something may have been published between two looks: only what is still so is a fault.
                follower.catch_up()
                faults = follower.faults()
            if faults:
                follower.rebuild()
            return found + faults
        finally:
            follower.close()

    def delete(self, document_id: str, *, purge: bool = False) -> None:
        """Take a document out of the library and the index; purge: off the disk as well. No model is needed for it.

        Raises NotFoundError; BusyError where another process holds the index, which then keeps what was purged until it
        lets go: whoever follows next removes it.
        """
        self.library.delete(document_id, purge=purge)
        with self._modelless() as follower:
            until = time.monotonic() + self.settings.busy_timeout_s
            while purge and follower.unpurged:
                if time.monotonic() > until:
                    raise BusyError(
                        "the library has purged it, and the index not yet: another process holds the index",
                        way_out="Ask `kb check --deleted ID` later, which purges the index too where it can.",
                    )
                time.sleep(_PURGE_LOOK_S)
                follower.catch_up()
                follower.tend()

    def check_deleted(self, document_id: str) -> list[str]:
        """What is left of a purged document anywhere; empty: nothing."""
        found = self.library.traces(document_id)
        with self._modelless() as follower:
            followed = follower.at_hand
            if followed is not None and (count := followed.view.traces(document_id)):
                found.append(f"{count} passages in the index")
            if follower.unpurged:
                found.append("the index may still hold what was purged: another process holds it")
        return found

    @contextmanager
    def _modelless(self) -> Iterator[Follower]:
        """A follower of the active generation, brought up and tended, that loads no model."""
        follower = Follower(self.library, self.settings)
        try:
            follower.catch_up()
            follower.tend()
            yield follower
        finally:
            follower.close()

    def backup(self, target: Path) -> None:
        self.library.backup(target)

    def reindex(self, progress: Callable[[int, int], None] | None = None) -> GenerationRow:
        """Make the generation that the settings ask for beside the active one, and switch to it."""
        made = self.reindexing.run(progress=progress).generation
        self.follow()
        return made

    @property
    def embedder(self) -> Embedder:
        """The settings' own; an active generation of another model has another."""
        return self.embedders.own

    def _active_embedder(self) -> Embedder:
        followed = self.follower.current()
        return (
            self.embedders.of(followed.generation.model, followed.generation.model_key) if followed else self.embedder
        )

    def theme_rule_of(self, embedder: Embedder) -> ThemeRule:
        if embedder is self.embedders.own:
            return self.theme_rule
        key = embedder.identity.key()
        if key not in self._theme_rules:
            self._theme_rules[key] = self._make_theme_rule(embedder)
        return self._theme_rules[key]

    def _make_theme_rule(self, embedder: Embedder) -> ThemeRule:
        return ThemeRule(
            self.themes,
            lambda texts: self._phrase_vectors(texts, embedder),
            model=lambda: embedder.identity.sha256,
        )

    def _prepare(self, generation: GenerationRow) -> None:
        """Load the model that a generation's questions need."""
        self.embedders.of(generation.model, generation.model_key).question("warm")
        self.searcher.prepare(generation)

    def _phrase_vectors(self, texts: list[str], embedder: Embedder | None = None) -> npt.NDArray[np.float32]:
        """Vectors of theme phrases, float32 (n, dim): kept in the library, made when first needed."""
        embedder = embedder or self.embedders.own
        if not texts:  # a themes file may name none
            return np.empty((0, embedder.identity.dimension), dtype=np.float32)
        key = embedder.identity.key()
        hashes = [f"theme:{content_hash(text)}" for text in texts]
        known = self.library.vectors_by_hash(key, hashes)
        missing = [i for i, name in enumerate(hashes) if name not in known]
        made = {}
        if missing:
            parts = [texts[i] for i in missing]
            for i, entry in zip(missing, embedder.passages(parts, [[(0, len(p))] for p in parts]), strict=True):
                made[hashes[i]] = NewVector(hashes[i], entry.vector.tobytes(), b"")
            self.library.store_vectors(key, list(made.values()))
        blobs = [made[name].vector if name in made else known[name].vector for name in hashes]
        return np.stack([np.frombuffer(blob, dtype=np.float32) for blob in blobs])


def open_knowledge_base(settings: Settings) -> KnowledgeBase:
    """Raises LibraryError, SchemaError, SettingsError, ModelError."""
    return KnowledgeBase(settings)


def restore(settings: Settings, source: Path) -> None:
    """Put a backup in the library's place. Raises UsageError, LibraryError."""
    restore_library(settings, source)
    shutil.rmtree(settings.data_folder / "index", ignore_errors=True)
