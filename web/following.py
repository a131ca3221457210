"""A thread that lets a running server find what was published meanwhile."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from kb.errors import CounterpartError

LOG = logging.getLogger(__name__)
SHORTEST_S = 0.02
STOP_S = 10.0


class Follower:
    """Calls follow every interval_s seconds until stopped. A failure is logged, counted and tried again."""

    def __init__(self, follow: Callable[[], int], interval_s: float, failed: Callable[[], None]) -> None:
        self._follow = follow
        self._interval_s = max(SHORTEST_S, interval_s)
        self._failed = failed
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="counterpart-follower", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Return when no call is under way any more, so that what it follows may be closed."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(STOP_S)

    def _run(self) -> None:
        while not self._stopped.wait(self._interval_s):
            try:
                self._follow()
            except CounterpartError as error:
                self._failed()
                LOG.error("the library cannot be followed: %s", error)
            except Exception:  # the server must outlive it: searching goes on with what it knows
                self._failed()
                LOG.exception("the library cannot be followed")
