"""Fixtures that every test may use. A test that cannot run here says what to install or set."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

from kb.assembly import KnowledgeBase
from kb.settings import Settings, load_settings
from tests.tiny import TinyEmbedder, TinyJudge

# The same examples each time, and no example fails because the machine is busy.
hypothesis_settings.register_profile("steady", deadline=None, derandomize=True, database=None)
hypothesis_settings.load_profile("steady")

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's folder."""
    return ROOT


@pytest.fixture(scope="session")
def real() -> Path:
    """The folder of the real input, which is never part of the project."""
    folder = Path(os.environ.get("COUNTERPART_REAL", ROOT.parent / "shared" / "real"))
    if not (folder / "README.md").is_file():
        pytest.skip("the real input is missing: set COUNTERPART_REAL to its folder")
    return folder


@pytest.fixture(scope="session")
def corpus() -> Path:
    return ROOT / "corpus"


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where backends keep the models that they make: each is made once for all the tests."""
    return tmp_path_factory.mktemp("models")


@pytest.fixture
def data_folder(tmp_path: Path) -> Path:
    """An empty folder for a library."""
    return tmp_path / "library"


@pytest.fixture
def settings(data_folder: Path) -> Settings:
    return load_settings(
        {"data": str(data_folder), "themes_file": str(ROOT / "corpus" / "themes.toml"), "busy_timeout_s": 5.0},
        environ={},
    )


@pytest.fixture
def tiny_embedder() -> TinyEmbedder:
    return TinyEmbedder()


@pytest.fixture
def knowledge_base(settings: Settings, tiny_embedder: TinyEmbedder) -> Iterator[KnowledgeBase]:
    """An empty knowledge base: the real kernel over a tiny deterministic embedder and judge, no model loaded."""
    with KnowledgeBase(settings, tiny_embedder, TinyJudge()) as base:
        yield base
