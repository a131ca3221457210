"""A chart of columns, as numbers that a template draws with. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, FOOT = 600, 120, 20
_WIDEST = 44.0


@dataclass(frozen=True)
class Bar:
    """x, y, width, height: in the chart's own units; middle: where the label stands."""

    label: str
    value: int
    x: float
    y: float
    width: float
    height: float
    middle: float
    labelled: bool


def bars(columns: Sequence[tuple[int, int]]) -> list[Bar]:
    """The highest column fills the chart; labels are thinned out where they would run into each other."""
    if not columns:
        return []
    top, step = max(1, *(value for _, value in columns)), WIDTH / len(columns)
    width, every = min(_WIDEST, step * 0.7), -(-len(columns) // 12)
    made = []
    for number, (label, value) in enumerate(columns):
        middle, height = step * (number + 0.5), round(HEIGHT * value / top, 2)
        labelled = (len(columns) - 1 - number) % every == 0
        x, y = round(middle - width / 2, 2), round(HEIGHT - height, 2)
        made.append(Bar(str(label), value, x, y, round(width, 2), height, round(middle, 2), labelled))
    return made
