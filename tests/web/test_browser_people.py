"""Themes, speakers, organisations, shows and episodes in a real Chromium: from the list to words in their place."""

from __future__ import annotations

import pytest

from tests.web.browsers import cited_words, in_its_place
from tests.web.conftest import Site
from tests.web.every_page import QUESTION
from tests.web.ways import Reader

pytestmark = pytest.mark.browser
FIRST = "What should we do in the first 48 hours after a CDMO reports a failed batch?"
OPEN = "When is it better to leave a CDMO than to repair the relationship?"


def test_theme_when_its_page_is_gone_through_then_all_of_it_is_told_and_each_link_leads_on(
    reader: Reader, site: Site
) -> None:
    page, library = reader.page, site.base.library
    reader.open("/")
    reader.follow("Themes")
    reader.follow("Trust")
    theme = page.url.removeprefix(reader.view.root)
    quoted = page.locator("blockquote").evaluate_all("all => all.map(one => [one.cite, one.textContent])")
    assert quoted
    assert [words for _, words in quoted] == [cited_words(library, url) for url, _ in quoted]
    assert page.get_by_role("img", name="Passages on this theme by year, 2025 to 2026").count() == 1
    drawn = [tuple(title.split(": ")) for title in page.locator(".bar title").all_text_contents()]
    reader.unfold("The numbers")
    rows = page.locator(".numbers tbody tr")
    told = [(row.locator("th").text_content(), row.locator("td").text_content()) for row in rows.all()]
    assert rows.first.is_visible()
    assert [row for row in told if row[0] != "No date"] == drawn
    reader.follow("Read in context")
    assert in_its_place(page, library)
    for link, leads_to in (("Sponsor", {"Trust: building, breaking, repairing", "Sponsor"}), (FIRST, set())):
        reader.open(theme)
        reader.follow(link)
        assert page.locator("h1").text_content() == FIRST
        chips = {
            text.replace(" ×", "").replace(" (remove)", "") for text in page.locator(".chips a").all_text_contents()
        }
        assert all(any(chip.endswith(name) for chip in chips) for name in leads_to)
    reader.open(theme)
    assert OPEN in page.locator("[aria-labelledby=open-title]").inner_text()
    reader.follow(OPEN)
    assert page.locator("h1").text_content() == OPEN
    assert page.locator("#not-found").count() == 1


@pytest.mark.parametrize(
    ("kind", "sought", "side", "name", "asks"),
    [
        ("Speakers", "roe", "CDMO", "Richard Roe", "Ask this speaker"),
        ("Organisations", "example", "CDMO", "Example Biologics", "Ask its people"),
        ("Shows", "hour", "", "Example Hour", "Ask this show"),
    ],
)
def test_entry_when_sought_in_its_list_then_its_page_leads_to_words_in_their_place_and_to_an_answer(
    reader: Reader, site: Site, kind: str, sought: str, side: str, name: str, asks: str
) -> None:
    page = reader.page
    reader.open("/")
    reader.follow("Library")
    reader.follow(kind)
    reader.write("Name", sought)
    if side:
        reader.choose("Side", side)
    reader.press("Show")
    assert page.locator(".rows h2").all_text_contents() == [name]
    reader.follow(name)
    assert page.locator("h1").text_content() == name
    entry = page.url.removeprefix(reader.view.root)
    reader.follow("Read in context")
    assert in_its_place(page, site.base.library)
    reader.open(entry)
    reader.write(asks, QUESTION)
    reader.press("Ask")
    assert page.locator(".chips a").count() == 1
    assert name in (page.locator(".chips a").text_content() or "")
    assert page.locator("#quote-1").count() == 1


def test_episode_when_sought_in_the_list_then_it_opens_and_leads_back_to_its_show(reader: Reader) -> None:
    page = reader.page
    reader.open("/documents")
    reader.follow("Episodes")
    reader.write("Title or show", "delayed")
    reader.press("Show")
    assert page.locator(".rows h3").all_text_contents() == ["Two sides of a delayed batch"]
    listed = page.url
    reader.follow("Two sides of a delayed batch")
    assert page.locator("h1").text_content() == "Two sides of a delayed batch"
    page.goto(listed)
    reader.follow("Example Hour")
    assert page.locator("h1").text_content() == "Example Hour"
