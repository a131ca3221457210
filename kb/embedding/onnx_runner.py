"""ONNX Runtime on the CPU: the exported model, and its form with int8 weights."""

from __future__ import annotations

from pathlib import Path

from kb.embedding.calibration import calibration_texts
from kb.embedding.contract import Matrix
from kb.embedding.exporting import INPUTS, ONNX_FILE, OUTPUTS, export_onnx
from kb.embedding.runner import Facts, Ids
from kb.embedding.smoothing import smooth
from kb.embedding.tokens import Tokens
from kb.errors import ModelError

# Channels' maxima are found on every so many of the calibration texts.
_CALIBRATION_STEP = 4


class OnnxRunner:
    """One thread a pass: passes run beside each other, which wastes less than several threads in one."""

    def __init__(self, folder: Path, facts: Facts) -> None:
        import onnxruntime

        self.facts = facts
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        try:
            self._session = onnxruntime.InferenceSession(
                str(folder / ONNX_FILE), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:
            raise ModelError(f"cannot be read: {error}", where=str(folder), way_out="Remove that folder.") from error

    def run(self, ids: Ids, mask: Ids) -> tuple[Matrix, Matrix]:
        pooled, tokens = self._session.run(list(OUTPUTS), dict(zip(INPUTS, (ids, mask), strict=True)))
        return pooled, tokens


def make_onnx_float32(source: Path, target: Path) -> Facts:
    return export_onnx(source, target / ONNX_FILE)


def make_onnx_int8(source: Path, target: Path) -> Facts:
    """Weights int8, a scale for each output channel; activations int8 with a scale for each pass.

    Weights use seven bits: with eight, processors without VNNI overflow, and the same text would have another vector
    there (law 7).
    """
    whole, smoothed = target / "float32.onnx", target / "smoothed.onnx"
    facts = export_onnx(source, whole)
    tokens = Tokens(source / "tokenizer.json")
    rows = [encoding.ids for encoding in tokens.encode(calibration_texts()[::_CALIBRATION_STEP], facts.longest)]
    _quantize(smoothed, target / ONNX_FILE, smooth(whole, smoothed, rows))
    whole.unlink()
    smoothed.unlink()
    return facts


def _quantize(source: Path, target: Path, left_alone: list[str]) -> None:
    from onnxruntime.quantization import QuantType, quantize_dynamic

    # Products only: the table of words is looked up, not multiplied, and gains no speed by being coarser.
    quantize_dynamic(
        source,
        target,
        op_types_to_quantize=["MatMul"],
        nodes_to_exclude=left_alone,
        per_channel=True,
        reduce_range=True,
        weight_type=QuantType.QInt8,
    )
