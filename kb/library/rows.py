"""What the library hands out besides the records of the house."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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
class AskedQuestion:
    """A host's question with its document. Spans in characters of the revision's text; text: the question's words.

    themes: of the passage in which the answer begins, in order.
    """

    document_id: str
    revision_id: str
    title: str
    show: str
    date: str
    composed: bool
    sponsored: bool
    start: int
    end: int
    asker: str
    answer_start: int
    answer_end: int
    answerer: str
    input_hash: str
    text: str
    themes: tuple[str, ...] = ()


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
    """One way of cutting and embedding the whole library, or (scope) a trial of it on some of the documents."""

    id: int
    model: str
    variant: str
    sha256: str
    dimension: int
    model_key: str
    passages: str
    normaliser: str
    state: str  # building, ready, active, retained, retired, or trial: made, and never to be active
    activated: int = 0
    scope: str = ""

    def recipe(self) -> tuple[str, str, str, str]:
        """What two generations that hold the same have in common."""
        return self.model_key, self.passages, self.normaliser, self.scope


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
    """What a batch job did, or does. kind: "ingest", "reindex", "activate", "rollback" or "retire"; body: as JSON.

    state: "running", "pausing" or "ended". exit_code, seconds: so far without meaning in a run that has not ended.
    process: who does it, as kb.jobs names it. generation_id: which generation it fills; 0: none.
    """

    id: int
    kind: str
    started_at: str
    seconds: float
    exit_code: int
    body: Mapping[str, Any]
    state: str = "ended"
    process: str = ""
    seen_at: str = ""
    generation_id: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """One step of the change sequence: passages (by number) that came or went; or what went must leave every disk."""

    seq: int
    kind: str  # "add", "remove" or "purge"
    document_id: str
    nos: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """What an index needs of a passage. vector: float32 (dim,), unit length; the rest: as kb.facets makes it."""

    no: int
    document_id: str
    text: str
    vector: npt.NDArray[np.float32]
    facets: tuple[str, ...] = ()
    day: int = 0
    shown: Mapping[str, str] = field(default_factory=dict)


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


@dataclass(frozen=True, slots=True)
class UnansweredQuestion:
    """A question for the editors. times: how often it was given; first_on, last_on: days, in ISO 8601."""

    id: str
    question: str
    times: int
    first_on: str
    last_on: str


@dataclass(frozen=True, slots=True)
class SavedRow:
    """A quote that was saved. citation: "" where its document was purged since; version: of the note, from 1."""

    id: int
    citation: str
    note: str
    version: int
    added_at: str


@dataclass(frozen=True, slots=True)
class CollectionRow:
    """A collection, as one of its links opens it. saved: in the reader's order; version: of the name, from 1."""

    name: str
    version: int
    created_at: str
    expires_at: str
    may_edit: bool
    saved: tuple[SavedRow, ...]
