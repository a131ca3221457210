"""Asking in a real Chromium."""

from __future__ import annotations

import pytest

from tests.web.browsers import View, in_viewport
from tests.web.conftest import Site

pytestmark = pytest.mark.browser
TRUST = "How is trust rebuilt after a failed batch?"


def test_ask_when_only_the_keyboard_is_used_then_question_quote_and_place_are_reached(view: View) -> None:
    view.open("/")
    page = view.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    for _ in range(10):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "q":
            break
    page.keyboard.type(TRUST)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "/ask?q=How" in page.url
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent").startswith("Read in context"):
            break
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert in_viewport(page, "#cited")


def test_quotes_when_shown_then_each_is_the_librarys_text_and_its_link_scrolls_to_it(view: View, site: Site) -> None:
    view.open("/ask?q=How+is+trust+rebuilt+after+a+failed+batch")
    library = site.base.library
    found = [
        (quote.get_attribute("data-citation") or "", quote.locator("blockquote").text_content())
        for quote in view.page.locator(".quote[data-citation]").all()
    ]
    assert found
    links = [link.get_attribute("href") or "" for link in view.page.get_by_text("Read in context").all()]
    for (cite, shown), link in zip(found, links, strict=True):
        citation = library.resolve_citation(cite)
        assert shown == library.revision(citation.revision_id).text[citation.start : citation.end]
        view.open(link)
        assert "".join(view.page.locator("mark").all_text_contents()) == shown
        assert in_viewport(view.page, "#cited")
    assert view.watch.complaints == []


def test_filters_when_set_by_hand_then_the_answer_is_narrowed_and_a_chip_takes_it_back(wide: View) -> None:
    wide.open("/ask?q=How+is+trust+rebuilt+after+a+failed+batch")
    wide.page.get_by_text("Narrow the search").click()
    wide.page.get_by_label("Sponsor", exact=True).check()
    with wide.page.expect_navigation():
        wide.page.get_by_role("button", name="Ask with these").click()
    assert "side=sponsor" in wide.page.url
    assert wide.page.locator(".quote .side-cdmo").count() == 0
    with wide.page.expect_navigation():
        wide.page.locator(".chips a").click()
    assert "side=" not in wide.page.url
