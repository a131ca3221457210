"""A file's quality report in a few lines: only what an editor would want to look at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

# A word or two said twice is how people talk; more of it is how captions go wrong.
DOUBLED_SHARE = 0.02


def report_lines(body: Mapping[str, Any]) -> Iterator[str]:
    """A line a file, and what is remarkable about it; then the sum, in which found = read + skipped + failed."""
    for file in body["files"]:
        yield f"{file['status']:<9} {file['path']}" + (f": {file['reason']}" if file["reason"] else "")
        yield from (f"          {remark}" for remark in remarks(file["report"]))
    counts = body["counts"]
    kinds = ", ".join(f"{counts[name]} {name}" for name in ("added", "changed", "unchanged", "renamed") if counts[name])
    read = f"{counts['read']} read" + (f" ({kinds})" if kinds else "")
    yield f"{counts['found']} found: {read}, {counts['skipped_all']} skipped, {counts['failed']} failed."
    yield f"{body['embedded']} passages embedded, {body['cached']} taken from the cache."


def remarks(report: Mapping[str, Any]) -> Iterator[str]:
    if report.get("flagged"):
        yield "more than half of it looks like no content: nothing was set aside, look at it"
    if report.get("set_aside"):
        yield f"{report['words_set_aside']} words set aside: {_reasons(report['set_aside'])}"
    if report.get("share_without_speaker"):
        yield f"{report['share_without_speaker']:.0%} of what is said has no speaker"
    if report.get("host_guessed"):
        yield "who the host is, is a guess"
    if report.get("doubled_share", 0.0) > DOUBLED_SHARE:
        yield f"{report['doubled_share']:.0%} of its words are said twice in a row"
    if report.get("impossible_speech_rates_count"):
        yield f"{report['impossible_speech_rates_count']} stretches are spoken faster than anybody speaks"
    for near in report.get("near_duplicates", ()):
        yield f"holds much of what document {near['document']} holds ({near['similarity']:.0%})"
    yield from (f"fault: {fault}" for fault in report.get("faults", ()))


def _reasons(set_aside: list[Mapping[str, Any]]) -> str:
    counted = Counter(str(one["reason"]) for one in set_aside)
    return ", ".join(f"{reason} ({number})" if number > 1 else reason for reason, number in counted.items())
