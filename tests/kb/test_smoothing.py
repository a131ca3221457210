"""Smoothing before int8: the same function, with its outliers elsewhere."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from kb.embedding.smoothing import smooth

WIDE = np.array([[1.0, -2.0, 0.5], [0.25, 4.0, 1.0]], dtype=np.float32)
NARROW = np.array([[1.0], [2.0], [-1.0]], dtype=np.float32)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """ids (1, n) as numbers, times a widening and a narrowing product."""
    nodes = [
        helper.make_node("Cast", ["ids"], ["numbers"], to=TensorProto.FLOAT),
        helper.make_node("MatMul", ["numbers", "wide"], ["middle"], name="widen"),
        helper.make_node("MatMul", ["middle", "narrow"], ["out"], name="narrow"),
    ]
    graph = helper.make_graph(
        nodes,
        "small",
        [helper.make_tensor_value_info("ids", TensorProto.INT64, [1, 2])],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, [1, 1])],
        [numpy_helper.from_array(WIDE, "wide"), numpy_helper.from_array(NARROW, "narrow")],
    )
    file = tmp_path / "model.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), file)
    return file


def run(file: Path, row: list[int]) -> float:
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    return float(session.run(None, {"ids": np.array([row], dtype=np.int64)})[0][0, 0])


def test_a_model_when_smoothed_says_the_same(model: Path, tmp_path: Path) -> None:
    smooth(model, tmp_path / "smooth.onnx", [[100, 1], [50, 2]])
    for row in ([3, 4], [100, 1], [-7, 0]):
        assert run(tmp_path / "smooth.onnx", row) == pytest.approx(run(model, row), rel=1e-5)


def test_channels_when_smoothed_are_divided_by_the_root_of_their_share(model: Path, tmp_path: Path) -> None:
    left_alone = smooth(model, tmp_path / "smooth.onnx", [[100, 1], [50, 2]])
    stored = {
        entry.name: numpy_helper.to_array(entry) for entry in onnx.load(tmp_path / "smooth.onnx").graph.initializer
    }
    # Largest values 100 and 2, largest weights 2 and 4: roots of 50 and 0.5, which have geometric mean sqrt(5).
    factors = np.sqrt([50.0, 0.5]) / np.sqrt(5.0)
    assert stored["numbers/inverse"] == pytest.approx(1 / factors)
    assert stored["wide/smooth/widen"] == pytest.approx(WIDE * factors[:, None])
    assert stored["narrow"] == pytest.approx(NARROW)
    assert "wide" not in stored
    assert left_alone == []  # one narrowing product of fewer than three
