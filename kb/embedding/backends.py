"""The backends, by name. A backend's name is the variant of the vectors that it makes."""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from kb.embedding.made import Made, Recipe, made_model
from kb.embedding.making import make_in_a_process
from kb.embedding.models import configuration_sha256
from kb.embedding.onnx_runner import OnnxRunner
from kb.embedding.openvino_runner import OpenvinoRunner
from kb.embedding.runner import Runner
from kb.embedding.torch_runner import TorchRunner
from kb.errors import ModelError, SettingsError
from kb.settings import Settings

REFERENCE = "torch-float32"
# Another way of making a model: what was made the old way is made anew.
_MAKER = "3"
_EXPORTERS = ("torch", "transformers", "onnx")


@dataclass(frozen=True, slots=True)
class Backend:
    """load(model folder, SHA-256 of its weights, settings).

    alone: one text in a pass. Where scales are found in the pass (dynamic int8) batch mates would move a text's
    vector (law 7); elsewhere it saves the padding. beside: passes run beside each other, each on one core.
    """

    name: str
    load: Callable[[Path, str, Settings], Runner]
    alone: bool = False
    beside: bool = False


def backend_named(name: str) -> Backend:
    """Raises SettingsError."""
    if name in BACKENDS:
        return BACKENDS[name]
    near = difflib.get_close_matches(name, BACKENDS, n=1)
    hint = f"Did you mean {near[0]!r}?" if near else f"There are {', '.join(BACKENDS)}."
    raise SettingsError(f"there is no backend {name!r}", way_out=hint)


def threads_of(settings: Settings) -> int:
    return settings.threads or os.cpu_count() or 1


def models_folder(settings: Settings) -> Path:
    """Where made models are kept."""
    return Path(settings.models) if settings.models else settings.data_folder / "models"


def _torch_float32(folder: Path, _sha256: str, settings: Settings) -> Runner:
    return TorchRunner(folder, device=settings.device, threads=threads_of(settings))


def _torch_float16(folder: Path, _sha256: str, settings: Settings) -> Runner:
    return TorchRunner(folder, device=settings.device, threads=threads_of(settings), half=True)


def _onnx(variant: str) -> Callable[[Path, str, Settings], Runner]:
    def load(folder: Path, sha256: str, settings: Settings) -> Runner:
        made = _made(variant, ("onnxruntime",), folder, sha256, settings)
        return OnnxRunner(made.folder, made.facts)

    return load


def _openvino(variant: str, *tools: str) -> Callable[[Path, str, Settings], Runner]:
    def load(folder: Path, sha256: str, settings: Settings) -> Runner:
        made = _made(variant, ("openvino", *tools), folder, sha256, settings)
        return OpenvinoRunner(made.folder, made.facts, threads_of(settings))

    return load


def _made(variant: str, tools: tuple[str, ...], folder: Path, sha256: str, settings: Settings) -> Made:
    versions = {
        "maker": _MAKER,
        "configuration": configuration_sha256(folder),
        **{tool: _version(tool) for tool in (*_EXPORTERS, *tools)},
    }
    recipe = Recipe(variant, sha256, versions)
    return made_model(models_folder(settings), recipe, lambda target: make_in_a_process(variant, folder, target))


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError as error:
        raise ModelError(
            f"{package} is not installed, which this backend needs",
            way_out=f"Run `pip install '{_PINS.get(package, package)}'`, or set backend = {REFERENCE}.",
        ) from error


_PINS = {"onnx": "onnx==1.23.2", "openvino": "openvino==2026.4.1", "nncf": "nncf==3.4.0"}

BACKENDS: dict[str, Backend] = {
    backend.name: backend
    for backend in (
        Backend(REFERENCE, _torch_float32),
        Backend("torch-float16", _torch_float16),
        Backend("onnx-float32", _onnx("onnx-float32"), alone=True, beside=True),
        Backend("onnx-int8", _onnx("onnx-int8"), alone=True, beside=True),
        Backend("openvino-float32", _openvino("openvino-float32"), alone=True, beside=True),
        Backend("openvino-int8", _openvino("openvino-int8", "nncf"), alone=True, beside=True),
        Backend("openvino-int8-static", _openvino("openvino-int8-static", "nncf"), alone=True, beside=True),
    )
}
