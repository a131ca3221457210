"""Arrays in one file: written once, checked by size and sum, and read through the page cache that processes share."""

from __future__ import annotations

import hashlib
import json
import mmap
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from kb.errors import IndexFault

_MAGIC = b"KBPACK01"
_ALIGN = 64
_CHUNK = 1 << 20
# A larger file is summed by `kb check` only: opening must not read it all.
SUMMED_ON_OPENING = 32 << 20

Array = npt.NDArray[Any]
# An array at hand, or (dtype, shape, its parts in order) of one that is not.
Source = Array | tuple[np.dtype[Any], tuple[int, ...], Iterable[Array]]


@dataclass(frozen=True, slots=True)
class FileSum:
    """A file of an index as its state names it."""

    name: str
    bytes: int
    sha256: str


def write_pack(path: Path, arrays: Mapping[str, Source], about: Mapping[str, Any]) -> FileSum:
    """Write arrays and a JSON body to a new file. Raises OSError."""
    places, at = {}, 0
    for name, source in arrays.items():
        dtype, shape = (source.dtype, source.shape) if isinstance(source, np.ndarray) else source[:2]
        places[name] = {"dtype": dtype.str, "shape": list(shape), "at": at}
        at += -(-int(np.prod(shape, dtype=np.int64)) * dtype.itemsize // _ALIGN) * _ALIGN
    head = json.dumps({"about": about, "arrays": places}, ensure_ascii=False).encode()
    head += b" " * (-(len(_MAGIC) + 8 + len(head)) % _ALIGN)
    with path.open("wb") as file:
        written = _Summed(file)
        written.write(_MAGIC + len(head).to_bytes(8, "little") + head)
        for source in arrays.values():
            written.array([source] if isinstance(source, np.ndarray) else source[2])
        if written.bytes > SUMMED_ON_OPENING:
            # What opening does not sum must not be lost by a power cut unseen; a small file that is, is made anew.
            file.flush()
            os.fsync(file.fileno())
    return FileSum(path.name, written.bytes, written.digest.hexdigest())


class _Summed:
    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.digest = hashlib.sha256()
        self.bytes = 0

    def write(self, data: bytes | memoryview) -> None:
        self._file.write(data)
        self.digest.update(data)
        self.bytes += len(data)

    def array(self, parts: Iterable[Array]) -> None:
        for part in parts:
            if part.size:
                self.write(np.ascontiguousarray(part).data.cast("B"))
        self.write(b"\0" * (-self.bytes % _ALIGN))


def read_pack(path: Path) -> tuple[dict[str, Array], dict[str, Any]]:
    """The arrays, mapped and not to be written to, and the JSON body. Raises IndexFault for what is no such file."""
    try:
        with path.open("rb") as file:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        if mapped[: len(_MAGIC)] != _MAGIC:
            raise ValueError("it is of another format")
        start = len(_MAGIC) + 8
        end = start + int.from_bytes(mapped[len(_MAGIC) : start], "little")
        body = json.loads(mapped[start:end])
        arrays = {
            name: np.frombuffer(
                mapped, np.dtype(place["dtype"]), int(np.prod(place["shape"], dtype=np.int64)), end + place["at"]
            ).reshape(place["shape"])
            for name, place in body["arrays"].items()
        }
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise IndexFault(f"cannot be read: {error}", where=str(path)) from error
    return arrays, body["about"]


def sum_of(path: Path) -> FileSum:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return FileSum(path.name, path.stat().st_size, digest.hexdigest())


def require_whole(folder: Path, wanted: FileSum, *, every_byte: bool = False) -> None:
    """Raises IndexFault where a file is missing, has another size, or (small ones, or every_byte) another sum."""
    path = folder / wanted.name
    try:
        size = path.stat().st_size
        if size != wanted.bytes:
            raise IndexFault(f"has {size} bytes, not {wanted.bytes}", where=str(path))
        if (every_byte or size <= SUMMED_ON_OPENING) and sum_of(path).sha256 != wanted.sha256:
            raise IndexFault("has another check sum than was written", where=str(path))
    except OSError as error:
        raise IndexFault(f"cannot be read: {error.strerror}", where=str(path)) from error


def settle(path: Path) -> None:
    """Put a file, or a folder's list of names, onto the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
