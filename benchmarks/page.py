"""What an answer's page costs its reader's browser: weight on the wire, first contentful paint, layout shift.

    python -m benchmarks.page [DATA_FOLDER]

The data folder holds a library that `kb ingest` filled; it is asked every question of the themes, each in a fresh
Chromium context (no cache, no cookie) against a server on loopback, in both widths. First contentful paint counts from
the start of the navigation, so the answer itself is in it; the server's part is told apart.
"""

from __future__ import annotations

import argparse
import shutil
import threading
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, sync_playwright

from benchmarks.common import ROOT, bench_settings, report, spread
from kb.assembly import KnowledgeBase
from tests.chromium import SWITCHES
from web import close_app, create_app
from web.links import Links
from web.server import listening

MEASURED = """() => new Promise(done => {
  let shift = 0;
  new PerformanceObserver(seen => {
    for (const one of seen.getEntries()) if (!one.hadRecentInput) shift += one.value;
  }).observe({ type: 'layout-shift', buffered: true });
  setTimeout(() => done({
    shift,
    paint: performance.getEntriesByName('first-contentful-paint')[0].startTime,
    server: performance.getEntriesByType('navigation')[0].responseStart,
  }), 300);
})"""


def visit(browser: Browser, root: str, path: str, width: int) -> dict[str, Any]:
    """One first visit: kb on the wire, first contentful paint and first byte in ms, shift, hosts asked."""
    context = browser.new_context(viewport={"width": width, "height": 844})
    page = context.new_page()
    weights: list[float] = []
    hosts: set[str] = set()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.on("Network.loadingFinished", lambda told: weights.append(told["encodedDataLength"]))
    page.goto(root + path, wait_until="load")
    told = page.evaluate(MEASURED)
    context.close()
    return {**told, "kb": sum(weights) / 1000, "elsewhere": len(hosts - {urlsplit(root).netloc})}


def visits(browser: Browser, root: str, paths: list[str]) -> list[dict[str, Any]]:
    for path in paths:  # a server that has been asked before, and a reader who has not
        visit(browser, root, path, 1280)
    return [visit(browser, root, path, width) for width in (1280, 390) for path in paths]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, nargs="?", default=ROOT / "var")
    arguments = parser.parse_args()
    settings = bench_settings(arguments.data, host="127.0.0.1", port=0, rate_limit="")
    with KnowledgeBase(settings) as base, sync_playwright() as playwright:
        base.warm()
        app = create_app(settings, base)
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=SWITCHES)
        with listening(app, settings) as server:
            threading.Thread(target=server.run, daemon=True).start()
            asked = [question for theme in base.themes.values() for question in theme.questions]
            paths = [Links().ask(question) for question in asked]
            found = visits(browser, f"http://127.0.0.1:{server.effective_port}", paths)
            browser.close()
            close_app(app)
            report("page", told(found, len(paths)))


def told(found: list[dict[str, Any]], questions: int) -> dict[str, Any]:
    return {
        "questions": questions,
        "visits": len(found),
        "weight_kb": spread([one["kb"] for one in found]),
        "first_contentful_paint_ms": spread([one["paint"] for one in found]),
        "paint_over_first_byte": spread([one["paint"] / one["server"] for one in found]),
        "first_byte_ms": spread([one["server"] for one in found]),
        "layout_shift_most": max(one["shift"] for one in found),
        "requests_elsewhere": sum(one["elsewhere"] for one in found),
    }


if __name__ == "__main__":
    main()
