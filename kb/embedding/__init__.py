"""Texts into vectors. The only room that imports sentence_transformers and torch."""

from kb.embedding.contract import Embedded, Embedder, ModelIdentity
from kb.embedding.embedders import Embedders
from kb.embedding.factory import load_embedder

__all__ = ["Embedded", "Embedder", "Embedders", "ModelIdentity", "load_embedder"]
