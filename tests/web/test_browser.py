"""The pages in a real Chromium: two widths, two colour schemes, a keyboard, and no script of ours."""

from __future__ import annotations

import io
import re
import threading
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from typing import Any, Literal
from urllib.parse import urlsplit

import pytest
from docx import Document
from flask import Flask
from playwright import sync_api

from kb.settings import Settings
from tests.web import samples
from tests.web.conftest import Site
from tests.web.every_page import addresses
from web.server import listening

pytestmark = pytest.mark.browser
TRUST = "How is trust rebuilt after a failed batch?"
LOOKS = [(width, height, scheme) for width, height in ((1280, 900), (390, 844)) for scheme in ("light", "dark")]


@dataclass
class Watch:
    """What a page complained of, and every address that it asked for."""

    complaints: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def hosts(self) -> set[str]:
        return {urlsplit(url).netloc for url in self.asked}


@dataclass
class View:
    page: sync_api.Page
    root: str
    watch: Watch

    def open(self, address: str) -> None:
        self.page.goto(self.root + address)


@contextmanager
def on_loopback(app: Flask, settings: Settings) -> Iterator[str]:
    """A site on a free port of loopback: its root."""
    leaving = threading.Event()

    def run(server: Any) -> None:
        try:
            server.run()
        except (OSError, ValueError):
            # Its sockets are closed under it by the thread that leaves.
            if not leaving.is_set():
                raise

    with listening(app, settings.with_values(host="127.0.0.1", port=0)) as server:
        thread = threading.Thread(target=run, args=(server,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.effective_port}"
        leaving.set()
    thread.join(10)
    server.task_dispatcher.shutdown()


@pytest.fixture(scope="session")
def served(site: Site) -> Iterator[str]:
    with on_loopback(site.app, site.base.settings) as root:
        yield root


def opened(
    chromium: sync_api.Browser, served: str, width: int, height: int, scheme: Literal["light", "dark"]
) -> Iterator[View]:
    context = chromium.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce"
    )
    context.set_default_timeout(10_000)
    page, watch = context.new_page(), Watch()
    page.on("console", lambda message: watch.complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: watch.complaints.append(str(error)))
    page.on("request", lambda request: watch.asked.append(request.url))
    yield View(page, served, watch)
    context.close()


@pytest.fixture(params=LOOKS, ids=lambda look: f"{look[0]}-{look[2]}")
def view(request: pytest.FixtureRequest, chromium: sync_api.Browser, served: str) -> Iterator[View]:
    yield from opened(chromium, served, *request.param)


@pytest.fixture
def wide(chromium: sync_api.Browser, served: str) -> Iterator[View]:
    yield from opened(chromium, served, 1280, 900, "light")


def in_viewport(page: sync_api.Page, selector: str) -> bool:
    box = page.locator(selector).first.bounding_box()
    size = page.viewport_size
    return bool(box and size and box["y"] >= 0 and box["y"] + min(box["height"], 40) <= size["height"])


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


def test_long_documents_when_cited_near_the_end_then_the_words_are_scrolled_to(view: View, site: Site) -> None:
    view.page.set_viewport_size({"width": 390, "height": 360})
    revision = site.base.library.current(site.ids["episode-12"])
    at = revision.text.index("how quickly the silence ends")
    view.open(f"/documents/{revision.document_id}?cite={revision.id[:16]}-{at}-{at + 10}#cited")
    assert view.page.evaluate("window.scrollY") > 300
    assert in_viewport(view.page, "#cited")


def tabbed_to(page: sync_api.Page, words: str) -> None:
    """Tab on until the control of that name has the focus, which must show."""
    for _ in range(120):
        page.keyboard.press("Tab")
        named = page.evaluate(
            "(e => (e.labels && e.labels.length ? e.labels[0].textContent : e.textContent).trim())"
            "(document.activeElement)"
        )
        if " ".join(named.split()).startswith(words):
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none", words
            return
    raise AssertionError(f"{words!r} is not reached with the keyboard")


