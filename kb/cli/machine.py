"""What this machine is set to and fit for: settings and doctor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import click

from kb.cli.benchmarking import benchmark, benchmark_lines
from kb.cli.diagnosis import diagnose
from kb.cli.front import Front, command, pass_front
from kb.cli.lines import table_lines
from kb.settings import describe


@command("settings", "kb settings", "KB_QUOTES=3 kb settings --json")
@pass_front
def settings(front: Front) -> None:
    """List every setting: its value now, its default, what it does."""
    values = front.settings().shown()
    rows = [
        {"name": name, "value": values[name], "default": default, "help": text} for name, default, text in describe()
    ]
    front.show({"settings": rows}, settings_lines)


def settings_lines(body: Mapping[str, Any]) -> Iterator[str]:
    yield "Set one as KB_<NAME> in the environment, or in counterpart.toml (* differs from the default)."
    yield from table_lines(
        (row["name"] + ("" if row["value"] == row["default"] else "*"), _shown(row["value"]), row["help"])
        for row in body["settings"]
    )


def _shown(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value) or '""'


@command("doctor", "kb doctor", "kb doctor --data var", "kb doctor --benchmark --json")
@click.option("--benchmark", "measuring", is_flag=True, help="Measure the embedding backends instead.")
@click.option("--texts", default=120, show_default=True, type=click.IntRange(12), help="Measure with so many.")
@pass_front
def doctor(front: Front, measuring: bool, texts: int) -> None:
    """Examine this machine: versions, models and their hashes, data folder, index. Exit code 4 or 6 for a fault.

    With --benchmark: how fast each embedding backend is here, and what it costs in agreement with the reference.
    Models that are not there yet are made first, which takes a minute or two.
    """
    if measuring:
        front.show(benchmark(front, texts), benchmark_lines)
        return
    findings = diagnose(front.settings())
    faults = [finding for finding in findings if not finding.ok]
    rows = [{"check": finding.check, "ok": finding.ok, "detail": finding.detail} for finding in findings]
    front.show({"healthy": not faults, "checks": rows}, doctor_lines)
    if faults:
        click.get_current_context().exit(max(finding.exit_code for finding in faults))


def doctor_lines(body: Mapping[str, Any]) -> Iterator[str]:
    yield from table_lines(("ok" if row["ok"] else "FAULT", row["check"], row["detail"]) for row in body["checks"])
    yield "" if body["healthy"] else "Mend the faults, then run `kb doctor` again."


COMMANDS = (settings, doctor)
