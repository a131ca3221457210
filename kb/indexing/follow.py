"""An engine kept at the library's change sequence. Searching never waits for it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from kb.engines import Engine, make_engine
from kb.engines.contract import View
from kb.library import GenerationRow, Library

# Passages taken in at one step: a question that finds the index behind waits for one step at most.
_STEP_PASSAGES = 4_000
_STEP_CHANGES = 256
# A generation that cannot be loaded is tried again after so long.
_RETRY_S = 10.0
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
    """

    def __init__(
        self,
        library: Library,
        engine_name: str,
        prepare: Callable[[GenerationRow], None] = lambda generation: None,
        pinned: int = 0,
    ) -> None:
        self._library = library
        self._engine_name = engine_name
        self._prepare = prepare
        self._pinned = pinned
        self._lock = threading.Lock()
        self._followed: Followed | None = None
        self._switching: threading.Thread | None = None
        self.fault = ""

    def current(self) -> Followed | None:
        """The newest state at hand, after one step towards the library; None while nothing was ever published.

        Where another thread is taking that step, or another generation was activated and its model and index are
        still being loaded, the state before is given at once: no question waits for a switch.
        """
        if self._is_behind() and self._lock.acquire(blocking=self._followed is None):
            try:
                if self._followed is not None and self._other_generation():
                    self._switch_aside()
                else:
                    self._step()
            finally:
                self._lock.release()
        return self._followed

    @property
    def at_hand(self) -> Followed | None:
        """The state that was reached, without a step."""
        return self._followed

    def catch_up(self) -> int:
        """Follow to the library's last change; the sequence reached."""
        if self._switching is not None:
            self._switching.join()
        with self._lock:
            while self._is_behind():
                self._step()
        return self._followed.view.sequence if self._followed else 0

    def rebuild(self) -> int:
        """Throw the index away and make it again from the library."""
        with self._lock:
            self._followed = None
        return self.catch_up()

    def faults(self) -> list[str]:
        """How the index differs from the library; empty: not at all."""
        followed = self._followed
        if followed is None:
            return []
        indexed = followed.view.nos()
        stored = np.array(self._library.live_nos(followed.generation.id), dtype=np.int64)
        found = [f"passage number {no} is indexed and not in the library" for no in np.setdiff1d(indexed, stored)]
        found += [f"passage number {no} is in the library and not indexed" for no in np.setdiff1d(stored, indexed)]
        return found

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
                made = self._build(generation)
                with self._lock:
                    if not self._has(generation, made.view.sequence):
                        self._followed = made
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

    def _step(self) -> None:
        generation = self._wanted()
        if generation is None:
            return
        if self._followed is None or self._followed.generation.id != generation.id:
            try:
                self._followed = self._build(generation)
            except Exception as error:
                self.fault = str(error)
                raise
            self.fault = ""
        else:
            self._advance(self._followed)

    def _build(self, generation: GenerationRow) -> Followed:
        self._prepare(generation)
        sequence = self._library.sequence()
        engine = make_engine(self._engine_name, generation.dimension)
        nos = self._library.live_nos(generation.id)
        for at in range(0, len(nos), _STEP_PASSAGES):
            engine.apply(self._library.entries(nos[at : at + _STEP_PASSAGES], generation.model_key), (), 0)
        engine.apply((), (), sequence)
        return Followed(engine.view(), engine, generation)

    def _advance(self, followed: Followed) -> None:
        target = self._library.sequence()
        steps = self._library.changes_since(followed.view.sequence, followed.generation.id, _STEP_CHANGES)
        added: dict[int, None] = {}
        removed: dict[int, None] = {}
        reached = target if len(steps) < _STEP_CHANGES else steps[-1].seq
        for step in steps:
            if step.kind == "add":
                added.update(dict.fromkeys(step.nos))
            else:
                for no in step.nos:
                    if no in added:
                        del added[no]
                    else:
                        removed[no] = None
            if len(added) >= _STEP_PASSAGES:
                reached = step.seq
                break
        # A build may have read what is told again here: numbers that are known are left alone.
        known = set(followed.engine.view().documents(list(added)))
        fresh = [no for no in added if no not in known]
        entries = self._library.entries(fresh, followed.generation.model_key)
        followed.engine.apply(entries, list(removed), reached)
        self._followed = Followed(followed.engine.view(), followed.engine, followed.generation)
