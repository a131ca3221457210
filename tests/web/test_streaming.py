"""An answer's page begins before there is an answer, and is whole and well made at its end."""

from __future__ import annotations

import logging

import pytest

from kb.errors import IndexFault
from tests.web.conftest import Site
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
