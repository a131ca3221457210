"""A follow-up in a real Chromium: without scripts, and with the keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright import sync_api

from tests.web.conftest import Site
from tests.web.test_browser import View, in_viewport, opened, served, tabbed_to

pytestmark = pytest.mark.browser
__all__ = ["served"]
BEFORE = "How does the sponsor rebuild trust after a failed batch?"
FOLLOW_UP = "and the CDMO?"
FULL = "How does the CDMO rebuild trust after a failed batch?"


@pytest.fixture(params=[(1280, 900, "light"), (390, 844, "dark")], ids=lambda look: f"{look[0]}-{look[2]}")
def plain(request: pytest.FixtureRequest, chromium: sync_api.Browser, served: str) -> Iterator[sync_api.Page]:
    """A page of the site in a browser that runs no script."""
    width, height, scheme = request.param
    context = chromium.new_context(
        java_script_enabled=False, viewport={"width": width, "height": height}, color_scheme=scheme, base_url=served
    )
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def phone(chromium: sync_api.Browser, served: str) -> Iterator[View]:
    yield from opened(chromium, served, 390, 844, "light")


def shown(page: sync_api.Page) -> list[str]:
    return [quote.get_attribute("data-citation") or "" for quote in page.locator(".quote[data-citation]").all()]


def proved(page: sync_api.Page, site: Site) -> bool:
    """Whether the page quotes somebody, and every quote stands so in the library."""
    texts = page.locator(".quote[data-citation] blockquote").all_text_contents()
    cited = [site.base.library.resolve_citation(cite) for cite in shown(page)]
    held = [site.base.library.read_span(one.revision_id, one.start, one.end) for one in cited]
    return texts == held != []


def follow(page: sync_api.Page, link: sync_api.Locator) -> None:
    """Click and wait until the next page is whole: it begins before there is an answer."""
    with page.expect_navigation():
        link.click()


def test_a_follow_up_when_scripts_are_off_then_it_is_understood_narrowed_widened_and_taken_word_for_word(
    plain: sync_api.Page, site: Site
) -> None:
    plain.goto(f"/ask?q={BEFORE}&side=cdmo&since=2025")
    plain.fill("#q", FOLLOW_UP)
    follow(plain, plain.get_by_role("button", name="Ask", exact=True))
    note = plain.locator("#taken-to-mean")
    assert plain.locator("h1").text_content() == FULL
    assert f"You asked “{FOLLOW_UP}”" in (note.text_content() or "")
    assert proved(plain, site)
    assert plain.locator(".chips li").count() == 2

    follow(plain, plain.get_by_role("link", name="Speaker", exact=True))
    assert plain.get_by_role("link", name="Speaker", exact=True).get_attribute("aria-current") == "true"
    follow(plain, plain.get_by_role("link", name="side CDMO"))
    assert plain.locator(".chips li").count() == 1
    assert plain.get_by_role("link", name="Speaker", exact=True).get_attribute("aria-current") == "true"
    assert plain.locator("h1").text_content() == FULL
    assert note.is_visible()
    assert proved(plain, site)

    follow(plain, note.get_by_role("link"))
    assert plain.locator("h1").text_content() == FOLLOW_UP
    assert note.count() == 0


def test_a_follow_up_when_only_the_keyboard_is_used_then_it_is_asked_and_taken_word_for_word(
    phone: View, site: Site
) -> None:
    phone.open(f"/ask?q={BEFORE}&side=cdmo")
    page = phone.page
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "q":
            break
    page.keyboard.press("Control+a")
    page.keyboard.type(FOLLOW_UP)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.locator("h1").text_content() == FULL
    assert page.locator("#taken-to-mean").is_visible()
    assert proved(page, site)

    tabbed_to(page, "Ask it word for word instead")
    assert in_viewport(page, "#taken-to-mean")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.locator("h1").text_content() == FOLLOW_UP
    assert page.locator(".chips li").count() == 1
    assert phone.watch.complaints == []
