"""The engine on this machine: FAISS for vectors, tantivy for words, one folder that all processes share."""

from __future__ import annotations

import logging
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from kb.engines.contract import PURGED, Draft, Matrix, Nos, Vector
from kb.engines.dense import DenseState, Held, Sizes, open_held
from kb.engines.draft import EmbeddedDraft, merged, new_name, sealed, with_lists
from kb.engines.pack import require_whole
from kb.engines.state import STATE, FileLock, Home, State, read_state, write_state
from kb.engines.words import (
    LARGE_HEAP,
    Words,
    WordSnapshot,
    WordWriter,
    commit_of,
    make_analyzer,
    merging_long,
    removed_share,
    require_whole_words,
)
from kb.errors import IndexFault
from kb.facets import Conditions, Counts, conditions
from kb.library.rows import IndexEntry
from kb.records import Filter

_LOG = logging.getLogger(__name__)
_BUILDING = "building-"
_WRITING, _TENDING = "write.lock", "tend.lock"
# A changing process holds the lock for parts of a second.
_LOCK_WAIT_S = 0.02
_EVERYTHING = Conditions(())


@dataclass(frozen=True)
class EmbeddedView:
    """Both indexes as one state names them. sequence: may be past the state's, where nothing of this index changed."""

    sequence: int
    state: State
    folder: Path
    _dense: DenseState
    _words: WordSnapshot

    def dense(self, vector: Vector, limit: int, where: Filter | None = None) -> dict[int, float]:
        return self._dense.search(vector, limit, conditions(where) if where else _EVERYTHING)

    def keywords(self, question: str, limit: int, where: Filter | None = None) -> dict[int, float]:
        found = self._words.search(question, limit, conditions(where) if where else None)
        known = self._dense.documents(list(found))
        return {no: score for no, score in found.items() if no in known}

    def dense_scores(self, vector: Vector, nos: Sequence[int]) -> dict[int, float]:
        return self._dense.scores(vector, nos)

    def vectors(self, nos: Sequence[int]) -> Matrix:
        return self._dense.vectors(nos)

    def keyword_scores(self, question: str, nos: Sequence[int]) -> dict[int, float]:
        found = self._words.search(question, len(nos), nos=nos)
        return {no: found.get(no, 0.0) for no in nos}

    def documents(self, nos: Sequence[int]) -> dict[int, str]:
        return self._dense.documents(nos)

    def counts(self, nos: Sequence[int]) -> Counts:
        return self._dense.counts(nos)

    def frequencies(self, terms: Sequence[str]) -> dict[str, int]:
        return self._words.frequencies(terms)

    def size(self) -> int:
        return self._dense.size()

    def nos(self) -> Nos:
        return self._dense.nos()

    def traces(self, document_id: str) -> int:
        return self._dense.traces(document_id) + int(self.state.purge)

    def faults(self) -> list[str]:
        found = []
        for segment in self.state.segments:
            for file in segment.files():
                found += _fault(partial(require_whole, self.folder, file, every_byte=True))
        found += _fault(partial(require_whole_words, self.folder / self.state.words.folder, every_byte=True))
        if found:
            return found
        dense, keywords = self.nos(), np.array(self._words.nos(), dtype=np.int64)
        if len(keywords) != len(dense) or not np.array_equal(dense, keywords):
            found.append(f"{len(dense)} passages have vectors in the index, {len(keywords)} have words")
        return found


def _fault(check: Callable[[], None]) -> list[str]:
    try:
        check()
    except IndexFault as error:
        return [f"the index: {error}"]
    return []


