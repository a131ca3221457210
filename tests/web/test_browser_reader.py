"""Reading a document in a real Chromium."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from playwright import sync_api

from kb.records import citation_id
from tests.web import samples
from tests.web.browsers import View, in_its_place, in_viewport, opened
from tests.web.conftest import Site
from tests.web.every_page import ANSWER
from tests.web.loopback import on_loopback
from tests.web.recordings import Recording, recorded
from tests.web.ways import Keyboard, Reader, Way, WithoutScripts, sitting

pytestmark = pytest.mark.browser


def test_long_documents_when_cited_near_the_end_then_the_words_are_scrolled_to(view: View, site: Site) -> None:
    view.page.set_viewport_size({"width": 390, "height": 360})
    revision = site.base.library.current(site.ids["episode-12"])
    at = revision.text.index("how quickly the silence ends")
    view.open(f"/documents/{revision.document_id}?cite={revision.id[:16]}-{at}-{at + 10}#cited")
    assert view.page.evaluate("window.scrollY") > 300
    assert in_viewport(view.page, "#cited")


@contextmanager
def with_recording(site: Site) -> Iterator[tuple[str, Recording]]:
    """The site's address, and the recording of its interview."""
    draft = samples.interview()
    with recorded() as recording, on_loopback(site.app, site.base.settings) as root:
        samples.publish(site.base, replace(draft, metadata=replace(draft.metadata, audio=recording.url)))
        yield root, recording


def test_player_when_a_time_is_clicked_then_it_plays_from_there_and_marks_the_turn(
    chromium: sync_api.Browser, own_site: Site
) -> None:
    with with_recording(own_site) as (root, recording), opened(chromium, root) as view:
        page = view.page
        view.open(f"/documents/{own_site.ids['episode-12']}")
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
    with opened(chromium, served, (width, 800, "light"), scripts=False) as view:
        page = view.page
        view.open(f"/documents/{site.ids['episode-12']}?find=failed+batch")
        page.locator("#following").click()
        assert page.locator("#at-hit").text_content() == "2"
        page.locator(".related summary").first.click()
        page.locator(".related a").first.click()
        assert page.locator("h1").text_content() == "Related passages of other documents"


def test_outline_when_an_entry_is_followed_then_its_turn_is_shown(reader: Reader, site: Site) -> None:
    reader.open(f"/documents/{site.ids['episode-12']}")
    reader.follow("12:31 Repairing trust")
    assert in_viewport(reader.page, "#s3")
    reader.follow("0:03 How did the two of you begin?")
    assert in_viewport(reader.page, "#s0")


def test_words_when_sought_in_the_page_then_they_are_stepped_through_and_let_go(reader: Reader, site: Site) -> None:
    reader.open(f"/documents/{site.ids['episode-12']}")
    page, number = reader.page, reader.page.locator("#at-hit")
    reader.write("Find in this document", "failed batch")
    reader.press("Find")
    sync_api.expect(number).to_have_text("1")
    for step, at in (("Next", "2"), ("Next", "3"), ("Previous", "2")):
        reader.use(step)
        sync_api.expect(number).to_have_text(at)
        assert in_viewport(page, "mark.here")
    reader.follow("Clear")
    assert page.locator("mark").count() == 0


def test_theme_marks_when_followed_then_they_lead_through_the_document_and_to_the_theme(
    reader: Reader, site: Site
) -> None:
    reader.open(f"/documents/{site.ids['episode-12']}")
    reader.follow("First passage on Trust")
    assert in_viewport(reader.page, "#trust-1")
    reader.follow("Next passage on Trust")
    assert in_viewport(reader.page, "#trust-2")
    reader.follow("Theme: Trust")
    assert (reader.page.locator("h1").text_content() or "").startswith("Trust")


def test_related_passages_when_opened_then_one_is_read_in_its_own_document(reader: Reader, site: Site) -> None:
    document_id = site.ids["episode-12"]
    reader.open(f"/documents/{document_id}")
    reader.unfold("Related elsewhere")
    if reader.scripts:
        # Beside the passage, in place.
        other = reader.page.locator(".related-list a").first
        reader.follow(other.text_content() or "")
    else:
        reader.follow("Related passages of other documents")
        reader.follow("Read in context")
    assert document_id not in reader.page.url
    assert in_its_place(reader.page, site.base.library)


def test_document_when_taken_along_then_every_form_holds_all_of_its_words(reader: Reader, site: Site) -> None:
    revision = site.base.library.current(site.ids["episode-12"])
    reader.open(f"/documents/{revision.document_id}")
    taken = {form: reader.download(form) for form in ("Text", "WebVTT", "JSON")}
    files = {form: Path(download.path()).read_text(encoding="utf-8") for form, download in taken.items()}
    assert {form: download.suggested_filename.rpartition(".")[2] for form, download in taken.items()} == {
        "Text": "txt",
        "WebVTT": "vtt",
        "JSON": "json",
    }
    assert "".join(segment["text"] for segment in json.loads(files["JSON"])["segments"]) == revision.text
    assert files["WebVTT"].startswith("WEBVTT")
    for segment in revision.segments:
        for form in ("Text", "WebVTT"):
            assert revision.text[segment.start : segment.end].split()[-1] in files[form]


def test_old_link_when_the_text_was_edited_since_then_the_present_place_is_reached(
    way: Way, chromium: sync_api.Browser, unlimited: Site
) -> None:
    library = unlimited.base.library
    old = library.current(unlimited.ids["article-1"])
    at = old.text.index("Joint teams stop writing")
    samples.publish(unlimited.base, samples.article(edited=True))
    with on_loopback(unlimited.app, unlimited.base.settings) as root, sitting(way, chromium, root) as reader:
        reader.open(f"/documents/{old.document_id}?cite={citation_id(old.id, at, at + 24)}#cited")
        reader.follow("These words in the present text")
        assert reader.page.locator("#outdated").count() == 0
        assert in_its_place(reader.page, library)
        reader.follow("Go to the marked words")
        assert in_viewport(reader.page, "#cited")


def test_player_when_only_the_keyboard_is_used_then_it_plays_stops_and_plays_from_a_turn(
    chromium: sync_api.Browser, own_site: Site
) -> None:
    with with_recording(own_site) as (root, recording), opened(chromium, root) as view:
        view.open(f"/documents/{own_site.ids['episode-12']}")
        keys, audio = Keyboard(view), view.page.locator("#player")
        keys.reach("The recording")
        assert recording.asked == []
        view.page.keyboard.press("Space")
        sync_api.expect(audio).to_have_js_property("paused", False)
        view.page.keyboard.press("Space")
        sync_api.expect(audio).to_have_js_property("paused", True)
        keys.reach("0:09")
        view.page.keyboard.press("Enter")
        view.page.wait_for_selector("#s1[aria-current=true]")
        sync_api.expect(audio).to_have_js_property("paused", False)
        assert audio.evaluate("player => player.currentTime") >= 9.5
        assert view.watch.complaints == []


def test_player_when_scripts_are_off_then_the_recording_is_opened_at_the_quotes_second(
    chromium: sync_api.Browser, own_site: Site
) -> None:
    with with_recording(own_site) as (root, recording), opened(chromium, root, scripts=False) as view:
        reader = WithoutScripts(view)
        view.open(ANSWER)
        reader.follow("Play from 12:31")
        assert in_its_place(view.page, own_site.base.library)
        assert recording.asked == []
        reader.follow("The recording from 12:31")
        assert view.page.url == f"{recording.url}#t=751"
        assert recording.asked
