"""Counterpart behind waitress, until it is told to end."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Any

from waitress import create_server, wasyncore

from kb.errors import UsageError
from web import close_app, create_app
from web.desk import EXTENSION

if TYPE_CHECKING:
    from flask import Flask

    from kb.settings import Settings

# Beyond what the application itself takes (web.MOST_BODY_BYTES): what waitress will not even read.
MOST_REQUEST_BYTES = 1024 * 1024


def serve(settings: Settings, announce: Callable[[str], None] | None = None) -> None:
    """Serve until interrupted. announce is given the address, once questions can be answered.

    Raises UsageError where the address cannot be had, LibraryError and ModelError where the kernel cannot start.
    """
    app = create_app(settings)
    try:
        with listening(app, settings) as server:
            app.extensions[EXTENSION].knowledge_base.warm()
            signal.signal(signal.SIGTERM, leave)
            (announce or _print)(address(settings.host, server.effective_port))
            server.run()
    finally:
        close_app(app)


@contextmanager
def listening(app: Flask, settings: Settings) -> Iterator[Any]:
    """A waitress server that holds its port; at the end every connection is closed. Raises UsageError."""
    connections: dict[int, Any] = {}
    server = create_server(
        app,
        map=connections,
        sockets=[bound(settings.host, settings.port)],
        threads=max(1, settings.web_threads),
        ident="",
        max_request_body_size=MOST_REQUEST_BYTES,
    )
    try:
        yield server
    finally:
        server.close()
        wasyncore.close_all(connections, ignore_all=True)


def bound(host: str, port: int) -> socket.socket:
    """A socket that listens there. Raises UsageError where the address cannot be had."""
    # Bound here: a waitress server that fails to bind leaves a socket and its threads behind.
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except (OSError, OverflowError) as error:
        other = port + 1 if 0 < port < 65535 else 8000
        way_out = f"Is Counterpart served already? Else choose another port, as in KB_PORT={other}."
        raise UsageError(f"cannot listen on {host}:{port}: {error}", way_out=way_out) from error


def address(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _print(address: str) -> None:
    print(f"Counterpart is at {address}", flush=True)


def leave(_signal: int, _frame: FrameType | None) -> None:
    """What SIGTERM is to do to a server."""
    # waitress ends its loop cleanly on SystemExit, as on Ctrl+C.
    raise SystemExit(0)
