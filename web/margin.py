"""What stands beside a document's text: which passages begin where, and the themes they carry. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kb.records import SET_ASIDE_KINDS, Passage, Revision, Theme, segment_index
from web.layout import Block
from web.links import Links


@dataclass(frozen=True)
class Mark:
    """One theme of a passage: number `no` of `of`. here, following: anchors; following: "" at the last."""

    name: str
    title: str
    url: str
    no: int
    of: int
    here: str
    following: str


@dataclass(frozen=True)
class Beside:
    passage: str
    related_url: str
    marks: tuple[Mark, ...]


def beside(
    passages: Sequence[Passage], revision: Revision, blocks: Sequence[Block], themes: Mapping[str, Theme], links: Links
) -> dict[int, list[Beside]]:
    """Block number -> the passages that begin in it; those that begin with a heading stand at what follows it."""
    carried = {name: [p.id for p in passages if name in p.themes] for name in themes}
    numbers = [block.number for block in blocks]
    places: dict[int, list[Beside]] = {}
    for passage in passages:
        marks = tuple(
            _mark(name, themes[name], passage.id, ids, links) for name, ids in carried.items() if passage.id in ids
        )
        entry = Beside(passage.id, links.related(passage.id), marks)
        places.setdefault(_block(segment_index(revision.segments, passage.start), numbers, blocks), []).append(entry)
    return places


def theme_steps(places: Mapping[int, Sequence[Beside]]) -> list[Mark]:
    """The first mark of each theme: where its steps begin."""
    marks = [mark for entries in places.values() for entry in entries for mark in entry.marks]
    return sorted((mark for mark in marks if mark.no == 1), key=lambda mark: (-mark.of, mark.title))


def _mark(name: str, theme: Theme, passage_id: str, ids: Sequence[str], links: Links) -> Mark:
    at = ids.index(passage_id)
    following = f"{name}-{at + 2}" if at + 1 < len(ids) else ""
    return Mark(name, theme.title, links.theme(name), at + 1, len(ids), f"{name}-{at + 1}", following)


def _block(number: int, numbers: Sequence[int], blocks: Sequence[Block]) -> int:
    at = bisect_left(numbers, number + 1) - 1
    for block in blocks[max(at, 0) :]:
        if block.kind not in ("heading", *SET_ASIDE_KINDS):
            return block.number
    return numbers[max(at, 0)] if numbers else 0