def test_collection_when_only_the_keyboard_is_used_then_a_quote_is_saved_noted_moved_and_taken_along(
    view: View, site: Site
) -> None:
    page = view.page

    def pressed(words: str, key: str = "Enter") -> None:
        tabbed_to(page, words)
        with page.expect_navigation():
            page.keyboard.press(key)

    view.open("/ask?q=How+is+trust+rebuilt+after+a+failed+batch")
    first, second = [quote.text_content() for quote in page.locator("blockquote").all()[:2]]
    tabbed_to(page, "Save quote 1")
    page.keyboard.press("Enter")
    tabbed_to(page, "Name of a new collection")
    page.keyboard.type("For the board")
    page.keyboard.press("Enter")
    page.get_by_role("status").wait_for()
    assert page.get_by_role("status").text_content() == "Saved in For the board."
    tabbed_to(page, "Save quote 2")
    page.keyboard.press("Enter")
    tabbed_to(page, "Save to “For the board”")
    page.keyboard.press("Enter")
    page.get_by_role("status").nth(1).wait_for()
    pressed("For the board")
    assert page.locator("h1").text_content() == "For the board"
    assert page.locator("blockquote").all_text_contents() == [first, second]
    page.reload()
    tabbed_to(page, "Your note on quote 1")
    page.keyboard.type("Read this first.")
    pressed("Save note on quote 1")
    page.goto(page.url.partition("#")[0])
    pressed("Move down quote 1")
    assert page.locator("blockquote").all_text_contents() == [second, first]
    assert page.get_by_label("Your note on quote 2").input_value() == "Read this first."
    page.goto(page.url.partition("#")[0])
    tabbed_to(page, "Word (DOCX)")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    taken = [paragraph.text for paragraph in Document(str(download.value.path())).paragraphs]
    assert [text for text in taken if text in (first, second)] == [second, first]
    assert "Note: Read this first." in taken
    pressed("Remove quote 2")
    assert page.locator("blockquote").all_text_contents() == [second]
    tabbed_to(page, "Delete the collection")
    page.keyboard.press("Enter")
    tabbed_to(page, "I am sure")
    page.keyboard.press("Space")
    pressed("Delete it for good")
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


class Recording(BaseHTTPRequestHandler):
    """Answers ranges, as a host of recordings does."""

    body = b""
    asked: list[str] = []  # noqa: RUF012  # one recording, one test

    def do_GET(self) -> None:
        self.asked.append(self.path)
        given = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", "bytes=0-"))
        first = int(given.group(1)) if given else 0
        part = self.body[first:]
        self.send_response(206)
        self.send_header("Content-Type", "audio/wav")
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Range", f"bytes {first}-{len(self.body) - 1}/{len(self.body)}")
        self.send_header("Content-Length", str(len(part)))
        self.end_headers()
        try:
            self.wfile.write(part)
        except OSError:
            return

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def recording() -> Iterator[str]:
    """Twenty seconds of silence, served on loopback."""
    made = io.BytesIO()
    with wave.open(made, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(1)
        out.setframerate(8000)
        out.writeframes(b"\x80" * 160_000)
    Recording.body = made.getvalue()
    Recording.asked.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Recording)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/episode.wav"
    server.shutdown()
    thread.join()
    server.server_close()


def test_player_when_a_time_is_clicked_then_it_plays_from_there_and_marks_the_turn(
    chromium: sync_api.Browser, own_site: Site, recording: str
) -> None:
    draft = samples.interview()
    samples.publish(own_site.base, replace(draft, metadata=replace(draft.metadata, audio=recording)))
    with on_loopback(own_site.app, own_site.base.settings) as root:
        context = chromium.new_context(reduced_motion="reduce")
        page = context.new_page()
        page.goto(f"{root}/documents/{own_site.ids['episode-12']}")
        page.wait_for_load_state("networkidle")
        assert Recording.asked == []
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
        assert Recording.asked
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


# WCAG 2.2, relative luminance and contrast; a background that is not opaque is looked for further up.
CONTRAST = """element => {
  const numbers = colour => {
    const canvas = new OffscreenCanvas(1, 1).getContext('2d');
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  let ground = element;
  while (ground && numbers(getComputedStyle(ground).backgroundColor)[3] < 255) ground = ground.parentElement;
  const a = light(numbers(getComputedStyle(element).color));
  const b = light(numbers(getComputedStyle(ground || document.body).backgroundColor));
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}"""
