"""Transcripts of speaker turns, in Markdown or plain text: `**Name:** text`, `Name (00:04:21): text`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from ingest.clocks import believable, clock, parse_clock
from ingest.cuefile import lines_of
from ingest.cues import Faults, tidy
from ingest.header import read_header
from ingest.markup import plain
from ingest.names import NAME_CHARS, plausible, speakers_named, split_name
from ingest.reading import Block, Dropped, Reading, Source
from kb.errors import InputError

_CLOCK = r"\\?[\[(](?P<{0}>\d{{1,6}}:\d{{1,2}}(?::\d{{1,2}})?(?:[.,]\d{{1,9}})?)\\?[\])]"
_BEFORE = re.compile(_CLOCK.format("before") + r"\s{0,4}(?=\S)")
_AFTER = re.compile(r"\s{0,4}" + _CLOCK.format("after"))
_STRONG = re.compile(r"(\*\*|__)(?P<name>[^*_\n:]{1,60})(?P<colon>:?)\1")
_PLAIN_TIMED = re.compile(
    r"(?P<name>[^\W_][^:()\[\]*\n]{0,59}?)\s{1,4}" + _CLOCK.format("after") + r"(?P<colon>\s?:|\s*\Z)"
)
_HEADING = re.compile(r"(#{1,6})\s+(\S.*?)\s*#*\s*\Z")
_RULE = re.compile(r"\s{0,3}([-*_])(?:\s{0,4}\1){2,}\s*\Z")
_BREAKS = frozenset(("break", "ad break", "music", "jingle", "outro", "intro", "transition"))
_BREAK_WORDS = 3
_HEAD_LINES = 400


@dataclass(frozen=True, slots=True)
class _Head:
    """The head of a turn. strong: in bold. second: its time, or None. rest: the text behind it."""

    name: str
    strong: bool
    second: float | None
    rest: str


class TurnsReader:
    """A turn goes on in the paragraphs below it, until somebody else's head."""

    name = "turns"

    def sniff(self, source: Source) -> float:
        start = lines_of(source.text[:60_000].lstrip("\ufeff"))[:_HEAD_LINES]
        lines = [line for line in start[read_header(start)[0] :] if line.strip()]
        if not lines or lines[0].startswith("WEBVTT"):
            return 0.0
        heads = [head for line in lines if (head := _head(line))]
        named = _speakers(heads, _opening(lines))
        turns = [head for head in heads if head.name in named]
        recurring = {head.name for head in turns if sum(1 for other in turns if other.name == head.name) > 1}
        if len(turns) < 2 or len(turns) * 8 < len(lines):
            return 0.0
        marked = any(head.strong or head.second is not None for head in turns)
        if marked and recurring:
            return 0.9
        if marked and _opening(lines) in named and len(turns) * 2 >= len(lines):
            return 0.6
        whole = len(turns) > 2 and len(turns) * 2 >= len(lines) and _opening(lines) in named
        several = len(recurring) > 1 and len(turns) * 4 >= len(lines)
        return 0.7 if recurring and (several or whole) else 0.0

    def read(self, source: Source) -> Reading:
        lines = lines_of(source.text.lstrip("\ufeff"))
        first, hints, dropped = read_header(lines)
        heads = {number: head for number in range(first, len(lines)) if (head := _head(lines[number]))}
        opening = next((line for line in lines[first:] if line.strip()), "")
        page = _Page(_speakers(list(heads.values()), _opening([opening])), dropped)
        for number in range(first, len(lines)):
            page.line(number + 1, lines[number], heads.get(number))
        page.close()
        blocks, faults = _timed(page.blocks, page.noted)
        if not any(block.kind == "turn" for block in blocks):
            raise InputError(
                "no speaker's turn in it holds a word",
                where=f"{source.path.name}, line {first + 1}",
                way_out="A turn opens with `**Name:**` or `Name:`.",
            )
        return Reading(self.name, blocks, tuple(page.dropped), hints, faults=faults)


def _head(line: str) -> _Head | None:
    """The head that a line opens with, if any: bold, timed, or only a name and a colon."""
    line = line.strip()
    if ":" not in line[: 2 * NAME_CHARS] and not line.startswith(("**", "__")):
        return None
    before = _BEFORE.match(line)
    second = parse_clock(before["before"]) if before else None
    line = line[before.end() :] if before else line
    strong = _STRONG.match(line)
    if strong:
        return _strong_head(line, strong, second)
    timed = _PLAIN_TIMED.match(line[:200])
    if timed and plausible(timed["name"].strip()):
        rest = line[timed.end() :].strip()
        return _Head(timed["name"].strip(), False, parse_clock(timed["after"]), rest)
    name, rest = split_name(line)
    return _Head(name, False, second, rest) if name else None


def _strong_head(line: str, strong: re.Match[str], second: float | None) -> _Head | None:
    name = " ".join(strong["name"].split())
    rest = line[strong.end() :]
    colon = bool(strong["colon"])
    after = _AFTER.match(rest)
    if after and (not colon or second is None) and after.group().lstrip().startswith(("(", "[", "\\")):
        # "**Ann** (00:04):" is the head's time; "**Ann:** [00:04] text" has it at the text's start, the same second.
        second = parse_clock(after["after"])
        rest = rest[after.end() :]
    if rest.lstrip().startswith(":") and not colon:
        colon, rest = True, rest.lstrip()[1:]
    if name.casefold() not in _BREAKS and not (plausible(name) and (colon or second is not None)):
        return None
    return _Head(name, True, second, rest.strip())


def _opening(lines: Sequence[str]) -> str:
    head = _head(lines[0]) if lines else None
    return head.name if head else ""


