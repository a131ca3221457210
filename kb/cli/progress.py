"""A progress bar on standard error, where somebody watches; else nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from kb.cli.front import CONTROL, at_a_terminal


class Step(Protocol):
    """Told after each piece of work: how many are done, of how many in all, and what the label names."""

    def __call__(self, done: int, total: int, label: str = "") -> None: ...


@contextmanager
def progress_bar(what: str) -> Iterator[Step]:
    """Yield what is to be told of each step. Draws nothing off a terminal."""
    if not at_a_terminal():
        yield _nothing
        return
    # Imported here: a quarter of the start-up time of a command that draws no bar.
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)

        def step(done: int, total: int, label: str = "") -> None:
            shown = escape(CONTROL.sub("", label))
            bar.update(task, completed=done, total=total, description=f"{what} {shown}".strip())

        yield step


def _nothing(done: int, total: int, label: str = "") -> None:
    return
