"""Libraries whose index is on disk, for tests."""

from __future__ import annotations

from pathlib import Path

from kb.assembly import KnowledgeBase
from kb.settings import Settings
from tests.kb.makers import TRUST, draft, item
from tests.tiny import TinyEmbedder, TinyJudge


def opened(settings: Settings) -> KnowledgeBase:
    return KnowledgeBase(settings, TinyEmbedder(), TinyJudge())


def publish(base: KnowledgeBase, *keys: str, turns: list[tuple[str, str]] | None = None) -> None:
    made = [draft(turns or [*TRUST, ("Guest", f"This is only said in {key}.")], key=key) for key in keys]
    list(base.publisher().publish_all([item(one) for one in made]))


def index_of(settings: Settings, generation: int = 1) -> Path:
    [folder] = (settings.data_folder / "index").glob(f"g{generation}-*")
    return folder
