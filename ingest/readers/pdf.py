"""Articles in PDF. Lines out of pages, paragraphs out of lines; what repeats on every page is left out and named."""

from __future__ import annotations

import io
import logging
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any

import pypdf

from ingest.readers.prose import BULLET, heading_like, hyphen_judge, join_lines, mark_references, squeeze
from ingest.reading import Block, Dropped, Reading, Source
from kb.errors import InputError

MOST_PAGES = 2_000
MOST_CHARS = 20_000_000
EDGE_LINES = 2  # running headers and footers are looked for in so many lines of a page's top and bottom
PAGE_NUMBER = re.compile(
    r"(?:page\s+)?[-–—|]?\s*(?:\d{1,4}|[ivxl]{1,6})\s*[-–—|]?(?:\s*(?:of|/)\s*\d{1,4})?", re.IGNORECASE
)
ENDS_SENTENCE = re.compile(r"[.!?…:][\"”’»)\]]*$")
# pypdf reports every oddity of a file to its log; what matters comes as an exception.
logging.getLogger("pypdf").setLevel(logging.CRITICAL)


@dataclass(slots=True)
class _Line:
    """text as on the page; size: height of its letters, y: of its base line, both in the page's points."""

    text: str
    page: int
    size: float
    y: float


class PdfReader:
    """Text PDFs. Encrypted, image-only and broken files are refused."""

    name = "pdf"

    def sniff(self, source: Source) -> float:
        if b"%PDF-" in source.data[:1024]:
            return 0.95
        return 0.6 if source.path.suffix.lower() == ".pdf" else 0.0

    def read(self, source: Source) -> Reading:
        where = source.path.name
        pages, metadata = _open(source.data, where)
        lines, dropped = _without_margins(pages)
        if not any(char.isalpha() for line in lines for char in line.text):
            raise InputError(
                "holds no text, only pictures of pages",
                where=where,
                way_out="Run it through text recognition (OCR) first.",
            )
        blocks = mark_references(_blocks(lines))
        # min takes the first of the highest headings: a line over the title may look like a small one
        title = min(
            (block for block in blocks if block.level), key=lambda block: block.level, default=Block("", "")
        ).text
        return Reading(
            format=self.name,
            blocks=blocks,
            dropped=tuple(dropped),
            metadata={"title": title, **metadata} if title else metadata,
        )


def _open(data: bytes, where: str) -> tuple[list[list[_Line]], dict[str, Any]]:
    """Lines of each page, and what the file says of itself."""
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise InputError("is encrypted", where=where, way_out="Save it without a password, and ingest that.")
        if len(reader.pages) > MOST_PAGES:
            raise InputError(f"has more than {MOST_PAGES:,} pages", where=where, way_out="Split it into articles.")
        pages: list[list[_Line]] = []
        room = MOST_CHARS
        for number, page in enumerate(reader.pages, 1):
            pages.append(_page_lines(page, number))
            room -= sum(len(line.text) for line in pages[-1])
            if room < 0:
                raise InputError("holds more text than any article", where=where, way_out="Split it into articles.")
        return pages, _metadata(reader)
    except InputError:
        raise
    except pypdf.errors.DependencyError as error:
        raise InputError("is encrypted", where=where, way_out="Save it without a password, and ingest that.") from error
    except Exception as error:  # pypdf meets broken files with errors of every kind, RecursionError among them
        reason = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
        raise InputError(
            f"is no PDF that can be read ({reason})", where=where, way_out="Print it to a new PDF, and ingest that."
        ) from error


def _page_lines(page: Any, number: int) -> list[_Line]:
    chunks: list[tuple[str, float, float]] = []

    def keep(text: str, matrix: list[float], text_matrix: list[float], _font: Any, size: float) -> None:
        scale = abs(text_matrix[3] * matrix[3]) or abs(text_matrix[1] * matrix[1]) or 1.0
        chunks.append((text, float(size) * scale, text_matrix[5] * matrix[3] + matrix[5]))

    page.extract_text(visitor_text=keep)
    lines: list[_Line] = []
    new = True
    for text, size, y in chunks:
        for index, part in enumerate(text.split("\n")):
            new = new or index > 0
            if not part.strip():
                if not new and part and lines:
                    lines[-1].text += " "
                continue
            if new:
                lines.append(_Line(part, number, size, y))
            else:
                lines[-1].text += part
                lines[-1].size = max(lines[-1].size, size)
            new = False
    for line in lines:
        line.text = line.text.strip()
    return lines


