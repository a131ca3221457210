"""A recording on loopback, from a host that answers ranges as hosts of recordings do."""

from __future__ import annotations

import io
import re
import threading
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Recording:
    """asked: the paths that were asked for."""

    body: bytes
    url: str = ""
    asked: list[str] = field(default_factory=list)


class Host(BaseHTTPRequestHandler):
    def __init__(self, recording: Recording, *given: Any) -> None:
        self._recording = recording
        super().__init__(*given)

    def do_GET(self) -> None:
        self._recording.asked.append(self.path)
        given = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", "bytes=0-"))
        first, body = int(given.group(1)) if given else 0, self._recording.body
        part = body[first:]
        self.send_response(206)
        self.send_header("Content-Type", "audio/wav")
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Range", f"bytes {first}-{len(body) - 1}/{len(body)}")
        self.send_header("Content-Length", str(len(part)))
        self.end_headers()
        try:
            self.wfile.write(part)
        except OSError:
            return

    def log_message(self, *_: object) -> None:
        return


@contextmanager
def recorded() -> Iterator[Recording]:
    """Twenty seconds of silence."""
    made = io.BytesIO()
    with wave.open(made, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(1)
        out.setframerate(8000)
        out.writeframes(b"\x80" * 160_000)
    recording = Recording(made.getvalue())
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Host, recording))
    recording.url = f"http://127.0.0.1:{server.server_port}/episode.wav"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield recording
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
