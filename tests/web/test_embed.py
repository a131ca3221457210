"""The ask box on a page of another origin, in a real Chromium."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from urllib.parse import urlsplit

import pytest
from playwright import sync_api

from tests.web import samples
from tests.web.browsers import CONTRAST, Watch, in_its_place, opened
from tests.web.conftest import Site
from tests.web.loopback import on_loopback
from tests.web.ways import Keyboard, WithoutScripts
from web import close_app, create_app

pytestmark = pytest.mark.browser
TRUST = "How is trust rebuilt after a failed batch?"
# Of a page that would clash with anything that is not shut off from it.
LOUD = "body * { color: lime !important; font-size: 60px !important; display: inline !important; }"


class Elsewhere(BaseHTTPRequestHandler):
    """A page that loads nothing but the script, under a policy that allows nothing more."""

    def __init__(self, page: Callable[[], str], policy: str, *given: Any) -> None:
        self._page, self._policy = page, policy
        super().__init__(*given)

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/" else 204)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Security-Policy", self._policy)
        self.end_headers()
        if self.path == "/":
            self.wfile.write(self._page().encode())

    def log_message(self, *_given: Any) -> None:
        """Nothing."""


@contextmanager
def counterpart(site: Site, cors_origins: str) -> Iterator[str]:
    settings = site.base.settings.with_values(cors_origins=cors_origins)
    app = create_app(settings, site.base)
    with on_loopback(app, settings) as root:
        yield root
    close_app(app)


@contextmanager
def elsewhere(site: Site, attributes: str = "", allowed: bool = True) -> Iterator[tuple[str, str]]:
    """(address of the page, address of Counterpart): two origins."""
    told = {"page": "", "policy": ""}
    # The page's address must be known to Counterpart, and Counterpart's to the page.
    pages = ThreadingHTTPServer(("127.0.0.1", 0), partial(Elsewhere, lambda: told["page"], "default-src 'self' http:"))
    here = f"http://127.0.0.1:{pages.server_port}"
    thread = threading.Thread(target=pages.serve_forever, args=(0.05,))
    thread.start()
    try:
        with counterpart(site, here if allowed else "https://www.example.com") as root:
            script = f'<script src="{root}/embed.js" defer {attributes}></script>'
            script += f'<noscript><a href="{root}/">Ask Counterpart</a></noscript>'
            told["page"] = (
                "<!doctype html><html lang=en><meta charset=utf-8><title>Elsewhere</title><body><h1>Elsewhere</h1>"
                f"<main>{script}<p id=after>After the box.</p></main><aside id=there></aside></body></html>"
            )
            yield here, root
    finally:
        pages.shutdown()
        pages.server_close()
        thread.join(10)


@contextmanager
def visited(
    browser: sync_api.Browser, address: str, scheme: Literal["light", "dark"] = "light", width: int = 1280
) -> Iterator[tuple[sync_api.Page, Watch]]:
    with opened(browser, address, (width, 900, scheme)) as view:
        view.open("")
        yield view.page, view.watch


def ask(page: sync_api.Page, question: str) -> None:
    page.get_by_label("Ask people who work with CDMOs").fill(question)
    page.keyboard.press("Enter")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
def test_box_when_asked_on_another_site_then_its_quotes_are_the_librarys_text_and_nobody_else_is_asked(
    chromium: sync_api.Browser, site: Site, scheme: Literal["light", "dark"], width: int
) -> None:
    with elsewhere(site) as (here, root), visited(chromium, here, scheme, width) as (page, watch):
        ask(page, TRUST)
        page.locator("counterpart-ask li").first.wait_for()
        quotes = page.locator("counterpart-ask li").all()
        assert page.get_by_role("status").text_content() == f"{len(quotes)} quotes"
        for quote in quotes:
            citation = site.base.library.resolve_citation(quote.get_attribute("data-citation") or "")
            text = site.base.library.read_span(citation.revision_id, citation.start, citation.end)
            assert quote.locator("blockquote").text_content() == text
            link = quote.get_by_role("link", name="Read in context").get_attribute("href") or ""
            assert link.startswith(f"{root}/documents/{citation.document_id}?cite=")
        assert (
            page.locator("counterpart-ask .who").first.text_content()
            == "Richard Roe, Site head, Example Biologics, CDMO"
        )
        for part in (".who", "figcaption p", "blockquote", "mark", "button", "a", "label", ".said", ".foot"):
            assert page.locator(f"counterpart-ask {part}").first.evaluate(CONTRAST) >= 4.5, part
        sizes = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        assert sizes[0] <= sizes[1]
        assert {urlsplit(url).netloc for url in watch.asked} == {urlsplit(here).netloc, urlsplit(root).netloc}
        assert not [url for url in watch.asked if "trust" in url]
        assert watch.complaints == []


def test_box_when_only_the_keyboard_is_used_then_a_quote_is_asked_for_and_read_in_its_place(
    chromium: sync_api.Browser, site: Site
) -> None:
    with elsewhere(site) as (here, root), opened(chromium, here) as view:
        view.open("")
        keys = Keyboard(view)
        keys.write("Ask people who work with CDMOs", TRUST)
        keys.press("Ask", leads=False)
        view.page.locator("counterpart-ask li").first.wait_for()
        keys.follow("Read in context")
        assert view.page.url.startswith(f"{root}/documents/")
        assert in_its_place(view.page, site.base.library)
        assert view.watch.complaints == []


def test_box_when_scripts_are_off_then_a_link_leads_to_where_the_same_is_asked(
    chromium: sync_api.Browser, site: Site
) -> None:
    with elsewhere(site) as (here, root), opened(chromium, here, scripts=False) as view:
        view.open("")
        reader = WithoutScripts(view)
        reader.follow("Ask Counterpart")
        assert view.page.url == f"{root}/"
        reader.write("Your question", TRUST)
        reader.press("Ask")
        assert view.page.locator("#quote-1").count() == 1


def test_box_when_nothing_answers_then_it_says_so(chromium: sync_api.Browser, site: Site) -> None:
    with elsewhere(site) as (here, _), visited(chromium, here) as (page, watch):
        ask(page, samples.NOT_HERE)
        page.get_by_text("Nothing in the library answers this.").wait_for()
        assert page.locator("counterpart-ask li").count() == 0
        assert watch.complaints == []


def test_box_when_the_origin_is_not_allowed_then_it_says_what_to_set(chromium: sync_api.Browser, site: Site) -> None:
    with elsewhere(site, allowed=False) as (here, _), visited(chromium, here) as (page, _):
        ask(page, TRUST)
        page.get_by_text("add " + here + " to the setting cors_origins").wait_for()
        assert page.locator("counterpart-ask .fault").evaluate(CONTRAST) >= 4.5


def test_box_when_the_server_is_gone_then_it_says_that_it_cannot_be_reached(
    chromium: sync_api.Browser, site: Site
) -> None:
    with elsewhere(site) as (here, root), visited(chromium, here) as (page, _):
        page.context.route(f"{root}/**", lambda route: route.abort())
        ask(page, TRUST)
        page.get_by_text(f"Counterpart at {urlsplit(root).netloc} cannot be reached").wait_for()


def test_box_when_the_server_refuses_the_question_then_its_own_words_are_shown(
    chromium: sync_api.Browser, site: Site
) -> None:
    with elsewhere(site, 'data-side="sponsors"') as (here, _), visited(chromium, here) as (page, _):
        ask(page, TRUST)
        page.get_by_text("side cannot be 'sponsors'").wait_for()


def test_box_when_it_is_told_where_and_how_then_it_stands_there_and_asks_so(
    chromium: sync_api.Browser, site: Site
) -> None:
    told = 'data-target="#there" data-title="What do sponsors say?" data-side="sponsor|investor" data-limit="1"'
    with elsewhere(site, f"{told} data-scheme=dark") as (here, _), visited(chromium, here) as (page, _):
        box = page.locator("#there counterpart-ask")
        box.get_by_label("What do sponsors say?").fill(TRUST)
        box.get_by_role("button", name="Ask").click()
        box.locator("li").first.wait_for()
        assert box.locator(".who").all_text_contents() == [
            "Jane Doe, Chief operating officer, Example Therapeutics, Sponsor"
        ]
        assert box.locator(".box").evaluate("box => getComputedStyle(box).backgroundColor") == "rgb(28, 32, 36)"


def test_box_when_no_place_is_named_then_it_stands_where_the_script_does_and_styles_do_not_mix(
    chromium: sync_api.Browser, site: Site
) -> None:
    with elsewhere(site) as (here, _), visited(chromium, here) as (page, _):
        before = page.locator("#after").evaluate("e => getComputedStyle(e).cssText + getComputedStyle(e).color")
        assert page.evaluate("document.querySelector('counterpart-ask').nextElementSibling.localName") == "noscript"
        page.evaluate(
            "text => { const s = new CSSStyleSheet(); s.replaceSync(text); document.adoptedStyleSheets = [s]; }", LOUD
        )
        button = page.locator("counterpart-ask button")
        assert button.evaluate("b => getComputedStyle(b).color") == "rgb(255, 255, 255)"
        assert button.evaluate("b => getComputedStyle(b).fontSize") == "16px"
        page.evaluate("document.adoptedStyleSheets = []")
        assert page.locator("#after").evaluate("e => getComputedStyle(e).cssText + getComputedStyle(e).color") == before


def test_box_when_words_are_hostile_then_they_are_shown_as_text(chromium: sync_api.Browser, site: Site) -> None:
    with elsewhere(site) as (here, _), visited(chromium, here) as (page, watch):
        ask(page, "Does gowning in a cleanroom take practice every morning?")
        page.locator("counterpart-ask li").first.wait_for()
        assert samples.SCRIPT in (page.locator("counterpart-ask .who").first.text_content() or "")
        assert (
            page.evaluate("document.querySelector('counterpart-ask').shadowRoot.querySelectorAll('script, img').length")
            == 0
        )
        assert watch.complaints == []
