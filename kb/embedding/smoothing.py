"""What makes a model bear int8 better: outliers moved from activations into weights, the worst products left alone.

Dynamic int8 has one scale for all channels of a product's input, so one channel with large values coarsens the others.
Each channel j of the input is divided by s_j and row j of the weights multiplied by it, which changes nothing before
quantization; s_j = sqrt(max|x_j| / max|w_j|), maxima of x over calibration texts.
Source: Xiao et al., SmoothQuant, ICML 2023, arXiv 2211.10438, with alpha = 0.5.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from kb.embedding.contract import Matrix
from kb.embedding.exporting import INPUTS
from kb.errors import ModelError

_LEAST = 1e-5
# Narrowing products (the second of a feed-forward layer) stay float in the first layers: one for each so many.
_NARROWING_SHARE = 3


def smooth(source: Path, target: Path, rows: Sequence[Sequence[int]]) -> list[str]:
    """Write the ONNX model `source`, smoothed on texts' token ids, to `target`; names of nodes to leave in float32.

    Raises ModelError where onnx is not installed.
    """
    onnx = _onnx()
    model = onnx.load(source)
    weights = {entry.name: onnx.numpy_helper.to_array(entry) for entry in model.graph.initializer}
    products = [n for n in model.graph.node if n.op_type == "MatMul" and weights.get(n.input[1], np.empty(0)).ndim == 2]
    narrowing = [n for n in products if np.diff(weights[n.input[1]].shape)[0] < 0]
    # What narrows gains nothing by it: its input has been through an activation function, and is mostly near zero.
    smoothed = [n for n in products if n not in narrowing]
    groups: dict[str, list[Any]] = {}
    for node in smoothed:
        groups.setdefault(node.input[0], []).append(node)
    largest = _largest(model, list(groups), rows)
    for name, nodes in groups.items():
        _divide(model, name, nodes, _factors(largest[name], [weights[n.input[1]] for n in nodes]), weights)
    onnx.save(model, target)
    return [node.name for node in narrowing[: len(narrowing) // _NARROWING_SHARE]]


def _factors(largest: Matrix, weights: Sequence[Matrix]) -> Matrix:
    """s, float32 (channels,), of geometric mean 1. largest: max|x| by channel; weights: (channels, outputs) each."""
    rows = np.max([np.abs(weight).max(axis=1) for weight in weights], axis=0)
    found = np.sqrt(np.maximum(largest, _LEAST) / np.maximum(rows, _LEAST))
    scaled: Matrix = (found / np.exp(np.mean(np.log(found)))).astype(np.float32)
    return scaled


def _divide(model: Any, name: str, nodes: Sequence[Any], factors: Matrix, weights: Mapping[str, Matrix]) -> None:
    onnx = _onnx()
    graph = model.graph
    stored = {entry.name: entry for entry in graph.initializer}
    graph.initializer.append(onnx.numpy_helper.from_array(1 / factors, f"{name}/inverse"))
    made = onnx.helper.make_node("Mul", [name, f"{name}/inverse"], [f"{name}/smooth"], name=f"{name}/smoothing")
    graph.node.insert(min(list(graph.node).index(node) for node in nodes), made)
    for node in nodes:
        weight = node.input[1]
        own = f"{weight}/smooth/{node.name}"  # another node may share the weight
        graph.initializer.append(onnx.numpy_helper.from_array(weights[weight] * factors[:, None], own))
        node.input[0], node.input[1] = f"{name}/smooth", own
        if weight in stored and not any(weight in other.input for other in graph.node):
            graph.initializer.remove(stored.pop(weight))


def _largest(model: Any, names: Sequence[str], rows: Sequence[Sequence[int]]) -> dict[str, Matrix]:
    """max|x| by channel of each named value, over the texts."""
    import onnxruntime

    onnx = _onnx()
    probe = onnx.ModelProto()
    probe.CopyFrom(model)
    del probe.graph.output[:]
    for name in names:
        probe.graph.output.append(onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None))
    session = onnxruntime.InferenceSession(probe.SerializeToString(), providers=["CPUExecutionProvider"])
    taken = {entry.name for entry in session.get_inputs()}
    found: dict[str, Matrix] = {}
    for row in rows:
        ids = np.array([row], dtype=np.int64)
        feed = {name: value for name, value in zip(INPUTS, (ids, np.ones_like(ids)), strict=True) if name in taken}
        for name, value in zip(names, session.run(None, feed), strict=True):
            here = np.abs(value).reshape(-1, value.shape[-1]).max(axis=0)
            found[name] = np.maximum(found.get(name, here), here)
    return found


def _onnx() -> Any:
    try:
        import onnx
    except ImportError as error:
        raise ModelError(
            "onnx is not installed, which makes the int8 model", way_out="Run `pip install onnx==1.23.2`."
        ) from error
    return onnx
