"""OpenVINO on the CPU: the exported model, with int8 weights, and quantized throughout."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np

from kb.embedding.calibration import calibration_texts
from kb.embedding.contract import Matrix
from kb.embedding.exporting import INPUTS, OUTPUTS, export_onnx
from kb.embedding.runner import Facts, Ids
from kb.embedding.tokens import Tokens
from kb.errors import ModelError

XML_FILE = "model.xml"
_WAY_OUT = "Run `pip install openvino==2026.4.1 nncf==3.4.0`, or set backend to a torch or onnx one."


class OpenvinoRunner:
    """A stream a thread: passes run beside each other, each on one core."""

    def __init__(self, folder: Path, facts: Facts, streams: int) -> None:
        openvino = _openvino()
        self.facts = facts
        options = {
            "NUM_STREAMS": str(streams),
            "INFERENCE_NUM_THREADS": str(streams),
            # Where the processor has bfloat16 it would be taken: another result on another machine (law 7).
            "INFERENCE_PRECISION_HINT": "f32",
        }
        try:
            core = openvino.Core()
            self._model = core.compile_model(core.read_model(folder / XML_FILE), "CPU", options)
        except Exception as error:
            raise ModelError(f"cannot be read: {error}", where=str(folder), way_out="Remove that folder.") from error
        self._here = threading.local()

    def run(self, ids: Ids, mask: Ids) -> tuple[Matrix, Matrix]:
        if not hasattr(self._here, "request"):
            self._here.request = self._model.create_infer_request()
        request = self._here.request
        request.infer(dict(zip(INPUTS, (ids, mask), strict=True)))
        # The next pass writes where this one's result lies.
        pooled, tokens = (np.array(request.get_tensor(name).data) for name in OUTPUTS)
        return pooled, tokens


def make_openvino_float32(source: Path, target: Path) -> Facts:
    model, facts = _read_reference(source, target)
    _save(model, target)
    return facts


def make_openvino_int8(source: Path, target: Path) -> Facts:
    """Weights int8, a scale for each output channel."""
    nncf = _nncf()
    model, facts = _read_reference(source, target)
    _save(nncf.compress_weights(model, mode=nncf.CompressWeightsMode.INT8_SYM), target)
    return facts


def make_openvino_int8_static(source: Path, target: Path) -> Facts:
    """Weights and activations int8, with scales found on the calibration texts."""
    nncf = _nncf()
    model, facts = _read_reference(source, target)
    tokens = Tokens(source / "tokenizer.json")
    rows = [encoding.ids for encoding in tokens.encode(calibration_texts()[::2], facts.longest)]
    inputs = [
        dict(zip(INPUTS, (np.array([row], dtype=np.int64), np.ones((1, len(row)), dtype=np.int64)), strict=True))
        for row in rows
    ]
    made = nncf.quantize(model, nncf.Dataset(inputs), model_type=nncf.ModelType.TRANSFORMER, subset_size=len(inputs))
    _save(made, target)
    return facts


def _read_reference(source: Path, target: Path) -> tuple[Any, Facts]:
    """The exported reference as OpenVINO reads it; nothing is left on disk."""
    whole = target / "float32.onnx"
    facts = export_onnx(source, whole)
    try:
        return _openvino().Core().read_model(whole.read_bytes()), facts
    finally:
        whole.unlink()


def _save(model: Any, target: Path) -> None:
    # Halved weights are what it would write by itself: not the reference any more.
    _openvino().save_model(model, target / XML_FILE, compress_to_fp16=False)


def _openvino() -> Any:
    try:
        import openvino
    except ImportError as error:
        raise ModelError("openvino is not installed", way_out=_WAY_OUT) from error
    return openvino


def _nncf() -> Any:
    try:
        import nncf
    except ImportError as error:
        raise ModelError("nncf is not installed", way_out=_WAY_OUT) from error
    return nncf
