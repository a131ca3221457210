"""A site over the small library of samples.py, and one real browser for all the tests that need one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright import sync_api

from kb.assembly import KnowledgeBase
from kb.settings import Settings, load_settings
from kb.themes import ThemeRule
from tests.chromium import SWITCHES
from tests.tiny import TinyEmbedder, TinyJudge, vector_of
from tests.web import samples
from tests.web.browsers import LOOKS, View, opened
from tests.web.loopback import on_loopback
from tests.web.ways import WAYS, Reader, Way, sitting
from web import close_app, create_app


@dataclass(frozen=True)
class Site:
    """A site with its knowledge base. ids: source key -> document id."""

    app: Flask
    base: KnowledgeBase
    ids: dict[str, str]

    def client(self) -> FlaskClient:
        return self.app.test_client()


def site_settings(folder: Path, **values: object) -> Settings:
    themes = Path(__file__).resolve().parents[2] / "corpus" / "themes.toml"
    given = {"data": str(folder), "themes_file": str(themes), "rate_limit": "", "follow_interval_s": 0.05}
    return load_settings(given | values, environ={})


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """For tests that change nothing in the library."""
    settings = site_settings(tmp_path_factory.mktemp("web") / "library")
    with KnowledgeBase(settings, TinyEmbedder(), TinyJudge()) as base:
        easy_themes(base)
        drafts = (samples.interview(), samples.article(), samples.roundtable(), samples.hostile())
        ids = samples.publish(base, *drafts)
        prepare_host_questions(base)
        app = create_app(settings, base)
        yield Site(app, base, ids)
        close_app(app)


def prepare_host_questions(base: KnowledgeBase) -> None:
    while not base.prepare_host_questions():
        pass


def easy_themes(base: KnowledgeBase) -> None:
    """A rule that tiny vectors can meet: the calibrated one is made for the real model's."""
    weights = {"default": {"bias": -1.0, "threshold": 0.5, "weights": {"sentence_phrases": 4.0}}, "themes": {}}
    base.theme_rule = ThemeRule(base.themes, lambda texts: np.stack([vector_of(text) for text in texts]), weights)


@pytest.fixture
def empty_client(knowledge_base: KnowledgeBase) -> Iterator[FlaskClient]:
    app = create_app(knowledge_base.settings, knowledge_base)
    yield app.test_client()
    close_app(app)


@pytest.fixture
def client(site: Site) -> FlaskClient:
    return site.client()


@pytest.fixture
def own_site(tmp_path: Path) -> Iterator[Site]:
    """For tests that change the library: an interview and an article."""
    settings = site_settings(tmp_path / "library", rate_limit="3 per minute")
    with KnowledgeBase(settings, TinyEmbedder(), TinyJudge()) as base:
        ids = samples.publish(base, samples.interview(), samples.article())
        app = create_app(settings, base)
        yield Site(app, base, ids)
        close_app(app)


@pytest.fixture
def unlimited(tmp_path: Path) -> Iterator[Site]:
    """A site of a test's own that may be asked as often as the test likes."""
    settings = site_settings(tmp_path / "library")
    with KnowledgeBase(settings, TinyEmbedder(), TinyJudge()) as base:
        easy_themes(base)
        ids = samples.publish(base, samples.interview(), samples.article())
        app = create_app(settings, base)
        yield Site(app, base, ids)
        close_app(app)


@pytest.fixture(scope="session")
def chromium() -> Iterator[sync_api.Browser]:
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("Chromium is missing: apt-get install chromium")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=SWITCHES)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def served(site: Site) -> Iterator[str]:
    """The address of the site, on loopback."""
    with on_loopback(site.app, site.base.settings) as root:
        yield root


@pytest.fixture(params=LOOKS, ids=lambda look: f"{look[0]}-{look[2]}")
def view(request: pytest.FixtureRequest, chromium: sync_api.Browser, served: str) -> Iterator[View]:
    with opened(chromium, served, request.param) as shown:
        yield shown


@pytest.fixture
def wide(chromium: sync_api.Browser, served: str) -> Iterator[View]:
    with opened(chromium, served) as shown:
        yield shown


@pytest.fixture(params=WAYS, ids=["keyboard", "without-scripts"])
def way(request: pytest.FixtureRequest) -> Way:
    """Each of the two ways in which a task must be doable."""
    found: Way = request.param
    return found


@pytest.fixture
def reader(way: Way, chromium: sync_api.Browser, served: str) -> Iterator[Reader]:
    with sitting(way, chromium, served) as somebody:
        yield somebody
