"""What the tests in a real Chromium share: a page that is watched, and what is asked of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from playwright import sync_api

from kb.library import Library

Look = tuple[int, int, str]
WIDE: Look = (1280, 900, "light")
LOOKS: list[Look] = [(*size, scheme) for size in ((1280, 900), (390, 844)) for scheme in ("light", "dark")]


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
def opened(browser: sync_api.Browser, root: str, look: Look = WIDE, *, scripts: bool = True) -> Iterator[View]:
    width, height, scheme = look
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        reduced_motion="reduce",
        java_script_enabled=scripts,
    )
    context.set_default_timeout(10_000)
    page, watch = context.new_page(), Watch()
    page.on("console", lambda message: watch.complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: watch.complaints.append(str(error)))
    page.on("request", lambda request: watch.asked.append(request.url))
    yield View(page, root, watch)
    context.close()


def in_viewport(page: sync_api.Page, selector: str) -> bool:
    box = page.locator(selector).first.bounding_box()
    size = page.viewport_size
    return bool(box and size and box["y"] >= 0 and box["y"] + min(box["height"], 40) <= size["height"])


def in_its_place(page: sync_api.Page, library: Library) -> bool:
    """Whether a document's page shows what its address cites, marked; white space between blocks is not shown."""
    assert in_viewport(page, "#cited")
    shown = "".join(page.locator("mark").all_text_contents())
    return "".join(shown.split()) == "".join(cited_words(library, page.url).split())


def cited_words(library: Library, url: str) -> str:
    """The library's own text of the place that a quote's address leads to."""
    citation = library.resolve_citation(parse_qs(urlsplit(url).query)["cite"][0])
    return library.revision(citation.revision_id).text[citation.start : citation.end]


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
