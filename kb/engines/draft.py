"""An index in the making: on top of the published one, or beside it in a folder of its own."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from kb.engines import approximate
from kb.engines.approximate import InvertedLists
from kb.engines.dense import Held, Sizes
from kb.engines.pack import write_pack
from kb.engines.segment import DenseSegment, write_entries, write_merged
from kb.engines.state import Home, SegmentFiles, State, WordsFiles
from kb.engines.words import WordWriter
from kb.library.rows import IndexEntry


def new_name(kind: str) -> str:
    """A name that no file of any process has had."""
    return f"{kind}-{uuid.uuid4().hex[:16]}"


class EmbeddedDraft:
    """folder: where new segments are written. merging: like-sized small segments are made one at once."""

    def __init__(
        self,
        home: Home,
        folder: Path,
        sizes: Sizes,
        words: WordWriter,
        held: Sequence[Held] = (),
        *,
        sequence: int = 0,
        purge: bool = False,
        merging: bool = True,
        repeated: bool = False,
    ) -> None:
        self._home = home
        self._folder = folder
        self._sizes = sizes
        self._words = words
        self.held = list(held)
        self.sequence = sequence
        self._purge = purge
        self._merging = merging
        self._repeated = repeated

    def add(self, added: Sequence[IndexEntry], removed: Sequence[int], sequence: int, *, purge: bool = False) -> None:
        """What is both removed and added is changed. repeated: the words may hold what is added, from a dead writer."""
        again = [*removed, *(entry.no for entry in added)] if self._repeated else removed
        self._words.change(added, again)
        if len(removed):
            gone = np.array(sorted(set(removed)), dtype=np.int64)
            self.held = [held.without(gone) for held in self.held]
        if added:
            path = self._folder / new_name("segment")
            files = SegmentFiles(write_entries(path, added, self._home.dimension), len(added))
            self.held.append(Held(files, DenseSegment.open(path, self._home.dimension)))
        if self._merging:
            self._merge_small()
        self.sequence = sequence
        self._purge = self._purge or purge

    def _merge_small(self) -> None:
        """Costs what changed: only what is small is copied, and each passage few times."""
        most, held = self._sizes.merge_at_once, self.held
        while len(held) > 1 and self._alike(held[-2], held[-1]):
            held[-2:] = merged(self._home, self._folder, held[-2:])
        for at, one in enumerate(held):
            if one.lists is None and len(one.segment.nos) <= most and self._worn(one):
                held[at : at + 1] = merged(self._home, self._folder, [one])
                break

    def _alike(self, before: Held, last: Held) -> bool:
        small = before.lists is None and last.lists is None and len(before) + len(last) <= self._sizes.merge_at_once
        return small and 2 * len(last) >= len(before)

    def _worn(self, held: Held) -> bool:
        return len(held.gone) > self._sizes.gone_share * len(held.segment.nos)

    def finish(self) -> None:
        """All in one segment, with inverted lists if it is large."""
        if len(self.held) > 1 or any(len(held.gone) for held in self.held):
            self.held = merged(self._home, self._folder, self.held)
        self.held = [with_lists(self._folder, held, self._sizes) for held in self.held]
        self._merging = True
        self._words.commit()
        self._words.close()
        self._words = WordWriter(self._words.folder)

    def seal(self) -> State:
        """Everything on the disk; the state that names it."""
        words = WordsFiles(self._words.folder.name, self._words.commit())
        return State(self._home.made_of, self.sequence, sealed(self._folder, self.held), words, self._purge)

    def close(self) -> None:
        """Wait for the merges of words that sealing began."""
        self._words.close()

    def abandon(self) -> None:
        self._words.abandon()


def sealed(folder: Path, parts: Sequence[Held]) -> tuple[SegmentFiles, ...]:
    """The files of these segments; what was taken out of them is on the disk."""
    segments = []
    for held in parts:
        files = held.files
        if files.gone_rows != len(held.gone):
            path = folder / new_name("gone")
            files = replace(files, gone=write_pack(path, {"rows": held.gone}, {}), gone_rows=len(held.gone))
        segments.append(files)
    return tuple(segments)


def merged(home: Home, folder: Path, parts: Sequence[Held]) -> list[Held]:
    """One segment of what these hold, or none where they hold nothing."""
    if not sum(len(held) for held in parts):
        return []
    path = folder / new_name("segment")
    data = write_merged(path, [(held.segment, held.gone) for held in parts])
    segment = DenseSegment.open(path, home.dimension)
    return [Held(SegmentFiles(data, len(segment.nos)), segment)]


def with_lists(folder: Path, held: Held, sizes: Sizes) -> Held:
    """With inverted lists, where the segment is large and has none."""
    if held.lists is not None or len(held.segment.nos) < sizes.approximate_from:
        return held
    path = folder / new_name("lists")
    about = approximate.build(path, held.segment)
    lists = InvertedLists.open(path, about, held.files.rows)
    return replace(held, files=replace(held.files, approximate=about), lists=lists)
