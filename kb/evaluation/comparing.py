"""Two reports of the same question set, side by side."""

from __future__ import annotations

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
