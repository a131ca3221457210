"""Libraries of any size out of the 99 episodes: their sentences, drawn anew with a fixed seed, so that texts differ.

They are made with vectors that cost nothing (drawn from the texts' hashes), so that what is measured afterwards is the
re-indexing to the real model. Passages are cut with the real model's tokens.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.common import bench_settings, episodes
from kb.assembly import KnowledgeBase
from kb.embedding.contract import Embedded, Embedder, Matrix, ModelIdentity
from kb.embedding.pooling import unit
from kb.indexing import Item
from kb.records import Draft, Metadata, Segment, Speaker

DIMENSION = 384
TURNS = 60
GUEST = Speaker("Guest", "programme lead", "a CDMO", "cdmo")
HOST = Speaker("Host", side="host", host=True)


class Drawn:
    """A text's vector is drawn from its hash; everything else is the real model's."""

    def __init__(self, real: Embedder) -> None:
        self._real = real
        self.identity = ModelIdentity("drawn", "hash", hashlib.sha256(b"drawn").hexdigest(), DIMENSION)
        self.longest = real.longest

    def count(self, texts: Sequence[str]) -> list[int]:
        return self._real.count(texts)

    def split(self, text: str, tokens: int) -> list[tuple[int, int]]:
        return self._real.split(text, tokens)

    def question(self, text: str) -> Matrix:
        seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
        made: Matrix = unit(np.random.default_rng(seed).normal(size=DIMENSION).astype(np.float32))
        return made

    def passages(self, texts: Sequence[str], sentences: Sequence[Sequence[tuple[int, int]]]) -> list[Embedded]:
        found = []
        for text, spans in zip(texts, sentences, strict=True):
            vector = self.question(text)
            found.append(Embedded(vector, np.repeat(vector[None, :], len(spans), axis=0).astype(np.float16)))
        return found


class Spared(Drawn):
    """The real model on one call in so many, drawn vectors on the others: the memory of the real work, not its time."""

    def __init__(self, real: Embedder, share: int) -> None:
        super().__init__(real)
        self.identity = ModelIdentity("spared", "hash", hashlib.sha256(b"spared").hexdigest(), DIMENSION)
        self._share = share
        self._calls = 0

    def passages(self, texts: Sequence[str], sentences: Sequence[Sequence[tuple[int, int]]]) -> list[Embedded]:
        self._calls += 1
        if self._calls % self._share == 1:
            return self._real.passages(texts, sentences)
        return super().passages(texts, sentences)


def made_library(folder: Path, passages: int, *, seed: int = 7, **values: Any) -> int:
    """Fill a new library with at least so many passages; how many there are. values: settings."""
    from kb.embedding.factory import load_embedder

    settings = bench_settings(folder, **values)
    with KnowledgeBase(settings, Drawn(load_embedder(settings)), None) as base:
        drafts = _drafts(random.Random(seed))
        publisher, held = base.publisher(), 0
        while held < passages:
            batch = [_item(next(drafts)) for _ in range(8)]
            held += sum(outcome.passages for outcome in publisher.publish_all(batch))
        return held


def _sentences() -> list[str]:
    found: list[str] = []
    for path in episodes():
        text = re.sub(r"^\*\*[^*]+:\*\*", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        found += [part.strip() for part in re.split(r"(?<=[.?!])\s+", text) if len(part.split()) > 3]
    return found


def _drafts(dice: random.Random) -> Iterator[Draft]:
    pool, number = _sentences(), 0
    while True:
        text, segments = "", []
        for turn in range(TURNS):
            words = " ".join(dice.choices(pool, k=dice.randint(6, 14)))
            start, text = len(text), text + words + "\n\n"
            speaker = HOST.name if turn % 4 == 0 else GUEST.name
            segments.append(Segment(start, len(text), "turn", speaker, 60.0 * turn, 60.0 * turn + 60.0))
        number += 1
        show = f"Show {number % 10}"
        meta = Metadata(f"Episode {number}", show=show, kind="episode", date="2026-01-01", speakers=(HOST, GUEST))
        yield Draft(f"made:{number}", meta, text, tuple(segments), ())


def _item(draft: Draft) -> Item:
    return Item(
        draft, path=f"/made/{draft.source_key}", raw_hash=draft.source_key, size=len(draft.text), settings_hash=""
    )
