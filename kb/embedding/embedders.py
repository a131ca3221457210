"""Models by what they are known by: the settings' own, and those that other generations were made with."""

from __future__ import annotations

import threading

from kb.embedding.contract import Embedder
from kb.embedding.factory import load_embedder
from kb.errors import CounterpartError, IndexFault
from kb.settings import Settings


class Embedders:
    """A process may hold two models for a while: the one that answers, and the one that is to answer next."""

    def __init__(self, settings: Settings, own: Embedder | None = None) -> None:
        self._settings = settings
        self.own = own or load_embedder(settings)
        self._others: dict[str, Embedder] = {}
        self._lock = threading.Lock()

    def of(self, name: str, key: str) -> Embedder:
        """The model `name` whose identity's key is `key`. Raises IndexFault where it is not to be had."""
        with self._lock:
            for known in (self.own, *self._others.values()):
                if known.identity.key() == key:
                    return known
            found = self._load(name, key)
            self._others[key] = found
            return found

    def named(self, name: str) -> Embedder:
        """The model of this name as it is now. Raises ModelError."""
        with self._lock:
            if self.own.identity.name == name:
                return self.own
            found = load_embedder(self._settings.with_values(model=name))
            return self._others.setdefault(found.identity.key(), found)

    def _load(self, name: str, key: str) -> Embedder:
        way_out = "Put that model back, or run `kb reindex`, which embeds the library anew."
        try:
            found = load_embedder(self._settings.with_values(model=name))
            identity = found.identity
        except CounterpartError as error:
            raise IndexFault(
                f"the library was indexed with model {name!r} ({key}), which is not to be had: {error}", way_out=way_out
            ) from error
        if identity.key() != key:
            raise IndexFault(
                f"the library was indexed with model {name!r} ({key}), which is now {identity.key()}", way_out=way_out
            )
        return found
