"""The written summary in a real Chromium, from a server on loopback that is honest or not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import pytest
from playwright import sync_api

from kb.assembly import KnowledgeBase
from tests.misbehaving import Script, raw, serving
from tests.tiny import TinyEmbedder, TinyJudge
from tests.web import samples
from tests.web.conftest import site_settings
from tests.web.loopback import on_loopback
from tests.web.test_summarising import TRUST, both
from tests.web.ways import Way, sitting
from web import close_app, create_app

pytestmark = pytest.mark.browser
TRUE = "The CDMO rang the sponsor within two hours of the failed batch."
ASK = "/ask?q=" + quote_plus(TRUST)


@contextmanager
def summarised(folder: Path, script: Script) -> Iterator[str]:
    """The address of a site whose summaries come from this script."""
    with serving(script) as endpoint:
        settings = site_settings(folder / "library", summary_url=endpoint.url, summary_timeout_s=5.0)
        with KnowledgeBase(settings, TinyEmbedder(), TinyJudge()) as base:
            samples.publish(base, samples.interview(), samples.article())
            app = create_app(settings, base)
            with on_loopback(app, settings) as root:
                yield root
            close_app(app)


@contextmanager
def page_of(chromium: sync_api.Browser, **options: Any) -> Iterator[sync_api.Page]:
    context = chromium.new_context(reduced_motion="reduce", **options)
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


def test_summary_when_it_streams_then_only_checked_sentences_appear_and_cite_their_quotes(
    chromium: sync_api.Browser, tmp_path: Path
) -> None:
    with summarised(tmp_path, both(1)) as root:
        for width, scheme in ((1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")):
            with page_of(chromium, viewport={"width": width, "height": 844}, color_scheme=scheme) as page:
                page.goto(root + ASK)
                sync_api.expect(page.locator(".summary-note")).to_contain_text("Written by a model")
                assert page.locator(".summary-text").inner_text().strip() == f"{TRUE} [1]"
                assert page.evaluate("document.documentElement.scrollWidth") <= width
                page.locator(".summary-cite").click()
                assert page.url.endswith("#quote-1")
                assert page.locator("#quote-1:target").count() == 1


def test_summary_when_the_endpoint_fails_then_a_notice_stands_above_the_quotes(
    chromium: sync_api.Browser, tmp_path: Path
) -> None:
    with (
        summarised(tmp_path, raw(b"HTTP/1.1 500 Broken\r\nContent-Length: 0\r\n\r\n")) as root,
        page_of(chromium) as page,
    ):
        page.goto(root + ASK)
        sync_api.expect(page.locator(".summary-note")).to_contain_text("No summary")
        assert page.locator(".summary-text").count() == 0
        assert page.locator("#quote-1").is_visible()


def test_summary_when_wanted_then_it_is_read_and_leads_to_the_quote_that_it_cites(
    way: Way, chromium: sync_api.Browser, tmp_path: Path
) -> None:
    with summarised(tmp_path, both(1)) as root, sitting(way, chromium, root) as reader:
        reader.open(ASK)
        written = reader.page.locator(".summary-text")
        if not reader.scripts:
            # With scripts it writes itself; without, a link asks for it.
            assert written.count() == 0
            reader.follow("Write a summary")
        sync_api.expect(written).to_have_text(f"{TRUE} [1]")
        reader.follow("Quote 1")
        assert reader.page.url.endswith("#quote-1")
