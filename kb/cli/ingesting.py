"""`kb ingest`: files into the library, with its progress shown."""

from __future__ import annotations

from pathlib import Path

import click

from kb.cli.front import Front, command, pass_front
from kb.cli.generations import recorded
from kb.cli.progress import progress_bar
from kb.cli.remarks import report_lines


@command("ingest", "kb ingest corpus", "kb ingest interviews/ article.html feed.xml --json")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="PATH...")
@pass_front
def ingest(front: Front, paths: tuple[Path, ...]) -> None:
    """Read files and folders into the library: no PATH means the setting `corpus`.

    Reads VTT, SRT, Podcasting 2.0 and Whisper JSON, HTML, Markdown, text, PDF, DOCX, RSS and Atom. What did not
    change is passed over; what cannot be read is reported with file, line and reason, and the rest goes on (exit 3).
    """
    from ingest.pipeline import ingest as ingest_files

    with front.open() as base, progress_bar("ingest") as step, recorded(base, "ingest") as note:
        found = list(paths) or [Path(base.settings.corpus)]
        report = ingest_files(base, found, progress=lambda at: step(at.done, at.total, f"{at.status} {at.path}"))
        body = report.as_json()
        failed = [{"path": f["path"], "reason": f["reason"]} for f in body["files"] if f["status"] == "failed"]
        note |= {"counts": body["counts"], "embedded": body["embedded"], "cached": body["cached"]}
        note |= {"failed": failed, "exit_code": report.exit_code}
        if report.embedded or report.cached:
            # All is acknowledged: what the index has to do is better done here than before somebody's question.
            base.follow()
            base.tend()
    front.show(body, report_lines)
    if report.stopped is not None:
        click.echo(f"kb: {report.stopped}", err=True)
    click.get_current_context().exit(report.exit_code)


COMMANDS = (ingest,)
