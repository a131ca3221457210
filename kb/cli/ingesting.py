"""`kb ingest`: files into the library, with its progress shown."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kb.cli.front import Front, command, pass_front
from kb.cli.progress import progress_bar
from kb.cli.remarks import report_lines
from kb.cli.runs import recorded
from kb.errors import CounterpartError

if TYPE_CHECKING:
    from ingest.outcome import Event, IngestReport
    from kb.assembly import KnowledgeBase


@command("ingest", "kb ingest corpus", "kb ingest interviews/ article.html feed.xml --json")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="PATH...")
@pass_front
def ingest(front: Front, paths: tuple[Path, ...]) -> None:
    """Read files and folders into the library: no PATH means the setting `corpus`.

    Reads VTT, SRT, Podcasting 2.0 and Whisper JSON, HTML, Markdown, text, PDF, DOCX, RSS and Atom. What did not
    change is passed over; what cannot be read is reported with file, line and reason, and the rest goes on (exit 3).
    """
    from ingest.pipeline import ingest as ingest_files

    late: CounterpartError | None = None
    with front.open() as base, progress_bar("ingest") as step, recorded(base, "ingest") as job:
        found = list(paths) or [Path(base.settings.corpus)]
        seen: Counter[str] = Counter()

        def told(at: Event) -> None:
            seen[at.status] += 1
            job.note |= {"seen": at.done, "added": seen["added"], "changed": seen["changed"]}
            job.keep()
            step(at.done, at.total, f"{at.status} {at.path}")

        report = ingest_files(base, found, progress=told)
        body = report.as_json()
        job.note |= _told(report) | _now(base, report)
        if report.embedded or report.cached:
            # All is acknowledged: what the index has to do is better done here than before somebody's question.
            try:
                base.follow()
                base.tend()
            except CounterpartError as error:
                late = error
                job.note |= {"error": str(error), "exit_code": report.exit_code or error.exit_code}
    front.show(body, report_lines)
    if report.stopped is not None:
        click.echo(f"kb: {report.stopped}", err=True)
    if late is not None:
        click.echo(f"kb: what was read is in the library, but {late}", err=True)
    click.get_current_context().exit(report.exit_code or (late.exit_code if late else 0))


def _told(report: IngestReport) -> dict[str, Any]:
    """What the record keeps: seen = added + changed + skipped + failed."""
    counts = report.counts
    failed = [{"path": one.path, "reason": one.reason} for one in report.entries if one.status == "failed"]
    return {
        "seen": counts["found"],
        "added": counts["added"],
        "changed": counts["changed"],
        "skipped": counts["unchanged"] + counts["renamed"] + counts["skipped_all"],
        "failed": failed,
        "counts": counts,
        "embedded": report.embedded,
        "cached": report.cached,
        **report.speed,
        "exit_code": report.exit_code,
    }


def _now(base: KnowledgeBase, report: IngestReport) -> dict[str, Any]:
    """Which generation answers, its checksum, and how well: before, as the record has it, and after, if it changed."""
    from kb.jobs import last_quality

    active = base.library.active_generation()
    if active is None:
        return {}
    found: dict[str, Any] = {"generation": active.id, "checksum": base.library.checksum(active.id), "quality": {}}
    if report.counts["added"] or report.counts["changed"]:
        try:
            after = base.reindexing.measures()
        except CounterpartError as error:  # what was read is in the library all the same
            return found | {"quality": {"error": str(error)}}
        if after:
            found["quality"] = {"before": last_quality(base.library, active.id), "after": after}
    return found


COMMANDS = (ingest,)
