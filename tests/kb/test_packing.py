"""Linear layers as the processor's kernels read them give what torch's own give."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
import torch

from kb.embedding.packing import PackedLinear, pack_linears


def nested(bias: bool = True) -> torch.nn.Sequential:
    torch.manual_seed(7)
    inner = torch.nn.Sequential(torch.nn.Linear(24, 40, bias=bias), torch.nn.GELU())
    return torch.nn.Sequential(inner, torch.nn.Linear(40, 8, bias=bias)).eval()


def test_packed_layers_when_given_any_number_of_rows_give_what_torch_gives() -> None:
    for bias in (True, False):
        plain, packed = nested(bias), nested(bias)
        assert pack_linears(packed) == 2
        assert sum(isinstance(module, PackedLinear) for module in packed.modules()) == 2
        with torch.inference_mode():
            for shape in ((1, 24), (3, 5, 24), (2, 300, 24), (1, 4099, 24)):
                rows = torch.randn(*shape)
                torch.testing.assert_close(packed(rows), plain(rows), rtol=1e-4, atol=1e-5)


def test_layers_when_they_are_of_another_precision_stay_as_they_are() -> None:
    half = nested().half()
    assert pack_linears(half) == 0
    assert sum(type(module) is torch.nn.Linear for module in half.modules()) == 2


_MANY_SIZES = """
from pathlib import Path
import torch
from kb.embedding.memory import give_back_memory
from kb.embedding.packing import pack_linears
layer = torch.nn.Sequential(torch.nn.Linear(384, 384))
assert pack_linears(layer) == 1
with torch.inference_mode():
    for sizes in (range(64, 144), range(144, 304)):
        for rows in sizes:
            layer(torch.ones(1, rows, 384))
        give_back_memory()
        held = Path("/proc/self/status").read_text().partition("RssAnon:")[2].split()[0]
        print(int(held) // 1024)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="what a process holds is read from /proc")
def test_compiled_products_when_batches_are_of_many_sizes_are_not_all_kept() -> None:
    clean = {name: value for name, value in os.environ.items() if not name.endswith("_CAPACITY")}
    done = subprocess.run(
        [sys.executable, "-c", _MANY_SIZES], env=clean, capture_output=True, text=True, check=True, timeout=120
    )
    after_80, after_240 = map(int, done.stdout.split())
    assert after_240 - after_80 < 20, "each of 160 more sizes would keep some 0.3 MiB"
