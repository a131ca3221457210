"""Responses are small on the wire, and the same when they are unpacked."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator

from flask.testing import FlaskClient

from web.compression import in_parts

GZIP = {"Accept-Encoding": "gzip, deflate, br"}


def test_pages_styles_and_api_when_gzip_is_taken_are_smaller_and_the_same(client: FlaskClient) -> None:
    for address in ("/", "/documents", "/static/style.css", "/static/htmx.min.js", "/api/v1/openapi.json"):
        with client.get(address) as plain, client.get(address, headers=GZIP) as packed:
            assert packed.headers["Content-Encoding"] == "gzip", address
            assert "Accept-Encoding" in packed.vary
            assert len(packed.data) < 0.6 * len(plain.data), address
            assert int(packed.headers["Content-Length"]) == len(packed.data)
            assert gzip.decompress(packed.data) == plain.data
            assert "Content-Encoding" not in plain.headers
            assert "Accept-Encoding" in plain.vary


def test_short_answers_and_what_was_not_changed_stay_as_they_are(client: FlaskClient) -> None:
    with client.get("/healthz", headers=GZIP) as short:
        assert "Content-Encoding" not in short.headers
    with client.get("/api/v1/openapi.json", headers=GZIP) as first:
        tag = first.headers["ETag"]
    with client.get("/api/v1/openapi.json", headers=GZIP | {"If-None-Match": tag}) as again:
        assert (again.status_code, again.data) == (304, b"")


def test_a_stream_when_it_is_packed_can_be_read_part_by_part_and_is_closed() -> None:
    ended = []

    def parts() -> Iterator[str]:
        try:
            yield "first " * 3
            yield "second, with “quotes”"
        finally:
            ended.append(True)

    reader = zlib.decompressobj(31)
    packed = in_parts(parts())
    assert reader.decompress(next(packed)).decode() == "first " * 3
    assert reader.decompress(next(packed)).decode() == "second, with “quotes”"
    packed.close()
    assert ended == [True]
