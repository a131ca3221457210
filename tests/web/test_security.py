"""What every response carries, which links leave the site, and who may keep a copy."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from flask.testing import FlaskClient

from kb.assembly import KnowledgeBase
from kb.errors import SettingsError
from kb.saved import new_token, read_token
from tests.web.conftest import Site
from tests.web.test_api import assert_problem
from web import close_app, create_app
from web.security import outgoing

HOSTS = [
    ("kb.example", 200),
    ("kb.example:8000", 200),
    ("a.inside.example", 200),
    ("127.0.0.1:8000", 200),
    ("evil.example", 400),
    ("kb.example.evil.example", 400),
    ("a.kb.example", 400),
    ("", 400),
]


def addresses(site: Site) -> list[str]:
    """At least one address of every rule, some that fail, every static file."""
    passage = site.base.library.passages_of(site.base.library.current(site.ids["article-1"]).id)[0]
    values = {
        "document_id": site.ids["article-1"],
        "passage_id": passage.id,
        "name": "trust",
        "filename": "style.css",
        "entry_id": "none",
        "token": new_token(),
    }
    site.base.library.make_collection(values["token"], read_token(values["token"]), "Mine", datetime.now(UTC))
    rules = [rule for rule in site.app.url_map.iter_rules() if rule.rule != "/problems/<name>"]
    found = [re.sub(r"<(?:\w+:)?(\w+)>", lambda match: values[match.group(1)], rule.rule) for rule in rules]
    return [
        *found,
        "/problems/question-error",
        "/ask?q=trust",
        "/api/v1/ask?q=trust",
        "/ask?q=",
        "/nowhere",
        "/api/v1/x",
    ]


def test_every_route_when_answered_then_it_carries_the_security_headers(site: Site) -> None:
    asked = addresses(site)
    assert len(asked) >= 20
    for address in asked:
        with site.client().get(address) as response:
            headers = response.headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy, address
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert "script-src 'self';" in policy
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "camera=()" in headers["Permissions-Policy"]
        expected = "no-cache" if address.startswith(("/static", "/embed.js")) else "no-store"
        assert headers["Cache-Control"] == expected, address


class Tags(HTMLParser):
    """Every start tag with its attributes, as a browser would read them."""

    def __init__(self, shown: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(shown)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_pages_when_read_then_nothing_is_inline_and_nothing_comes_from_elsewhere(site: Site) -> None:
    for address in addresses(site):
        with site.client().get(address) as response:
            if not response.content_type.startswith("text/html") or response.location:
                continue
            tags = Tags(response.get_data(as_text=True)).found
        assert not {"style", "iframe", "object", "base"} & {tag for tag, _ in tags}, address
        assert not [name for _, attributes in tags for name in attributes if name == "style" or name.startswith("on")]
        loaded = [values.get("href") or values.get("src") for tag, values in tags if tag in ("link", "img", "script")]
        assert loaded
        assert all(url and url.startswith("/static/") for url in loaded)


def test_static_files_when_asked_by_their_version_then_they_may_be_kept(client: FlaskClient) -> None:
    urls = re.findall(r'"(/static/[^"]+\?v=[0-9a-f]{12})"', client.get("/").get_data(as_text=True))
    assert len(urls) >= 3
    for url in urls:
        with client.get(url) as response:
            assert response.status_code == 200
            assert "immutable" in response.headers["Cache-Control"]


@pytest.mark.parametrize(("host", "status"), HOSTS)
def test_requests_when_hosts_are_trusted_then_any_other_host_is_refused(
    knowledge_base: KnowledgeBase, host: str, status: int
) -> None:
    settings = knowledge_base.settings.with_values(trusted_hosts="KB.example, .inside.example,127.0.0.1,")
    app = create_app(settings, knowledge_base)
    client = app.test_client()
    page = client.get("/", headers={"Host": host})
    problem = client.get("/api/v1/documents", headers={"Host": host})
    close_app(app)
    assert page.status_code == problem.status_code == status
    assert page.content_type.startswith("text/html")
    assert "Content-Security-Policy" in page.headers
    if status == 400:
        assert "host name" in page.get_data(as_text=True)
        assert "host name" in assert_problem(problem, 400)["detail"]
        assert "evil" not in page.get_data(as_text=True) + problem.get_data(as_text=True)


def test_requests_when_no_hosts_are_set_then_any_host_is_answered(client: FlaskClient) -> None:
    assert client.get("/", headers={"Host": "anything.example"}).status_code == 200


@pytest.mark.parametrize(
    "value", ["https://kb.example", "kb example", "a..b", "kb.example:8000", "[::1]", "kb.exämple", "a" * 64]
)
def test_create_app_when_a_trusted_host_is_no_name_then_an_error_says_so(
    knowledge_base: KnowledgeBase, value: str
) -> None:
    with pytest.raises(SettingsError, match="host name"):
        create_app(knowledge_base.settings.with_values(trusted_hosts=f"localhost,{value}"), knowledge_base)


@pytest.mark.parametrize(
    "url", ["https://a.example/x?y#z", "http://a.example", "mailto:a@b.example", "HTTPS://A.example"]
)
def test_outgoing_when_the_scheme_is_allowed_then_the_url_stays(url: str) -> None:
    assert outgoing(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "java\nscript:alert(1)",
        "\x01javascript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "//elsewhere.example/",
        "/documents",
        "https:",
        "https:///path",
        "http://[broken",
        "https://a.example/\\evil",
        'https://a.example/"onclick="x',
        "ftp://a.example",
    ],
)
def test_outgoing_when_anything_else_then_there_is_no_link(url: str) -> None:
    assert outgoing(url) == ""
