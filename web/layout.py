"""From a revision to what a page shows: blocks of pieces, whose texts are the revision's own. Pure.

Segments tile a text, and a paragraph of an article may hold several of them (narration, quoted speech,
narration). A block is what stands by itself on the page: a turn, a paragraph, a heading.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from kb.records import SPOKEN_KINDS, Chapter, Revision, Segment, Speaker
from kb.spans import overlapping
from web.security import outgoing

INLINE_KINDS = ("narration", "quote")
LINKED_KINDS = ("reference", "promotion")
_ADDRESS = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]]")

Span = tuple[int, int]


@dataclass(frozen=True)
class Piece:
    """A stretch of one segment. first: the first cited piece, which the address jumps to. url: "" or its link.

    hit: the number of what was found here, or 0; opens: whether it begins here. anchor: of a segment that begins inside
    a paragraph, its number, else 0.
    """

    text: str
    cited: bool = False
    first: bool = False
    speech: bool = False
    url: str = ""
    hit: int = 0
    opens: bool = False
    anchor: int = 0


@dataclass(frozen=True)
class Block:
    """number: of its first segment. speakers: those heard in it. told: whether the page names them again."""

    number: int
    kind: str
    level: int
    second: float | None
    speakers: tuple[Speaker, ...]
    told: bool
    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)


def blocks(
    revision: Revision, *, window: Span | None = None, cited: Span | None = None, found_at: Sequence[Span] = ()
) -> list[Block]:
    """The blocks of a revision, or of its characters [start, end) in window; cited and what was found are marked."""
    start, end = window or (0, len(revision.text))
    numbers = {id(segment): number for number, segment in enumerate(revision.segments)}
    found: list[Block] = []
    marked = False
    for group in _groups(revision, overlapping(revision.segments, start, end)):
        pieces = list(_pieces(revision, group, (start, end), cited, found_at, marked, numbers))
        marked = marked or any(piece.first for piece in pieces)
        if "".join(piece.text for piece in pieces).strip():
            found.append(_block(revision, group, numbers[id(group[0])], pieces, found[-1] if found else None))
    return found


def chapter_links(chapters: Iterable[Chapter], found: list[Block]) -> list[tuple[Chapter, int]]:
    """Each chapter with the segment number of the block that is heard when it starts."""
    timed = [block for block in found if block.second is not None]
    links = []
    for chapter in chapters:
        before = [block for block in timed if (block.second or 0.0) <= chapter.start_s]
        at = before[-1] if before else timed[0] if timed else None
        if at is not None:
            links.append((chapter, at.number))
    return links


def heard_at(found: Iterable[Block], second: float | None) -> int:
    """The number of the block that is heard at a second; -1: none."""
    before = [block for block in found if block.second is not None and second is not None and block.second <= second]
    return before[-1].number if before else -1


def _groups(revision: Revision, segments: Iterable[Segment]) -> Iterator[list[Segment]]:
    """Segments that share a line of the text and are a paragraph's parts; each other segment by itself."""
    group: list[Segment] = []
    for segment in segments:
        inline = segment.kind in INLINE_KINDS and group and group[-1].kind in INLINE_KINDS
        if group and not (inline and not _ends_line(revision, group[-1])):
            yield group
            group = []
        group.append(segment)
    if group:
        yield group


def _ends_line(revision: Revision, segment: Segment) -> bool:
    text = revision.text[segment.start : segment.end]
    return "\n" in text[len(text.rstrip()) :]


def _block(revision: Revision, group: list[Segment], number: int, pieces: list[Piece], last: Block | None) -> Block:
    names = dict.fromkeys(s.speaker for s in group if s.speaker and s.kind in SPOKEN_KINDS)
    speakers = tuple(revision.metadata.speaker(name) or Speaker(name) for name in names)
    first = group[0]
    return Block(
        number=number,
        kind="paragraph" if first.kind in INLINE_KINDS else first.kind,
        level=first.level,
        second=_heard_at(revision, first),
        speakers=speakers,
        told=bool(speakers) and (last is None or last.speakers != speakers),
        pieces=tuple(_trimmed(pieces)),
    )


def _heard_at(revision: Revision, segment: Segment) -> float | None:
    """Where it begins in the recording, if that is known and not only guessed from what came before."""
    if segment.start_s is not None:
        return segment.start_s
    at = bisect_left(revision.marks, segment.start, key=lambda mark: mark.offset)
    marked = at < len(revision.marks) and revision.marks[at].offset == segment.start
    return revision.marks[at].second if marked else None


def _pieces(
    revision: Revision,
    group: list[Segment],
    window: Span,
    cited: Span | None,
    found_at: Sequence[Span],
    marked: bool,
    numbers: dict[int, int],
) -> Iterator[Piece]:
    for segment in group:
        start, end = max(segment.start, window[0]), min(segment.end, window[1])
        anchor = numbers[id(segment)] if segment is not group[0] else 0
        for a, b, inside, hit in _cuts(start, end, cited, found_at):
            first = inside and not marked and not revision.text[a:b].isspace()
            marked = marked or first
            speech = segment.kind == "quote"
            if inside or hit or segment.kind not in LINKED_KINDS:
                opens = bool(hit) and a == max(found_at[hit - 1][0], window[0])
                yield Piece(revision.text[a:b], inside, first, speech, hit=hit, opens=opens, anchor=anchor)
                anchor = 0
            else:
                yield from linked(revision.text[a:b])


def _cuts(start: int, end: int, cited: Span | None, found_at: Sequence[Span]) -> Iterator[tuple[int, int, bool, int]]:
    """[start, end) cut where marks begin and end: (from, to, whether cited, number of the hit or 0), none empty."""
    first = bisect_right(found_at, start, key=lambda span: span[1])
    past = bisect_left(found_at, end, key=lambda span: span[0])
    bounds = {start, end}
    for span in (*([cited] if cited else []), *found_at[first:past]):
        bounds |= {min(max(span[0], start), end), min(max(span[1], start), end)}
    cuts = sorted(bounds)
    for low, high in pairwise(cuts):
        hit = bisect_right(found_at, low, key=lambda span: span[0])
        found = hit > 0 and low < found_at[hit - 1][1]
        yield low, high, cited is not None and cited[0] <= low < cited[1], hit if found else 0


def linked(text: str) -> Iterator[Piece]:
    """The text in pieces, web addresses in it made links; the pieces' texts are the text."""
    at = 0
    for match in _ADDRESS.finditer(text):
        url = outgoing(match.group())
        if url:
            if match.start() > at:
                yield Piece(text[at : match.start()])
            yield Piece(match.group(), url=url)
            at = match.end()
    if at < len(text):
        yield Piece(text[at:])


def _trimmed(pieces: list[Piece]) -> list[Piece]:
    """Without the white space that ends a block: on a page it would show as an empty line."""
    return [*pieces[:-1], replace(pieces[-1], text=pieces[-1].text.rstrip())] if pieces else []
