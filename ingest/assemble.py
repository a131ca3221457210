"""Blocks into the canonical text, the segments that tile it and the time marks along it."""

from __future__ import annotations

import math
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ingest.normalise import clean_with_offsets
from ingest.reading import Block
from kb.errors import InputError
from kb.records import Segment, TimeMark, second_at, tiling_fault

SEPARATOR = "\n\n"


@dataclass(frozen=True, slots=True)
class Assembled:
    """lines: each segment's line in the file, 0 where unknown. faults: what was repaired, in sentences."""

    text: str
    segments: tuple[Segment, ...]
    marks: tuple[TimeMark, ...]
    lines: tuple[int, ...]
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Heard:
    """A time that the file states. firm: a start; what is not firm is a block's end."""

    offset: int
    second: float
    firm: bool


def assemble(blocks: Sequence[Block]) -> Assembled:
    """The document's text and its tiling. Raises InputError where the blocks hold no text.

    Blocks are joined by an empty line, or by nothing where a block is marked as joined to the one before.
    """
    pieces = _pieces(blocks)
    if not pieces:
        raise InputError("there is no text in it", way_out="Look whether the right file was given.")
    text_parts: list[str] = []
    segments: list[Segment] = []
    heard: list[_Heard] = []
    at = 0
    for number, piece in enumerate(pieces):
        last = number + 1 == len(pieces)
        tail = "" if last or pieces[number + 1].joined else SEPARATOR
        heard.extend(_heard(piece, at))
        segments.append(_segment(piece, at, at + len(piece.text) + len(tail)))
        text_parts += (piece.text, tail)
        at = segments[-1].end
    text = "".join(text_parts)
    marks, faults = _in_order(heard)
    repaired = tuple(_with_times(segment, marks) for segment in segments)
    if fault := tiling_fault(text, repaired):
        raise InputError(f"its text could not be put together: {fault}")
    return Assembled(text, repaired, marks, tuple(piece.line for piece in pieces), faults)


def _pieces(blocks: Sequence[Block]) -> list[Block]:
    """Blocks cleaned, none empty; no white space at either end of a run of joined ones."""
    pieces: list[Block] = []
    for block in blocks:
        starts = not (block.joined and pieces)
        if starts and pieces:
            pieces[-1] = _stripped_end(pieces[-1])
        piece = _cleaned(block, starts)
        if not starts and not unicodedata.is_normalized("NFC", pieces[-1].text + piece.text):
            # Two pieces that would melt into one character stay apart: each is shown as it stands.
            pieces[-1] = _stripped_end(pieces[-1])
            starts, piece = True, _cleaned(block, True)
        if piece.text.strip():
            pieces.append(piece)
        elif piece.text and not starts:
            # White space between two joined blocks belongs to the first: nothing lies between segments.
            pieces[-1] = replace(pieces[-1], text=pieces[-1].text + piece.text)
    if pieces:
        pieces[-1] = _stripped_end(pieces[-1])
    return pieces


def _cleaned(block: Block, starts: bool) -> Block:
    marks = sorted((max(0, min(offset, len(block.text))), second) for offset, second in block.marks)
    text, offsets = clean_with_offsets(block.text, [offset for offset, _ in marks])
    lead = len(text) - len(text.lstrip()) if starts else 0
    moved = tuple((max(0, offset - lead), second) for offset, (_, second) in zip(offsets, marks, strict=True))
    return replace(block, text=text[lead:], marks=moved, joined=block.joined and not starts)


def _stripped_end(piece: Block) -> Block:
    return replace(piece, text=piece.text.rstrip())


def _segment(piece: Block, start: int, end: int) -> Segment:
    return Segment(start, end, piece.kind, piece.speaker, piece.start_s, piece.end_s, piece.level, piece.opens)


def _heard(piece: Block, at: int) -> list[_Heard]:
    times: list[_Heard] = []
    if piece.start_s is not None:
        times.append(_Heard(at, piece.start_s, True))
    # A mark past the block's last character would time the next block's words.
    times += [_Heard(at + offset, second, True) for offset, second in piece.marks if offset < len(piece.text)]
    if piece.end_s is not None:
        times.append(_Heard(at + len(piece.text), piece.end_s, False))
    return times


def _in_order(heard: Sequence[_Heard]) -> tuple[tuple[TimeMark, ...], tuple[str, ...]]:
    """Marks at strictly ascending offsets whose seconds never fall; what did not fit is a fault."""
    sane = [time for time in heard if math.isfinite(time.second) and time.second >= 0]
    faults = []
    if len(sane) < len(heard):
        faults.append(f"{len(heard) - len(sane)} times are negative or no numbers and were left out")
    firm = _one_an_offset([time for time in sane if time.firm])
    kept = _longest_rising(firm)
    if len(kept) < len(firm):
        left = set(kept)
        first = next(time for time in firm if time not in left)
        count = len(firm) - len(kept)
        faults.append(f"{count} of {len(firm)} times go backwards and were left out, the first at {first.second:g} s")
    ends = [time for time in sane if not time.firm]
    marks = tuple(TimeMark(time.offset, float(time.second)) for time in _with_ends(kept, ends))
    return marks, tuple(faults)


def _one_an_offset(times: Sequence[_Heard]) -> list[_Heard]:
    first: dict[int, _Heard] = {}
    for time in times:
        first.setdefault(time.offset, time)
    return [first[offset] for offset in sorted(first)]


def _longest_rising(times: Sequence[_Heard]) -> list[_Heard]:
    """The longest run of times, in order, whose seconds never fall: one wild time costs only itself."""
    tails: list[float] = []
    ends: list[int] = []
    previous: list[int] = []
    for number, time in enumerate(times):
        length = bisect_right(tails, time.second)
        previous.append(ends[length - 1] if length else -1)
        tails[length : length + 1] = [time.second]
        ends[length : length + 1] = [number]
    kept: list[_Heard] = []
    at = ends[-1] if ends else -1
    while at >= 0:
        kept.append(times[at])
        at = previous[at]
    return kept[::-1]


def _with_ends(starts: Sequence[_Heard], ends: Sequence[_Heard]) -> list[_Heard]:
    """The starts, and those ends that lie between the start before and the start after them."""
    fitting: list[_Heard] = []
    offsets = [time.offset for time in starts]
    for end in ends:
        after = bisect_right(offsets, end.offset)
        before = starts[after - 1] if after else None
        if before is None or before.offset == end.offset or before.second > end.second:
            continue
        if after == len(starts) or end.second <= starts[after].second:
            fitting.append(end)
    marks: list[_Heard] = []
    for time in sorted([*starts, *fitting], key=lambda time: time.offset):
        if not marks or time.second >= marks[-1].second:
            marks.append(time)
    return marks


def _with_times(segment: Segment, marks: Sequence[TimeMark]) -> Segment:
    """The segment with times that its marks bear out: a start that was left out is read off its neighbours."""
    if segment.start_s is None and segment.end_s is None:
        return segment
    start, end = segment.start_s, segment.end_s
    if start is not None:
        start = second_at(marks, segment.start)
        # Whose start was wrong is not believed about its end either.
        end = end if start == segment.start_s else None
    if end is not None and (not math.isfinite(end) or end < 0 or (start is not None and end < start)):
        end = None
    return replace(segment, start_s=start, end_s=end)
