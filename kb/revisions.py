"""Revisions, remembered: a revision never changes, so what was read once may be read again from memory."""

from __future__ import annotations

import threading
from collections import OrderedDict

from kb.library import Library
from kb.records import Revision

_KEPT_CHARACTERS = 40_000_000


class Revisions:
    """The least recently used are forgotten when the texts kept are longer than 40 million characters."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, Revision] = OrderedDict()
        self._size = 0

    def get(self, revision_id: str) -> Revision:
        with self._lock:
            known = self._kept.get(revision_id)
            if known is not None:
                self._kept.move_to_end(revision_id)
                return known
        revision = self._library.revision(revision_id)
        with self._lock:
            if revision.id not in self._kept:
                self._kept[revision.id] = revision
                self._size += len(revision.text)
            while self._size > _KEPT_CHARACTERS and len(self._kept) > 1:
                _, old = self._kept.popitem(last=False)
                self._size -= len(old.text)
        return revision
