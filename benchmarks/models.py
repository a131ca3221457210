"""Other models, made of the packaged one: slightly moved weights are another model, shuffled ones a broken one."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load_file, save_file

from kb.embedding.models import PACKAGED_MODEL, model_folder

Weights = dict[str, npt.NDArray[np.float32]]
_WORDS = "embeddings.word_embeddings.weight"


def model_like_the_packaged(target: Path, change: Callable[[Weights, np.random.Generator], None], seed: int = 7) -> str:
    """A copy of the packaged model in `target`, its weights changed; the folder, as the setting `model` takes it."""
    source = model_folder(PACKAGED_MODEL)
    assert source is not None
    shutil.copytree(source, target)
    file = target / "model.safetensors"
    weights = load_file(file)
    change(weights, np.random.default_rng(seed))
    save_file(weights, file, metadata={"format": "pt"})
    return str(target)


def moved(weights: Weights, dice: np.random.Generator) -> None:
    """Each weight matrix a little off: the vectors differ in every number, the answers hardly."""
    for name, values in weights.items():
        if values.dtype == np.float32 and values.ndim == 2:
            noise = dice.normal(scale=0.01 * float(values.std()), size=values.shape)
            weights[name] = values + noise.astype(np.float32)


def shuffled(weights: Weights, dice: np.random.Generator) -> None:
    """Every word has another word's vector: the model runs, and understands nothing."""
    weights[_WORDS] = np.ascontiguousarray(dice.permutation(weights[_WORDS]))
