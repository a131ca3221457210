"""Articles in plain text and Markdown. The fallback: any decoded text but JSON and XML can be read as one."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ingest.readers.prose import (
    BULLET,
    heading_like,
    hyphen_judge,
    join_lines,
    mark_references,
    reference_title,
    squeeze,
    unwrap,
)
from ingest.reading import Block, Dropped, Reading, Source
from kb.errors import InputError

# What is left of such a file when its own reader does not know it any more is syntax and no article.
OTHER_ENDINGS = (".json", ".xml", ".rss", ".atom")
MARKDOWN_ENDINGS = (".md", ".markdown", ".mdown", ".mkd")
ATX = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*")
UNDERLINE = re.compile(r" {0,3}(=+|-{2,})[ \t]*")
RULE = re.compile(r" {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*")
FENCE = re.compile(r" {0,3}(```|~~~)")
TABLE_RULE = re.compile(r"[\s|:-]*-[\s|:-]*")
LINK_DEFINITION = re.compile(r" {0,3}\[[^\]]{1,200}\]:\s*\S+.*")
FRONT_MATTER_LINES = 200
FRONT_MATTER_KEYS = ("title", "show", "date", "language", "url", "audio", "licence")
# Each class of characters excludes its own closing mark, so that none of these looks at a character twice.
INLINE = (
    (re.compile(r"<!--[^<>]{0,5000}-->"), ""),
    (re.compile(r"(?<!\\)!\[([^\[\]]{0,500})\]\([^()\s]{0,2000}(?:\s[^()]{0,200})?\)"), r"\1"),
    (re.compile(r"(?<!\\)\[([^\[\]]{1,1000})\]\([^()]{0,2000}\)"), r"\1"),
    (re.compile(r"(?<!\\)\[([^\[\]]{1,1000})\]\[[^\[\]]{0,200}\]"), r"\1"),
    (re.compile(r"<((?:https?|mailto):[^<>\s]{1,2000})>"), r"\1"),
    (re.compile(r"</?[a-zA-Z][^<>]{0,300}>"), " "),
    (re.compile(r"(?<!\\)\*\*([^*]{1,2000})\*\*"), r"\1"),
    (re.compile(r"(?<![\\\w])__([^_]{1,2000})__(?!\w)"), r"\1"),
    (re.compile(r"(?<![\\*])\*(?![\s*])([^*]{1,2000})(?<![\s\\])\*"), r"\1"),
    (re.compile(r"(?<![\\\w_])_(?![\s_])([^_]{1,2000})(?<![\s\\])_(?!\w)"), r"\1"),
    (re.compile(r"(?<!\\)`{1,2}([^`]{1,2000})`{1,2}"), r"\1"),
    (re.compile(r"\\([\\`*_{}\[\]()#+.!>~|-])"), r"\1"),
)


class PlainReader:
    """Plain text and Markdown: headings, paragraphs, list items; title = the first heading."""

    name = "plain"

    def sniff(self, source: Source) -> float:
        if source.path.suffix.lower() in OTHER_ENDINGS or source.text.lstrip("\ufeff \t\r\n").startswith("<?xml"):
            return 0.0
        return 0.2 if source.text.strip() and "\0" not in source.text else 0.0

    def read(self, source: Source) -> Reading:
        lines = source.text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
        markdown = source.path.suffix.lower() in MARKDOWN_ENDINGS or any(
            line.startswith("#") and ATX.fullmatch(line) for line in lines
        )
        page = _Page(markdown, hyphen_judge(source.text))
        page.read(lines)
        blocks = mark_references(page.blocks if markdown else _plain_headings(page.blocks))
        if not any(block.text for block in blocks):
            raise InputError("holds no text", where=source.path.name, way_out="Give a file with words in it.")
        return Reading(
            format="markdown" if markdown else self.name,
            blocks=blocks,
            dropped=tuple(page.dropped),
            metadata=_with_title(page.metadata, blocks),
        )


@dataclass
class _Page:
    """Lines in, blocks out. In plain text, a heading is a guess that _plain_headings has the last word on."""

    markdown: bool
    keeps_hyphen: Callable[[str, str], bool]
    blocks: list[Block] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)
    metadata: dict[str, Any] = field(default_factory=dict)
    pending: list[tuple[int, str]] = field(default_factory=list)
    item: bool = False
    fenced: str = ""

    def read(self, lines: Sequence[str]) -> None:
        first = self._front_matter(lines) if self.markdown else 0
        for number in range(first, len(lines)):
            self._line(number + 1, lines[number])
        self._flush()

    def _front_matter(self, lines: Sequence[str]) -> int:
        """The first line after the front matter; what it says becomes metadata."""
        if lines[0].strip() != "---":
            return 0
        for end in range(1, min(len(lines), FRONT_MATTER_LINES)):
            if lines[end].strip() in ("---", "..."):
                self.dropped.append(Dropped("front matter", "\n".join(lines[1:end]), 1))
                for line in lines[1:end]:
                    key, _, value = line.partition(":")
                    value = value.strip().strip("\"'")
                    if key.strip().lower() in FRONT_MATTER_KEYS and value:
                        self.metadata[key.strip().lower()] = value
                return end + 1
        return 0

    def _line(self, number: int, line: str) -> None:
        if self.markdown and self._fence(number, line):
            return
        if not line.strip():
            self._flush()
        elif self._heading(number, line) or self._left_out(number, line):
            return
        elif BULLET.match(line):
            self._flush()
            self.item = True
            self.pending.append((number, line))
        elif self.markdown and line.lstrip().startswith("|"):
            self._flush()
            if not TABLE_RULE.fullmatch(line):
                self._add(" | ".join(cell.strip() for cell in line.strip().strip("|").split("|")), number)
        else:
            text = re.sub(r"^(?: {0,3}> ?)+", "", line) if self.markdown else line
            self.pending.append((number, text))

    def _fence(self, number: int, line: str) -> bool:
        mark = FENCE.match(line)
        if self.fenced:
            if mark and mark.group(1) == self.fenced:
                self.fenced = ""
            elif line.strip():
                self.blocks.append(Block(squeeze(line), "paragraph", line=number))
            return True
        if mark:
            self._flush()
            self.fenced = mark.group(1)
        return mark is not None

    def _heading(self, number: int, line: str) -> bool:
        atx = ATX.fullmatch(line) if self.markdown else None
        underline = UNDERLINE.fullmatch(line)
        if atx:
            self._flush()
            self._add(atx.group(2) or "", number, level=len(atx.group(1)))
            return True
        if underline and len(self.pending) == 1 and not self.item and len(underline.group(1)) > 1:
            first, text = self.pending.pop()
            self._add(text, first, level=1 if "=" in underline.group(1) else 2)
            return True
        return False

    def _left_out(self, number: int, line: str) -> bool:
        """Lines that hold no words of the article: rules, and where a [link] leads."""
        if RULE.fullmatch(line) or UNDERLINE.fullmatch(line):
            self._flush()
            return True
        if self.markdown and LINK_DEFINITION.fullmatch(line):
            self.dropped.append(Dropped("link definition", line.strip(), number))
            return True
        return False

    def _add(self, text: str, number: int, level: int = 0) -> None:
        text = squeeze(_unmarked(text) if self.markdown else text)
        if text:
            self.blocks.append(Block(text, "heading" if level else "paragraph", level=level, line=number))

    def _flush(self) -> None:
        lines, item = self.pending, self.item
        self.pending, self.item = [], False
        if not lines:
            return
        whole = self.markdown or item
        groups = [lines] if whole else unwrap([(number, text.strip()) for number, text in lines])
        for group in groups:
            text = join_lines([text.strip() for _, text in group], self.keeps_hyphen)
            if item:
                text = re.sub(r"^[-*+•‣◦·–]\s+", "", text)
            alone = not self.markdown and not item and len(lines) == 1 and heading_like(text)
            self._add(text, group[0][0], level=2 if alone else 0)


def _unmarked(text: str) -> str:
    """Markdown's marks taken off; the words stay."""
    for pattern, words in INLINE:
        text = pattern.sub(words, text)
    return html.unescape(text)


def _plain_headings(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """The guesses of plain text, judged in their company: a heading has text under it, and is rarer than text."""
    guesses = sum(block.kind == "heading" for block in blocks)
    too_many = guesses > 3 and guesses > len(blocks) / 2
    judged: list[Block] = []
    followed = references = False
    for block in reversed(blocks):
        followed = followed or block.kind != "heading"
        if block.kind == "heading" and (not followed or (too_many and block is not blocks[0])):
            block = replace(block, kind="paragraph", level=0)
        judged.append(block)
    judged.reverse()
    for index, block in enumerate(judged):
        # In a list of sources, "World Health Organization, Annex 4, 2022" is no heading.
        if block.kind == "heading" and references and re.search(r"[\d,]", block.text):
            judged[index] = replace(block, kind="paragraph", level=0)
        elif block.kind == "heading":
            references = reference_title(block.text)
    if judged and judged[0].kind == "heading":
        judged[0] = replace(judged[0], level=1)
    return tuple(judged)


def _with_title(metadata: dict[str, Any], blocks: Sequence[Block]) -> dict[str, Any]:
    title = next((block.text for block in blocks if block.kind == "heading"), "")
    return {"title": title, **metadata} if title else metadata
