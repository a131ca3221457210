"""The API's description: it names every address, and what the API answers is what it says."""

from __future__ import annotations

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
CALLS += [
    ("/documents/{document_id}", "GET"),
    ("/passages/{passage_id}", "GET"),
    ("/passages/{passage_id}/related", "GET"),
    ("/themes", "GET"),
]

GOOD = [(*call, GenerationMode.POSITIVE) for call in CALLS]
# The others take nothing that a schema could call wrong.
BAD = [(*call, GenerationMode.NEGATIVE) for call in CALLS[:5]]


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
    case.call_and_validate(excluded_checks=[positive_data_acceptance])


def test_every_address_and_method_of_the_api_is_described_and_no_other(site: Site) -> None:
    told = {(path, method.upper()) for path, methods in described(site.client())["paths"].items() for method in methods}
    here = set()
    for rule in site.app.url_map.iter_rules():
        path = rule.rule.removeprefix(API).replace("<", "{").replace(">", "}")
        if rule.rule.startswith(f"{API}/") and path not in ABOUT_ITSELF:
            here |= {(path, method) for method in rule.methods or () if method in ("GET", "POST")}
    assert told == here


def test_the_page_for_people_names_every_address_and_parameter(client: FlaskClient) -> None:
    response = client.get(f"{API}/docs")
    shown = response.get_data(as_text=True)
    assert response.content_type == "text/html; charset=utf-8"
    for path, methods in described(client)["paths"].items():
        assert f"<code>{path}</code>" in shown
        for parameter in methods["get"]["parameters"]:
            assert f"<code>{parameter['name']}</code>" in shown
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
