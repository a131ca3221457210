"""Every page in a real Chromium: what axe-core finds, its weight, whether it jumps, and whose words its quotes are."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright import sync_api

from kb.records import citation_id
from tests.web import samples
from tests.web.browsers import cited_words, opened
from tests.web.conftest import Site, site_settings
from tests.web.every_page import ANSWER, addresses
from tests.web.loopback import on_loopback
from tests.web.test_summarising import both, summarising

pytestmark = pytest.mark.browser
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WEIGHT = 80_000
SHIFT = 0.02
# Those that a reader caused by a key or a press are not counted, as in the definition of CLS.
SHIFTS = """() => new Promise(done => {
  let sum = 0;
  new PerformanceObserver(seen => {
    for (const shift of seen.getEntries()) if (!shift.hadRecentInput) sum += shift.value;
  }).observe({ type: 'layout-shift', buffered: true });
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(sum), 50)));
})"""


@pytest.fixture(params=[(1280, "light"), (390, "dark")], ids=lambda p: f"{p[0]}-{p[1]}")
def page(request: pytest.FixtureRequest, chromium: sync_api.Browser) -> Iterator[sync_api.Page]:
    width, scheme = request.param
    with opened(chromium, "", (width, 844, scheme)) as view:
        yield view.page


def violations(page: sync_api.Page, address: str) -> list[str]:
    """What axe-core finds against WCAG 2.2 AA on a page with all that opens on it open."""
    page.goto(address)
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    # In the page's world but not by a script tag, which the policy of the pages refuses.
    page.evaluate(AXE)
    found: dict[str, Any] = page.evaluate("rules => axe.run({ runOnly: rules, resultTypes: ['violations'] })", RULES)
    assert found["passes"], "no rule was applied"
    return [
        f"{urlsplit(address).path}: {one['id']}: {node['html'][:200]}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


def test_every_page_when_axe_core_looks_at_it_then_it_finds_nothing_against_wcag(
    page: sync_api.Page, served: str, site: Site
) -> None:
    found = [one for address in addresses(site) for one in violations(page, served + address)]
    assert found == []


def test_axe_core_when_a_page_is_made_worse_then_it_does_find_that(page: sync_api.Page, served: str) -> None:
    page.add_init_script("addEventListener('load', () => document.querySelector('#q').labels[0].remove())")
    page.add_init_script("addEventListener('load', () => document.querySelector('#q').removeAttribute('placeholder'))")
    assert any("label" in one for one in violations(page, f"{served}/"))


def test_pages_of_one_reader_when_axe_core_looks_at_them_then_it_finds_nothing_against_wcag(
    page: sync_api.Page, unlimited: Site
) -> None:
    """A collection as it is edited and as it is read, a question given to the editors, an earlier revision."""
    old = unlimited.base.library.current(unlimited.ids["article-1"])
    at = old.text.index("Weekly joint meetings")
    samples.publish(unlimited.base, samples.article(edited=True))
    with on_loopback(unlimited.app, unlimited.base.settings) as root:
        page.goto(root + ANSWER)
        page.locator(".saving summary").first.click()
        page.get_by_role("button", name="Save to a new collection").first.click()
        page.get_by_role("status").get_by_role("link").click()
        page.locator(".arrange").wait_for()
        edited = page.url.partition("#")[0]
        read = page.get_by_label("The link to share").input_value()
        cited = f"{root}/documents/{old.document_id}?cite={citation_id(old.id, at, at + 21)}"
        found = [one for address in (edited, read, cited) for one in violations(page, address)]
        page.goto(f"{root}/ask?q={samples.NOT_HERE}")
        page.get_by_role("button", name="Give it to the editors").click()
        page.locator("#taken-down").wait_for()
        page.evaluate(AXE)
        given = page.evaluate("rules => axe.run({ runOnly: rules })", RULES)
        assert found + [one["id"] for one in given["violations"]] == []


def test_written_summary_when_axe_core_looks_at_it_then_it_finds_nothing_against_wcag(
    page: sync_api.Page, tmp_path: Path
) -> None:
    with (
        summarising(tmp_path, both(1)) as (client, _),
        on_loopback(client.application, site_settings(tmp_path)) as root,
    ):
        found = violations(page, f"{root}{ANSWER}&summary=1")
        assert page.locator(".summary").count() == 1
        assert found == []


def test_every_page_when_first_visited_then_it_is_light_stays_put_and_asks_nobody_else(
    chromium: sync_api.Browser, served: str, site: Site
) -> None:
    for address in addresses(site):
        context = chromium.new_context(viewport={"width": 1280, "height": 844})
        page = context.new_page()
        weights: list[float] = []
        asked: list[str] = []
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        wire = context.new_cdp_session(page)
        wire.send("Network.enable")
        wire.on("Network.loadingFinished", lambda told, kept=weights: kept.append(told["encodedDataLength"]))
        page.goto(served + address)
        shift = page.evaluate(SHIFTS)
        context.close()
        assert len(weights) >= 3, address
        assert sum(weights) < WEIGHT, (address, sum(weights))
        assert shift < SHIFT, (address, shift)
        assert {urlsplit(url).netloc for url in asked} == {urlsplit(served).netloc}, address


def test_every_page_when_it_shows_quotes_then_each_is_word_for_word_what_the_library_has(
    page: sync_api.Page, served: str, site: Site
) -> None:
    pages = 0
    for address in addresses(site):
        page.goto(served + address)
        shown = page.locator("blockquote").evaluate_all("all => all.map(one => [one.cite, one.textContent])")
        for leads_to, words in shown:
            assert words == cited_words(site.base.library, leads_to), address
        pages += bool(shown)
    # The answer in each of its groupings, narrowed, and a theme's page.
    assert pages >= 6


def test_answer_when_printed_then_the_quotes_and_their_addresses_are_there_and_the_forms_are_not(
    page: sync_api.Page, served: str
) -> None:
    page.goto(served + ANSWER)
    page.emulate_media(media="print")
    assert page.locator("blockquote").first.is_visible()
    for left_out in (".masthead nav", ".ask", ".groupings", ".copying", ".foot"):
        assert not any(one.is_visible() for one in page.locator(left_out).all()), left_out
    after = page.locator(".source .action").first.evaluate("one => getComputedStyle(one, '::after').content")
    assert "/documents/" in after


def test_pages_when_less_motion_or_forced_colours_are_wanted_then_nothing_moves_and_words_stay_marked(
    page: sync_api.Page, served: str
) -> None:
    page.emulate_media(forced_colors="active")
    page.goto(served + ANSWER)
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
    marked = page.locator(".key").first.evaluate("one => getComputedStyle(one).textDecorationLine")
    assert marked == "underline"
