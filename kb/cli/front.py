"""What every command shares: where the library is, how a result is shown, the options that all take."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from kb.settings import Settings, load_settings

if TYPE_CHECKING:
    from kb.assembly import KnowledgeBase

DEBUG_VARIABLE = "KB_DEBUG"
# Text out of documents goes to a terminal, where a control character is a command.
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
ESCAPED = re.compile(r"[\x7f-\x9f\ud800-\udfff\u2028\u2029]")


@dataclass
class Front:
    """One call of `kb`. data: the folder of --data, wherever on the line it stood; as_json: --json."""

    data: str | None = None
    as_json: bool = False

    def settings(self, **overrides: Any) -> Settings:
        return load_settings({"data": self.data, **overrides})

    def open(self) -> AbstractContextManager[KnowledgeBase]:
        # Imported here: `kb --help` must not wait for the engines.
        from kb.assembly import open_knowledge_base

        return open_knowledge_base(self.settings())

    def show(self, body: Mapping[str, Any], lines: Callable[[Mapping[str, Any]], Iterable[str]]) -> None:
        """Print body as one line of JSON, or as the lines made of it for a reader."""
        if self.as_json:
            click.echo(as_json_line(body))
            return
        for line in lines(body):
            click.echo(CONTROL.sub("\N{REPLACEMENT CHARACTER}", line))


def as_json_line(body: Mapping[str, Any]) -> str:
    """One line; what a terminal would obey and what is no UTF-8 (lone surrogates) stands as \\uXXXX."""
    line = json.dumps(body, ensure_ascii=False)
    return ESCAPED.sub(lambda match: f"\\u{ord(match[0]):04x}", line)


def debugging() -> bool:
    return os.environ.get(DEBUG_VARIABLE, "").strip().lower() not in ("", "0", "false", "no", "off")


def at_a_terminal() -> bool:
    """Whether somebody watches: progress bars go to standard error, and only to a terminal."""
    return sys.stderr.isatty()


def _take_data(context: click.Context, _parameter: click.Parameter, value: str | None) -> None:
    if value is not None:
        context.ensure_object(Front).data = value


def _take_json(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value:
        context.ensure_object(Front).as_json = True


def data_option() -> click.Option:
    return click.Option(
        ["--data"],
        metavar="FOLDER",
        type=click.Path(file_okay=False),
        expose_value=False,
        callback=_take_data,
        help="Folder of the library (or KB_DATA).",
    )


def json_option() -> click.Option:
    return click.Option(
        ["--json"], is_flag=True, expose_value=False, callback=_take_json, help="Print JSON, for programs."
    )


class KbCommand(click.Command):
    """A command that takes --data and --json, and whose help ends with examples."""

    def __init__(self, *args: Any, examples: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params += [data_option(), json_option()]
        self.examples = examples

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_epilog(ctx, formatter)
        with formatter.section("Example" if len(self.examples) == 1 else "Examples"):
            for example in self.examples:
                formatter.write(f"  {example}\n")


def command(name: str, *examples: str) -> Callable[[Callable[..., Any]], KbCommand]:
    return click.command(name, cls=KbCommand, examples=examples)


pass_front = click.make_pass_decorator(Front, ensure=True)
