"""Asking in a real Chromium."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright import sync_api

from tests.web import samples
from tests.web.browsers import View, in_its_place, in_viewport
from tests.web.conftest import Site
from tests.web.every_page import ANSWER
from tests.web.loopback import on_loopback
from tests.web.ways import Reader, Way, copied, sitting

pytestmark = pytest.mark.browser
TRUST = "How is trust rebuilt after a failed batch?"
GROUPS = {
    "Side by side": ["Sponsors", "CDMOs", "Others"],
    "Speaker": ["Richard Roe", "Jane Doe", "John Stiles"],
    "Date": [],
    "Relevance": [],
}
FACETS = {
    "side": "CDMO",
    "theme": "Trust",
    "phase": "Phase 2",
    "kind": "Episode",
    "show": "Example Hour",
    "modality": "Viral vector",
    "speaker": "Richard Roe",
    "organisation": "Example Biologics",
}


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


def test_question_when_asked_on_the_front_page_then_a_quote_of_the_answer_is_read_in_its_place(
    reader: Reader, site: Site
) -> None:
    reader.open("/")
    reader.write("Your question", TRUST)
    reader.press("Ask")
    assert reader.page.locator("h1").text_content() == TRUST
    reader.follow("Read in context")
    assert in_its_place(reader.page, site.base.library)


def test_quotes_when_grouped_anew_then_the_same_ones_stand_under_other_headings(reader: Reader) -> None:
    reader.open(ANSWER)
    page = reader.page
    usual = page.locator("blockquote").all_text_contents()
    for title, headings in GROUPS.items():
        reader.follow(title)
        assert page.locator(".groupings [aria-current]").text_content() == title
        assert page.locator(".group h2").all_text_contents() == headings
        shown = page.locator("blockquote").all_text_contents()
        assert sorted(shown) == sorted(usual)
        if title == "Date":
            assert shown != usual
            assert page.locator(".quote .facts").first.text_content() == "Example WeeklyArticleMarch 2026, 8 months ago"
    assert shown == usual


def test_citation_when_taken_along_then_each_of_its_forms_is_whole(reader: Reader) -> None:
    reader.open(ANSWER)
    quote = reader.page.locator(".quote").first
    words, cite = quote.locator("blockquote").text_content() or "", quote.locator("blockquote").get_attribute("cite")
    reader.unfold("Copy citation of quote 1")
    taken = {form: reader.take(form) for form in ("Plain text", "Markdown", "BibTeX", "CSL-JSON")}
    for text in taken.values():
        assert words in text
        assert f"{reader.view.root}{cite}" in text
    assert taken["Plain text"].startswith(f"“{words}”")
    assert taken["Markdown"].startswith(f"> {words}")
    assert taken["BibTeX"].startswith("@misc{")
    assert json.loads(taken["CSL-JSON"])[0]["URL"] == f"{reader.view.root}{cite}"


def test_citation_when_its_button_is_pressed_then_the_clipboard_holds_what_the_field_does(wide: View) -> None:
    wide.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    wide.open(ANSWER)
    wide.page.locator(".copying:not(.saving) summary").first.click()
    wide.page.get_by_role("button", name="Copy BibTeX of quote 1").click()
    wide.page.get_by_role("button", name="Copied BibTeX of quote 1").wait_for()
    held = wide.page.evaluate("navigator.clipboard.readText()")
    wide.page.get_by_label("BibTeX of quote 1").click()
    assert held.startswith("@misc{")
    assert held == copied(wide.page)


def test_answer_when_every_facet_is_set_then_it_is_narrowed_by_all_and_each_is_taken_back_alone(reader: Reader) -> None:
    reader.open(ANSWER)
    page = reader.page
    reader.unfold("Narrow the search")
    for label in FACETS.values():
        reader.tick(label)
    reader.press("Ask with these")
    assert set(parse_qs(urlsplit(page.url).query)) == {"q", "after", *FACETS}
    assert set(page.locator(".quote .who .name").all_text_contents()) == {"Richard Roe"}
    reader.unfold("Change what is searched")
    reader.follow("2025")
    left = [*FACETS, "since", "until"]
    while len(left) > 7:
        assert page.locator(".chips li").count() == len(left)
        reader.follow(f"{left.pop(len(left) // 2)} ")
        assert {*parse_qs(urlsplit(page.url).query)} == {"q", *left}


def test_question_when_nothing_answers_it_then_the_nearest_is_read_and_the_editors_are_given_it(
    way: Way, chromium: sync_api.Browser, unlimited: Site
) -> None:
    library = unlimited.base.library
    with on_loopback(unlimited.app, unlimited.base.settings) as root, sitting(way, chromium, root) as reader:
        reader.open("/")
        reader.write("Your question", samples.NOT_HERE)
        reader.press("Ask")
        asked = reader.page.url
        assert reader.page.locator("#not-found h2").text_content() == "Nothing in the library answers this."
        reader.follow("Read in context")
        assert in_its_place(reader.page, library)
        reader.page.goto(asked)
        assert library.unanswered(10) == []
        reader.press("Give it to the editors", leads=False)
        reader.page.get_by_text("The editors have your question.").wait_for()
        assert [(row.question, row.times) for row in library.unanswered(10)] == [(samples.NOT_HERE, 1)]
        assert reader.page.evaluate("document.activeElement.id") == "taken-down"
