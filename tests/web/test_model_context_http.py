"""The tools over HTTP, on loopback: who may ask, what is too much, and that an answer is the same."""

from __future__ import annotations

import http.client
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from mcp import Client
from mcp.types import CallToolResult

from kb.assembly import KnowledgeBase
from kb.errors import SettingsError, UsageError
from tests.web.conftest import Site
from tests.web.protocol import TRUST, asked, called, greeting, in_process, text_of, toolbox
from web import model_context


@contextmanager
def over_http(base: KnowledgeBase, **values: object) -> Iterator[tuple[str, int]]:
    """host and port of the tools over HTTP."""
    settings = base.settings.with_values(**values)
    with model_context.listening(toolbox(base), settings, "127.0.0.1", 0) as (running, own):
        thread = threading.Thread(target=running.run, kwargs={"sockets": [own]})
        thread.start()
        try:
            yield own.getsockname()
        finally:
            running.should_exit = True
            thread.join(10)


def posted(at: tuple[str, int], body: bytes, **headers: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection(*at, timeout=10)
    usual = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    connection.request("POST", "/mcp", body, usual | headers)
    response = connection.getresponse()
    try:
        return response.status, response.read().decode()
    finally:
        connection.close()


def test_http_when_asked_with_a_client_then_the_answer_is_the_same_and_no_log_has_the_question(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    model_context.quiet()
    with over_http(site.base) as at:
        result = called(f"http://{at[0]}:{at[1]}/mcp", "ask", question=TRUST)
        wrong = called(f"http://{at[0]}:{at[1]}/mcp", "ask", question=TRUST, side=["x"])
    assert result.structured_content == called(in_process(site.base), "ask", question=TRUST).structured_content
    assert wrong.is_error
    assert TRUST not in caplog.text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "localhost"}, 200),
        ({"Host": "kb.example"}, 200),
        ({"Host": "evil.example"}, 421),
        ({"Host": "127.0.0.1.evil.example"}, 421),
        ({"Origin": "https://www.example.com"}, 200),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "http://localhost:3000"}, 403),
        ({"Origin": "null"}, 403),
        ({"Content-Type": "text/plain"}, 400),
    ],
)
def test_http_when_host_or_origin_is_a_strangers_then_it_is_refused(
    site: Site, headers: dict[str, str], status: int
) -> None:
    with over_http(site.base, trusted_hosts="kb.example", cors_origins="https://www.example.com") as at:
        assert posted(at, greeting(), **headers)[0] == status


def test_http_when_a_body_is_too_large_or_no_message_then_it_is_refused_without_a_trace(site: Site) -> None:
    with over_http(site.base) as at:
        assert posted(at, b" " * (model_context.MOST_BODY_BYTES + 1))[0] == 413
        for body in (b"{", b"[]", b'"x"', b"{}", b"[" * 10_000, b"\xff\xfe"):
            status, said = posted(at, body)
            assert 400 <= status < 500
            assert "Traceback" not in said
        assert posted(at, greeting())[0] == 200


def test_http_when_one_client_asks_too_often_then_it_is_told_to_wait_and_may_still_read(site: Site) -> None:
    async def use(client: Client) -> list[CallToolResult]:
        many = [await client.call_tool("ask", {"question": TRUST}) for _ in range(3)]
        return [*many, await client.call_tool("list_themes", {})]

    with over_http(site.base, rate_limit="2 per hour") as at:
        results = asked(f"http://{at[0]}:{at[1]}/mcp", use)
    assert [result.is_error for result in results] == [False, False, True, False]
    assert "Wait a little" in text_of(results[2])


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({}, UsageError),
        ({"trusted_hosts": ".example.com"}, UsageError),
        ({"trusted_hosts": "kb.example", "cors_origins": "nonsense"}, SettingsError),
    ],
)
def test_http_when_others_could_reach_it_by_any_name_then_it_does_not_start(
    site: Site, values: dict[str, str], error: type[UsageError]
) -> None:
    with pytest.raises(error):
        model_context.transport_security(site.base.settings.with_values(**values), "0.0.0.0")
