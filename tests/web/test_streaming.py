"""An answer's page begins before there is an answer, and is whole and well made at its end."""

from __future__ import annotations

import logging
import socket
import threading
import urllib.request
from typing import Any
from urllib.parse import quote_plus, urlsplit

import pytest

from kb.errors import IndexFault
from tests.web.conftest import Site
from tests.web.loopback import on_loopback
from tests.web.samples import NOT_HERE
from web.streaming import MAIN

TRUST = "How is trust rebuilt after a failed batch?"


@pytest.mark.parametrize("question", [TRUST, NOT_HERE])
def test_answer_when_asked_for_then_its_beginning_goes_out_before_anything_is_searched(
    site: Site, monkeypatch: pytest.MonkeyPatch, question: str
) -> None:
    searched = []
    ask = site.base.ask
    monkeypatch.setattr(site.base, "ask", lambda *given: searched.append(given) or ask(*given))
    response = site.client().get("/ask", query_string={"q": question}, buffered=False)
    parts = iter(response.response)
    first = next(parts)
    assert searched == []
    assert b"</head>" in first
    assert b"style.css" in first
    rest = b"".join(parts)
    assert len(searched) == 1
    page = (first + rest).decode()
    assert page.count(MAIN) == page.count("</html>") == page.count("<title>") == 1
    assert rest.decode().startswith(MAIN)


def test_answer_when_the_index_fails_on_the_way_then_the_page_ends_with_what_happened(
    site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def failing(*_given: object) -> None:
        raise IndexFault("the index is damaged")

    monkeypatch.setattr(site.base, "ask", failing)
    with caplog.at_level(logging.ERROR):
        page = site.client().get("/ask", query_string={"q": TRUST}).get_data(as_text=True)
    assert page.count(MAIN) == page.count("</html>") == 1
    assert IndexFault.title in page
    assert "IndexFault" in caplog.text
    assert TRUST not in caplog.text


@pytest.mark.parametrize("address", ["/ask?q=", "/ask?q=trust&side=nobody", "/ask?q=trust&group=nothing"])
def test_answer_when_it_cannot_be_asked_then_the_status_says_so(site: Site, address: str) -> None:
    assert site.client().get(address).status_code == 400


def begun_and_left(root: str, path: str, searching: threading.Event) -> None:
    """Read a page until it is being looked for, and go away without a word (RST)."""
    where = urlsplit(root)
    with socket.create_connection((where.hostname or "", where.port or 0), timeout=10) as reader:
        reader.sendall(f"GET {path} HTTP/1.1\r\nHost: {where.netloc}\r\n\r\n".encode())
        received = b""
        while b"</head>" not in received:
            part = reader.recv(65536)
            assert part, "the page ended before its reader went away"
            received += part
        assert MAIN.encode() not in received
        assert searching.wait(10)
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")


def test_answer_when_its_readers_go_away_in_the_middle_then_the_server_goes_on_and_logs_no_error(
    unlimited: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    searching, left, made = threading.Event(), threading.Event(), threading.Semaphore(0)
    ask = unlimited.base.ask

    def waiting(*given: Any) -> Any:
        searching.set()
        assert left.wait(10)
        try:
            return ask(*given)
        finally:
            made.release()

    path = f"/ask?q={quote_plus(TRUST)}"
    # One more than the server has threads: a thread that were lost with its reader would be missed.
    leaving = unlimited.base.settings.web_threads + 1
    with on_loopback(unlimited.app, unlimited.base.settings) as root:
        with monkeypatch.context() as slow:
            slow.setattr(unlimited.base, "ask", waiting)
            for _ in range(leaving):
                searching.clear()
                left.clear()
                begun_and_left(root, path, searching)
                left.set()
                assert made.acquire(timeout=10)
        for _ in range(leaving):
            with urllib.request.urlopen(root + path, timeout=10) as reply:
                page = reply.read().decode()
            assert page.count(MAIN) == page.count("</html>") == 1
    assert 'id="quote-1"' in page
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []
    assert TRUST not in caplog.text
    assert quote_plus(TRUST) not in caplog.text
