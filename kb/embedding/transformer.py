"""Any sentence-transformers model on torch, float32: the reference."""

from __future__ import annotations

import json
import os
import threading
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from kb.embedding.contract import Embedded, Matrix, ModelIdentity
from kb.embedding.memory import give_back_memory
from kb.embedding.models import model_folder, weights_sha256
from kb.embedding.pooling import sentence_vectors, unit
from kb.embedding.tokens import Tokens
from kb.errors import ModelError, SettingsError
from kb.settings import Settings

VARIANT = "torch-float32"
# After so many batches freed memory goes back to the system.
_GIVE_BACK_BATCHES = 8
# Counting sentence by sentence and reading the whole may differ by so much.
ROOM_TOKENS = 6


class TransformerEmbedder:
    """Loads the model when first asked for a vector; counting tokens needs only its tokenizer."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._folder = _folder(settings.model)
        _require_room(self._folder, settings.passage_tokens)
        self._tokens = Tokens(self._folder / "tokenizer.json")
        self._model: Any = None
        self._identity: ModelIdentity | None = None
        self._lock = threading.Lock()

    @property
    def loaded(self) -> bool:
        return self._model is not None

    @property
    def identity(self) -> ModelIdentity:
        if self._identity is None:
            sha256 = weights_sha256(self._settings.model, self._folder)
            self._identity = ModelIdentity(self._settings.model, VARIANT, sha256, _dimension(self._folder))
        return self._identity

    @property
    def longest(self) -> int:
        return _longest(self._folder)

    def count(self, texts: Sequence[str]) -> list[int]:
        return self._tokens.count(texts)

    def split(self, text: str, tokens: int) -> list[tuple[int, int]]:
        return self._tokens.split(text, tokens)

    def question(self, text: str) -> Matrix:
        model = self._loaded_model()
        prompt = str((model.prompts or {}).get("query") or "")
        [encoding] = self._tokens.encode([prompt + text], self._longest())
        pooled, _ = self._forward([encoding])
        vector: Matrix = unit(pooled[0])
        return vector

    def passages(self, texts: Sequence[str], sentences: Sequence[Sequence[tuple[int, int]]]) -> list[Embedded]:
        prompt = str((self._loaded_model().prompts or {}).get("document") or "")
        encodings = self._tokens.encode([prompt + text for text in texts], self._longest())
        # Longest first: batches hold texts of like length, so little padding is computed.
        order = sorted(range(len(texts)), key=lambda i: (-len(encodings[i].ids), i))
        found: dict[int, Embedded] = {}
        size = max(1, self._settings.batch_size)
        for number, at in enumerate(range(0, len(order), size)):
            if number % _GIVE_BACK_BATCHES == 0:
                give_back_memory()
            batch = order[at : at + size]
            pooled, tokens = self._forward([encodings[i] for i in batch])
            for row, i in enumerate(batch):
                offsets = [(max(0, a - len(prompt)), max(0, b - len(prompt))) for a, b in encodings[i].offsets]
                vector = unit(pooled[row])
                rows = tokens[row, : len(offsets)]
                found[i] = Embedded(vector, sentence_vectors(rows, offsets, sentences[i], vector))
        return [found[i] for i in range(len(texts))]

    def _forward(self, encodings: Sequence[Any]) -> tuple[Matrix, Matrix]:
        """Pooled vectors float32 (n, dim) and token embeddings float32 (n, longest, dim)."""
        import torch

        longest = max(len(encoding.ids) for encoding in encodings)
        ids = np.zeros((len(encodings), longest), dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, encoding in enumerate(encodings):
            ids[row, : len(encoding.ids)] = encoding.ids
            mask[row, : len(encoding.ids)] = 1
        device = self._settings.device
        features = {
            "input_ids": torch.from_numpy(ids).to(device),
            "attention_mask": torch.from_numpy(mask).to(device),
        }
        with torch.inference_mode():
            out = self._loaded_model().forward(features)
        pooled: Matrix = out["sentence_embedding"].float().cpu().numpy()
        tokens: Matrix = out["token_embeddings"].float().cpu().numpy()
        return pooled, tokens

    def _longest(self) -> int:
        return int(self._loaded_model().max_seq_length or 512)

    def _loaded_model(self) -> Any:
        with self._lock:
            if self._model is None:
                _ = self.identity  # refuses weights that are not the pinned ones before they are read
                self._model = _load(self._folder, self._settings)
        return self._model


def _folder(name: str) -> Path:
    folder = model_folder(name)
    if folder is None:
        folder = _from_hub(name)
    if not (folder / "tokenizer.json").is_file():
        raise ModelError("has no tokenizer.json", where=str(folder), way_out="Name a model with a fast tokenizer.")
    return folder


def _require_room(folder: Path, tokens: int) -> None:
    """Raises SettingsError where passages could be longer than the model reads: their ends would not be searched."""
    longest = _longest(folder)
    if longest and tokens > longest:
        raise SettingsError(
            f"passage_tokens = {tokens} is more than the {longest} tokens that the model reads",
            way_out=f"Set it to {longest - ROOM_TOKENS} or less.",
        )


def _longest(folder: Path) -> int:
    file = folder / "sentence_bert_config.json"
    found = json.loads(file.read_text(encoding="utf-8")).get("max_seq_length") if file.is_file() else None
    return found if isinstance(found, int) else 0


def _from_hub(name: str) -> Path:
    """A model by its hub name: out of the local cache, or downloaded where the network allows it."""
    from huggingface_hub import snapshot_download

    repository = name if "/" in name else f"sentence-transformers/{name}"
    try:
        return Path(snapshot_download(repository))
    except Exception as error:
        raise ModelError(
            f"the model {name!r} is neither a folder nor to be had by name ({type(error).__name__})",
            way_out="Give the folder of a sentence-transformers model, or leave the setting `model` at its default.",
        ) from error


def _dimension(folder: Path) -> int:
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    return int(config.get("hidden_size") or config.get("dim") or config["d_model"])


def _load(folder: Path, settings: Settings) -> Any:
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import torch
            from sentence_transformers import SentenceTransformer
            from transformers.utils import logging as transformers_logging

            transformers_logging.disable_progress_bar()
            torch.set_num_threads(settings.threads or os.cpu_count() or 1)
            return SentenceTransformer(str(folder), device=settings.device, local_files_only=True)
    except Exception as error:
        raise ModelError(
            f"cannot be loaded: {error}", where=str(folder), way_out="Run `kb doctor`, which checks the models."
        ) from error
