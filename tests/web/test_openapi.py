"""The API's description: it names every address, and what the API answers is what it says."""

from __future__ import annotations

import re
from typing import Any

import pytest
import schemathesis
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tests.web.conftest import Site
from web.links import API

DESCRIPTION = f"{API}/openapi.json"
# Not part of what it describes: itself, and the page that shows it.
ABOUT_ITSELF = {"/openapi.json", "/docs"}


def described(client: FlaskClient) -> Any:
    return client.get(DESCRIPTION).get_json()


CALLS = [("/ask", "GET"), ("/ask", "POST"), ("/search", "GET"), ("/search", "POST"), ("/documents", "GET")]
CALLS = [("/summary", "GET"), ("/summary", "POST"), *CALLS]
CALLS += [("/documents/{document_id}", "GET"), ("/passages/{passage_id}", "GET"), ("/themes", "GET")]
CALLS += [("/passages/{passage_id}/related", "GET")]
SAVING = [("/collections", "POST"), ("/collections/{token}", "PATCH"), ("/collections/{token}/quotes", "POST")]
SAVING += [("/collections/{token}/quotes/{saved_id}", method) for method in ("PATCH", "DELETE")]
COLLECTING = [*SAVING, ("/collections/{token}", "GET"), ("/collections/{token}", "DELETE")]
CALLS += [("/questions", "GET")]
CALLS += [("/speakers", "GET"), ("/organisations", "GET"), ("/shows", "GET")]

GOOD = [(*call, GenerationMode.POSITIVE) for call in CALLS + COLLECTING]
# The others take nothing that a schema could call wrong.
BAD = [(*call, GenerationMode.NEGATIVE) for call in CALLS[:7] + SAVING]

# The WSGI client says that it takes gzip, and then does not unpack it.
PLAIN = {"Accept-Encoding": "identity"}


@pytest.fixture(scope="module")
def schema(site: Site) -> BaseSchema:
    return schemathesis.openapi.from_wsgi(DESCRIPTION, site.app)


@pytest.mark.parametrize(("path", "method", "mode"), GOOD + BAD)
@given(data=st.data())
@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_the_api_keeps_to_its_description_whatever_it_is_asked(
    schema: BaseSchema, path: str, method: str, mode: GenerationMode, data: st.DataObject
) -> None:
    operation = schema[path][method]
    case = data.draw(operation.as_strategy(generation_mode=mode))
    # Two dates can each be right and be in the wrong order, which no schema says: that is refused with 400.
    case.call_and_validate(headers=PLAIN, excluded_checks=[positive_data_acceptance])


def test_every_address_and_method_of_the_api_is_described_and_no_other(site: Site) -> None:
    told = {(path, method.upper()) for path, methods in described(site.client())["paths"].items() for method in methods}
    here = set()
    for rule in site.app.url_map.iter_rules():
        path = re.sub(r"<(?:[^<>]*:)?(\w+)>", r"{\1}", rule.rule.removeprefix(API))
        if rule.rule.startswith(f"{API}/") and path not in ABOUT_ITSELF:
            here |= {(path, method) for method in rule.methods or () if method not in ("HEAD", "OPTIONS")}
    assert told == here


def test_the_page_for_people_names_every_address_and_parameter(client: FlaskClient) -> None:
    response = client.get(f"{API}/docs")
    shown = response.get_data(as_text=True)
    assert response.content_type == "text/html; charset=utf-8"
    for path, methods in described(client)["paths"].items():
        assert f"<code>{path}</code>" in shown
        for operation in methods.values():
            for parameter in operation.get("parameters", []):
                assert f"<code>{parameter['name']}</code>" in shown
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
            for name in set(body.get("properties", {})) - {"question"}:
                assert f"<code>{name}</code>" in shown
    assert "list of QuoteJson" in shown


def test_the_description_names_the_server_that_gave_it(client: FlaskClient) -> None:
    found = described(client)
    assert found["openapi"] == "3.1.0"
    assert found["servers"] == [{"url": "http://localhost/api/v1"}]


