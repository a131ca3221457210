"""Responses in gzip, for those who take it: whole ones at once, streamed ones part by part.

Not a library's: the one that Flask has (Flask-Compress) holds back what a stream has given until a buffer is full.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterable, Iterator
from functools import lru_cache

from flask import Flask, Response, request

# A smaller one gains nothing: its packets are as many.
LEAST_BYTES = 860
_LEVEL = 6
_GZIP_WINDOW = 31  # zlib's for the gzip form, 32 KiB
_TYPES = ("text/", "application/json", "application/problem+json", "application/javascript", "image/svg+xml")


def register(app: Flask) -> None:
    app.after_request(_compressed)


def _compressed(response: Response) -> Response:
    if not _may_shrink(response):
        return response
    response.vary.add("Accept-Encoding")
    if not request.accept_encodings["gzip"] or request.method == "HEAD":
        return response
    if response.is_streamed and not response.direct_passthrough:
        response.response = in_parts(response.response)
        response.headers.pop("Content-Length", None)
    else:
        response.direct_passthrough = False
        body = response.get_data()
        if len(body) < LEAST_BYTES:
            return response
        response.set_data(_kept(body) if request.endpoint == "static" else gzip.compress(body, _LEVEL, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    _rename_etag(response)
    return response


def in_parts(parts: Iterable[str | bytes]) -> Iterator[bytes]:
    """The parts in one gzip stream; each can be read when it has come."""
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP_WINDOW)
    try:
        for part in parts:
            yield packer.compress(part.encode() if isinstance(part, str) else part) + packer.flush(zlib.Z_SYNC_FLUSH)
        yield packer.flush()
    finally:
        close = getattr(parts, "close", None)
        if close is not None:
            close()


def _may_shrink(response: Response) -> bool:
    fresh = response.status_code not in (204, 206, 304) and "Content-Encoding" not in response.headers
    return fresh and (response.mimetype or "").startswith(_TYPES) and response.mimetype != "text/event-stream"


@lru_cache(maxsize=64)
def _kept(body: bytes) -> bytes:
    """Files of ours are few and never change while the server runs: packed once, and as small as can be."""
    return gzip.compress(body, 9, mtime=0)


def _rename_etag(response: Response) -> None:
    """Another form of the same thing has another name (RFC 9110, 8.8.3); a weak one may keep it."""
    tag, weak = response.get_etag()
    if tag is not None and not weak:
        response.set_etag(tag, weak=True)
