"""A site on loopback, behind the server that it has in earnest."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask

from kb.settings import Settings
from web.server import listening


@contextmanager
def on_loopback(app: Flask, settings: Settings) -> Iterator[str]:
    """A site on a free port of loopback: its root."""
    leaving = threading.Event()

    def run(server: Any) -> None:
        try:
            server.run()
        except (OSError, ValueError):
            # Its sockets are closed under it by the thread that leaves.
            if not leaving.is_set():
                raise

    with listening(app, settings.with_values(host="127.0.0.1", port=0)) as server:
        thread = threading.Thread(target=run, args=(server,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.effective_port}"
        finally:
            leaving.set()
    thread.join(10)
    server.task_dispatcher.shutdown()
