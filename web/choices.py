"""What the filters of the pages can be set to: the values that the library's documents have."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kb.library.library import Library


@dataclass(frozen=True)
class Choices:
    """Each in alphabetical order. documents, words: how much there is; people: speakers who are no roles."""

    shows: tuple[str, ...]
    speakers: tuple[str, ...]
    modalities: tuple[str, ...]
    documents: int
    words: int
    people: int


class ChoiceReader:
    """Reads the choices again when the library has changed; of a known revision nothing is read twice."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._lock = threading.Lock()
        self._sequence = -1
        self._choices = Choices((), (), (), 0, 0, 0)
        self._modalities: dict[str, tuple[str, ...]] = {}

    def read(self) -> Choices:
        with self._lock:
            sequence = self._library.sequence()
            if sequence != self._sequence:
                self._choices = self._gather()
                self._sequence = sequence
            return self._choices

    def _gather(self) -> Choices:
        rows = self._library.documents()
        self._modalities = {row.revision_id: self._modality(row.revision_id) for row in rows}
        return Choices(
            shows=_sorted(row.show for row in rows),
            speakers=_sorted(name for row in rows for name in row.speakers),
            modalities=_sorted(name for names in self._modalities.values() for name in names),
            documents=len(rows),
            words=sum(row.words for row in rows),
            people=len({name for row in rows if not row.composed for name in row.speakers}),
        )

    def _modality(self, revision_id: str) -> tuple[str, ...]:
        if revision_id in self._modalities:
            return self._modalities[revision_id]
        return self._library.revision(revision_id).metadata.modality


def _sorted(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({name for name in names if name}, key=lambda name: (name.casefold(), name)))
