"""Libraries of any size out of real passages, with a fixed seed: what `benchmarks.scale` measures on.

The first passages are the 99 episodes' own, with their own vectors; those above are recombined: their sentences are
taken half from one real passage and half from others, their vectors are that passage's with noise, made unit length
again. Written with sqlite3 in large transactions: a library's own writing does one document in each.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.common import bench_settings, episodes, filled
from kb.indexing.cutting import generation_for, passage_settings
from kb.library import Library
from kb.library.connection import database_path
from kb.records import Metadata, Speaker

DOCUMENT_PASSAGES = 60
NOISE = 0.6
SEED = 20_261_125
SHARES = {"half": 0.5, "tenth": 0.1, "thousandth": 0.001}
SIDES = ("sponsor", "cdmo", "consultant", "investor")
_DOCUMENTS_AT_ONCE = 200


@dataclass(frozen=True)
class Real:
    """Real passages: texts by sentence, vectors float32 (n, dim)."""

    sentences: list[list[str]]
    vectors: npt.NDArray[np.float32]

    def pool(self) -> list[str]:
        return [sentence for passage in self.sentences for sentence in passage]


def real_passages(folder: Path) -> Real:
    """Those of the 99 episodes; they are embedded if the folder holds no library of them yet."""
    with filled(folder, episodes()) as base:
        active = base.library.active_generation()
        assert active is not None
        nos = base.library.live_nos(active.id)
        entries = base.library.entries(nos, active.model_key)
        passages = base.library.passages_by_no(nos)
    texts = [[p.text[a:b].strip() for a, b in p.sentences] for p in (passages[e.no] for e in entries)]
    return Real(texts, np.stack([entry.vector for entry in entries]))


def build(folder: Path, count: int, real: Real) -> None:
    """A library of about `count` passages in documents of 60. What lies in the folder stays if it is as large."""
    settings = bench_settings(folder)
    library = Library(settings)
    if library.active_generation() is not None:
        library.close()
        return
    from kb.embedding import Embedders

    identity = Embedders(settings).own.identity
    generation = library.start_generation(generation_for(passage_settings(settings), identity))
    library.close()
    rng = np.random.default_rng(SEED)
    pool = real.pool()
    with contextlib.closing(sqlite3.connect(database_path(settings), isolation_level=None)) as raw:
        for pragma in ("synchronous = OFF", "cache_size = -1000000", "foreign_keys = OFF"):
            raw.execute(f"PRAGMA {pragma}")
        no = 1
        for first in range(0, -(-count // DOCUMENT_PASSAGES), _DOCUMENTS_AT_ONCE):
            raw.execute("BEGIN IMMEDIATE")
            for number in range(first, min(first + _DOCUMENTS_AT_ONCE, -(-count // DOCUMENT_PASSAGES))):
                size = min(DOCUMENT_PASSAGES, count - no + 1)
                made = _document(number, no, size, real, pool, rng)
                for table, rows in made.rows(generation.id, generation.model_key).items():
                    marks = ", ".join("?" * len(rows[0]))
                    raw.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # a table's name, of our own
                no += size
            raw.execute("COMMIT")
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@dataclass(frozen=True)
class _Document:
    number: int
    first: int
    metadata: Metadata
    text: str
    spans: list[tuple[int, int]]
    cuts: list[int]
    vectors: npt.NDArray[np.float32]
    voices: list[Speaker]
    themes: list[list[str]]

    def rows(self, generation_id: int, model_key: str) -> dict[str, list[tuple[Any, ...]]]:
        meta, name = self.metadata, f"d{_hash(f'document {self.number}')[:15]}"
        revision, now = _hash(f"revision {self.number}"), "2026-11-25T00:00:00+00:00"
        nos = range(self.first, self.first + len(self.spans))
        hashes = [_hash(f"input {no}") for no in nos]
        ends = [start for start, _ in self.spans[1:]] + [len(self.text)]
        sentences = [json.dumps([[0, cut], [cut, b - a]]) for cut, (a, b) in zip(self.cuts, self.spans, strict=True)]
        words, key, told = len(self.text.split()), f"scale:{self.number}", (meta.title, meta.show, meta.kind, meta.date)
        speakers = json.dumps([speaker.name for speaker in meta.speakers])
        found: dict[str, list[tuple[Any, ...]]] = {
            "documents": [
                (name, key, revision, *told, "en", False, False, words, speakers, b"", False, now),
            ],
            "revisions": [
                (revision, name, 1, _hash(self.text), self.text, json.dumps(asdict(meta)), "[]", "{}", now),
            ],
            "segments": [
                (revision, n, a, end, "turn", speaker.name, None, None, 0, False)
                for n, ((a, _), end, speaker) in enumerate(zip(self.spans, ends, self.voices, strict=True))
            ],
            "planted": [(generation_id, name, revision, "")],
            "appearances": [(name, s.name, s.role, s.organisation, s.side, False, False) for s in meta.speakers],
            "passages": [
                (no, _hash(f"passage {no}"), generation_id, name, revision, a, b, cuts, hashed)
                for no, (a, b), cuts, hashed in zip(nos, self.spans, sentences, hashes, strict=True)
            ],
            "passage_voices": [(no, s.name, s.side) for no, s in zip(nos, self.voices, strict=True)],
            "vectors": [
                (model_key, hashed, vector.tobytes(), np.stack([vector, vector]).astype(np.float16).tobytes())
                for hashed, vector in zip(hashes, self.vectors, strict=True)
            ],
            "changes": [(None, "add", name, generation_id, json.dumps(list(nos)))],
        }
        themed = [(no, theme) for no, themes in zip(nos, self.themes, strict=True) for theme in themes]
        return found | ({"passage_themes": themed} if themed else {})


def _document(number: int, first: int, size: int, real: Real, pool: list[str], rng: np.random.Generator) -> _Document:
    bases = np.arange(first - 1, first - 1 + size)
    own = bases < len(real.vectors)
    bases = np.where(own, bases, rng.integers(0, len(real.vectors), size))
    vectors = real.vectors[bases].copy()
    dimension = vectors.shape[1]
    noise = rng.normal(0.0, NOISE / np.sqrt(dimension), (size, dimension)).astype(np.float32)
    vectors[~own] += noise[~own]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    sides = rng.permutation(len(SIDES))[:2]
    speakers = [_speaker(int(rng.integers(0, 2000)), SIDES[s]) for s in sides]
    parts, spans, cuts, at = [], [], [], 0
    for base, mine in zip(bases, own, strict=True):
        sentences = _recombined(real.sentences[base], bool(mine), pool, rng)
        head = " ".join(sentences[: len(sentences) // 2 or 1])
        text = " ".join(sentences) if len(sentences) > 1 else f"{head} Yes."
        spans.append((at, at + len(text)))
        cuts.append(len(head))
        parts.append(text)
        at += len(text) + 2
    day = int(rng.integers(0, 3000))
    date = str(np.datetime64("2018-01-01") + day)
    show = f"Show {rng.integers(0, 50)}"
    metadata = Metadata(f"Episode {number}", show, "episode", date, speakers=tuple(speakers))
    drawn = rng.random((size, len(SHARES)))
    themes = [[name for n, (name, share) in enumerate(SHARES.items()) if row[n] < share] for row in drawn]
    voices = [speakers[n % 2] for n in range(size)]
    return _Document(number, first, metadata, "\n\n".join(parts), spans, cuts, vectors, voices, themes)


def _speaker(number: int, side: str) -> Speaker:
    return Speaker(f"Speaker {number} {side}", "guest", f"Company {number % 300}", side)


def _recombined(sentences: list[str], own: bool, pool: list[str], rng: np.random.Generator) -> list[str]:
    if own:
        return sentences
    kept = [sentence for sentence, drawn in zip(sentences, rng.random(len(sentences)), strict=True) if drawn < 0.5]
    others = [pool[n] for n in rng.integers(0, len(pool), len(sentences) - len(kept))]
    return kept + others


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
