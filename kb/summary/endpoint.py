"""A chat-completions endpoint, read as a stream. Whatever it sends is hostile: time, bytes and lines have hard bounds.

The one place in Counterpart that sends a question to another program. It talks to the configured address alone: no
proxy of the environment, no redirect, no cookie. A thread of its own does the waiting, so whoever reads the stream is
free at the deadline, whatever the other side does.
"""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any
from urllib.parse import SplitResult, urlsplit

from kb.errors import CounterpartError, SettingsError
from kb.settings import Settings

MOST_BYTES = 256 * 1024
_LONGEST_LINE = 64 * 1024
_PIECE = 4096
_PATH = "/chat/completions"
ENDPOINT = "summary_url"
Message = dict[str, str]


class EndpointFault(CounterpartError):  # noqa: N818  # it is no error of ours
    """The endpoint did not do what was asked. what: fit for a reader; never a word that the endpoint sent."""

    http_status = 503
    title = "The summary cannot be written"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """key is in no representation, so that no log and no trace can show it."""

    address: SplitResult
    model: str
    timeout_s: float
    tokens: int
    key: str = ""

    def __repr__(self) -> str:
        return f"Endpoint({self.host!r})"

    @property
    def host(self) -> str:
        return self.address.hostname or ""

    def deltas(self, messages: Sequence[Message]) -> Iterator[str]:
        """What the model writes, piece by piece, within timeout_s seconds in all. Raises EndpointFault."""
        until = time.monotonic() + self.timeout_s
        call = _Call(self, messages)
        call.start()
        try:
            while True:
                piece = call.piece(until - time.monotonic())
                if piece is None:
                    return
                yield piece
        finally:
            call.end()


def endpoint_of(settings: Settings) -> Endpoint | None:
    """The endpoint of the settings, None where there is none. Raises SettingsError, which never quotes the key."""
    url = settings.summary_url.strip()
    if not url:
        return None
    where, way_out = ENDPOINT, 'Write it as "http://127.0.0.1:8080/v1".'
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise SettingsError("that is no address", where=where, way_out=way_out) from error
    bad = any(character <= " " or character > "~" for character in url)
    if bad or parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise SettingsError("that is no address of an endpoint", where=where, way_out=way_out)
    if parts.username is not None or parts.query or parts.fragment:
        raise SettingsError("it takes no user, query or fragment", where=where, way_out="The key goes to summary_key.")
    key = settings.summary_key.strip()
    if any(not "!" <= character <= "~" for character in key):
        raise SettingsError("the key holds what no HTTP header can", where="summary_key")
    return Endpoint(parts, settings.summary_model, settings.summary_timeout_s, settings.summary_tokens, key)


