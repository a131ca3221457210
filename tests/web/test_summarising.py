"""The summary on the page and in the API: an answer never waits for it, and nothing unchecked is shown."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from kb.assembly import KnowledgeBase
from tests.misbehaving import Script, Served, serving, stalls, writes
from tests.tiny import TinyEmbedder, TinyJudge
from tests.web import samples
from tests.web.conftest import site_settings
from web import close_app, create_app

TRUST = "How is trust rebuilt after a failed batch?"
RANG = "We rang the sponsor within two hours of the failed batch"


@contextmanager
def summarising(folder: Path, script: Script, **values: object) -> Iterator[tuple[FlaskClient, Served]]:
    with serving(script) as served:
        given = {"summary_url": served.url, "summary_timeout_s": 1.0, "summary_key": "sesame", **values}
        settings = site_settings(folder / "library", **given)
        with KnowledgeBase(settings, TinyEmbedder(), TinyJudge()) as base:
            samples.publish(base, samples.interview(), samples.article())
            app = create_app(settings, base)
            yield app.test_client(), served
            close_app(app)


def number_of(client: FlaskClient, words: str) -> int:
    quotes = client.get("/api/v1/ask", query_string={"q": TRUST}).get_json()["quotes"]
    return next(n for n, quote in enumerate(quotes, start=1) if words in quote["text"])


def lines(client: FlaskClient, **body: object) -> list[Any]:
    response = client.post("/ask/summary", json={"question": TRUST, **body})
    assert response.status_code == 200
    return [json.loads(line) for line in response.get_data(as_text=True).splitlines()]


def both(number: int) -> Script:
    """A true sentence, one with another number, and one that is markup."""
    true = f"The CDMO rang the sponsor within two hours of the failed batch [{number}]. "
    return writes(true, true.replace("two", "nine"), f"<script>alert(1)</script> rang the sponsor [{number}]. ")


def test_a_page_offers_a_summary_and_waits_for_none(tmp_path: Path) -> None:
    with summarising(tmp_path, stalls()) as (client, served):
        page = client.get("/ask", query_string={"q": TRUST}).get_data(as_text=True)
        assert served.asked == []
    assert "Write a summary" in page
    assert "&amp;summary=1#summary" in page
    assert page.index('id="summary"') < page.index('id="quote-1"')
    assert "are sent to 127.0.0.1" in page
    assert "stay on this server" not in page
    assert "sesame" not in page


def test_a_page_that_is_asked_for_it_holds_the_checked_sentences_and_no_other(tmp_path: Path) -> None:
    with summarising(tmp_path, both(1)) as (client, served):
        number = number_of(client, RANG)
        assert number == 1
        page = client.get("/ask", query_string={"q": TRUST, "summary": "1"}).get_data(as_text=True)
        assert len(served.asked) == 1
    assert "The CDMO rang the sponsor within two hours of the failed batch." in page
    assert 'href="#quote-1"' in page
    assert "nine hours" not in page
    assert "<script>alert" not in page


def test_a_stream_gives_each_checked_sentence_and_refuses_what_is_not_shown(tmp_path: Path) -> None:
    with summarising(tmp_path, both(1)) as (client, _):
        assert lines(client) == [
            {"text": "The CDMO rang the sponsor within two hours of the failed batch.", "quotes": [1]}
        ]
        shown = [q["citation"] for q in client.get("/api/v1/ask", query_string={"q": TRUST}).get_json()["quotes"]]
        assert len(lines(client, shown=shown)) == 1
        [changed] = lines(client, shown=shown[:1] * 2)
        assert "has changed" in changed["notice"]


def test_a_stream_is_given_as_json_only_and_its_question_is_counted(tmp_path: Path) -> None:
    with summarising(tmp_path, both(1), rate_limit="2 per minute") as (client, _):
        assert client.post("/ask/summary", data={"question": TRUST}).status_code == 415
        assert client.get("/ask/summary").status_code == 405
        client.post("/ask/summary", json={"question": TRUST})
        assert client.post("/ask/summary", json={"question": TRUST}).status_code == 429


def test_an_endpoint_that_stalls_leaves_the_answer_and_a_notice(tmp_path: Path) -> None:
    with summarising(tmp_path, stalls()) as (client, _):
        page = client.get("/ask", query_string={"q": TRUST, "summary": "1"})
        shown = page.get_data(as_text=True)
        body = client.get("/api/v1/summary", query_string={"q": TRUST}).get_json()
    assert page.status_code == 200
    assert "took too long" in shown
    assert 'id="quote-1"' in shown
    assert body["summary"] == []
    assert "took too long" in body["notice"]
    assert body["quotes"]


def test_the_api_gives_the_checked_sentences_with_the_quotes(tmp_path: Path) -> None:
    with summarising(tmp_path, both(1)) as (client, _):
        body = client.post("/api/v1/summary", json={"question": TRUST}).get_json()
    assert body["summary"] == [
        {"text": "The CDMO rang the sponsor within two hours of the failed batch.", "quotes": [1]}
    ]
    assert body["notice"] == ""
    assert RANG in body["quotes"][0]["text"]


def test_without_an_endpoint_there_is_no_slot_and_the_footer_keeps_its_word(client: FlaskClient) -> None:
    page = client.get("/ask", query_string={"q": TRUST, "summary": "1"}).get_data(as_text=True)
    assert 'id="summary"' not in page
    assert "stay on this server" in page
    assert "no model" in client.get("/api/v1/summary", query_string={"q": TRUST}).get_json()["notice"]


def test_the_key_is_told_nowhere(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with summarising(tmp_path, writes("nonsense")) as (client, _):
        told = [
            client.get(path).get_data(as_text=True)
            for path in ("/readyz", "/metrics", f"/ask?q={TRUST}&summary=1", "/api/v1/openapi.json", "/nowhere")
        ]
    assert "sesame" not in "".join(told) + caplog.text
    assert TRUST not in caplog.text
