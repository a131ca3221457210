"""Every page in a real Chromium: both widths, both schemes, what a screen reader is told, and no words that run."""

from __future__ import annotations

import json
from itertools import pairwise
from urllib.parse import urlsplit

import pytest
from playwright import sync_api

from tests.web.browsers import CONTRAST, View
from tests.web.conftest import Site
from tests.web.every_page import addresses
from tests.web.ways import Reader

pytestmark = pytest.mark.browser


def test_front_page_when_the_motif_is_shown_then_the_heading_stays_beside_it(wide: View) -> None:
    wide.open("/")
    for width in (1088, 1280, 1920):
        wide.page.set_viewport_size({"width": width, "height": 900})
        heading = wide.page.locator(".hero h1").bounding_box()
        motif = wide.page.locator(".motif").bounding_box()
        assert heading is not None
        assert motif is not None
        assert heading["x"] + heading["width"] <= motif["x"], width


def test_every_page_when_opened_then_nothing_runs_off_the_side_or_comes_from_elsewhere(view: View, site: Site) -> None:
    shown = (view.page.viewport_size or {})["width"]
    for address in addresses(site):
        view.open(address)
        view.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        # A phone is also held against the smallest that the layout is made for.
        for width in (shown, 320) if shown < 400 else (shown,):
            view.page.set_viewport_size({"width": width, "height": 844})
            across = view.page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
            assert across[0] <= across[1], (address, width)
        view.page.set_viewport_size({"width": shown, "height": 844})
    # Two of the pages are errors on purpose, and the browser says so.
    assert [told for told in view.watch.complaints if "Failed to load resource" not in told] == []
    assert view.watch.hosts() == {urlsplit(view.root).netloc}


def test_colours_when_the_scheme_changes_then_text_keeps_its_contrast(view: View) -> None:
    parts = {
        "/ask?q=What+does+a+cancellation+fee+protect+the+sponsor+from": (".mark-note", ".evidence"),
        "/ask?q=How+is+trust+rebuilt+after+a+failed+batch": (".role", ".side", ".theme", ".key", ".facts", ".action"),
        "/documents": ("body", ".lead", ".overline", ".badge.composed", ".foot", "nav a"),
        "/": ("button", "summary", ".holdings"),
    }
    for address, selectors in parts.items():
        view.open(address)
        for selector in selectors:
            ratio = view.page.locator(selector).first.evaluate(CONTRAST)
            assert ratio >= 4.5, (selector, ratio)


def test_structure_when_read_by_a_screen_reader_then_landmarks_labels_and_headings_are_there(wide: View) -> None:
    for address in ("/", "/ask?q=How+is+trust+rebuilt", "/documents", "/themes/trust"):
        wide.open(address)
        page = wide.page
        assert page.locator("main").count() == page.locator("h1").count() == 1
        assert page.locator("html[lang]").count() == 1
        assert page.locator("img:not([alt])").count() == 0
        levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map(h => +h.tagName[1])")
        assert all(after <= before + 1 for before, after in pairwise(levels)), (address, levels)
        unnamed = page.evaluate(
            "[...document.querySelectorAll('input:not([type=hidden])')].filter(i => !i.labels.length).length"
        )
        assert unnamed == 0


def test_hostile_words_when_shown_then_no_dialog_opens(wide: View, site: Site) -> None:
    dialogs: list[str] = []

    def note(dialog: sync_api.Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    wide.page.on("dialog", note)
    wide.open(f"/documents/{site.ids['hostile-1']}")
    wide.open("/ask?q=%3Cscript%3Ealert(1)%3C/script%3E")
    wide.open("/ask?q=Gowning+in+a+cleanroom+takes+practice")
    assert dialogs == []
    assert wide.watch.complaints == []


def test_the_apis_page_when_gone_through_then_what_an_address_gives_and_the_description_are_reached(
    reader: Reader,
) -> None:
    page = reader.page
    reader.open("/")
    reader.follow("API")
    assert page.locator("h1").text_content() == "The API"
    reader.unfold("What it gives")
    assert page.get_by_text("list of QuoteJson").first.is_visible()
    reader.open("/api/v1/docs")
    reader.follow("described in OpenAPI")
    assert page.url == f"{reader.view.root}/api/v1/openapi.json"
    assert json.loads(page.locator("pre").first.text_content() or "")["openapi"] == "3.1.0"