class _Call:
    """One request, in a thread that dies with its socket."""

    def __init__(self, endpoint: Endpoint, messages: Sequence[Message]) -> None:
        self._endpoint = endpoint
        self._messages = messages
        self._made: SimpleQueue[str | EndpointFault | None] = SimpleQueue()
        self._socket: socket.socket | None = None
        self._ended = threading.Event()

    def start(self) -> None:
        threading.Thread(target=self._run, name="summary", daemon=True).start()

    def piece(self, left_s: float) -> str | None:
        """The next piece; None at the end. Raises EndpointFault, also where there is none in time."""
        try:
            found = self._made.get(timeout=max(0.001, left_s))
        except Empty:
            raise EndpointFault("it took too long") from None
        if isinstance(found, EndpointFault):
            raise found
        return found

    def end(self) -> None:
        self._ended.set()
        self._hang_up()

    def _hang_up(self) -> None:
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def _run(self) -> None:
        connection = self._connection()
        try:
            with closing(self._pieces(connection)) as pieces:
                for piece in pieces:
                    self._made.put(piece)
                    if self._ended.is_set():
                        return
            self._made.put(None)
        except EndpointFault as fault:
            self._made.put(fault)
        except (OSError, http.client.HTTPException, ValueError):
            # What it was is of no use to a reader, and its message may quote the address.
            self._made.put(EndpointFault("it cannot be reached, or broke off"))
        finally:
            self._hang_up()
            connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        at, timeout = self._endpoint.address, self._endpoint.timeout_s
        if at.scheme == "https":
            return http.client.HTTPSConnection(
                self._endpoint.host, at.port, timeout=timeout, context=ssl.create_default_context()
            )
        return http.client.HTTPConnection(self._endpoint.host, at.port, timeout=timeout)

    def _pieces(self, connection: http.client.HTTPConnection) -> Generator[str]:
        connection.connect()
        self._socket = connection.sock
        if self._ended.is_set():
            return
        connection.request("POST", _path(self._endpoint.address), self._body(), self._headers())
        with connection.getresponse() as response:
            yield from _completion(response)

    def _headers(self) -> dict[str, str]:
        found = {"Content-Type": "application/json", "Accept": "text/event-stream", "Connection": "close"}
        return found | ({"Authorization": f"Bearer {self._endpoint.key}"} if self._endpoint.key else {})

    def _body(self) -> bytes:
        body = {
            "model": self._endpoint.model,
            "messages": list(self._messages),
            "stream": True,
            "temperature": 0,
            "max_tokens": self._endpoint.tokens,
        }
        return json.dumps(body).encode("utf-8")


def _completion(response: http.client.HTTPResponse) -> Iterator[str]:
    if response.status != http.client.OK:
        raise EndpointFault(f"it answered with HTTP status {response.status}")
    kind = response.headers.get_content_type()
    if kind == "text/event-stream":
        yield from _events(response)
    elif kind == "application/json":
        yield _whole(response)
    else:
        raise EndpointFault("it answered with something else than a completion")


def _path(address: SplitResult) -> str:
    path = address.path.rstrip("/")
    return path if path.endswith(_PATH) else path + _PATH


def _events(response: http.client.HTTPResponse) -> Iterator[str]:
    """The content of server-sent events, up to [DONE] or a finish reason. Raises EndpointFault where neither comes.

    https://html.spec.whatwg.org/multipage/server-sent-events.html, as far as completions use it.
    """
    for line in _lines(response):
        name, _, value = line.partition(":")
        if name != "data":
            continue
        if value.strip() == "[DONE]":
            return
        choice = _choice(value)
        yield _text(choice.get("delta"))
        if choice.get("finish_reason"):
            return
    raise EndpointFault("it broke off")


def _lines(response: http.client.HTTPResponse) -> Iterator[str]:
    held, size = b"", 0
    while True:
        piece = response.read1(_PIECE)
        size += len(piece)
        if size > MOST_BYTES or len(held) > _LONGEST_LINE:
            raise EndpointFault("it sent more than a summary can be")
        *whole, held = (held + piece).split(b"\n")
        for line in whole:
            yield line.rstrip(b"\r").decode("utf-8", "replace")
        if not piece:
            return


def _whole(response: http.client.HTTPResponse) -> str:
    """The text of an endpoint that does not stream."""
    body = b""
    while piece := response.read1(_PIECE):
        body += piece
        if len(body) > MOST_BYTES:
            raise EndpointFault("it sent more than a summary can be")
    return _text(_choice(body.decode("utf-8", "replace")).get("message"))


def _choice(text: str) -> dict[str, Any]:
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        raise EndpointFault("it answered with something else than a completion") from None
    choices = body.get("choices") if isinstance(body, dict) else None
    if not isinstance(choices, list):
        raise EndpointFault("it answered with something else than a completion")
    # The last event of some servers has no choice, only what was counted.
    first = choices[0] if choices else {}
    return first if isinstance(first, dict) else {}


def _text(part: Any) -> str:
    content = part.get("content") if isinstance(part, dict) else None
    return content if isinstance(content, str) else ""
