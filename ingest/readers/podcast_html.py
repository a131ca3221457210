"""Podcasting 2.0 HTML transcripts: <cite> names, <time> clocks, <p> text, in turn."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from lxml import etree  # type: ignore[import-untyped, unused-ignore]

from ingest.clocks import believable, clock, parse_clock
from ingest.cues import Faults, tidy
from ingest.readers.prose import refuse_endless_markup
from ingest.reading import Block, Dropped, Reading, Source
from kb.errors import InputError

_TURN = re.compile(
    r"<cite[^<>]{0,200}>[^<>]{0,200}</cite>\s{0,80}<time[^<>]{0,200}>\s{0,20}[\d:.,]{3,20}\s{0,20}</time>",
    re.IGNORECASE,
)
_TIMED = re.compile(r"<time[^<>]{0,200}>\s{0,20}\d{1,6}:[\d:.,]{2,16}\s{0,20}</time>\s{0,80}<cite", re.IGNORECASE)
_UNTIMED = re.compile(r"<cite[^<>]{0,200}>[^<>]{0,200}</cite>\s{0,80}<p\b", re.IGNORECASE)
_APART = frozenset(
    re.findall(
        r"\S+",
        """
        p div section article main blockquote ul ol li table tr td th dl dt dd pre header footer hr
        """,
    )
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_LEFT_OUT = frozenset(["script", "style", "template", "noscript", "svg", "nav", "form", "button", "iframe", "object"])


class PodcastHtmlReader:
    """Text that stands in neither <cite>, <time> nor <p> is kept too, as the same speaker's."""

    name = "podcast-html"

    def sniff(self, source: Source) -> float:
        if "<" not in source.text[:20_000]:
            return 0.0
        head = source.text[:200_000]
        if _TURN.search(head) or _TIMED.search(head):
            return 0.95
        return 0.9 if len(_UNTIMED.findall(head)) > 1 else 0.0

    def read(self, source: Source) -> Reading:
        refuse_endless_markup(source.text, source.path.name)
        page = _Page()
        page.walk(parse_html(source))
        blocks, faults = _timed(page.blocks)
        if not any(block.kind == "turn" for block in blocks):
            raise InputError("no turn in it holds a word", where=f"{source.path.name}, line 1")
        hints = {"title": page.title} if page.title else {}
        return Reading(self.name, blocks, tuple(page.dropped), hints, faults=faults.told())


def parse_html(source: Source) -> Any:
    """The document's root. Raises InputError where libxml2 stops at one of its limits (depth, size)."""
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(source.text.encode(), parser)
    except (etree.LxmlError, ValueError) as error:
        raise InputError(f"HTML that cannot be read: {error}", where=f"{source.path.name}, line 1") from error
    for entry in parser.error_log:
        if "LIMIT" in entry.type_name or entry.level_name == "FATAL":
            raise InputError(
                f"HTML that cannot be read: {entry.message.strip()}",
                where=f"{source.path.name}, line {entry.line}",
                way_out="A transcript nests a few levels, with paragraphs of less than 10 MB.",
            )
    if root is None:
        raise InputError("HTML without content", where=f"{source.path.name}, line 1")
    return root


@dataclass
class _Page:
    """Blocks as they come: text is gathered until something else begins."""

    blocks: list[Block] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)
    title: str = ""
    speaker: str | None = None
    second: float | None = None
    pieces: list[str] = field(default_factory=list)
    line: int = 0

    def walk(self, root: Any) -> None:
        skipped = 0
        for event, element in etree.iterwalk(root, events=("start", "end")):
            tag = element.tag
            out = tag in _LEFT_OUT
            if event == "start":
                self._boundary(tag, element)
                skipped += out
                if out and skipped == 1:
                    self._leave_out(tag, element)
                elif not skipped and element.text:
                    self._gather(element.text, element)
                continue
            self._end(tag)
            skipped -= out
            if not skipped and element.tail:
                self._gather(element.tail, element)
        self._flush("p")

    def _boundary(self, tag: str, element: Any) -> None:
        if tag in _APART or tag in _HEADINGS or tag in ("cite", "time", "title"):
            self._flush("p")
            self.line = int(element.sourceline or 0)

    def _end(self, tag: str) -> None:
        if tag == "br":
            self.pieces.append("\n")
        elif tag in _APART or tag in _HEADINGS or tag in ("cite", "time", "title"):
            self._flush(tag)

    def _gather(self, text: str, element: Any) -> None:
        if not self.pieces:
            self.line = self.line or int(element.sourceline or 0)
        self.pieces.append(text)

    def _leave_out(self, tag: str, element: Any) -> None:
        text = " ".join("".join(element.itertext()).split())
        if text:
            self.dropped.append(Dropped(f"<{tag}>", text, int(element.sourceline or 0)))

    def _set_time(self, text: str) -> None:
        second = parse_clock(text)
        if second is None:
            self.dropped.append(Dropped("<time> that is no clock time", text, self.line))
        else:
            self.second = second

    def _flush(self, tag: str) -> None:
        text = tidy("".join(self.pieces).replace("\xa0", " "))[0].replace("\n", " ")
        self.pieces = []
        if not text:
            return
        if tag == "cite":
            self.speaker = text.rstrip(":").strip() or None
        elif tag == "time":
            self._set_time(text)
        elif tag == "title":
            self.title = text
            self.dropped.append(Dropped("title, kept as metadata", text, self.line))
        elif tag in _HEADINGS:
            self.title = self.title or text
            self.blocks.append(Block(text, "heading", level=_HEADINGS[tag], line=self.line))
        else:
            marks = () if self.second is None else ((0, self.second),)
            self.blocks.append(Block(text, "turn", self.speaker, self.second, None, 0, marks, self.line))
            self.second = None


def _timed(blocks: list[Block]) -> tuple[tuple[Block, ...], Faults]:
    """Times that run backwards left out: the fewest that have to be."""
    faults = Faults()
    possible = [None if block.start_s is None or block.start_s < 0 else block.start_s for block in blocks]
    done: list[Block] = []
    for block, good in zip(blocks, believable(possible), strict=True):
        if block.start_s is not None and not good:
            what = f"line {block.line}: the time {clock(block.start_s)} is out of order, and left out"
            faults.add("a time out of order", what)
            block = Block(block.text, block.kind, block.speaker, level=block.level, line=block.line)
        done.append(block)
    return tuple(done), faults
