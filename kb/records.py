"""The words of the house, as records. Pure data: no input, no output, no clock."""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

SIDES = (
    "sponsor",
    "cdmo",
    "consultant",
    "investor",
    "regulator",
    "academic",
    "host",
    "other",
    "unknown",
)
DOCUMENT_KINDS = ("episode", "article", "notes")
PHASES = ("preclinical", "phase 1", "phase 2", "phase 3", "commercial")
# "promotion" and "reference" (a list of sources) stay in the text and are in no passage.
SEGMENT_KINDS = (
    "turn",
    "paragraph",
    "heading",
    "quote",
    "narration",
    "promotion",
    "reference",
)
SPOKEN_KINDS = ("turn", "quote")
SET_ASIDE_KINDS = ("promotion", "reference")
# Time marks further apart than this are not interpolated: the earlier one is the honest answer.
INTERPOLATE_S = 30.0


@dataclass(frozen=True, slots=True)
class Speaker:
    """A person (or, in a composed document, a role). host: asks the questions; guessed: nobody said so."""

    name: str
    role: str = ""
    organisation: str = ""
    side: str = "unknown"
    host: bool = False
    guessed: bool = False


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch [start, end) of the text, in characters, its trailing white space included.

    Segments tile the text: the first starts at 0, each starts where the last ended, the last ends
    at len(text). speaker: a name out of the document's speakers, or None. start_s, end_s: seconds.
    level: 1 to 6 for headings, else 0. opens: the file names the speaker here, so a turn begins, even where
    the same speaker had the word before (the question between two answers may have been left out).
    """

    start: int
    end: int
    kind: str
    speaker: str | None = None
    start_s: float | None = None
    end_s: float | None = None
    level: int = 0
    opens: bool = False


@dataclass(frozen=True, slots=True)
class TimeMark:
    """The text at `offset` (characters) is heard at `second`."""

    offset: int
    second: float


@dataclass(frozen=True, slots=True)
class Chapter:
    start_s: float
    title: str


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is known of a document besides its words. date: ISO 8601 ("2026-10-01", "2026") or ""."""

    title: str
    show: str = ""
    kind: str = "article"
    date: str = ""
    language: str = "en"
    url: str = ""
    audio: str = ""
    licence: str = ""
    phase: tuple[str, ...] = ()
    modality: tuple[str, ...] = ()
    composed: bool = False
    sponsored: bool = False
    speakers: tuple[Speaker, ...] = ()
    chapters: tuple[Chapter, ...] = ()

    def speaker(self, name: str | None) -> Speaker | None:
        return next((speaker for speaker in self.speakers if speaker.name == name), None)


@dataclass(frozen=True, slots=True)
class Draft:
    """A document as ingest hands it over: canonical text, segments that tile it, marks in order.

    source_key: feed guid, else canonical URL, else manifest key, else "" (the first content's hash
    then names the document). report: the quality report, ready for JSON.
    """

    source_key: str
    metadata: Metadata
    text: str
    segments: tuple[Segment, ...]
    marks: tuple[TimeMark, ...] = ()
    report: Mapping[str, Any] = field(default_factory=dict)

    def content(self) -> str:
        """All that makes this revision what it is, as canonical JSON."""
        body = {
            "metadata": asdict(self.metadata),
            "text": self.text,
            "segments": [asdict(segment) for segment in self.segments],
            "marks": [asdict(mark) for mark in self.marks],
        }
        return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Revision:
    """A stored revision. id: hash of document id and content; number: 1, 2, ... in its document."""

    id: str
    document_id: str
    number: int
    metadata: Metadata
    text: str
    segments: tuple[Segment, ...]
    marks: tuple[TimeMark, ...]
    report: Mapping[str, Any]
    created_at: str

    def second_at(self, offset: int) -> float | None:
        return second_at(self.marks, offset)

    def segment_at(self, offset: int) -> Segment:
        return self.segments[segment_index(self.segments, offset)]

    def section_at(self, offset: int) -> str:
        """The heading that the text at offset stands under, or ""."""
        return section_at(self.text, self.segments, offset)


