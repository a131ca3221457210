"""Texts into vectors. The only room that imports sentence_transformers and torch."""

from kb.embedding.contract import Embedded, Embedder, ModelIdentity
from kb.embedding.factory import load_embedder

__all__ = ["Embedded", "Embedder", "ModelIdentity", "load_embedder"]
