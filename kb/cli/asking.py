"""`kb ask` and `kb search`: one question, or a file of them with the models loaded once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import IO, TYPE_CHECKING, Any, TypeVar

import click

from kb.cli.front import Front, as_json_line, command, pass_front
from kb.cli.lines import answer_lines, explain_lines, hits_lines
from kb.cli.places import links_of
from kb.errors import InputError, QuestionError, UsageError
from kb.records import DOCUMENT_KINDS, PHASES, SIDES, Filter

if TYPE_CHECKING:
    from kb.assembly import KnowledgeBase

SOME_FAILED = 3
MOST_HITS = 1000
ISO_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
Command = TypeVar("Command", bound=Callable[..., Any])


def _date(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str:
    if value and not ISO_DATE.fullmatch(value):
        raise click.BadParameter(f"{value!r} is no ISO date like 2026-10-01, 2026-10 or 2026")
    return value or ""


FILTERS = (
    click.option("--theme", multiple=True, metavar="NAME", help="Only this theme (`kb themes` lists them)."),
    click.option("--show", multiple=True, metavar="TITLE", help="Only this podcast or publication."),
    click.option("--kind", multiple=True, type=click.Choice(DOCUMENT_KINDS), help="Only documents of this kind."),
    click.option("--speaker", multiple=True, metavar="NAME", help="Only what this person said."),
    click.option("--side", multiple=True, type=click.Choice(SIDES), help="Only what this side of the table said."),
    click.option("--phase", multiple=True, type=click.Choice(PHASES), help="Only documents about this phase."),
    click.option("--modality", multiple=True, metavar="NAME", help="Only documents about this modality."),
    click.option("--since", metavar="DATE", callback=_date, help="Only documents of this ISO date or later."),
    click.option("--until", metavar="DATE", callback=_date, help="Only documents of this ISO date or earlier."),
)


def filters(function: Command) -> Command:
    """The filters' options. A repeated option means any of its values; different options must all hold."""
    for option in reversed(FILTERS):
        function = option(function)
    return function


batch_option = click.option(
    "--batch",
    type=click.File("rb"),
    metavar="FILE",
    help="A question a line ('-': standard input; blank lines are passed over); prints one JSON object a line.",
)


@command(
    "ask",
    'kb ask "When should a biotech first talk to a CDMO?"',
    'kb ask --side sponsor --json "How is trust repaired after a failed batch?"',
    "kb ask --batch questions.txt > answers.jsonl",
)
@click.argument("question", required=False)
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Most quotes (the setting `quotes`).")
@batch_option
@filters
@pass_front
def ask(front: Front, /, question: str | None, limit: int | None, batch: IO[bytes] | None, **where: Any) -> None:
    """Answer a question with proved quotes, or say that nothing answers it."""
    questions = asked(question, batch)
    chosen = Filter(**where)
    with front.open() as base:
        if batch is None:
            front.show(_answer(base, questions[0], chosen, limit), answer_lines)
        else:
            _each(questions, lambda text: _answer(base, text, chosen, limit))


@command(
    "search",
    'kb search "tech transfer timelines" --limit 5',
    'kb search "capacity reservation" --side cdmo --explain',
)
@click.argument("question", required=False)
@click.option("--limit", type=click.IntRange(1, MOST_HITS), default=10, show_default=True, metavar="N")
@click.option("--explain", is_flag=True, help="Show every part of each score (--json always has them).")
@batch_option
@filters
@pass_front
def search(
    front: Front, /, question: str | None, limit: int, explain: bool, batch: IO[bytes] | None, **where: Any
) -> None:
    """Find the passages nearest to a question, best first."""
    questions = asked(question, batch)
    chosen = Filter(**where)
    with front.open() as base:
        if batch is None:
            front.show(_hits(base, questions[0], chosen, limit), explain_lines if explain else hits_lines)
        else:
            _each(questions, lambda text: _hits(base, text, chosen, limit))


def asked(question: str | None, batch: IO[bytes] | None) -> list[str]:
    """The questions of one call: the argument, or the batch's lines. Raises UsageError unless exactly one is given."""
    if (question is None) == (batch is None):
        raise UsageError("give one question, or --batch FILE", way_out="`--help` shows an example.")
    return [question] if question is not None else [] if batch is None else list(_batch_lines(batch))


def _batch_lines(batch: IO[bytes]) -> Iterator[str]:
    name = str(getattr(batch, "name", "standard input"))
    for number, line in enumerate(batch, start=1):
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8").strip()
        except UnicodeDecodeError as error:
            way_out = "Save the file as UTF-8."
            raise InputError("this line is not UTF-8", where=f"{name}, line {number}", way_out=way_out) from error
        if text:
            yield text


def _each(questions: Iterable[str], answer: Callable[[str], Mapping[str, Any]]) -> None:
    """Print one object a question. A question that cannot be searched has its error there; the rest go on."""
    failed = False
    for text in questions:
        try:
            body = answer(text)
        except QuestionError as error:
            failed = True
            body = {"question": text, "error": str(error)}
        click.echo(as_json_line(body))
    if failed:
        click.get_current_context().exit(SOME_FAILED)


def _answer(base: KnowledgeBase, question: str, where: Filter, limit: int | None) -> Mapping[str, Any]:
    from kb.answer.render import answer_json

    return answer_json(base.ask(question, where, limit or 0), links_of(base.settings).citation)


def _hits(base: KnowledgeBase, question: str, where: Filter, limit: int) -> Mapping[str, Any]:
    from kb.answer.render import hits_json

    return hits_json(question, base.search(question, where, limit), base.speakers_of)


COMMANDS = (ask, search)
