"""What a job that cuts and embeds counts."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from kb.embedding import Embedder
from kb.embedding.contract import Embedded


@dataclass(slots=True)
class Tally:
    """Documents, in all the four ways that they can go, and texts.

    added: taken in. changed: taken in after they were edited under the job's eyes. skipped: there already.
    failed: (document id, reason). embedded, cached: texts whose vectors were made, or were there.
    tokens, embedding_s: of the texts that were embedded, and how long that took.
    """

    added: int = 0
    changed: int = 0
    skipped: int = 0
    failed: dict[str, str] = field(default_factory=dict)
    embedded: int = 0
    cached: int = 0
    tokens: int = 0
    embedding_s: float = 0.0

    def embed(
        self, embedder: Embedder, texts: Sequence[str], sentences: Sequence[Sequence[tuple[int, int]]]
    ) -> list[Embedded]:
        """As the embedder does it, counted."""
        started = time.monotonic()
        made = embedder.passages(texts, sentences)
        self.embedding_s += time.monotonic() - started
        self.embedded += len(texts)
        self.tokens += sum(embedder.count(texts))
        return made

    def as_json(self) -> dict[str, Any]:
        return {
            "seen": self.added + self.changed + self.skipped + len(self.failed),
            "added": self.added,
            "changed": self.changed,
            "skipped": self.skipped,
            "failed": [{"document": name, "reason": reason} for name, reason in sorted(self.failed.items())],
            "embedded": self.embedded,
            "cached": self.cached,
            **self.speed(),
        }

    def speed(self) -> dict[str, Any]:
        rate = round(self.tokens / self.embedding_s) if self.embedding_s else 0
        return {"tokens": self.tokens, "tokens_per_second": rate}
