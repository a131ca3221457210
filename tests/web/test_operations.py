"""Health, readiness, metrics; following the library; the server."""

from __future__ import annotations

import os
import signal
import socket
import threading
from pathlib import Path
from urllib.request import urlopen

import pytest
from flask.testing import FlaskClient

from kb.assembly import KnowledgeBase
from kb.errors import BusyError, SettingsError, UsageError
from tests.tiny import TinyEmbedder, TinyJudge
from tests.web.conftest import Site, site_settings
from web import close_app, create_app
from web.following import Follower
from web.server import address, listening, serve


def test_healthz_when_the_process_lives_then_ok(client: FlaskClient) -> None:
    assert client.get("/healthz").get_json() == {"status": "ok"}


def test_readyz_when_the_index_is_at_the_library_then_ready(client: FlaskClient) -> None:
    response = client.get("/readyz")
    assert (response.status_code, response.get_json()["ready"]) == (200, True)


def test_readyz_when_the_kernel_is_not_ready_then_503(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site.base, "ready", lambda: {"ready": False, "index_sequence": 0})
    response = site.client().get("/readyz")
    assert (response.status_code, response.get_json()["ready"]) == (503, False)


def test_metrics_when_questions_were_asked_then_they_are_counted_by_outcome(own_site: Site) -> None:
    client = own_site.client()
    client.get("/ask?q=How+is+trust+rebuilt+after+a+failed+batch").get_data()
    client.get("/api/v1/ask?q=volcano")
    client.open("/nowhere", method="BREW")
    shown = client.get("/metrics").get_data(as_text=True)
    assert 'counterpart_answers_total{status="answered"} 1.0' in shown
    assert 'counterpart_answers_total{status="not_found"} 1.0' in shown
    assert 'counterpart_request_seconds_count{endpoint="pages.ask",method="GET",status="200"} 1.0' in shown
    assert 'endpoint="none",method="other"' in shown
    assert "counterpart_documents 2.0" in shown


def test_follower_when_following_fails_then_it_is_counted_and_tried_again() -> None:
    calls: list[int] = []
    failures: list[int] = []
    again = threading.Event()

    def follow() -> int:
        calls.append(1)
        if len(calls) == 1:
            raise BusyError("held")
        if len(calls) == 2:
            raise ValueError("odd")
        again.set()
        return 0

    follower = Follower(follow, 0.0, lambda: failures.append(1))
    follower.start()
    assert again.wait(5)
    follower.stop()
    assert len(failures) == 2
    seen = len(calls)
    assert len(calls) == seen


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> KnowledgeBase:
    """What the settings' library is, for an application that opens it by itself; it says so when it is closed."""
    base = KnowledgeBase(site_settings(tmp_path / "library", port=0), TinyEmbedder(), TinyJudge())
    monkeypatch.setattr("kb.assembly.open_knowledge_base", lambda _settings: base)
    return base


def noting_close(base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    closed: list[bool] = []
    close = base.close

    def note() -> None:
        close()
        closed.append(True)

    monkeypatch.setattr(base, "close", note)
    return closed


def test_create_app_when_none_is_handed_in_then_it_opens_and_closes_its_own(
    opened: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = noting_close(opened, monkeypatch)
    app = create_app(opened.settings)
    assert app.test_client().get("/").status_code == 200
    close_app(app)
    assert closed == [True]


def test_serve_when_told_to_end_then_it_answered_until_then_and_closed_everything(
    opened: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = noting_close(opened, monkeypatch)
    answers: list[int] = []

    def visit(address: str) -> None:
        with urlopen(f"{address}/readyz", timeout=10) as response:
            answers.append(response.status)
        os.kill(os.getpid(), signal.SIGTERM)

    visitors: list[threading.Thread] = []

    def announce(address: str) -> None:
        visitors.append(threading.Thread(target=visit, args=(address,)))
        visitors[0].start()

    before = signal.getsignal(signal.SIGTERM)
    try:
        serve(opened.settings, announce)
    finally:
        signal.signal(signal.SIGTERM, before)
    visitors[0].join()
    assert (answers, closed) == ([200], [True])


def test_create_app_when_the_rate_limit_cannot_be_read_then_an_error_names_it(knowledge_base: KnowledgeBase) -> None:
    with pytest.raises(SettingsError, match="rate limit"):
        create_app(knowledge_base.settings.with_values(rate_limit="now and then"), knowledge_base)


def test_server_when_the_port_is_taken_then_the_error_says_what_to_do(site: Site) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        settings = site.base.settings.with_values(port=port)
        with pytest.raises(UsageError, match="KB_PORT"), listening(site.app, settings):
            pass


@pytest.mark.parametrize(("host", "shown"), [("127.0.0.1", "http://127.0.0.1:8000"), ("::1", "http://[::1]:8000")])
def test_address_when_shown_then_it_can_be_opened(host: str, shown: str) -> None:
    assert address(host, 8000) == shown
