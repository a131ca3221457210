"""What pages of other sites may use: the API for the origins of a setting, and the ask box's script."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask.testing import FlaskClient

from kb.errors import SettingsError
from tests.web.conftest import Site
from web import close_app, create_app
from web.sharing import origins

FRIEND = "https://www.example.com"
ASK = "/api/v1/ask"
PREFLIGHT = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}


@contextmanager
def shared(site: Site, cors_origins: str, **values: object) -> Iterator[FlaskClient]:
    app = create_app(site.base.settings.with_values(cors_origins=cors_origins, **values), site.base)
    yield app.test_client()
    close_app(app)


def test_api_when_an_origin_is_allowed_then_its_pages_may_read_and_never_with_credentials(site: Site) -> None:
    with shared(site, f"http://localhost:3000, {FRIEND}") as client:
        given = client.post(ASK, json={"question": "trust after a failed batch"}, headers={"Origin": FRIEND})
        problem = client.get(ASK, headers={"Origin": FRIEND})
    assert (given.status_code, problem.status_code) == (200, 400)
    for response in (given, problem):
        assert response.headers["Access-Control-Allow-Origin"] == FRIEND
        assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert "Origin" in response.headers["Vary"]
        assert "Access-Control-Allow-Credentials" not in response.headers


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "http://www.example.com", "https://www.example.com:444", f"{FRIEND}.evil", "null"],
)
def test_api_when_an_origin_is_not_allowed_then_nothing_is_granted_and_caches_are_told(site: Site, origin: str) -> None:
    with shared(site, FRIEND) as client:
        for response in (
            client.get(ASK, query_string={"q": "trust"}, headers={"Origin": origin}),
            client.options(ASK, headers={"Origin": origin, **PREFLIGHT}),
        ):
            assert not [name for name, _ in response.headers if name.startswith("Access-Control")]
            assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
            assert "Origin" in response.headers["Vary"]


def test_preflight_when_an_origin_is_allowed_then_it_may_post_json_and_it_counts_towards_no_limit(site: Site) -> None:
    with shared(site, FRIEND, rate_limit="1 per minute") as client:
        for _ in range(3):
            response = client.options(ASK, headers={"Origin": FRIEND, **PREFLIGHT})
            assert response.status_code == 204
            assert response.headers["Access-Control-Allow-Origin"] == FRIEND
            assert response.headers["Access-Control-Allow-Methods"] == "GET, POST"
            assert "Content-Type" in response.headers["Access-Control-Allow-Headers"]
            assert "Access-Control-Allow-Credentials" not in response.headers
        asked = {"json": {"question": "trust"}, "headers": {"Origin": FRIEND}}
        assert client.post(ASK, **asked).status_code == 200
        refused = client.post(ASK, **asked)
    assert refused.status_code == 429
    assert refused.headers["Access-Control-Allow-Origin"] == FRIEND
    assert "Retry-After" in refused.headers["Access-Control-Expose-Headers"]


def test_preflight_when_a_host_is_not_trusted_or_an_address_is_none_then_nothing_is_answered_for_it(site: Site) -> None:
    with shared(site, FRIEND, trusted_hosts="kb.example") as client:
        asked = {"Origin": FRIEND, **PREFLIGHT}
        assert client.options(ASK, headers={**asked, "Host": "kb.example"}).status_code == 204
        assert client.options(ASK, headers={**asked, "Host": "evil.example"}).status_code == 400
        assert client.options("/api/v1/nothing", headers={**asked, "Host": "kb.example"}).status_code == 404


def test_api_when_any_origin_is_allowed_then_the_answer_is_the_same_for_all(site: Site) -> None:
    with shared(site, "*") as client:
        response = client.get(ASK, query_string={"q": "trust"}, headers={"Origin": "https://anybody.example"})
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "Origin" not in response.headers.get("Vary", "")


def test_api_when_nothing_is_set_then_no_header_speaks_of_other_origins(client: FlaskClient) -> None:
    for response in (
        client.get(ASK, query_string={"q": "trust"}, headers={"Origin": FRIEND}),
        client.options(ASK, headers={"Origin": FRIEND, **PREFLIGHT}),
    ):
        assert not [name for name, _ in response.headers if name.startswith("Access-Control")]
        assert "Origin" not in response.vary


def test_pages_when_an_origin_is_allowed_then_they_are_still_for_nobody_else(site: Site) -> None:
    with shared(site, "*") as client:
        for address in ("/", "/ask?q=trust", "/documents", "/healthz", "/metrics", "/static/style.css"):
            with client.get(address, headers={"Origin": FRIEND}) as response:
                assert "Access-Control-Allow-Origin" not in response.headers
                assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_embed_script_when_another_site_loads_it_then_it_may_and_asks_again_whether_it_changed(
    client: FlaskClient,
) -> None:
    with client.get("/embed.js") as response:
        assert response.content_type.startswith("text/javascript")
        assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert response.headers["Cache-Control"] == "no-cache"
        told = response.get_data(as_text=True)
        tag = response.headers["ETag"]
    assert "innerHTML" not in told
    assert 'credentials: "omit"' in told
    with client.get("/embed.js", headers={"If-None-Match": tag}) as again:
        assert again.status_code == 304
        assert again.headers["Cross-Origin-Resource-Policy"] == "cross-origin"


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("", set()),
        (" , ", set()),
        ("*", {"*"}),
        ("https://A.example, http://localhost:3000", {"https://a.example", "http://localhost:3000"}),
        ("https://a.example:443,http://a.example:80", {"https://a.example", "http://a.example"}),
        ("http://[::1]:5000", {"http://[::1]:5000"}),
    ],
)
def test_origins_when_they_are_written_then_they_are_read_as_browsers_write_them(value: str, found: set[str]) -> None:
    assert origins(value) == found


@pytest.mark.parametrize(
    "value",
    [
        "a.example",
        "https://a.example/",
        "https://a.example/page",
        "https://",
        "https://.example.com",
        "https://*.example.com",
        "ftp://a.example",
        "null",
        "https://a.example:0",
        "https://a.example:99999",
        "https://a.example:x",
        "https://me@a.example",
        "https://a b",
        "https://[::1",
        "https://[:::]",
        "*, https://a.example",
        "https://a.example\nX: y",
    ],
)
def test_origins_when_one_is_none_then_an_error_names_the_setting(value: str) -> None:
    with pytest.raises(SettingsError) as refused:
        origins(value)
    assert refused.value.where == "cors_origins"
    assert refused.value.way_out


def test_create_app_when_an_origin_is_none_then_it_does_not_start(site: Site) -> None:
    with pytest.raises(SettingsError, match="no origin"):
        create_app(site.base.settings.with_values(cors_origins="example.com"), site.base)