@dataclass(frozen=True, slots=True)
class Passage:
    """A span [start, end) of a revision's text; text == revision.text[start:end].

    no: the library's number of it, never used again; 0 until it is stored.
    sentences: spans relative to the passage's start, in order.
    """

    id: str
    document_id: str
    revision_id: str
    start: int
    end: int
    text: str
    sentences: tuple[tuple[int, int], ...]
    no: int = 0
    themes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Theme:
    name: str
    title: str
    description: str
    phrases: tuple[str, ...]
    questions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Filter:
    """Which passages may be found. Values of one field are alternatives; fields must all hold.

    since, until: ISO dates, inclusive. document: document ids.
    """

    theme: tuple[str, ...] = ()
    show: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    speaker: tuple[str, ...] = ()
    side: tuple[str, ...] = ()
    organisation: tuple[str, ...] = ()
    phase: tuple[str, ...] = ()
    modality: tuple[str, ...] = ()
    document: tuple[str, ...] = ()
    since: str = ""
    until: str = ""

    def __bool__(self) -> bool:
        return self != Filter()


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found, with each part of its score: dense, keywords (raw), z of both, prior, score."""

    passage: Passage
    score: float
    parts: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Citation:
    """What makes a quote checkable. id: "<first 16 of the revision's id>-<start>-<end>"."""

    id: str
    document_id: str
    revision_id: str
    start: int
    end: int
    speaker: str | None
    start_s: float | None


@dataclass(frozen=True, slots=True)
class Quote:
    """A verbatim span that answers, of one speaker (None: an article's narration).

    key_start, key_end: the deciding sentence, relative to text. before, after: what surrounds it.
    """

    text: str
    key_start: int
    key_end: int
    citation: Citation
    speaker: Speaker | None
    metadata: Metadata
    section: str
    themes: tuple[str, ...]
    score: float
    parts: Mapping[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class QuestionVector:
    """A question's vector, float32 (dim,), and the key of the model that made it: others' are not comparable."""

    model_key: str
    values: npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Answer:
    """status: "answered" (1 to 5 quotes) or "not_found" (none). nearest: hits, best first.

    judged: the numbers that the decision was made from, with "probability" among them. facets: facet -> value -> how
    many of the passages that were found for the question have it. vector: for whoever looks for more by it.
    """

    question: str
    status: str
    quotes: tuple[Quote, ...]
    nearest: tuple[Hit, ...]
    judged: Mapping[str, float]
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    vector: QuestionVector | None = field(default=None, compare=False, repr=False)


def citation_id(revision_id: str, start: int, end: int) -> str:
    return f"{revision_id[:16]}-{start}-{end}"


def content_hash(*parts: str) -> str:
    """SHA-256, hex, of the parts; a part's length is hashed with it, so no two lists collide."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return digest.hexdigest()


def second_at(marks: Sequence[TimeMark], offset: int) -> float | None:
    """The second at which the character at offset is heard; None before the first mark.

    Between marks at most INTERPOLATE_S apart, linear in characters; else the earlier mark's second.
    """
    following = bisect_right(marks, offset, key=lambda mark: mark.offset)
    if following == 0:
        return None
    before = marks[following - 1]
    if following == len(marks) or before.offset == offset:
        return before.second
    after = marks[following]
    gap = after.second - before.second
    if not 0 <= gap <= INTERPOLATE_S:
        return before.second
    share = (offset - before.offset) / (after.offset - before.offset)
    return round(before.second + share * gap, 3)


def segment_index(segments: Sequence[Segment], offset: int) -> int:
    """Index of the segment that holds offset. Raises ValueError outside the tiling."""
    index = bisect_right(segments, offset, key=lambda segment: segment.end)
    if index == len(segments) or offset < segments[index].start:
        raise ValueError(f"offset {offset} is in no segment")
    return index


def section_at(text: str, segments: Sequence[Segment], offset: int) -> str:
    title = ""
    for segment in segments:
        if segment.start > offset:
            break
        if segment.kind == "heading":
            title = text[segment.start : segment.end].strip()
    return title


def tiling_fault(text: str, segments: Sequence[Segment]) -> str:
    """Why the segments do not tile the text, or "" where they do."""
    at = 0
    for number, segment in enumerate(segments):
        if segment.start != at:
            return f"segment {number} starts at {segment.start}, not at {at}"
        if segment.end <= segment.start:
            return f"segment {number} is empty"
        if segment.kind not in SEGMENT_KINDS:
            return f"segment {number} is of the unknown kind {segment.kind!r}"
        at = segment.end
    return "" if at == len(text) else f"the segments end at {at}, the text at {len(text)}"


def metadata_from_json(body: Mapping[str, Any]) -> Metadata:
    """The inverse of dataclasses.asdict(metadata), through JSON."""
    values = dict(body)
    values["speakers"] = tuple(Speaker(**speaker) for speaker in values.get("speakers", ()))
    values["chapters"] = tuple(Chapter(**chapter) for chapter in values.get("chapters", ()))
    for name in ("phase", "modality"):
        values[name] = tuple(values.get(name, ()))
    return Metadata(**values)


def with_report(draft: Draft, report: Mapping[str, Any]) -> Draft:
    return replace(draft, report=report)
