"""Freed memory, given back to the system."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from functools import cache


def give_back_memory() -> None:
    """Where the C library is glibc: what was freed is given back; elsewhere nothing is done.

    Batches differ in length, so glibc's free lists fragment: without this a long ingest kept half as much again.
    """
    _trim()(0)


@cache
def _trim() -> Callable[[int], int]:
    if not sys.platform.startswith("linux"):
        return _nothing
    trim: Callable[[int], int] = getattr(ctypes.CDLL(None), "malloc_trim", _nothing)
    return trim


def _nothing(_: int) -> int:
    return 0
