"""Questions that hosts asked, in a real Chromium: every one a way to what the guest answered."""

from __future__ import annotations

import pytest
from playwright import sync_api

from tests.web.browsers import View, cited_words, in_its_place, opened
from tests.web.conftest import Site
from tests.web.every_page import ANSWER
from tests.web.ways import Reader

pytestmark = pytest.mark.browser
QUESTION = "And how do you rebuild trust after a failed batch?"
ANSWERED = "Trust is rebuilt when the bad news arrives early"


def answered(reader: Reader, site: Site) -> bool:
    """Whether the reader is at the guest's answer, which is the library's words."""
    begins = cited_words(site.base.library, reader.page.url).startswith(ANSWERED)
    return begins and in_its_place(reader.page, site.base.library)


def test_host_question_when_followed_under_an_answer_then_the_guests_answer_is_marked(
    reader: Reader, site: Site
) -> None:
    reader.open(ANSWER)
    reader.follow(QUESTION)
    assert answered(reader, site)


def test_host_questions_when_listed_by_theme_and_show_then_one_leads_to_its_answer(reader: Reader, site: Site) -> None:
    reader.open("/")
    reader.follow("All questions that hosts asked")
    page = reader.page
    assert page.locator(".host-asked").count() == 2
    reader.choose("Theme", "Trust: building, breaking, repairing")
    reader.choose("Show", "Example Hour")
    reader.press("Show")
    assert page.url.endswith("?theme=trust&show=Example+Hour")
    assert page.locator(".host-asked").all_text_contents() == [QUESTION]
    reader.follow(QUESTION)
    assert answered(reader, site)


def test_example_when_followed_from_the_front_page_then_it_is_asked(reader: Reader) -> None:
    reader.open("/")
    reader.follow(QUESTION)
    assert reader.page.locator("h1").text_content() == QUESTION
    assert reader.page.locator("#quote-1").count() == 1


def test_the_ask_box_when_typed_in_then_is_a_combobox_that_the_keyboard_drives(wide: View) -> None:
    page = wide.page
    wide.open("/")
    box = page.get_by_role("combobox", name="Your question")
    box.press_sequentially("rebuild tru")
    option = page.get_by_role("option").first
    sync_api.expect(option).to_contain_text(QUESTION)
    sync_api.expect(box).to_have_attribute("aria-expanded", "true")
    box.press("ArrowDown")
    sync_api.expect(box).to_have_value(QUESTION)
    sync_api.expect(option).to_have_attribute("aria-selected", "true")
    box.press("Escape")
    sync_api.expect(box).to_have_value("rebuild tru")
    sync_api.expect(box).to_have_attribute("aria-expanded", "false")
    box.press("ArrowDown")
    sync_api.expect(option).to_be_visible()
    # An arrow may be quicker than the list for the last letter: no letter is lost by it.
    box.press("s")
    box.press("ArrowDown")
    box.press("Escape")
    sync_api.expect(box).to_have_value("rebuild trus")
    box.press("Backspace")
    box.press("ArrowDown")
    sync_api.expect(option).to_be_visible()
    box.press("ArrowDown")
    box.press("Enter")
    page.wait_for_url("**/ask?q=*")
    sync_api.expect(page.get_by_role("heading", level=1)).to_contain_text("rebuild trust")


def test_the_ask_box_when_scripts_are_off_then_it_is_a_plain_field_that_asks(
    chromium: sync_api.Browser, served: str
) -> None:
    with opened(chromium, served, scripts=False) as view:
        view.open("/")
        assert view.page.get_by_role("combobox").count() == 0
        box = view.page.get_by_role("searchbox", name="Your question")
        box.press_sequentially("rebuild trust after a failed batch")
        assert not any("/suggest" in url for url in view.watch.asked)
        box.press("Enter")
        view.page.wait_for_url("**/ask?q=*")
        assert view.page.locator("#quote-1").count() == 1