def test_a_limit_is_described_as_it_is_kept(client: FlaskClient) -> None:
    [limit] = [p["schema"] for p in described(client)["paths"]["/search"]["get"]["parameters"] if p["name"] == "limit"]
    assert client.get(f"{API}/search", query_string={"q": "trust", "limit": limit["maximum"]}).status_code == 200
    assert client.get(f"{API}/search", query_string={"q": "trust", "limit": limit["maximum"] + 1}).status_code == 400


def test_documents_when_taken_in_pages_then_each_comes_once_in_the_order_of_ids(site: Site) -> None:
    client, address, found = site.client(), f"{API}/documents?limit=3", []
    while address:
        page = client.get(address).get_json()
        assert page["total"] == len(site.ids)
        found += [document["id"] for document in page["documents"]]
        address = page["next"]
    assert found == sorted(site.ids.values())


def test_what_was_read_already_is_not_sent_again(client: FlaskClient) -> None:
    first = client.get(f"{API}/documents")
    again = client.get(f"{API}/documents", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert client.get(f"{API}/documents?limit=1").headers["ETag"] != first.headers["ETag"]


@pytest.mark.parametrize("method", ["patch", "delete"])
def test_a_saved_quotes_number_when_no_database_could_hold_it_then_there_is_no_such_quote(
    client: FlaskClient, method: str
) -> None:
    token = client.post(f"{API}/collections", json={"name": "Trust"}).get_json()["token"]
    for number in (2**62, 2**80):
        address, body = f"{API}/collections/{token}/quotes/{number}", {"version": 1}
        body |= {"note": "Ours too."} if method == "patch" else {}
        assert client.open(address, method=method.upper(), json=body).status_code == 404


def test_a_collection_when_a_program_uses_it_then_each_answer_is_as_described(site: Site, schema: BaseSchema) -> None:
    def call(path: str, method: str, status: int, body: Any = None, **places: Any) -> Any:
        kinds = {} if body is None else {"media_type": "application/json", "body": body}
        case = schema[path][method].Case(path_parameters=places, **kinds)
        response = case.call_and_validate(headers=PLAIN, excluded_checks=[positive_data_acceptance])
        assert response.status_code == status, response.text
        return response.json() if response.content else None

    client, whole, quotes = site.client(), "/collections/{token}", "/collections/{token}/quotes"
    one = f"{quotes}/{{saved_id}}"
    found = client.get(f"{API}/ask?q=How+is+trust+rebuilt+after+a+failed+batch").get_json()["quotes"]
    made = call("/collections", "POST", 201, {"name": "Trust"})
    token, reading = made["token"], made["read_token"]
    ids = [call(quotes, "POST", 201, {"citation": quote["citation"]}, token=token)["id"] for quote in found[:2]]
    call(quotes, "POST", 403, {"citation": found[0]["citation"]}, token=reading)
    call(quotes, "POST", 404, {"citation": "0123456789abcdef-1-2"}, token=token)
    call(one, "PATCH", 200, {"note": "Ours too.", "version": 1, "steps": 1}, token=token, saved_id=ids[0])
    call(one, "PATCH", 409, {"note": "Other", "version": 1}, token=token, saved_id=ids[0])
    call(whole, "PATCH", 200, {"name": "Trust, again", "version": 1}, token=token)
    call(whole, "PATCH", 409, {"name": "Lost", "version": 1}, token=token)
    read = call(whole, "GET", 200, token=reading)
    assert (read["name"], read["edit_url"]) == ("Trust, again", None)
    assert [(saved["id"], saved["note"]) for saved in read["quotes"]] == [(ids[1], ""), (ids[0], "Ours too.")]
    assert read["quotes"][1]["quote"]["text"] == found[0]["text"]
    call(one, "DELETE", 409, {"version": 1}, token=token, saved_id=ids[0])
    call(one, "DELETE", 204, {"version": 2}, token=token, saved_id=ids[0])
    call(whole, "DELETE", 403, token=reading)
    call(whole, "DELETE", 204, token=token)
    call(whole, "GET", 404, token=token)
