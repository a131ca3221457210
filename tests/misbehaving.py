"""A chat-completions server on loopback that does what a test says: answers, lies, stalls, breaks."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

Script = Callable[[socket.socket], None]
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"


@dataclass
class Served:
    """url: for the setting summary_url; asked: what was received, raw."""

    url: str
    asked: list[bytes] = field(default_factory=list)
    leaving: threading.Event = field(default_factory=threading.Event)


@contextmanager
def serving(script: Script) -> Iterator[Served]:
    listener = socket.create_server(("127.0.0.1", 0))
    served = Served(f"http://127.0.0.1:{listener.getsockname()[1]}/v1")

    def run() -> None:
        while not served.leaving.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                try:
                    served.asked.append(_request(connection))
                    script(connection)
                except OSError:
                    continue

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        served.leaving.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def _request(connection: socket.socket) -> bytes:
    held = b""
    while b"\r\n\r\n" not in held:
        held += connection.recv(65536)
    head, _, body = held.partition(b"\r\n\r\n")
    [size] = [int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")]
    while len(body) < size:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def event(text: str) -> bytes:
    return b"data: " + json.dumps({"choices": [{"delta": {"content": text}}]}).encode() + b"\n\n"


def writes(*texts: str, done: bool = True) -> Script:
    """A well-behaved stream of these pieces."""

    def script(connection: socket.socket) -> None:
        connection.sendall(HEAD + b"".join(map(event, texts)) + (b"data: [DONE]\n\n" if done else b""))

    return script


def raw(data: bytes) -> Script:
    return lambda connection: connection.sendall(data)


def stalls(*texts: str) -> Script:
    """Says something and then nothing, until the other side hangs up."""

    def script(connection: socket.socket) -> None:
        connection.sendall(HEAD + b"".join(map(event, texts)))
        connection.settimeout(5)
        connection.recv(1)

    return script


def endless(piece: bytes) -> Script:
    def script(connection: socket.socket) -> None:
        connection.sendall(HEAD)
        while True:
            connection.sendall(piece)

    return script
