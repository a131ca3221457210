"""The seam to search engines. The only room that imports faiss, tantivy or a client of another engine."""

from __future__ import annotations

from kb.engines.contract import Engine
from kb.engines.embedded import EmbeddedEngine
from kb.errors import SettingsError

ENGINES: dict[str, type[EmbeddedEngine]] = {"embedded": EmbeddedEngine}


def make_engine(name: str, dimension: int) -> Engine:
    """An empty engine by the setting's name. Raises SettingsError."""
    if name not in ENGINES:
        raise SettingsError(f"engine = {name!r} is not known", way_out=f"Known: {', '.join(sorted(ENGINES))}.")
    return ENGINES[name](dimension)


__all__ = ["ENGINES", "EmbeddedEngine", "Engine", "make_engine"]
