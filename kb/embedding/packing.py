"""Linear layers whose weights lie as the processor's kernels read them, laid out once instead of at every pass."""

from __future__ import annotations

import os
from typing import Any

import torch

# What the layout is chosen for: rows of a full batch. Other numbers of rows are computed as well from it.
_ROWS = 2048
# A product is compiled for each number of rows that is met. oneDNN keeps a thousand of them by default, and torch's own
# layer over it another thousand, of some 0.3 MiB each: an ingest of 99 episodes kept 270 MiB that way, and the first
# limit alone changes nothing. The layers of one pass share three: more are for questions, whose lengths come again.
_KEPT = "64"
_LIMITS = ("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "LRU_CACHE_CAPACITY")


class PackedLinear(torch.nn.Module):
    """y = x W^T + b in float32 by oneDNN: its products of a packed weight are faster than torch's own (decision 12)."""

    def __init__(self, linear: torch.nn.Linear) -> None:
        super().__init__()
        self._weight = torch.ops.mkldnn._reorder_linear_weight(linear.weight.detach(), _ROWS)
        self._bias = None if linear.bias is None else linear.bias.detach()

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        made: torch.Tensor = torch.ops.mkldnn._linear_pointwise(rows, self._weight, self._bias, "none", [], "")
        return made


def pack_linears(model: torch.nn.Module) -> int:
    """Replace the float32 linear layers of a model that only infers; how many. None where torch has no oneDNN."""
    if not _packs():
        return 0
    for limit in _LIMITS:  # read when the first product is made
        os.environ.setdefault(limit, _KEPT)
    found: list[tuple[torch.nn.Module, str, Any]] = [
        (parent, name, child)
        for parent in model.modules()
        for name, child in parent.named_children()
        if type(child) is torch.nn.Linear and child.weight.dtype == torch.float32
    ]
    for parent, name, linear in found:
        setattr(parent, name, PackedLinear(linear))
    return len(found)


def _packs() -> bool:
    names = ("_reorder_linear_weight", "_linear_pointwise")
    available = bool(torch.backends.mkldnn.is_available())  # type: ignore[no-untyped-call]
    return available and all(hasattr(torch.ops.mkldnn, name) for name in names)