def _speakers(heads: Sequence[_Head], opening: str) -> set[str]:
    """Bold and timed heads are speakers' as they stand; `Name:` alone where it recurs."""
    marked = {head.name for head in heads if head.strong or head.second is not None}
    if marked:
        counts = [head.name for head in heads if head.name in marked]
        bare = speakers_named((head.name for head in heads if head.name not in marked), "")
        # In a file of bold heads a bare "Name:" is a turn only where that name is also bold somewhere.
        return set(counts) if any(head.strong for head in heads) else set(counts) | bare
    return speakers_named((head.name for head in heads), opening)


@dataclass
class _Page:
    """Lines in, blocks out; a paragraph's lines are gathered until an empty line or a head."""

    speakers: set[str]
    dropped: list[Dropped]
    blocks: list[Block] = field(default_factory=list)
    noted: dict[int, list[tuple[int, float]]] = field(default_factory=dict)
    speaker: str | None = None
    spoken: bool = False
    second: float | None = None
    gathered: list[str] = field(default_factory=list)
    first: int = 0
    paused: str = ""
    opens: bool = False

    def line(self, number: int, text: str, head: _Head | None) -> None:
        heading = _HEADING.match(text[:1000])
        if not text.strip() or _RULE.match(text[:200]):
            self.close()
        elif head and (head.name in self.speakers):
            self.close()
            self._open(number, text, head)
        elif heading:
            self.close()
            plain_text = tidy(plain(heading[2]).text)[0]
            self.blocks.append(Block(plain_text, "heading", level=len(heading[1]), line=number))
        else:
            self.first = self.first or number
            self.gathered.append(text.strip())

    def _open(self, number: int, text: str, head: _Head) -> None:
        self.spoken = True
        self.second = head.second if head.second is not None else self.second
        self.first = number
        self.paused = text.strip() if head.name.casefold() in _BREAKS else ""
        self.speaker = None if self.paused else head.name
        self.opens = not self.paused
        self.gathered = [head.rest] if head.rest else []

    def close(self) -> None:
        """Make a block of the paragraph gathered; a time without words waits for the next words."""
        if not self.gathered and not self.paused:
            self.first = 0
            return
        undone = plain("\n".join(self.gathered), self.first)
        times = undone.times if self.second is None else [(0, self.second), *undone.times]
        text, marks = tidy(undone.text, times)
        words = sum(1 for word in text.split() if any(map(str.isalnum, word)))
        if self.paused and words <= _BREAK_WORDS:
            self.dropped.append(Dropped("break marker", self.paused, self.first))
            text = ""
        self.dropped += undone.dropped
        if text:
            self._add(text.replace("\n", " "), marks, tidy(undone.text, undone.noted)[1])
        # A time behind the paragraph's last word is that of the next words.
        behind = len(undone.text.rstrip()) if text else -1
        self.second = next((second for offset, second in times if offset > behind or not text), None)
        self.gathered, self.first, self.paused = [], 0, ""

    def _add(self, text: str, marks: tuple[tuple[int, float], ...], noted: tuple[tuple[int, float], ...]) -> None:
        kind = "turn" if self.speaker else ("narration" if self.spoken else "paragraph")
        self.noted[len(self.blocks)] = list(noted)
        self.blocks.append(Block(text, kind, self.speaker, marks=marks, line=self.first, opens=self.opens))
        self.opens = False


def _timed(
    blocks: Sequence[Block], noted: dict[int, list[tuple[int, float]]]
) -> tuple[tuple[Block, ...], tuple[str, ...]]:
    """Blocks with marks that rise through the whole document.

    The times of paragraphs come first; those inside a note ("[unintelligible 00:12:01]") were often
    taken from another cut of the sound, and are marks only where they fit between the others.
    """
    faults = Faults()
    sure = [(number, mark) for number, block in enumerate(blocks) for mark in block.marks]
    kept = believable([mark[1] if mark[1] >= 0 else None for _, mark in sure])
    times: list[list[tuple[int, float, bool]]] = [[] for _ in blocks]
    for (number, (offset, second)), good in zip(sure, kept, strict=True):
        if good:
            times[number].append((offset, second, True))
        else:
            what = f"line {blocks[number].line}: the time {clock(second)} is out of order, and left out"
            faults.add("a time out of order", what)
    for number, marks in noted.items():
        times[number] = sorted([*times[number], *((offset, second, False) for offset, second in marks)])
    fitting = list(_fitting(times))
    for number, block in enumerate(blocks):
        kept_seconds = {second for _, second in fitting[number]}
        for _, second in noted.get(number, ()):
            if second not in kept_seconds:
                what = f"line {block.line}: the time {clock(second)} in a note does not fit the times around it"
                faults.add("a note's time that does not fit", what)
    return tuple(_with(block, marks) for block, marks in zip(blocks, fitting, strict=True)), faults.told()


def _fitting(times: Sequence[Sequence[tuple[int, float, bool]]]) -> Iterator[tuple[tuple[int, float], ...]]:
    """Of each block's times the sure ones, and those between them that do not run backwards."""
    limits: list[float] = []
    limit = float("inf")
    for marks in reversed(times):
        for _, second, sure in reversed(marks):
            limit = second if sure else limit
            limits.append(limit)
    low = 0.0
    for marks in times:
        fit: dict[int, float] = {}
        for offset, second, sure in marks:
            high = limits.pop()
            if sure or (low <= second <= high and offset not in fit):
                fit[offset] = low = second
        yield tuple(fit.items())


def _with(block: Block, marks: tuple[tuple[int, float], ...]) -> Block:
    start = marks[0][1] if marks and marks[0][0] == 0 else None
    return replace(block, marks=marks, start_s=start)
