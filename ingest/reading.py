"""What a reader is given and what it gives back. The seam between file formats and documents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Source:
    """A file as found. text: decoded by charset-normalizer, "" for binary formats (PDF, DOCX)."""

    path: Path
    data: bytes
    text: str
    charset: str


@dataclass(frozen=True, slots=True)
class Block:
    """A turn, paragraph or heading in the file's order: no fused words, inner white space single.

    kind: a segment kind of kb.records. marks: (offset in text, second), ascending. line: in the file, from 1.
    joined: this block goes on where the block before ended, with no separator between (a piece of one paragraph,
    whose white space between sentences closes the piece before); else a blank line stands between the two.
    opens: the file names the speaker here, so a turn begins, even where the same speaker had the word before.
    """

    text: str
    kind: str
    speaker: str | None = None
    start_s: float | None = None
    end_s: float | None = None
    level: int = 0
    marks: tuple[tuple[int, float], ...] = ()
    line: int = 0
    joined: bool = False
    opens: bool = False


@dataclass(frozen=True, slots=True)
class Dropped:
    """What a reader left out, and why ("navigation", "NOTE block", "rolling caption repeated"...)."""

    reason: str
    text: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """A file read. metadata: hints, keys of kb.records.Metadata ("speakers": list of dicts) and "key".

    cues: captions read, for the report (0 elsewhere). faults: odd but survivable ("cue 12 ends before it starts").
    """

    format: str
    blocks: tuple[Block, ...]
    dropped: tuple[Dropped, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)
    cues: int = 0
    faults: tuple[str, ...] = ()


class Reader(Protocol):
    """One format. sniff: 0 (not mine) to 1 (certainly mine), by content first, the ending as a hint.

    read raises kb.errors.InputError with file, line and reason for what it cannot read.
    """

    name: str

    def sniff(self, source: Source) -> float: ...

    def read(self, source: Source) -> Reading: ...
