"""Reading a document in a real Chromium."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright import sync_api

from tests.web import samples
from tests.web.browsers import View, in_viewport
from tests.web.conftest import Site
from tests.web.loopback import on_loopback
from tests.web.recordings import recorded

pytestmark = pytest.mark.browser


def test_long_documents_when_cited_near_the_end_then_the_words_are_scrolled_to(view: View, site: Site) -> None:
    view.page.set_viewport_size({"width": 390, "height": 360})
    revision = site.base.library.current(site.ids["episode-12"])
    at = revision.text.index("how quickly the silence ends")
    view.open(f"/documents/{revision.document_id}?cite={revision.id[:16]}-{at}-{at + 10}#cited")
    assert view.page.evaluate("window.scrollY") > 300
    assert in_viewport(view.page, "#cited")


def test_player_when_a_time_is_clicked_then_it_plays_from_there_and_marks_the_turn(
    chromium: sync_api.Browser, own_site: Site
) -> None:
    draft = samples.interview()
    with recorded() as recording, on_loopback(own_site.app, own_site.base.settings) as root:
        samples.publish(own_site.base, replace(draft, metadata=replace(draft.metadata, audio=recording.url)))
        context = chromium.new_context(reduced_motion="reduce")
        page = context.new_page()
        page.goto(f"{root}/documents/{own_site.ids['episode-12']}")
        page.wait_for_load_state("networkidle")
        assert recording.asked == []
        page.locator("a[data-play='9.5']").click()
        page.wait_for_selector("#s1[aria-current=true]")
        # The page's policy lets nobody evaluate a text, so Chromium cannot wait for an expression here.
        second = 0.0
        for _ in range(100):
            second = page.evaluate("document.getElementById('player').currentTime")
            if second > 9.6:
                break
            page.wait_for_timeout(50)
        assert second > 9.6
        assert recording.asked
        assert page.locator(".block[aria-current]").count() == 1
        context.close()


def test_reader_when_related_is_opened_then_it_comes_in_place_and_nothing_complains(wide: View, site: Site) -> None:
    wide.open(f"/documents/{site.ids['episode-12']}")
    wide.page.locator(".related summary").first.click()
    wide.page.wait_for_selector(".related-list li")
    wide.page.keyboard.press("/")
    assert wide.page.evaluate("document.activeElement.id") == "find"
    wide.page.keyboard.type("failed batch")
    with wide.page.expect_navigation():
        wide.page.keyboard.press("Enter")
    wide.page.locator("#following").press("Enter")
    assert wide.page.locator("#at-hit").text_content() == "2"
    assert in_viewport(wide.page, "mark.here")
    assert wide.watch.complaints == []


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_reader_when_scripts_are_off_then_finding_themes_and_related_work_by_links(
    chromium: sync_api.Browser, served: str, site: Site, width: int
) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 800}, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{served}/documents/{site.ids['episode-12']}?find=failed+batch")
    page.locator("#following").click()
    assert page.locator("#at-hit").text_content() == "2"
    page.locator(".related summary").first.click()
    page.locator(".related a").first.click()
    assert page.locator("h1").text_content() == "Related passages of other documents"
    context.close()
