"""What became of each file: found = read + skipped + failed, always."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kb.errors import CounterpartError

READ = ("added", "changed", "unchanged", "renamed")
SKIPPED = ("copy", "skipped")
FAILED = ("failed",)
STATUSES = (*READ, *SKIPPED, *FAILED)
READING = "reading"
EXIT_DONE = 0
EXIT_SOME_FAILED = 3


@dataclass(frozen=True, slots=True)
class Event:
    """Told when a file starts being read (status READING), and when it is settled (one of STATUSES).

    done: files settled so far, of total; path as in the report.
    """

    done: int
    total: int
    path: str
    status: str


@dataclass(frozen=True, slots=True)
class Entry:
    """status: one of STATUSES. reason: why, for what is not plainly read. document: its id, or ""."""

    path: str
    status: str
    reason: str = ""
    document: str = ""
    report: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "path": self.path,
            "status": self.status,
            "reason": self.reason,
            "document": self.document,
            "report": dict(self.report),
        }


@dataclass(frozen=True, slots=True)
class IngestReport:
    """entries: in the order of the plan. stopped: what ended the batch early, or None.

    embedded, cached: passages whose vectors were made, or were there already. speed: "tokens", "tokens_per_second".
    """

    entries: tuple[Entry, ...]
    stopped: CounterpartError | None = None
    embedded: int = 0
    cached: int = 0
    speed: Mapping[str, int] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, int]:
        """By status, and "found", "read", "skipped_all", "failed"; found == read + skipped_all + failed."""
        by_status = Counter(entry.status for entry in self.entries)
        return {
            "found": len(self.entries),
            "read": sum(by_status[status] for status in READ),
            "skipped_all": sum(by_status[status] for status in SKIPPED),
            **{status: by_status[status] for status in STATUSES},
        }

    @property
    def exit_code(self) -> int:
        """0; 3 where a file failed; the error's own where the batch was stopped."""
        if self.stopped is not None:
            return self.stopped.exit_code
        return EXIT_SOME_FAILED if self.counts["failed"] else EXIT_DONE

    def as_json(self) -> dict[str, Any]:
        return {
            "counts": self.counts,
            "embedded": self.embedded,
            "cached": self.cached,
            **self.speed,
            "stopped": str(self.stopped) if self.stopped else "",
            "files": [entry.as_json() for entry in self.entries],
        }
