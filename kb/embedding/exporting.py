"""The reference as an ONNX file: transformer, pooling and what else the model has, in one graph."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np

from kb.embedding.calibration import calibration_texts
from kb.embedding.contract import Matrix
from kb.embedding.pooling import unit
from kb.embedding.runner import Facts, Ids, Runner
from kb.embedding.tokens import Tokens
from kb.embedding.torch_runner import TorchRunner, facts_of, load_reference
from kb.errors import ModelError

ONNX_FILE = "model.onnx"
INPUTS = ("ids", "mask")
OUTPUTS = ("pooled", "tokens")
_OPSET = 17
# Texts that a made model is proved on.
_PROOF = 4


def export_onnx(folder: Path, target: Path) -> Facts:
    """Write the model of `folder` to the file `target`. Raises ModelError where it cannot be exported."""
    import torch

    model = load_reference(folder, attn_implementation="eager")

    class Whole(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, ids: Any, mask: Any) -> tuple[Any, Any]:
            out = self.model.forward({"input_ids": ids, "attention_mask": mask})
            return out["sentence_embedding"], out["token_embeddings"]

    ids = torch.ones((2, 7), dtype=torch.int64)
    shape = {0: "texts", 1: "longest"}
    try:
        # It warns of what it cannot be sure of; whether it worked is proved on texts.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.onnx.export(
                Whole().eval(),
                (ids, torch.ones_like(ids)),
                str(target),
                dynamo=False,
                opset_version=_OPSET,
                input_names=list(INPUTS),
                output_names=list(OUTPUTS),
                dynamic_axes={"ids": shape, "mask": shape, "tokens": shape, "pooled": {0: "texts"}},
            )
    except Exception as error:
        raise _refused(folder, f"cannot be exported: {error}") from error
    return facts_of(model)


def require_agreement(folder: Path, made: Runner, *, least: float) -> None:
    """Raises ModelError where texts' vectors are further from the reference's than cosine `least`."""
    reference = TorchRunner(folder, device="cpu", threads=1)
    tokens = Tokens(folder / "tokenizer.json")
    texts = calibration_texts()[:_PROOF]
    rows = [encoding.ids for encoding in tokens.encode(texts, made.facts.longest)]
    theirs = np.concatenate([_pooled(reference, [row]) for row in rows])
    ours = np.concatenate([_pooled(made, [row]) for row in rows])
    worst = float(np.min(np.sum(theirs * ours, axis=1)))
    if not worst >= least:  # a NaN is no agreement either
        raise _refused(folder, f"agrees with the reference to cosine {worst:.4f} only, {least} is asked for")


def _pooled(runner: Runner, rows: list[list[int]]) -> Matrix:
    pooled, _ = runner.run(*padded(rows))
    return unit(pooled)


def padded(rows: list[list[int]]) -> tuple[Ids, Ids]:
    """Token ids of texts as (ids, mask), each int64 (n, longest)."""
    longest = max(len(row) for row in rows)
    ids = np.zeros((len(rows), longest), dtype=np.int64)
    mask = np.zeros_like(ids)
    for number, row in enumerate(rows):
        ids[number, : len(row)] = row
        mask[number, : len(row)] = 1
    return ids, mask


def _refused(folder: Path, what: str) -> ModelError:
    return ModelError(
        f"the model {what}", where=str(folder), way_out="Use the reference for it: backend = torch-float32."
    )
