"""`kb unanswered`: what leaders asked and the library could not answer."""

from __future__ import annotations

from dataclasses import asdict

import click

from kb.cli.front import Front, command, pass_front
from kb.cli.lines import Body


@command("unanswered", "kb unanswered", "kb unanswered --limit 10 --json")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1), help="The first so many.")
@click.option("--drop", metavar="ID", help="Take a question off the list: it has its answer now, or needs none.")
@pass_front
def unanswered(front: Front, limit: int, drop: str | None) -> None:
    """Questions that nothing answered and that readers let the editors have, the most often asked first."""
    with front.open() as base:
        if drop is not None:
            base.library.drop_unanswered(drop)
            front.show({"done": "dropped", "id": drop}, lambda body: [f"Dropped: {body['id']}."])
            return
        found = [asdict(row) for row in base.library.unanswered(limit)]
    front.show({"unanswered": found}, _lines)


def _lines(body: Body) -> list[str]:
    if not body["unanswered"]:
        return ["No question waits for the editors."]
    return [
        line
        for row in body["unanswered"]
        for line in (f"{row['times']} times, last on {row['last_on']}: {row['question']}", f"    {row['id']}")
    ]


COMMANDS = (unanswered,)
