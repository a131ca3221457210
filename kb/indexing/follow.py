"""An engine kept at the library's change sequence. Searching never waits for it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from kb.engines import PURGED, Draft, Engine, View, make_engine
from kb.errors import IndexFault
from kb.indexing.feed import fill, follow, home_of, next_step, sweep
from kb.library import GenerationRow, Library
from kb.settings import Settings

# A generation that cannot be loaded is tried again after so long.
_RETRY_S = 10.0
# How long another process that makes or changes the index may stand still before it is no longer waited for.
_PATIENCE_S = 10.0
_LOOK_S = 0.02
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Followed:
    """One consistent state of the index, with the generation that it belongs to."""

    view: View
    engine: Engine
    generation: GenerationRow


class Follower:
    """Follows the active generation, or the one that it is pinned to.

    prepare: loads what a generation's questions need, before its index takes over.
    fault: why the index cannot be followed now, or ""; mended: what was wrong with it and was built anew, or "".
    """

    def __init__(
        self,
        library: Library,
        settings: Settings,
        prepare: Callable[[GenerationRow], None] = lambda generation: None,
        pinned: int = 0,
    ) -> None:
        self._library = library
        self._settings = settings
        self._prepare = prepare
        self._pinned = pinned
        self._lock = threading.Lock()
        self._followed: Followed | None = None
        self._switching: threading.Thread | None = None
        self._tending: threading.Thread | None = None
        self._mending: threading.Thread | None = None
        self.fault = ""
        self.mended = ""

    def current(self) -> Followed | None:
        """The newest state at hand, after one step towards the library; None while nothing was ever published.

        Where another thread or process is taking that step, or another generation was activated and its model and
        index are still being loaded, the state before is given at once: no question waits for a switch.
        """
        if self._is_behind() and self._lock.acquire(blocking=self._followed is None):
            try:
                if self._followed is not None and self._other_generation():
                    self._switch_aside()
                elif self._mending is None or not self._mending.is_alive():
                    self._step_or_mend_aside()
            finally:
                self._lock.release()
        return self._followed

    @property
    def at_hand(self) -> Followed | None:
        """The state that was reached, without a step."""
        return self._followed

    def catch_up(self) -> int:
        """Follow to the library's last change; the sequence reached.

        Where another process holds the index and does not go on, what is at hand goes on answering.
        """
        if self._switching is not None:
            self._switching.join()
        until, reached = time.monotonic() + _PATIENCE_S, -1
        while True:
            with self._lock:
                if not self._is_behind():
                    self._look()
                    self.fault = ""
                    break
                moved = self._step()
            here = self._reached()
            if moved or here != reached:
                until, reached = time.monotonic() + _PATIENCE_S, here
                continue
            if time.monotonic() > until:
                self.fault = "another process is changing the index, and does not go on"
                break
            time.sleep(_LOOK_S)
        return self._reached()

    def tend(self) -> None:
        """Do now what keeps the index small and quick: renew it where too much was removed, merge, train.

        Raises IndexFault where the disk is full.
        """
        followed = self._followed
        if followed is None:
            return
        try:
            self._tend(followed)
        except OSError as error:
            raise self._unwritten(error) from error

    @property
    def unpurged(self) -> bool:
        """Whether the index on disk may still hold something that was purged."""
        followed = self._followed
        return followed is not None and (bool(self.fault) or followed.engine.stale() == PURGED)

    def _tend(self, followed: Followed) -> None:
        why = followed.engine.stale()
        if why:
            # Indexes of other generations may keep what was purged; they are made anew when they are needed.
            if why == PURGED and not sweep(self._settings, self._library, keep=followed.generation.id):
                return  # another process is writing one: this one stays marked, and all is tried again
            self._renew(followed.engine, followed.generation)
        while followed.engine.tend():
            pass
        with self._lock:
            self._look()

    def keep_up(self) -> int:
        """Follow to the library's last change, and tend the index in a thread of its own; the sequence reached."""
        reached = self.catch_up()
        followed = self._followed
        if followed is not None:
            followed.engine.serve()
            due = followed.engine.stale() or followed.engine.untidy()
            if due and (self._tending is None or not self._tending.is_alive()):
                self._tending = threading.Thread(target=self._tend_aside, name="tend", daemon=True)
                self._tending.start()
        return reached

    def faults(self) -> list[str]:
        """What is wrong with the index, or how it differs from the library; empty: nothing."""
        followed = self._followed
        if followed is None:
            return [self.fault] if self.fault else []
        damage = followed.view.faults()
        if damage:
            return damage
        indexed = followed.view.nos()
        stored = np.array(self._library.live_nos(followed.generation.id), dtype=np.int64)
        found = [f"passage number {no} is indexed and not in the library" for no in np.setdiff1d(indexed, stored)]
        found += [f"passage number {no} is in the library and not indexed" for no in np.setdiff1d(stored, indexed)]
        return found

    def close(self) -> None:
        """Let go of the index; whoever is following elsewhere goes on."""
        if self._tending is not None:
            self._tending.join(_PATIENCE_S)
        followed = self._followed
        if followed is not None:
            followed.engine.close()

    def rebuild(self) -> int:
        """Throw the index away and make it again from the library; the sequence reached."""
        followed = self._followed
        if followed is not None:
            self._renew(followed.engine, followed.generation)
        return self.catch_up()

    def _reached(self) -> int:
        return self._followed.view.sequence if self._followed else 0

    def _position(self) -> tuple[int, int]:
        sequence, generation_id = self._library.position()
        return sequence, self._pinned or generation_id

    def _is_behind(self) -> bool:
        sequence, generation_id = self._position()
        followed = self._followed
        if followed is None:
            return generation_id != 0
        return followed.generation.id != generation_id or followed.view.sequence < sequence

    def _other_generation(self) -> bool:
        return self._followed is not None and self._followed.generation.id != self._position()[1]

    def _switch_aside(self) -> None:
        """Load the generation that was activated in a thread of its own; the present one answers until then."""
        if self._switching is not None and self._switching.is_alive():
            # A generation that is retired loses its passages: what is at hand of it answers as long as it must.
            if self._followed is not None and self._library.generation(self._followed.generation.id).state != "retired":
                self._advance(self._followed)
            return
        self._switching = threading.Thread(target=self._switch, name="switch", daemon=True)
        self._switching.start()

    def _switch(self) -> None:
        try:
            generation = self._wanted()
            if generation is not None:
                made = self._open(generation)
                with self._lock:
                    before = self._followed
                    if not self._has(generation, made.view.sequence):
                        self._followed = made
                if before is not None and before.engine is not made.engine:
                    before.engine.release()
            self.fault = ""
        except Exception as error:
            # The generation before goes on answering, and readiness says why.
            self.fault = str(error)
            _LOG.exception("the activated generation cannot be followed")
            time.sleep(_RETRY_S)

    def _has(self, generation: GenerationRow, sequence: int) -> bool:
        here = self._followed
        return here is not None and here.generation.id == generation.id and here.view.sequence >= sequence

    def _wanted(self) -> GenerationRow | None:
        return self._library.generation(self._pinned) if self._pinned else self._library.active_generation()

    def _step_or_mend_aside(self) -> None:
        """A question does not wait for a damaged index to be made anew: what is open of it goes on answering."""
        followed = self._followed
        fault = "" if followed is None or self._retired(followed.generation) else self._wrong(followed.engine)
        if fault:
            self.mend(fault)
            return
        try:
            self._step()
        except IndexFault:
            if self._followed is None:
                raise
            _LOG.exception("the index cannot be brought on")  # the state before goes on answering

    def mend(self, why: str) -> None:
        """Make the index anew in a thread of its own: for whoever found that it cannot be read."""
        if self._mending is None or not self._mending.is_alive():
            self.fault = why
            self._mending = threading.Thread(target=self._mend, args=(why,), name="mend", daemon=True)
            self._mending.start()

    def _mend(self, why: str) -> None:
        try:
            followed = self._followed
            if followed is not None and self._renew(followed.engine, followed.generation):
                self._say_mended(followed.generation, why)
            with self._lock:
                self._look()
            self.fault = ""
        except Exception as error:
            self.fault = str(error)
            _LOG.exception("the index cannot be mended")
            time.sleep(_RETRY_S)

    def _step(self) -> bool:
        """One step towards the library; False: another process is taking it."""
        generation = self._wanted()
        if generation is None:
            return False
        try:
            if self._followed is None or self._followed.generation.id != generation.id:
                self._followed = self._open(generation)
                moved = True
                # Nothing of it answers yet, so there is nothing to keep waiting questions short for.
                while moved and self._reached() < self._library.sequence():
                    moved = self._advance(self._followed)
            else:
                moved = self._advance(self._followed)
        except OSError as error:
            fault = self._unwritten(error)
            self.fault = fault.what
            raise fault from error
        except Exception as error:
            self.fault = str(error)
            raise
        if moved:
            self.fault = ""
        return moved

    def _unwritten(self, error: OSError) -> IndexFault:
        return IndexFault(
            f"the index cannot be written: {error.strerror}",
            where=str(error.filename or self._settings.data),
            way_out="Free some space, and look at the folder's rights; the library itself is whole.",
        )

    def _open(self, generation: GenerationRow) -> Followed:
        """The generation's index as it lies on disk; made where there is none, or where it is damaged."""
        self._prepare(generation)
        engine = make_engine(self._settings.engine, home_of(self._settings, self._library, generation))
        self._make_whole(engine, generation)
        sweep(self._settings, self._library)
        return Followed(engine.view(), engine, generation)

    def _make_whole(self, engine: Engine, generation: GenerationRow) -> None:
        while fault := self._wrong(engine):
            if self._renew(engine, generation):
                if fault != _NEVER_MADE:
                    self._say_mended(generation, fault)
                return
            time.sleep(_LOOK_S)  # another process is making it

    def _say_mended(self, generation: GenerationRow, why: str) -> None:
        self.mended = f"{why} It was built anew."
        _LOG.warning("the index of generation %d: %s", generation.id, self.mended)

    def _wrong(self, engine: Engine) -> str:
        """Why the index on disk cannot be taken up, or ""."""
        try:
            if not engine.refresh():
                return _NEVER_MADE
        except IndexFault as error:
            return str(error)
        ahead = engine.view().sequence > self._library.sequence()
        return "The index is ahead of the library." if ahead else ""

    def _renew(self, engine: Engine, generation: GenerationRow) -> bool:
        def filled(draft: Draft) -> None:
            fill(self._library, generation, draft)

        def followed(draft: Draft) -> None:
            follow(self._library, generation, draft)

        return engine.renew(filled, followed)

    def _advance(self, followed: Followed) -> bool:
        """One step on; False where another process is changing the index."""
        engine, generation = followed.engine, followed.generation
        self._look()
        view = engine.view()
        target = self._library.sequence()
        if view.sequence >= target:
            return True
        step = next_step(self._library, generation, view.sequence, target, view)
        moved = engine.apply(step.added, step.removed, step.reached, purge=step.purge)
        self._take(followed)
        return moved

    def _look(self) -> None:
        """Take up what another process made of the index; where it is damaged or gone, make it anew."""
        followed = self._followed
        if followed is None or self._retired(followed.generation):
            return
        self._make_whole(followed.engine, followed.generation)
        self._take(followed)

    def _take(self, followed: Followed) -> None:
        view = followed.engine.view()
        if view is not followed.view:
            self._followed = Followed(view, followed.engine, followed.generation)

    def _retired(self, generation: GenerationRow) -> bool:
        return self._library.generation(generation.id).state == "retired"

    def _tend_aside(self) -> None:
        try:
            self.tend()
        except Exception:
            # It is tried again at the next look; searching goes on with what is there.
            _LOG.exception("the index could not be tended")


_NEVER_MADE = "There is no index yet."
