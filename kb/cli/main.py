"""`kb`: the group of commands, and the one place where errors become messages and exit codes."""

from __future__ import annotations

import os
import sys
import traceback
from typing import Any

import click

from kb.cli import (
    asking,
    connecting,
    evaluating,
    generations,
    ingesting,
    library,
    machine,
    runs,
    serving,
    unanswered,
)
from kb.cli.front import data_option, debugging
from kb.cli.runs import Terminated
from kb.errors import CounterpartError

INTERRUPTED = 130
PIPE_CLOSED = 141
TERMINATED = 143
UNEXPECTED = 70
EXIT_CODES = (
    (0, 'done; "not found" is an answer too'),
    (2, "the command, a setting, a question or an id is wrong"),
    (3, "some inputs failed; the others are done"),
    (4, "the library or its index has a fault"),
    (5, "another process holds the library"),
    (6, "a model is missing, or is not the pinned one"),
    (7, "a new generation answers worse than the active one, and was not activated"),
    (8, "paused by kb pause; the same command goes on where it was"),
    (UNEXPECTED, "an unexpected error: a defect; KB_DEBUG=1 shows its trace"),
    (INTERRUPTED, "interrupted, or paused by Ctrl-C; what was acknowledged is kept"),
    (PIPE_CLOSED, "the reader of the output went away"),
    (TERMINATED, "stopped by SIGTERM; what was acknowledged is kept"),
)


class FrontDoor(click.Group):
    """Lets no traceback out. What click itself refuses (usage, exit 2) is left to click."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.exceptions.Exit, click.Abort, click.ClickException):
            raise
        except Terminated:
            click.echo("Terminated. What was acknowledged is kept.", err=True)
            ctx.exit(TERMINATED)
        except KeyboardInterrupt:
            click.echo("Interrupted. What was acknowledged is kept.", err=True)
            ctx.exit(INTERRUPTED)
        except BrokenPipeError:
            _silence_output()
            ctx.exit(PIPE_CLOSED)
        except CounterpartError as error:
            _trace()
            click.echo(f"kb: {error}", err=True)
            ctx.exit(error.exit_code)
        except Exception as error:
            _trace()
            hint = "" if debugging() else " Set KB_DEBUG=1 to see the trace."
            click.echo(f"kb: an unexpected error: {type(error).__name__}: {error}.{hint}", err=True)
            ctx.exit(UNEXPECTED)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_epilog(ctx, formatter)
        with formatter.section("Exit codes"):
            formatter.write_dl([(str(code), meaning) for code, meaning in EXIT_CODES])
        with formatter.section("Example"):
            formatter.write('  kb ask "When should a biotech first talk to a CDMO?"\n')


def _trace() -> None:
    if debugging():
        traceback.print_exc()


def _silence_output() -> None:
    """What is still buffered has no reader: let the interpreter's last flush go nowhere."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):
        return


@click.group(cls=FrontDoor, params=[data_option()])
@click.version_option(package_name="counterpart", prog_name="kb")
def cli() -> None:
    """Counterpart: what both sides of the table say about working with a CDMO.

    Questions in, proved quotes out. Every command takes --data and --json, and has its own --help.
    """


for module in (
    asking,
    library,
    ingesting,
    generations,
    runs,
    evaluating,
    unanswered,
    serving,
    connecting,
    machine,
):
    for entry in module.COMMANDS:
        cli.add_command(entry)


def main() -> None:
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # A terminal that cannot show a letter must not stop an answer.
            stream.reconfigure(errors="backslashreplace")
    cli(prog_name="kb")
