"""Which embedder the settings ask for."""

from __future__ import annotations

from kb.embedding.contract import Embedder
from kb.settings import Settings


def load_embedder(settings: Settings) -> Embedder:
    """The embedder of the settings; its model is read when first needed. Raises ModelError."""
    from kb.embedding.transformer import TransformerEmbedder

    return TransformerEmbedder(settings)
