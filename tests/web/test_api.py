"""The API: shapes, limits, filters, and one shape for every error."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.shapes import ANSWER_KEYS, HIT_KEYS, NEAREST_KEYS, QUOTE_KEYS
from tests.web import samples
from tests.web.conftest import Site

TRUST = "How is trust rebuilt after a failed batch?"


def body(response: TestResponse) -> Any:
    assert response.status_code == 200, response.get_data(as_text=True)
    assert response.content_type == "application/json"
    return response.get_json()


def assert_problem(response: TestResponse, status: int) -> Any:
    """RFC 9457, and nothing of our inside."""
    assert response.status_code == status
    assert response.content_type == "application/problem+json"
    problem = json.loads(response.get_data(as_text=True))
    assert set(problem) <= {"type", "title", "status", "detail", "instance", "way_out", "where"}
    assert problem["status"] == status
    assert problem["type"] == "about:blank" or problem["type"].startswith("/problems/")
    assert problem["title"]
    assert problem["detail"]
    assert problem["instance"].startswith("/")
    assert "?" not in problem["instance"]
    assert "Traceback" not in response.get_data(as_text=True)
    return problem


def test_ask_when_answered_then_the_shape_is_that_of_the_command_line(site: Site) -> None:
    answer = body(site.client().get("/api/v1/ask", query_string={"q": TRUST}))
    assert set(answer) >= ANSWER_KEYS
    assert (answer["question"], answer["status"]) == (TRUST, "answered")
    assert all(set(quote) >= QUOTE_KEYS for quote in answer["quotes"])


def test_ask_when_answered_then_each_url_leads_to_the_marked_words(site: Site) -> None:
    client = site.client()
    for quote in body(client.get("/api/v1/ask", query_string={"q": TRUST}))["quotes"]:
        assert quote["url"].startswith(f"http://localhost/documents/{quote['document']}?cite=")
        assert quote["url"].endswith("#cited")
        shown = client.get(quote["url"].partition("#")[0])
        assert shown.status_code == 200
        assert '<mark id="cited">' in shown.get_data(as_text=True)


def test_ask_when_nothing_answers_then_not_found_with_the_nearest(client: FlaskClient) -> None:
    answer = body(client.get("/api/v1/ask", query_string={"q": samples.NOT_HERE}))
    assert (answer["status"], answer["quotes"]) == ("not_found", [])
    assert answer["nearest"]
    assert all(set(passage) == NEAREST_KEYS for passage in answer["nearest"])


def test_ask_when_posted_then_the_answer_is_the_same_and_no_address_holds_the_question(client: FlaskClient) -> None:
    got = body(client.get("/api/v1/ask", query_string={"q": TRUST, "side": "sponsor", "limit": "1"}))
    posted = client.post("/api/v1/ask", json={"question": TRUST, "side": ["sponsor"], "limit": 1})
    assert body(posted) == got
    assert [quote["side"] for quote in got["quotes"]] == ["sponsor"]


def test_search_when_asked_then_hits_have_speakers_and_every_part_of_their_score(client: FlaskClient) -> None:
    found = body(client.get("/api/v1/search", query_string={"q": TRUST, "limit": "2"}))
    assert found["question"] == TRUST
    assert 1 <= len(found["hits"]) <= 2
    for hit in found["hits"]:
        assert set(hit) >= HIT_KEYS


def test_documents_when_listed_then_each_can_be_read_whole(site: Site) -> None:
    client = site.client()
    listed = body(client.get("/api/v1/documents"))["documents"]
    assert {entry["id"] for entry in listed} == set(site.ids.values())
    for entry in listed:
        document = body(client.get(f"/api/v1/documents/{entry['id']}"))
        assert {"id", "title", "show", "kind", "words"} <= set(document)
        text = "".join(segment["text"] for segment in document["segments"])
        assert text == site.base.library.current(entry["id"]).text


def test_document_when_hostile_then_its_links_are_left_out(site: Site) -> None:
    document = body(site.client().get(f"/api/v1/documents/{site.ids['hostile-1']}"))
    assert (document["url"], document["audio"]) == ("", "")


def test_passage_when_read_then_it_has_its_place_and_a_citation_that_resolves(site: Site) -> None:
    for wanted in site.base.library.passages_of(site.base.library.current(site.ids["episode-12"]).id):
        passage = body(site.client().get(f"/api/v1/passages/{wanted.id}"))
        assert passage["text"] == wanted.text
        assert passage["current"] is True
        assert site.base.library.resolve_citation(passage["citation"]).start == wanted.start


def test_themes_when_listed_then_each_tells_what_it_is(client: FlaskClient) -> None:
    themes = body(client.get("/api/v1/themes"))["themes"]
    assert [theme["name"] for theme in themes] == ["timing", "trust", "integration"]
    assert all(theme["description"] and theme["questions"] and theme["page"] for theme in themes)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "empty"),
        ("q=", "empty"),
        ("q=%20%09", "empty"),
        ("q=a&q=b", "more than one"),
        ("q=x&theme=trast", "trust"),
        ("q=x&side=sponser", "sponsor"),
        ("q=x&kind=book", "article"),
        ("q=x&phase=phase+9", "phase"),
        ("q=x&since=yesterday", "since"),
        ("q=x&until=2026-02-30", "until"),
        ("q=x&since=2026&until=2025", "after"),
        ("q=x&since=%D9%A2%D9%A0%D9%A2%D9%A6", "since"),
        ("q=x&themes=trust", "theme"),
        ("q=x&limit=0", "limit"),
        ("q=x&limit=-1", "limit"),
        ("q=x&limit=1e3", "limit"),
        ("q=x&limit=99999999999999999999", "limit"),
        ("q=x&show=" + "s" * 300, "show"),
        ("q=x" + "&speaker=s" * 3 + "".join(f"&speaker={n}" for n in range(30)), "speaker"),
    ],
)
@pytest.mark.parametrize("endpoint", ["ask", "search"])
def test_questions_when_they_cannot_be_read_then_a_problem_says_what_and_how(
    client: FlaskClient, endpoint: str, query: str, said: str
) -> None:
    problem = assert_problem(client.get(f"/api/v1/{endpoint}?{query}"), 400)
    assert said in f"{problem['detail']} {problem.get('way_out', '')}"


@pytest.mark.parametrize("endpoint", ["ask", "search"])
@pytest.mark.parametrize(
    ("data", "content_type", "status"),
    [
        ("", "application/json", 400),
        ("{", "application/json", 400),
        ("[" * 30_000, "application/json", 400),
        ("[1]", "application/json", 400),
        ('"text"', "application/json", 400),
        ('{"question": {"a": 1}}', "application/json", 400),
        ('{"question": [["a"]]}', "application/json", 400),
        ('{"question": "\\ud800"}', "application/json", 400),
        ('{"question": "a", "limit": true}', "application/json", 400),
        ('{"question": "a", "\\ud800": "b"}', "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        ("question=a", "application/x-www-form-urlencoded", 415),
        ("x" * 70_000, "application/json", 413),
    ],
)
def test_bodies_when_they_cannot_be_read_then_a_problem(
    client: FlaskClient, endpoint: str, data: str | bytes, content_type: str, status: int
) -> None:
    assert_problem(client.post(f"/api/v1/{endpoint}", data=data, content_type=content_type), status)


@pytest.mark.parametrize("path", ["documents/nope", "passages/nope", "nope", "documents/%00", "passages/a%2Fb", ""])
def test_things_when_they_do_not_exist_then_a_problem_404(client: FlaskClient, path: str) -> None:
    assert_problem(client.get(f"/api/v1/{path}"), 404)


@pytest.mark.parametrize("path", ["ask", "search", "documents", "documents/x", "passages/x", "themes"])
def test_endpoints_when_the_method_is_wrong_then_a_problem_405_with_what_is_allowed(
    client: FlaskClient, path: str
) -> None:
    response = client.delete(f"/api/v1/{path}")
    assert_problem(response, 405)
    assert "GET" in response.headers["Allow"]


def test_problem_types_when_followed_then_a_page_says_what_they_mean(client: FlaskClient) -> None:
    problem = assert_problem(client.get("/api/v1/ask?q="), 400)
    response = client.get(problem["type"])
    assert response.status_code == 200
    assert problem["title"] in response.get_data(as_text=True)
    assert client.get("/problems/none-such").status_code == 404
