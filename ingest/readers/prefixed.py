"""Captions that name speakers in their text: `Name: ...`, carried over until the next name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ingest.cues import Cue, shortened
from ingest.names import speakers_named, split_name


def with_prefixes(cues: Sequence[Cue]) -> list[Cue]:
    """The cues with `Name:` taken out of their text and said of them and of those that follow.

    ">>" without a name: somebody else, unknown, speaks from there.
    """
    heads = [(line_no, split_name(line)[0]) for cue in cues for line_no, line in enumerate(cue.text.split("\n"))]
    opening = heads[0][1] if heads else ""
    named = speakers_named((name for _, name in heads), opening)
    firsts = {name for line_no, name in heads if line_no == 0}
    speaker: str | None = None
    done: list[Cue] = []
    for cue in cues:
        for part in _parts(cue, named & firsts):
            changed = part.speaker is not None or part.breaks
            speaker = part.speaker if changed else speaker
            done.append(replace(part, speaker=speaker))
    return done


def _parts(cue: Cue, named: set[str]) -> Iterator[Cue]:
    """The cue, parted at lines that open with a speaker's name or ">>"."""
    opened: list[tuple[int, int, str | None, bool]] = []
    offset = 0
    for line in cue.text.split("\n"):
        name, rest = split_name(line)
        if name in named and name:
            opened.append((offset, offset + len(line) - len(rest), name, False))
        elif line.startswith(">>"):
            opened.append((offset, offset + len(line) - len(line.lstrip("> ")), None, True))
        offset += len(line) + 1
    if not opened or opened[0][0] > 0:
        opened.insert(0, (0, 0, None, False))
    ends = [start for start, *_ in opened[1:]] + [len(cue.text)]
    parts: list[Cue] = []
    for (_, begin, speaker, breaks), end in zip(opened, ends, strict=True):
        text = cue.text[begin:end]
        part = shortened(cue, begin + len(text) - len(text.lstrip()), end)
        parts.append(replace(part, text=text.strip(), speaker=speaker, breaks=breaks))
    yield from _timed(cue, parts)


def _timed(cue: Cue, parts: Sequence[Cue]) -> Iterator[Cue]:
    """Each part at the share of the cue's time that its characters stand for."""
    whole = sum(len(part.text) for part in parts) or 1
    known = cue.start_s is not None and cue.end_s is not None and cue.end_s >= cue.start_s
    heard = 0
    for number, part in enumerate(parts):
        start, end = (cue.start_s, cue.end_s) if known else (None, None)
        if known and cue.start_s is not None and cue.end_s is not None:
            span = cue.end_s - cue.start_s
            start = round(cue.start_s + span * heard / whole, 3)
            heard += len(part.text)
            end = round(cue.start_s + span * heard / whole, 3)
        first, last = number == 0, number == len(parts) - 1
        yield replace(part, start_s=cue.start_s if first else start, end_s=cue.end_s if last else end)
