"""Which texts share a forward pass. Pure."""

from __future__ import annotations

from collections.abc import Sequence

# A text joins a batch whose longest is so much longer at most: the rest would be padding, computed for nothing.
_LEAST_FILLED = 0.875


def batches(lengths: Sequence[int], most_tokens: int) -> list[list[int]]:
    """Indexes of `lengths` (tokens), each once, in batches: longest first, equal lengths in order.

    A batch holds at most most_tokens, padding included, but always one text; each text fills at least 7/8 of its row.
    """
    order = sorted(range(len(lengths)), key=lambda i: (-lengths[i], i))
    found: list[list[int]] = []
    longest = 0
    for i in order:
        fits = bool(found) and (len(found[-1]) + 1) * longest <= most_tokens
        if fits and lengths[i] >= _LEAST_FILLED * longest:
            found[-1].append(i)
        else:
            found.append([i])
            longest = lengths[i]
    return found
