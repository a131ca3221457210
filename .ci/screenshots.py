"""Screenshots of a running Counterpart, both widths and both schemes: python .ci/screenshots.py [ADDRESS] [FOLDER]."""

from __future__ import annotations

import json
import shutil
import sys
import urllib.parse
import urllib.request
from pathlib import Path

from playwright.sync_api import sync_playwright

ANSWER = "/ask?q=" + urllib.parse.quote_plus("How is trust rebuilt after a failed batch?")
PAGES = {
    "home": "/",
    "answer": ANSWER,
    "not-found": "/ask?q=" + urllib.parse.quote_plus("What is the capital of Australia?"),
    "library": "/documents",
    "theme": "/themes/trust",
}
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def cited_page(address: str) -> str:
    """The document page that the first quote of the answer leads to."""
    with urllib.request.urlopen(f"{address}/api/v1{ANSWER}") as reply:  # noqa: S310  # an address of our own
        url = json.load(reply)["quotes"][0]["url"]
    return str(url).removeprefix(address)


def main() -> None:
    address = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000"
    folder = Path(sys.argv[2] if len(sys.argv) > 2 else "docs/screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    pages = PAGES | {"document": cited_page(address)}
    names = {"answer-1280-light": "answer", "home-1280-light": "home", "document-390-dark": "document-phone-dark"}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=SWITCHES)
        for scheme in ("light", "dark"):
            for width in (1280, 390):
                view = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900})
                page = view.new_page()
                for name, path in pages.items():
                    page.goto(address + path)
                    taken = f"{name}-{width}-{scheme}"
                    page.screenshot(path=folder / f"{names.get(taken, taken)}.png", full_page=name == "answer")
                view.close()
        browser.close()


if __name__ == "__main__":
    main()
