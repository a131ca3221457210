"""Two reports of the same question set, side by side."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from typing import Any


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """{"measures": {name: {"before", "after", "change"}}, "questions": [ids that differ, with both rows]}."""
    names = list(dict.fromkeys([*before["measures"], *after["measures"]]))
    measures = {}
    for name in names:
        old, new = before["measures"].get(name), after["measures"].get(name)
        change = round(new - old, 4) if old is not None and new is not None else None
        measures[name] = {"before": old, "after": new, "change": change}
    old_rows = {row["id"]: row for row in before["per_question"]}
    new_rows = {row["id"]: row for row in after["per_question"]}
    differing = [
        {"id": key, "before": old_rows.get(key), "after": new_rows.get(key)}
        for key in dict.fromkeys([*old_rows, *new_rows])
        if old_rows.get(key) != new_rows.get(key)
    ]
    return {"measures": measures, "questions": differing}


def intervals(
    before: Mapping[str, Any], after: Mapping[str, Any], rounds: int = 1000
) -> dict[str, tuple[float, float]]:
    """Of each measure's mean change the 95% bootstrap interval over the questions that both reports have.

    Questions are drawn anew with a fixed seed (Efron, Bootstrap Methods, 1979, percentile form).
    """
    old_rows = {row["id"]: row for row in before["per_question"]}
    changes: dict[str, list[float]] = {}
    for row in after["per_question"]:
        old = old_rows.get(row["id"], {})
        for name, value in row.items():
            if isinstance(value, float) and isinstance(old.get(name), float):
                changes.setdefault(name, []).append(value - old[name])
    dice = random.Random(7)  # noqa: S311  # no secret: the same interval each time
    found = {}
    for name, values in changes.items():
        drawn = sorted(math.fsum(dice.choices(values, k=len(values))) / len(values) for _ in range(rounds))
        found[name] = (round(drawn[int(0.025 * rounds)], 4), round(drawn[int(0.975 * rounds)], 4))
    return found
