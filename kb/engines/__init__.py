"""The seam to search engines. The only room that imports faiss, tantivy or a client of another engine."""

from __future__ import annotations

from kb.engines.contract import PURGED, Draft, Engine, View
from kb.engines.embedded import EmbeddedEngine, remove_index
from kb.engines.state import Home
from kb.errors import SettingsError

ENGINES: dict[str, type[EmbeddedEngine]] = {"embedded": EmbeddedEngine}


def make_engine(name: str, home: Home) -> Engine:
    """An engine by the setting's name; nothing is read yet. Raises SettingsError."""
    if name not in ENGINES:
        raise SettingsError(f"engine = {name!r} is not known", way_out=f"Known: {', '.join(sorted(ENGINES))}.")
    return ENGINES[name](home)


__all__ = ["ENGINES", "PURGED", "Draft", "EmbeddedEngine", "Engine", "Home", "View", "make_engine", "remove_index"]