class EmbeddedEngine:
    def __init__(self, home: Home, sizes: Sizes | None = None) -> None:
        self._home = home
        self._sizes = sizes or Sizes()
        self._mutex = threading.RLock()
        self._view: EmbeddedView | None = None
        self._words: Words | None = None
        self._seen: tuple[int, int] | None = None
        self._analyzer = make_analyzer()
        self._writing = home.folder / _WRITING
        self._tending = home.folder / _TENDING
        self._serving = False
        self._kept: tuple[FileLock, WordWriter] | None = None

    def view(self) -> EmbeddedView:
        if self._view is None:
            raise IndexFault("no index was opened yet", where=str(self._home.folder))
        return self._view

    def terms(self, text: str) -> list[str]:
        return list(self._analyzer.analyze(text))

    def release(self) -> None:
        with self._mutex:
            self._let_go(merged=True)

    def close(self) -> None:
        with self._mutex:
            self._let_go(merged=True)
            self._view = self._words = None

    def refresh(self) -> bool:
        with self._mutex:
            self._let_go()
            return self._refresh()

    def _refresh(self) -> bool:
        stamp = self._stamp()
        if self._view is not None and stamp is not None and stamp == self._seen:
            return True
        while True:
            state = read_state(self._home)
            if state is None:
                return False
            try:
                self._take_up(state)
            except IndexFault:
                # Files of a state that was replaced since may be gone.
                if read_state(self._home) != state:
                    continue
                raise
            self._seen = stamp
            return True

    def _stamp(self) -> tuple[int, int] | None:
        try:
            found = (self._home.folder / STATE).stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns

    def _take_up(self, state: State) -> None:
        """Open what the state names; segments that are open already are kept. Raises IndexFault."""
        before = {held.files.data: held for held in self._view._dense.held} if self._view else {}
        folder = self._home.folder
        held = tuple(open_held(folder, files, self._home.dimension, before.get(files.data)) for files in state.segments)
        if self._words is None or self._words.folder.name != state.words.folder:
            self._words = Words(folder / state.words.folder)
        words = self._words.snapshot(state.words.opstamp)
        if words is None:
            if commit_of(self._words.folder)["opstamp"] < state.words.opstamp:
                raise IndexFault("the keyword index is older than the state that names it", where=str(folder))
            # A writer died between its commit and its state: what it was about to say is said again by the next one.
            words = self._words.newest()
        sequence = state.sequence
        if self._view is not None and self._view.state.words.folder == state.words.folder:
            sequence = max(sequence, self._view.sequence)
        self._view = EmbeddedView(sequence, state, folder, DenseState(held, self._sizes), words)

    def apply(self, added: Sequence[IndexEntry], removed: Sequence[int], sequence: int, *, purge: bool = False) -> bool:
        with self._mutex:
            view = self.view()
            if not (added or removed or purge):
                self._view = replace(view, sequence=sequence)
                return True
            lock, words = self._kept or (FileLock(self._writing), None)
            if words is None and not lock.take():
                return False
            self._kept = None
            try:
                if read_state(self._home) != view.state:
                    return False
                words = words or WordWriter(self._home.folder / view.state.words.folder)
                self._change(view, words, added, removed, sequence, purge)
                if self._serving and merging_long(words.folder):
                    self._kept = (lock, words)
                else:
                    # What was added is found already: only the next change waits for the merges.
                    words.close()
            finally:
                if self._kept is None:
                    lock.free()
            return True

    def _let_go(self, *, merged: bool = False) -> None:
        """Free the index that was held while a large merge went on, once it is done. merged: wait for it."""
        if self._kept is not None and (merged or not merging_long(self._kept[1].folder)):
            (lock, words), self._kept = self._kept, None
            try:
                words.close()
            finally:
                lock.free()

    def _change(
        self,
        view: EmbeddedView,
        words: WordWriter,
        added: Sequence[IndexEntry],
        removed: Sequence[int],
        sequence: int,
        purge: bool,
    ) -> None:
        folder = self._home.folder
        try:
            repeated = commit_of(words.folder)["opstamp"] != view.state.words.opstamp
            draft = EmbeddedDraft(
                self._home,
                folder,
                self._sizes,
                words,
                view._dense.held,
                sequence=view.state.sequence,
                purge=view.state.purge,
                repeated=repeated,
            )
            draft.add(added, removed, sequence, purge=purge)
            self._publish(draft.seal())
        except BaseException:
            words.abandon()
            raise

    def _publish(self, state: State) -> None:
        """The caller holds the lock, and the state's files are on the disk."""
        write_state(self._home.folder, state)
        self._refresh()
        self._sweep(state)

    def _sweep(self, state: State) -> None:
        """Remove what no state names; processes that have it open keep it until they let go."""
        kept = state.names() | {STATE, self._writing.name, self._tending.name}
        for path in self._home.folder.iterdir():
            if path.name not in kept and not path.name.startswith(_BUILDING):
                _remove(path)

    def renew(self, fill: Callable[[Draft], None], follow: Callable[[Draft], None]) -> bool:
        with FileLock(self._tending) as mine:
            if not mine:
                return False
            with self._building() as folder:
                words = WordWriter(folder / new_name("words"), heap=LARGE_HEAP)
                draft = EmbeddedDraft(self._home, folder, self._sizes, words, merging=False)
                try:
                    fill(draft)
                    draft.finish()
                    follow(draft)
                    with self._locked(), self._mutex:
                        follow(draft)
                        state = draft.seal()
                        draft.close()
                        self._move_in(folder)
                        self._publish(state)
                except BaseException:
                    draft.abandon()
                    raise
                return True

    def tend(self) -> bool:
        with FileLock(self._tending) as mine:
            if not mine or not self.refresh():
                return False
            chosen = due(self.view()._dense.held, self._sizes)
            if not chosen:
                return False
            with self._building() as folder:
                made = [with_lists(folder, held, self._sizes) for held in merged(self._home, folder, chosen)]
                with self._locked(), self._mutex:
                    return self._replace(folder, chosen, made)

    def _replace(self, folder: Path, chosen: Sequence[Held], made: Sequence[Held]) -> bool:
        """Put the merged segment in the place of its parts, without what was taken out of them meanwhile."""
        self._refresh()
        view = self.view()
        here = {held.files.data: held for held in view._dense.held}
        if any(held.files.data not in here for held in chosen):
            return False  # small ones were merged by a publish: the next time they are found together
        gone = [np.setdiff1d(here[held.files.data].gone, held.gone) for held in chosen]
        nos = np.sort(np.concatenate([held.segment.nos[rows] for held, rows in zip(chosen, gone, strict=True)]))
        names = {held.files.data for held in chosen}
        rest = [held for held in view._dense.held if held.files.data not in names]
        segments = sealed(folder, [*(held.without(nos) for held in made), *rest])
        state = replace(view.state, segments=segments)
        self._move_in(folder)
        self._publish(state)
        return True

    def stale(self) -> str:
        view = self._view
        if view is None:
            return ""
        if view.state.purge:
            return PURGED
        if removed_share(self._home.folder / view.state.words.folder) > self._sizes.gone_share:
            return "more than a quarter of the keyword index was removed"
        return ""

    def untidy(self) -> bool:
        return self._view is not None and bool(due(self._view._dense.held, self._sizes))

    def serve(self) -> None:
        self._serving = True

    @contextmanager
    def _locked(self) -> Iterator[None]:
        lock = FileLock(self._writing)
        while not lock.take():
            time.sleep(_LOCK_WAIT_S)
        try:
            yield
        finally:
            lock.free()

    @contextmanager
    def _building(self) -> Iterator[Path]:
        """A folder for what is being made; what a killed process left of its own is removed."""
        for left in self._home.folder.glob(f"{_BUILDING}*"):
            _remove(left)
        folder = self._home.folder / new_name(_BUILDING.rstrip("-"))
        folder.mkdir(parents=True)
        try:
            yield folder
        finally:
            _remove(folder)

    def _move_in(self, folder: Path) -> None:
        for path in sorted(folder.iterdir()):
            path.rename(self._home.folder / path.name)


def remove_index(folder: Path) -> bool:
    """Remove an index from the disk; False, and it stays whole, while another process is writing to it.

    Whoever has it open goes on reading it, and makes it anew when it next looks.
    """
    if not folder.is_dir():
        return True
    with FileLock(folder / _TENDING) as tending, FileLock(folder / _WRITING) as writing:
        if not (tending and writing):
            return False
        _remove(folder)
    return True


def due(held: Sequence[Held], sizes: Sizes) -> list[Held]:
    """What should be made one segment: those without lists once they are many, with lists no more than twice as large.

    Else a large one that is worn: more than its share of rows was taken out.
    """
    plain = [one for one in held if one.lists is None]
    total = sum(len(one) for one in plain)
    if total >= sizes.approximate_from:
        chosen = plain
        for one in sorted((one for one in held if one.lists is not None), key=len):
            if len(one) <= 2 * total:
                chosen.append(one)
                total += len(one)
        return chosen
    worn = [one for one in held if len(one.gone) > sizes.gone_share * len(one.segment.nos)]
    return worn[:1]


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
