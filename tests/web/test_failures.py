"""What goes wrong: pages and problems without a traceback, and what may and may not reach the log."""

from __future__ import annotations

import logging

import pytest

from kb import errors
from kb.errors import CounterpartError
from tests.web.conftest import Site
from tests.web.test_api import assert_problem
from web.failures import kinds, problem_name

SECRET = "our unannounced merger with Acme Bio"


def break_asking(site: Site, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def ask(*_given: object) -> None:
        raise error

    monkeypatch.setattr(site.base, "ask", ask)
    monkeypatch.setattr(site.base.library, "document", ask)


@pytest.mark.parametrize("kind", [kind for _, kind in sorted(kinds().items())], ids=sorted(kinds()))
def test_every_error_of_the_house_when_raised_then_has_its_status_as_problem_and_as_page(
    site: Site, monkeypatch: pytest.MonkeyPatch, kind: type[CounterpartError]
) -> None:
    break_asking(site, monkeypatch, kind("it is /inside/so", where="/inside/file, line 3", way_out="Mend it."))
    problem = assert_problem(site.client().get("/api/v1/ask?q=x"), kind.http_status)
    assert problem["type"] == f"/problems/{problem_name(kind)}"
    page = site.client().get("/documents/x")
    assert page.status_code == kind.http_status
    assert page.content_type.startswith("text/html")
    assert kind.title in page.get_data(as_text=True)
    # An answer's page has begun by then, with a status: it ends with what happened.
    assert kind.title in site.client().get("/ask?q=x").get_data(as_text=True)
    if kind.http_status >= 500:
        assert "/inside" not in page.get_data(as_text=True) + str(problem)


def test_kinds_when_counted_then_none_of_the_tree_is_missing() -> None:
    assert set(kinds().values()) >= {errors.QuestionError, errors.NotFoundError, errors.DiskFullError, CounterpartError}


def test_unforeseen_errors_when_they_happen_then_500_without_a_traceback_or_the_question_in_the_log(
    site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    break_asking(site, monkeypatch, ValueError(f"cannot divide {SECRET}"))
    with caplog.at_level(logging.DEBUG):
        assert_problem(site.client().get("/api/v1/ask", query_string={"q": SECRET}), 500)
        page = site.client().get("/documents/x")
        begun = site.client().get("/ask", query_string={"q": SECRET}).get_data(as_text=True)
    assert page.status_code == 500
    assert "Traceback" not in page.get_data(as_text=True) + begun
    assert "Something failed inside Counterpart." in begun
    assert "ValueError" in caplog.text
    assert "Acme" not in caplog.text


def test_questions_when_asked_then_neither_log_nor_metrics_nor_headers_hold_them(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    client = site.client()
    with caplog.at_level(logging.DEBUG):
        for address in ("/ask", "/api/v1/ask", "/api/v1/search", "/nowhere"):
            response = client.get(address, query_string={"q": SECRET})
            assert "Acme" not in str(response.headers)
            assert response.headers["Cache-Control"] == "no-store"
    assert "Acme" not in caplog.text
    assert "Acme" not in client.get("/metrics").get_data(as_text=True)


@pytest.mark.parametrize(
    "question",
    [
        " ",
        "a" * 10_000,
        "🧪" * 1_500,
        "🧫🧬 ¿por qué? どうして",
        "'; DROP TABLE documents; --",
        '"AND',
        "title:(NOT AND OR *) ^ ~ \\ [a TO",
        "<script>alert(1)</script>",
        "{{ 7 * 7 }} {% for %} %s %(x)s",
        "a\x00b",
        "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"),
        "../../etc/passwd",
        "\u202eright to left\u202c",
    ],
)
def test_questions_when_hostile_then_a_result_or_a_clear_error(site: Site, question: str) -> None:
    for address in ("/ask", "/api/v1/ask", "/api/v1/search"):
        response = site.client().get(address, query_string={"q": question})
        shown = response.get_data(as_text=True)
        assert response.status_code in (200, 400)
        assert "Traceback" not in shown
        if address == "/ask":
            assert "<script>" not in shown
            assert " 49 " not in shown


@pytest.mark.parametrize(("address", "status"), [("/nowhere", 404), ("/documents/nope", 404), ("/themes/nope", 404)])
def test_pages_when_missing_then_an_html_page_that_leads_on(site: Site, address: str, status: int) -> None:
    response = site.client().get(address)
    assert response.status_code == status
    assert 'action="/ask"' in response.get_data(as_text=True)


def test_pages_when_posted_to_then_405_as_a_page(site: Site) -> None:
    response = site.client().post("/ask", data={"q": "x"})
    assert response.status_code == 405
    assert response.content_type.startswith("text/html")
    assert "GET" in response.headers["Allow"]


def test_clients_when_they_ask_too_often_then_429_and_reading_goes_on(own_site: Site) -> None:
    client = own_site.client()
    for address in ("/ask?q=x", "/api/v1/ask?q=x", "/api/v1/search?q=x"):
        assert client.get(address).status_code == 200
    limited = client.get("/api/v1/ask?q=x")
    assert_problem(limited, 429)
    assert 0 < int(limited.headers["Retry-After"]) <= 60
    page = client.get("/ask?q=x")
    assert page.status_code == 429
    assert "Wait a little" in page.get_data(as_text=True)
    for address in ("/", "/documents", "/themes", "/healthz", "/metrics", f"/documents/{own_site.ids['article-1']}"):
        assert client.get(address).status_code == 200
