"""Models by what they are known by: the settings' own, and those that other generations were made with."""

from __future__ import annotations

import threading

from kb.embedding.contract import Embedder, variant_in
from kb.embedding.factory import load_embedder
from kb.errors import CounterpartError, IndexFault
from kb.settings import Settings

# Another model is loaded for a generation that says itself how long its passages are.
_LEAST_TOKENS = 16


class Embedders:
    """A process may hold two models for a while: the one that answers, and the one that is to answer next."""

    def __init__(self, settings: Settings, own: Embedder | None = None) -> None:
        self._settings = settings
        self.own = own or load_embedder(settings)
        self._others: dict[str, Embedder] = {}
        self._loading = threading.Lock()

    def of(self, name: str, key: str) -> Embedder:
        """The model `name` whose identity's key is `key`. Raises IndexFault where it is not to be had."""
        found = self._known(key)
        if found is not None:
            return found
        # Loading takes seconds: whoever asks for a model that is here does not wait for it.
        with self._loading:
            found = self._known(key) or self._load(name, key)
            self._others = {**self._others, key: found}
            return found

    def named(self, name: str = "", variant: str = "") -> Embedder:
        """The model of this name as it is now, on that backend; empty: the settings' own.

        Raises ModelError, SettingsError.
        """
        own = self.own.identity
        if name in ("", own.name) and variant in ("", own.variant):
            return self.own
        with self._loading:
            made = self._made(name or own.name, variant or self._settings.backend)
            key = made.identity.key()
            found = self._known(key) or made
            self._others = {**self._others, key: found}
            return found

    def _known(self, key: str) -> Embedder | None:
        everything = (self.own, *self._others.values())
        return next((embedder for embedder in everything if embedder.identity.key() == key), None)

    def _load(self, name: str, key: str) -> Embedder:
        way_out = "Put that model back, or run `kb reindex`, which embeds the library anew."
        try:
            found = self._made(name, variant_in(key))
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

    def _made(self, name: str, variant: str) -> Embedder:
        return load_embedder(self._settings.with_values(model=name, backend=variant, passage_tokens=_LEAST_TOKENS))
