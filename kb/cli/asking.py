"""`kb ask` and `kb search`: one question, or a file of them with the models loaded once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import IO, TYPE_CHECKING, Any, TypeVar

import click

from kb.cli.front import Front, as_json_line, command, pass_front
from kb.cli.lines import answer_lines, explain_lines, hits_lines
from kb.cli.places import links_of
from kb.errors import InputError, QuestionError, UsageError
from kb.follow_up import Understood, understood
from kb.records import DOCUMENT_KINDS, PHASES, SIDES, Filter

if TYPE_CHECKING:
    from kb.assembly import KnowledgeBase

SOME_FAILED = 3
MOST_HITS = 1000
Command = TypeVar("Command", bound=Callable[..., Any])


FILTERS = (
    click.option("--theme", multiple=True, metavar="NAME", help="Only this theme (`kb themes` lists them)."),
    click.option("--show", multiple=True, metavar="TITLE", help="Only this podcast or publication."),
    click.option("--kind", multiple=True, type=click.Choice(DOCUMENT_KINDS), help="Only documents of this kind."),
    click.option("--speaker", multiple=True, metavar="NAME", help="Only what this person said."),
    click.option("--organisation", multiple=True, metavar="NAME", help="Only people of this organisation."),
    click.option("--side", multiple=True, type=click.Choice(SIDES), help="Only what this side of the table said."),
    click.option("--phase", multiple=True, type=click.Choice(PHASES), help="Only documents about this phase."),
    click.option("--modality", multiple=True, metavar="NAME", help="Only documents about this modality."),
    click.option("--since", metavar="DATE", help="Only documents of this date or later (2026, 2026-03 or 2026-03-31)."),
    click.option("--until", metavar="DATE", help="Only documents of this date or earlier."),
)
FILTER_NAMES = ("theme", "show", "kind", "speaker", "side", "organisation", "phase", "modality", "since", "until")


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
    'kb ask --after "When should we lock the process for phase 3?" "and phase 2?"',
    'kb ask --follow-up --after "Who pays for a failed batch?" "Does anybody ever find the cause?"',
    "kb ask --batch questions.txt > answers.jsonl",
)
@click.argument("question", required=False)
@click.option("--after", metavar="QUESTION", help="The question before this one, which may be a follow-up to it.")
@click.option("--follow-up", is_flag=True, help="It is a follow-up also where it looks whole: ask both together.")
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Most quotes (the setting `quotes`).")
@batch_option
@filters
@pass_front
def ask(
    front: Front,
    /,
    question: str | None,
    after: str | None,
    follow_up: bool,
    limit: int | None,
    batch: IO[bytes] | None,
    **where: Any,
) -> None:
    """Answer a question with proved quotes, or say that nothing answers it."""
    _exactly_one(question, batch)
    if batch is not None and (after or follow_up):
        raise UsageError("--after and --follow-up go with one question", way_out="Ask the follow-up by itself.")
    if follow_up and not after:
        raise UsageError("--follow-up needs the question before", way_out="Give it with --after QUESTION.")
    with front.open() as base:
        chosen = filter_of(where, base.themes)
        if batch is None:
            asked = understood(question or "", after or "", base.settings.question_chars, follow_up=follow_up)
            front.show(_answer(base, asked, chosen, limit), answer_lines)
        else:
            _each(batch, lambda text: _answer(base, Understood(text, "", ""), chosen, limit))


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
    _exactly_one(question, batch)
    with front.open() as base:
        chosen = filter_of(where, base.themes)
        if batch is None:
            front.show(_hits(base, question or "", chosen, limit), explain_lines if explain else hits_lines)
        else:
            _each(batch, lambda text: _hits(base, text, chosen, limit))


def _exactly_one(question: str | None, batch: IO[bytes] | None) -> None:
    if (question is None) == (batch is None):
        raise UsageError("give one question, or --batch FILE", way_out="`--help` shows an example.")


def filter_of(options: Mapping[str, Any], themes: Iterable[str]) -> Filter:
    """The filter that the options ask for, checked as the web checks it. Raises UsageError with the nearest value."""
    from web.filters import filter_from

    return filter_from(
        {name: [value] if isinstance(value, str) else value or () for name, value in options.items()}, themes
    )


def _each(batch: Iterable[bytes], answer: Callable[[str], Mapping[str, Any]]) -> None:
    """Print one object a line as it is read. A line that cannot be searched has its error there; the rest go on."""
    failed = False
    for number, line in enumerate(batch, start=1):
        text = line.decode("utf-8-sig" if number == 1 else "utf-8", "surrogateescape").strip()
        if not text:
            continue
        try:
            body = answer(_readable(text, number))
        except (QuestionError, InputError) as error:
            failed = True
            body = {"question": text, "error": str(error)}
        click.echo(as_json_line(body))
    if failed:
        click.get_current_context().exit(SOME_FAILED)


def _readable(text: str, number: int) -> str:
    """Raises InputError where bytes of the line were no UTF-8 (and were kept as lone surrogates)."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InputError("it is not UTF-8", where=f"line {number}", way_out="Save the file as UTF-8.") from error
    return text


def _answer(base: KnowledgeBase, asked: Understood, where: Filter, limit: int | None) -> Mapping[str, Any]:
    from kb.answer.render import answer_json

    answer = base.ask(asked.question, where, limit or 0)
    return answer_json(answer, links_of(base.settings).citation, base.speakers_of, asked.meant)


def _hits(base: KnowledgeBase, question: str, where: Filter, limit: int) -> Mapping[str, Any]:
    from kb.answer.render import hits_json

    hits, facets = base.search_counted(question, where, limit)
    return hits_json(question, hits, base.speakers_of, facets)


COMMANDS = (ask, search)
