"""Screenshots of every page of a running Counterpart, both widths and both schemes, as small pictures.

PYTHONPATH=. python .ci/screenshots.py [ADDRESS] [FOLDER]
"""

from __future__ import annotations

import json
import re
import shutil
import sys
import urllib.parse
import urllib.request
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.chromium import SWITCHES

ANSWER = "/ask?q=" + urllib.parse.quote_plus("How is trust rebuilt after a failed batch?")
NOT_FOUND = "/ask?q=" + urllib.parse.quote_plus("What is the capital of Australia?")
# What README shows is PNG; the rest is JPEG, to keep the folder small.
SHOWN = {"answer-1280-light": "answer", "home-1280-light": "home", "document-390-dark": "document-phone-dark"}
LONG = {"answer": 1800}
QUALITY = 25


def read(address: str) -> str:
    with urllib.request.urlopen(address) as reply:  # noqa: S310  # an address of our own
        return str(reply.read().decode())


def first_link(address: str, page: str, pattern: str) -> str:
    """The first link of a page that the pattern fits, or the page itself."""
    found = re.search(rf'href="({pattern})"', read(address + page))
    return found.group(1) if found else page


def pages(address: str) -> dict[str, str]:
    """Name of the picture -> path. The rest of the library is found from its lists."""
    cited = str(json.loads(read(f"{address}/api/v1{ANSWER}"))["quotes"][0]["url"]).removeprefix(address)
    document = cited.partition("?")[0]
    article = first_link(address, "/shows", '/shows/[^"?]+')
    found = {
        "home": "/",
        "answer": ANSWER,
        "answer-by-side": f"{ANSWER}&group=side",
        "not-found": NOT_FOUND,
        "library": "/documents",
        "document": cited,
        "find": f"{document}?find=trust",
        "article": first_link(address, article, "/documents/[0-9a-f]+"),
        "themes": "/themes",
        "theme": "/themes/trust",
        "related": first_link(address, document, '/passages/[^"]+/related'),
        "collections": "/collections",
        "api": "/api/v1/docs",
        "error": "/themes/nothing",
        "episodes": "/episodes",
        "questions": "/questions",
    }
    for kind in ("speakers", "organisations", "shows"):
        found |= {kind: f"/{kind}", kind[:-1]: first_link(address, f"/{kind}", f'/{kind}/[^"?]+')}
    return found


def collection(page: Page, address: str) -> dict[str, str]:
    """Save a quote: the collection's page as it is edited and as it is read."""
    page.goto(address + ANSWER)
    page.locator(".saving summary").first.click()
    page.get_by_label("Name of a new collection").first.fill("For the board")
    page.get_by_role("button", name="Save to a new collection").first.click()
    page.get_by_role("status").get_by_role("link").click()
    edited = page.url.partition("#")[0]
    reading = page.get_by_label("The link to share").input_value()
    return {"collection": edited.removeprefix(address), "collection-read": reading.removeprefix(address)}


def take(page: Page, folder: Path, name: str, look: str) -> None:
    taken = f"{name}-{look}"
    width = (page.viewport_size or {})["width"]
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": width, "height": min(max(height, 900), LONG.get(name, 900))})
    if taken in SHOWN:
        page.screenshot(path=folder / f"{SHOWN[taken]}.png")
    else:
        page.screenshot(path=folder / f"{taken}.jpg", type="jpeg", quality=QUALITY)
    page.set_viewport_size({"width": width, "height": 900})


def take_all(browser: Browser, address: str, folder: Path) -> None:
    found = pages(address)
    for scheme in ("light", "dark"):
        for width in (1280, 390):
            view = browser.new_context(
                color_scheme=scheme, viewport={"width": width, "height": 900}, reduced_motion="reduce"
            )
            page = view.new_page()
            for name, path in found.items():
                page.goto(address + path)
                take(page, folder, name, f"{width}-{scheme}")
            for name, path in collection(page, address).items():
                page.goto(address + path)
                take(page, folder, name, f"{width}-{scheme}")
            page.goto(address + NOT_FOUND)
            page.get_by_role("button", name="Give it to the editors").click()
            page.locator("#taken-down").wait_for()
            take(page, folder, "unanswered", f"{width}-{scheme}")
            view.close()


def main() -> None:
    address = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000"
    folder = Path(sys.argv[2] if len(sys.argv) > 2 else "docs/screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=SWITCHES)
        take_all(browser, address, folder)
        browser.close()


if __name__ == "__main__":
    main()
