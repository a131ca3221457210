"""Two generations' answers to a question set, side by side, as lines for a reader."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kb.cli.lines import table_lines


def gate_lines(gate: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Of each question set the measures, what may be chance, and each question that is answered otherwise."""
    for name, found in gate.items():
        yield f"{name}:"
        yield from comparison_lines(found)


def comparison_lines(found: Mapping[str, Any]) -> Iterator[str]:
    """found: as kb.evaluation.compare gives it; the gate's has intervals, what fell, and warnings besides."""
    likely, fallen = found.get("intervals", {}), found.get("fallen", ())
    rows = [("  measure", "before -> after", "")]
    for name, values in found["measures"].items():
        told = f"95% of the change: {likely[name][0]} to {likely[name][1]}" if name in likely else ""
        rows.append((f"  {name}", _change(values["before"], values["after"]), "FELL  " * (name in fallen) + told))
    yield from table_lines(rows)
    yield from (f"  warning: {warning}" for warning in found.get("warnings", ()))
    questions = found["questions"]
    yield f"  {len(questions)} questions are answered otherwise" + (":" if questions else "")
    yield from table_lines((f"    {row['id']}", _differences(row), "") for row in questions)


def _differences(row: Mapping[str, Any]) -> str:
    """The measures of one question that differ; a question that one side alone has differs in all of them."""
    before, after = row["before"] or {}, row["after"] or {}
    names = [name for name in dict.fromkeys([*before, *after]) if name != "id" and before.get(name) != after.get(name)]
    return ", ".join(f"{name} {_change(before.get(name), after.get(name))}" for name in names)


def _change(before: Any, after: Any) -> str:
    return f"{_shown(before)} -> {_shown(after)}"


def _shown(value: Any) -> str:
    return "-" if value is None else f"{value:.4g}" if isinstance(value, float) else str(value)
