"""What the transcript readers' tests share."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from ingest.reading import Block, Reading, Source


def source(text: str, name: str = "talk.txt") -> Source:
    """A source that was never a file."""
    return Source(Path(name), text.encode("utf-8", "surrogatepass"), text, "utf-8")


def words(text: str) -> list[str]:
    return text.split()


def words_of(blocks: Iterable[Block]) -> list[str]:
    return [word for block in blocks for word in block.text.split()]


def letters(text: str) -> list[str]:
    """Words as runs of letters and digits: punctuation and its spacing do not count."""
    return re.findall(r"\w+", text)


def said(reading: Reading) -> list[tuple[str | None, str]]:
    return [(block.speaker, block.text) for block in reading.blocks]


def seconds(blocks: Iterable[Block]) -> list[float]:
    return [second for block in blocks for _, second in block.marks]


def assert_sound(reading: Reading) -> None:
    """What holds for every transcript: marks inside their block, ascending, and never backwards."""
    for block in reading.blocks:
        offsets = [offset for offset, _ in block.marks]
        assert offsets == sorted(set(offsets))
        assert all(0 <= offset <= len(block.text) for offset in offsets)
        assert block.text == " ".join(block.text.split())
        assert block.text
    heard = seconds(reading.blocks)
    assert heard == sorted(heard)
    assert all(second >= 0 for second in heard)
