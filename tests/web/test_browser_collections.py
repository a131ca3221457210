"""Saving quotes in a real Chromium."""

from __future__ import annotations

from itertools import pairwise
from urllib.parse import urlsplit

import pytest
from docx import Document
from playwright import sync_api

from tests.web.browsers import CONTRAST, View
from tests.web.conftest import Site
from tests.web.ways import Keyboard

pytestmark = pytest.mark.browser


def test_collection_when_only_the_keyboard_is_used_then_a_quote_is_saved_noted_moved_and_taken_along(
    view: View, site: Site
) -> None:
    page, keys = view.page, Keyboard(view)

    view.open("/ask?q=How+is+trust+rebuilt+after+a+failed+batch")
    first, second = [quote.text_content() for quote in page.locator("blockquote").all()[:2]]
    keys.reach("Save quote 1")
    page.keyboard.press("Enter")
    keys.reach("Name of a new collection")
    page.keyboard.type("For the board")
    page.keyboard.press("Enter")
    page.get_by_role("status").wait_for()
    assert page.get_by_role("status").text_content() == "Saved in For the board."
    keys.reach("Save quote 2")
    page.keyboard.press("Enter")
    keys.reach("Save to “For the board”")
    page.keyboard.press("Enter")
    page.get_by_role("status").nth(1).wait_for()
    keys.press("For the board")
    assert page.locator("h1").text_content() == "For the board"
    assert page.locator("blockquote").all_text_contents() == [first, second]
    page.reload()
    keys.reach("Your note on quote 1")
    page.keyboard.type("Read this first.")
    keys.press("Save note on quote 1")
    page.goto(page.url.partition("#")[0])
    keys.press("Move down quote 1")
    assert page.locator("blockquote").all_text_contents() == [second, first]
    assert page.get_by_label("Your note on quote 2").input_value() == "Read this first."
    page.goto(page.url.partition("#")[0])
    keys.reach("Word (DOCX)")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    taken = [paragraph.text for paragraph in Document(str(download.value.path())).paragraphs]
    assert [text for text in taken if text in (first, second)] == [second, first]
    assert "Note: Read this first." in taken
    keys.press("Remove quote 2")
    assert page.locator("blockquote").all_text_contents() == [second]
    keys.reach("Delete the collection")
    page.keyboard.press("Enter")
    keys.reach("I am sure")
    page.keyboard.press("Space")
    keys.press("Delete it for good")
    assert "remembers no collection" in (page.locator("main").text_content() or "")
    assert view.watch.hosts() == {urlsplit(view.root).netloc}
    assert view.watch.complaints == []


def test_saving_when_the_answer_is_read_on_then_the_page_stays_and_says_what_a_reload_says(wide: View) -> None:
    wide.open("/ask?q=How+is+trust+rebuilt+after+a+failed+batch")
    page, address = wide.page, wide.page.url
    page.locator(".saving summary").first.click()
    page.get_by_role("button", name="Save to a new collection").first.click()
    page.get_by_role("status").wait_for()
    page.locator(".saving summary").nth(1).click()
    offered = page.get_by_role("button", name="Save to “Saved quotes”")
    assert [button.is_visible() for button in offered.all()][:1] == [True]
    link = page.get_by_role("status").get_by_role("link")
    leads = link.get_attribute("href") or ""
    assert page.url == address
    page.reload()
    page.locator(".saving summary").first.click()
    assert leads.endswith(page.locator(".saving a").first.get_attribute("href") or "none")


def test_a_note_when_it_is_not_saved_and_the_page_is_left_then_the_browser_asks(wide: View) -> None:
    wide.open("/ask?q=How+is+trust+rebuilt+after+a+failed+batch")
    page, asked = wide.page, []
    page.locator(".saving summary").first.click()
    page.get_by_role("button", name="Save to a new collection").first.click()
    page.get_by_role("status").get_by_role("link").click()

    def stay(dialog: sync_api.Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    note = page.get_by_label("Your note on quote 1")
    note.click()
    page.keyboard.type("Not lost.")
    page.get_by_role("link", name="Themes").click()
    assert asked == ["beforeunload"]
    with page.expect_navigation():
        page.get_by_role("button", name="Save note on quote 1").click()
    with page.expect_navigation():
        page.get_by_role("link", name="Themes").click()
    assert asked == ["beforeunload"]


def test_collection_when_scripts_are_off_then_everything_is_done_with_forms(
    chromium: sync_api.Browser, served: str
) -> None:
    context = chromium.new_context(java_script_enabled=False)
    context.set_default_timeout(10_000)
    page = context.new_page()
    page.goto(f"{served}/ask?q=How+is+trust+rebuilt+after+a+failed+batch")
    words = page.locator("blockquote").first.text_content()
    page.locator(".saving summary").first.click()
    page.get_by_role("button", name="Save to a new collection").first.click()
    assert page.locator("blockquote").all_text_contents() == [words]
    page.get_by_label("Your note on quote 1").fill("Ours too.")
    page.get_by_role("button", name="Save note on quote 1").click()
    page.get_by_label("Name").fill("Without scripts")
    page.get_by_role("button", name="Rename").click()
    reading = page.get_by_label("The link to share").input_value()
    with page.expect_download() as download:
        page.get_by_role("link", name="PDF").click()
    assert download.value.suggested_filename == "without-scripts.pdf"
    other = chromium.new_context(java_script_enabled=False)
    reader = other.new_page()
    reader.goto(reading)
    assert reader.locator("h1").text_content() == "Without scripts"
    assert reader.locator("blockquote").all_text_contents() == [words]
    assert reader.locator(".words-noted").all_text_contents() == ["Ours too."]
    assert reader.locator("textarea").count() == 0
    other.close()
    page.get_by_role("button", name="Remove quote 1").click()
    assert page.locator("blockquote").count() == 0
    context.close()


def test_collection_when_looked_at_then_nothing_runs_off_the_side_and_text_keeps_its_contrast(view: View) -> None:
    page = view.page
    view.open("/ask?q=How+is+trust+rebuilt+after+a+failed+batch")
    page.locator(".saving summary").first.click()
    page.get_by_label("Name of a new collection").first.fill("A name that is long, as " * 4)
    page.get_by_role("button", name="Save to a new collection").first.click()
    page.get_by_role("status").get_by_role("link").click()
    page.locator(".arrange").wait_for()
    edited = page.url.partition("#")[0]
    for address in (edited, page.get_by_label("The link to share").input_value(), f"{view.root}/collections"):
        page.goto(address)
        assert page.locator("main").count() == page.locator("h1").count() == 1
        for width in (page.viewport_size or {})["width"], 320:
            page.set_viewport_size({"width": width, "height": 844})
            across = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
            assert across[0] <= across[1], (address, width)
        levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map(h => +h.tagName[1])")
        assert all(after <= before + 1 for before, after in pairwise(levels)), levels
        shown = "input:not([type=hidden]):not([type=checkbox]), textarea, button, label, .quiet, .facts, .overline"
        for part in page.locator("main").locator(shown).all():
            if part.is_visible():
                assert part.evaluate(CONTRAST) >= 4.5, part.evaluate("e => e.outerHTML")
        unnamed = page.evaluate(
            "[...document.querySelectorAll('input:not([type=hidden]), textarea')].filter(i => !i.labels.length).length"
        )
        assert unnamed == 0
        small = page.evaluate(
            "[...document.querySelectorAll('main button')].map(b => b.getBoundingClientRect())"
            ".filter(b => b.width && (b.width < 24 || b.height < 24)).length"
        )
        assert small == 0
    assert view.watch.complaints == []
