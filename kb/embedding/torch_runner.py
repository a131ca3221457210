"""sentence-transformers on torch: the reference, and what the other backends are made of and proved by."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import Any

from kb.embedding.contract import Matrix
from kb.embedding.runner import Facts, Ids
from kb.errors import ModelError

LONGEST_UNKNOWN = 512


class TorchRunner:
    """device: cpu or cuda. half: float16 weights and activations; float32 comes out all the same."""

    def __init__(self, folder: Path, *, device: str, threads: int, half: bool = False) -> None:
        import torch

        torch.set_num_threads(threads)
        self._device = device
        self._model = load_reference(folder, device)
        if half:
            self._model.half()
        elif device == "cpu":
            from kb.embedding.packing import pack_linears

            pack_linears(self._model)
        self.facts = facts_of(self._model)

    def run(self, ids: Ids, mask: Ids) -> tuple[Matrix, Matrix]:
        import torch

        features = {
            "input_ids": torch.from_numpy(ids).to(self._device),
            "attention_mask": torch.from_numpy(mask).to(self._device),
        }
        with torch.inference_mode():
            out = self._model.forward(features)
        pooled: Matrix = out["sentence_embedding"].float().cpu().numpy()
        tokens: Matrix = out["token_embeddings"].float().cpu().numpy()
        return pooled, tokens


def facts_of(model: Any) -> Facts:
    prompts = model.prompts or {}
    longest = int(model.max_seq_length or LONGEST_UNKNOWN)
    return Facts(longest, str(prompts.get("query") or ""), str(prompts.get("document") or ""))


def load_reference(folder: Path, device: str = "cpu", **model_options: Any) -> Any:
    """The SentenceTransformer of a folder. Raises ModelError."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from sentence_transformers import SentenceTransformer
            from transformers.utils import logging as transformers_logging

            transformers_logging.disable_progress_bar()
            return SentenceTransformer(str(folder), device=device, local_files_only=True, model_kwargs=model_options)
    except Exception as error:
        raise ModelError(
            f"cannot be loaded: {error}", where=str(folder), way_out="Run `kb doctor`, which checks the models."
        ) from error
