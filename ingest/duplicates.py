"""Which documents of the library hold the same words: as a whole, or as the talk that another one quotes.

A signature is 512 bytes of MinHash over word 5-grams (Broder 1997, as rensa computes it) and, for what was
spoken or quoted, the smallest hashes of its word 4-grams: an article that quotes an interview shares few
of its words with it, but nearly all of its quotations are in there.
"""

from __future__ import annotations

import hashlib
import re
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import numpy.typing as npt
import rensa

from ingest.assemble import Assembled
from kb.records import SET_ASIDE_KINDS, SPOKEN_KINDS

PERMUTATIONS = 128
SEED = 20261122
SHINGLE_WORDS = 5
QUOTE_WORDS = 4
SKETCH_SIZE = 1024
# Measured on 99 interviews of one show: unrelated pairs reach 0.016 and 0.028, and a text of 200 quoted words, 15% of
# them left out, is found in its own interview 98 times in 100.
SIMILAR = 0.2
CONTAINED = 0.25
# A share of few sampled hashes says nothing.
LEAST_SHARED = 8

_WORD = re.compile(r"\w+(?:['’]\w+)*")
_HEAD = struct.Struct("<4sIQ")
_MAGIC = b"CPS1"
_FULL = 0xFFFFFFFF
_BATCH_WORDS = 50_000
Hashes = npt.NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class _Signature:
    """minhash: uint32 (128,). sketch: uint32, ascending: all hashes of the 4-grams up to limit."""

    minhash: Hashes
    sketch: Hashes
    limit: int


def signature(assembled: Assembled) -> bytes:
    """The signature of a document's content; the same in every process. What was set aside is not in it."""
    minhash = rensa.RMinHash(num_perm=PERMUTATIONS, seed=SEED)
    sketch = np.empty(0, dtype=np.uint32)
    carried: list[str] = []
    whole = 0
    for segment in assembled.segments:
        if segment.kind in SET_ASIDE_KINDS:
            continue
        for words in _batches(assembled.text[segment.start : segment.end]):
            whole += len(words)
            minhash.update(_shingles([*carried, *words], SHINGLE_WORDS))
            carried = [*carried, *words][1 - SHINGLE_WORDS :]
            if segment.kind in SPOKEN_KINDS:
                sketch = _merged(sketch, words)
    if whole < SHINGLE_WORDS:
        # A text shorter than one shingle is its own shingle: two such are equal only if they are the same.
        minhash.update([" ".join(carried)])
    full = len(sketch) <= SKETCH_SIZE
    limit = _FULL if full else int(sketch[SKETCH_SIZE - 1])
    return _packed(np.array(minhash.digest(), dtype=np.uint32), sketch[:SKETCH_SIZE], limit)


class Neighbourhood:
    """The signatures of a library's documents, kept to be compared with one more."""

    def __init__(self, signatures: Iterable[tuple[str, bytes]] = ()) -> None:
        self._known: dict[str, _Signature] = {}
        self._stacked: _Stacked | None = None
        for document_id, packed in signatures:
            self.add(document_id, packed)

    def add(self, document_id: str, packed: bytes) -> None:
        """Take a document in, or its new revision. Bytes that are no signature of this version are left out."""
        found = _unpacked(packed)
        if found is not None:
            self._known[document_id] = found
            self._stacked = None

    def near(self, packed: bytes, *, without: str = "") -> list[tuple[str, float]]:
        """(document id, similarity in 0 to 1) of those that share the content, most similar first, then by id.

        similarity: the greater of the share of equal 5-grams and the share of the quotations found.
        """
        mine = _unpacked(packed)
        if mine is None or not self._known:
            return []
        if self._stacked is None:
            self._stacked = _Stacked(sorted(self._known.items()))
        scores = self._stacked.scores(mine)
        found = [(name, round(score, 3)) for name, score in scores if name != without]
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))


def near(packed: bytes, signatures: Iterable[tuple[str, bytes]]) -> list[tuple[str, float]]:
    """(document id, similarity) of the signatures that share the content of this one, best first."""
    return Neighbourhood(signatures).near(packed)


class _Stacked:
    """All signatures as three arrays, so that one document is compared with all in a few numpy calls."""

    def __init__(self, known: Sequence[tuple[str, _Signature]]) -> None:
        self._names = [name for name, _ in known]
        self._minhashes = np.stack([one.minhash for _, one in known])
        self._sketches = np.concatenate([one.sketch for _, one in known])
        self._owners = np.repeat(np.arange(len(known)), [len(one.sketch) for _, one in known])
        self._limits = np.array([one.limit for _, one in known], dtype=np.uint32)

    def scores(self, mine: _Signature) -> list[tuple[str, float]]:
        similar = (self._minhashes == mine.minhash).mean(axis=1)
        contained = self._contained(mine)
        near = np.flatnonzero((similar >= SIMILAR) | (contained >= CONTAINED))
        return [(self._names[at], float(max(similar[at], contained[at]))) for at in near]

    def _contained(self, mine: _Signature) -> npt.NDArray[np.float64]:
        """(documents,): the share of the smaller one's spoken 4-grams that the other holds too.

        Two sketches are complete up to the smaller of their limits, and are compared up to there.
        """
        count = len(self._names)
        if not len(mine.sketch):
            return np.zeros(count)
        limits = np.minimum(self._limits, mine.limit)
        within = self._sketches <= limits[self._owners]
        place = np.searchsorted(mine.sketch, self._sketches).clip(max=len(mine.sketch) - 1)
        equal = within & (mine.sketch[place] == self._sketches)
        shared = np.bincount(self._owners[equal], minlength=count)
        theirs = np.bincount(self._owners[within], minlength=count)
        ours = np.searchsorted(mine.sketch, limits, side="right")
        smaller = np.maximum(np.minimum(ours, theirs), 1)
        return np.where(shared >= LEAST_SHARED, shared / smaller, 0.0)


def _batches(text: str) -> Iterator[list[str]]:
    """The text's words, a bounded number at a time."""
    words = (match[0].replace("’", "'") for match in _WORD.finditer(text.casefold()))
    while batch := list(islice(words, _BATCH_WORDS)):
        yield batch


def _shingles(words: Sequence[str], length: int) -> list[str]:
    return [" ".join(words[at : at + length]) for at in range(len(words) - length + 1)]


def _merged(sketch: Hashes, words: Sequence[str]) -> Hashes:
    """The smallest hashes of the sketch and the words' 4-grams: one more than is kept, to know that there are more."""
    shingles = set(_shingles(words, QUOTE_WORDS))
    raw = b"".join(hashlib.blake2b(shingle.encode(), digest_size=4).digest() for shingle in shingles)
    fresh = np.frombuffer(raw, dtype="<u4").astype(np.uint32)
    return np.unique(np.concatenate((sketch, fresh)))[: SKETCH_SIZE + 1]


def _packed(minhash: Hashes, sketch: Hashes, limit: int) -> bytes:
    head = _HEAD.pack(_MAGIC, limit, len(sketch))
    return head + minhash.astype("<u4").tobytes() + sketch.astype("<u4").tobytes()


def _unpacked(packed: bytes) -> _Signature | None:
    if len(packed) < _HEAD.size:
        return None
    magic, limit, length = _HEAD.unpack_from(packed)
    if magic != _MAGIC or len(packed) != _HEAD.size + 4 * (PERMUTATIONS + length):
        return None
    numbers = np.frombuffer(packed, dtype="<u4", offset=_HEAD.size).astype(np.uint32)
    return _Signature(numbers[:PERMUTATIONS], numbers[PERMUTATIONS:], limit)
