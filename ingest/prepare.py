"""One file into a draft: read, set aside, attribute, name the speakers, assemble, describe, report."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.assemble import Assembled, assemble
from ingest.attribution import attribute
from ingest.describe import describe
from ingest.duplicates import signature
from ingest.plan import Planned
from ingest.promotion import set_aside
from ingest.readers import choose
from ingest.reading import Dropped, Reading, Source
from ingest.report import quality_report
from ingest.speakers import Cast, as_entry, cast
from kb.errors import CounterpartError, InputError
from kb.records import Draft, Speaker, content_hash

# Raised when the same file would now give another document: files then count as changed.
PIPELINE_VERSION = "1"
# A hundred hours of talk, twice. What is longer is a log or a dump, and would hold everything up for an hour.
MOST_CHARS = 10_000_000


@dataclass(frozen=True, slots=True)
class Prepared:
    """signature: see ingest.duplicates."""

    draft: Draft
    signature: bytes


def settings_hash(planned: Planned) -> str:
    """Changes with all that makes a document besides its file's bytes: what is stated, the feed's hints, the code."""
    said = [PIPELINE_VERSION, planned.stated.values, planned.stated.speakers, planned.feed]
    return content_hash(json.dumps(said, sort_keys=True, default=repr))


def prepare(planned: Planned, source: Source) -> Prepared:
    """The document that a file is. Raises InputError, whatever a reader trips over."""
    reading = _read(source)
    try:
        return _prepared(planned, source, reading)
    except CounterpartError:
        raise
    except Exception as error:
        raise _failed("the pipeline", error, source.path) from error


def _read(source: Source) -> Reading:
    reader = choose(source)
    try:
        return reader.read(source)
    except CounterpartError:
        raise
    except Exception as error:
        raise _failed(f"the reader {reader.name}", error, source.path) from error


def _failed(who: str, error: Exception, path: Path) -> InputError:
    return InputError(
        f"{who} failed: {type(error).__name__}: {error}",
        where=path.name,
        way_out="That is a defect of Counterpart: please report it with the file.",
    )


def _prepared(planned: Planned, source: Source, reading: Reading) -> Prepared:
    _refuse_endless(reading, source.path)
    blocks, promoted, flagged = set_aside(reading.blocks)
    blocks, quoted = attribute(blocks)
    known = (planned.stated.speakers, _entries(planned.feed), _entries(reading.metadata), map(as_entry, quoted))
    named = cast(blocks, *known)
    assembled = assemble(named.blocks)
    described = describe(
        planned.path,
        named.blocks,
        stated=planned.stated,
        feed=planned.feed,
        reading=reading.metadata,
        speakers=named.speakers,
    )
    faults = (*planned.faults, *reading.faults, *named.faults, *assembled.faults, *described.faults)
    report = _report(source, reading, assembled, named, [*reading.dropped, *promoted], faults, flagged)
    draft = Draft(described.source_key, described.metadata, assembled.text, assembled.segments, assembled.marks, report)
    return Prepared(draft, signature(assembled))


def _refuse_endless(reading: Reading, path: Path) -> None:
    size = sum(len(block.text) for block in reading.blocks)
    if size > MOST_CHARS:
        raise InputError(
            f"holds {size:,} characters of text, more than any interview or article",
            where=path.name,
            way_out="Split it.",
        )


def _report(
    source: Source,
    reading: Reading,
    assembled: Assembled,
    named: Cast,
    dropped: Sequence[Dropped],
    faults: Sequence[str],
    flagged: bool,
) -> dict[str, Any]:
    return quality_report(
        assembled,
        format_name=reading.format,
        charset=source.charset,
        speakers=named.speakers,
        dropped=dropped,
        cues=reading.cues,
        faults=faults,
        flagged=flagged,
    )


def _entries(hints: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The speakers that a feed or a reader names; what is no speaker is passed over."""
    speakers = hints.get("speakers") or ()
    if not isinstance(speakers, Iterable) or isinstance(speakers, str):
        return []
    return [as_entry(one) for one in speakers if isinstance(one, Speaker | Mapping)]
