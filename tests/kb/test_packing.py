"""Linear layers as the processor's kernels read them give what torch's own give."""

from __future__ import annotations

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
