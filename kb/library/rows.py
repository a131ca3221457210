"""What the library hands out besides the records of the house."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A document as a list shows it. words: of the current revision. linked: the same interview elsewhere."""

    id: str
    source_key: str
    title: str
    show: str
    kind: str
    date: str
    language: str
    words: int
    revision_id: str
    revision_number: int
    composed: bool
    sponsored: bool
    created_at: str
    speakers: tuple[str, ...]
    linked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A file that was ingested: where it lay, which document it became, its bytes' hash."""

    path: str
    document_id: str
    raw_hash: str
    size: int
    settings_hash: str


@dataclass(frozen=True, slots=True)
class GenerationRow:
    """One way of cutting and embedding the whole library."""

    id: int
    model: str
    variant: str
    sha256: str
    dimension: int
    model_key: str
    passages: str
    normaliser: str
    state: str  # building, ready, active, retained or retired
    activated: int = 0

    def recipe(self) -> tuple[str, str, str]:
        """What two generations that hold the same have in common."""
        return self.model_key, self.passages, self.normaliser


@dataclass(frozen=True, slots=True)
class GenerationState:
    """A generation as a list shows it. missing: documents that it has not, or not in their current revision."""

    row: GenerationRow
    passages: int
    documents: int
    missing: int
    created_at: str


@dataclass(frozen=True, slots=True)
class Run:
    """What a batch job did. kind: "ingest", "reindex", "activate", "rollback" or "retire"; body: as JSON."""

    id: int
    kind: str
    started_at: str
    seconds: float
    exit_code: int
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """One step of the change sequence: passages (by number) that came or went; or what went must leave every disk."""

    seq: int
    kind: str  # "add", "remove" or "purge"
    document_id: str
    nos: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """What an index needs of a passage. vector: float32 (dim,), unit length; facets, day: as kb.facets makes them."""

    no: int
    document_id: str
    text: str
    vector: npt.NDArray[np.float32]
    facets: tuple[str, ...] = ()
    day: int = 0


@dataclass(frozen=True, slots=True)
class VectorRow:
    """vector: float32 bytes; sentences: float16 bytes, one row a sentence."""

    vector: bytes
    sentences: bytes


@dataclass(frozen=True, slots=True)
class Proof:
    """A span as the database has it now."""

    text: str
    speaker: str | None
    start_s: float | None


@dataclass(frozen=True, slots=True)
class Stored:
    """What publishing did. status: added, changed or unchanged."""

    document_id: str
    revision_id: str
    status: str