def _without_margins(pages: Sequence[list[_Line]]) -> tuple[list[_Line], list[Dropped]]:
    """The pages' lines without running headers, footers and page numbers, and what was taken out."""
    seen: Counter[str] = Counter()
    for lines in pages:
        seen.update({_key(lines[index].text) for index in _edges(len(lines))})
    kept: list[_Line] = []
    dropped: list[Dropped] = []
    often = max(2, (len(pages) + 2) // 3) if len(pages) < 6 else len(pages) // 3
    for lines in pages:
        edges = _edges(len(lines))
        for index, line in enumerate(lines):
            if index in edges and PAGE_NUMBER.fullmatch(line.text) and (len(pages) > 1 or index == len(lines) - 1):
                dropped.append(Dropped("page number", line.text, line.page))
            elif index in edges and len(line.text) <= 150 and seen[_key(line.text)] >= often and len(pages) > 1:
                place = "running header" if index < EDGE_LINES and index < len(lines) / 2 else "running footer"
                dropped.append(Dropped(place, line.text, line.page))
            else:
                kept.append(line)
    return kept, dropped


def _edges(count: int) -> set[int]:
    return {*range(min(EDGE_LINES, count)), *range(max(0, count - EDGE_LINES), count)}


def _key(text: str) -> str:
    """Lines alike but for their numbers are the same running line; whole sentences must be alike in all."""
    text = squeeze(text).casefold()
    return text if ENDS_SENTENCE.search(text) and len(text.split()) > 6 else re.sub(r"\d+", "0", text)


def _blocks(lines: Sequence[_Line]) -> list[Block]:
    body = median([line.size for line in lines for _ in range(1 + len(line.text) // 20)])
    width = sorted(len(line.text) for line in lines)[int(0.9 * (len(lines) - 1))]
    gap = _usual_gap(lines)
    keeps = hyphen_judge("\n".join(line.text for line in lines))
    blocks: list[Block] = []
    group: list[_Line] = []
    for line in lines:
        if group and _breaks(group[-1], line, body, width, gap):
            blocks += _as_block(group, body, keeps)
            group = []
        group.append(line)
    blocks += _as_block(group, body, keeps)
    return _with_levels(blocks, lines, body)


def _usual_gap(lines: Sequence[_Line]) -> float:
    gaps = [before.y - after.y for before, after in pairwise(lines) if before.page == after.page and before.y > after.y]
    return median(gaps) if gaps else 0.0


def _is_heading(line: _Line, body: float) -> bool:
    return line.size > 1.12 * body and any(char.isalpha() for char in line.text) and len(line.text) <= 200


def _breaks(before: _Line, line: _Line, body: float, width: int, gap: float) -> bool:
    """Whether a new paragraph begins with line."""
    if _is_heading(before, body) or _is_heading(line, body):
        return abs(before.size - line.size) > 0.5 or not _is_heading(line, body)
    if BULLET.match(line.text):
        return True
    ended = ENDS_SENTENCE.search(before.text) is not None
    if before.page != line.page or line.y > before.y:  # the next page or column: only a full stop ends a paragraph
        return ended and (len(before.text) < 0.8 * width)
    if gap and before.y - line.y > 1.35 * gap:
        return True
    short = len(before.text) + 1 + len(line.text.split(" ", 1)[0]) < 0.8 * width
    return short and (ended or (heading_like(before.text) and line.text[:1].isupper()))


def _as_block(group: Sequence[_Line], body: float, keeps: Callable[[str, str], bool]) -> list[Block]:
    if not group:
        return []
    text = join_lines([line.text for line in group], keeps)
    large = all(_is_heading(line, body) for line in group)
    alone = len(group) == 1 and heading_like(text) and len(text.split()) <= 10
    text = re.sub(r"^[-*+•‣◦·]\s+", "", text)
    kind = "heading" if large or alone else "paragraph"
    return [Block(text, kind, level=1 if kind == "heading" else 0, line=group[0].page)] if text else []


def _with_levels(blocks: list[Block], lines: Sequence[_Line], body: float) -> list[Block]:
    """Heading levels by size of letters, the largest first; a heading as small as the text is the deepest."""
    sizes = sorted({round(line.size, 1) for line in lines if _is_heading(line, body)}, reverse=True)
    by_text = {line.text: round(line.size, 1) for line in lines if _is_heading(line, body)}
    levelled: list[Block] = []
    for block in blocks:
        if block.kind == "heading":
            size = next((by_text[text] for text in by_text if block.text.startswith(text[:40])), 0.0)
            level = min(6, sizes.index(size) + 1 if size in sizes else len(sizes) + 1)
            block = Block(block.text, "heading", level=level, line=block.line)
        levelled.append(block)
    return levelled


def _metadata(reader: pypdf.PdfReader) -> dict[str, Any]:
    info = reader.metadata
    title = squeeze(str(info.title)) if info and info.title else ""
    author = squeeze(str(info.author)) if info and info.author else ""
    # "Microsoft Word - final_v3.docx" and the like name a file, not an article.
    usable = len(title.split()) > 2 and not re.search(r"\.\w{2,4}$|^microsoft word|untitled", title, re.IGNORECASE)
    values = {"title": title if usable else "", "author": author}
    return {name: value for name, value in values.items() if value}
