"""A follow-up in a real Chromium: without scripts, and with the keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright import sync_api

from tests.web.browsers import View, in_viewport, opened
from tests.web.conftest import Site
from tests.web.ways import Keyboard

pytestmark = pytest.mark.browser
BEFORE = "How does the sponsor rebuild trust after a failed batch?"
FOLLOW_UP = "and the CDMO?"
FULL = "How does the CDMO rebuild trust after a failed batch?"


@pytest.fixture(params=[(1280, 900, "light"), (390, 844, "dark")], ids=lambda look: f"{look[0]}-{look[2]}")
def plain(request: pytest.FixtureRequest, chromium: sync_api.Browser, served: str) -> Iterator[View]:
    """A page of the site in a browser that runs no script."""
    with opened(chromium, served, request.param, scripts=False) as view:
        yield view


@pytest.fixture
def phone(chromium: sync_api.Browser, served: str) -> Iterator[View]:
    with opened(chromium, served, (390, 844, "light")) as view:
        yield view


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


def test_a_follow_up_when_scripts_are_off_then_it_is_understood_narrowed_and_taken_word_for_word(
    plain: View, site: Site
) -> None:
    plain.open(f"/ask?q={BEFORE}&side=cdmo&since=2025")
    page = plain.page
    page.fill("#q", FOLLOW_UP)
    follow(page, page.get_by_role("button", name="Ask", exact=True))
    note = page.locator("#taken-to-mean")
    assert page.locator("h1").text_content() == FULL
    assert f"You asked “{FOLLOW_UP}”" in (note.text_content() or "")
    assert proved(page, site)
    assert page.locator(".chips li").count() == 2

    follow(page, page.get_by_role("link", name="Speaker", exact=True))
    assert page.get_by_role("link", name="Speaker", exact=True).get_attribute("aria-current") == "true"
    follow(page, page.get_by_role("link", name="side CDMO"))
    assert page.locator(".chips li").count() == 1
    assert page.get_by_role("link", name="Speaker", exact=True).get_attribute("aria-current") == "true"
    assert page.locator("h1").text_content() == FULL
    assert note.is_visible()
    assert proved(page, site)

    follow(page, note.get_by_role("link"))
    assert page.locator("h1").text_content() == FOLLOW_UP
    assert note.count() == 0


def test_whole_question_when_typed_below_an_answer_then_it_stays_with_it_when_narrowed(plain: View, site: Site) -> None:
    plain.open(f"/ask?q={BEFORE}&side=cdmo")
    page = plain.page
    page.get_by_role("searchbox", name="Ask a follow-up").fill("Does the plant tell anybody the cause?")
    follow(page, page.get_by_role("button", name="Follow up"))
    assert (page.locator("h1").text_content() or "").endswith(
        ": how does the sponsor rebuild trust after a failed batch?"
    )
    assert page.locator(".chips li").count() == 1
    page.locator("summary", has_text="Change what is searched").click()
    page.get_by_role("checkbox", name="Trust").check()
    follow(page, page.get_by_role("button", name="Ask with these"))
    assert page.locator(".chips li").count() == 2
    assert page.locator("#taken-to-mean").is_visible()
    assert proved(page, site)


def test_a_follow_up_when_only_the_keyboard_is_used_then_it_is_asked_and_taken_word_for_word(
    phone: View, site: Site
) -> None:
    phone.open(f"/ask?q={BEFORE}&side=cdmo")
    page = phone.page
    keys = Keyboard(phone)
    keys.reach("Your question")
    page.keyboard.press("Control+a")
    page.keyboard.type(FOLLOW_UP)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.locator("h1").text_content() == FULL
    assert page.locator("#taken-to-mean").is_visible()
    assert proved(page, site)

    keys.reach("Ask a follow-up")
    page.keyboard.type("Does the plant tell anybody the cause?")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert (page.locator("h1").text_content() or "").startswith("Does the plant tell anybody the cause: ")
    page.go_back()

    keys.reach("Ask it word for word instead")
    assert in_viewport(page, "#taken-to-mean")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.locator("h1").text_content() == FOLLOW_UP
    assert page.locator(".chips li").count() == 1
    assert phone.watch.complaints == []
