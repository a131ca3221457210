"""Articles in HTML. The page's own blocks in the page's order; trafilatura says which of them are the article."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import trafilatura
from bs4 import BeautifulSoup
from bs4.element import NavigableString, Tag

from ingest.lexicon import words
from ingest.readers.html_metadata import page_metadata
from ingest.readers.prose import mark_references, refuse_endless_markup, squeeze
from ingest.reading import Block, Dropped, Reading, Source
from kb.errors import InputError

HTML_START = re.compile(
    r"\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<!--[^>]{0,2000}-->\s*)*<(?:!doctype\s+html|html)\b", re.IGNORECASE
)
BLOCK_TAG = re.compile(r"<(?:body|article|main|section|div|p|h[1-6])\b[^<>]{0,500}>", re.IGNORECASE)
BLOCKS = words(
    """
    address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption figure
    footer form h1 h2 h3 h4 h5 h6 header hr html li main nav ol option p pre section select summary table tbody
    tfoot thead tr ul button label noscript textarea
    """
)
CELLS = frozenset(("td", "th"))
UNSEEN = words("script style template svg math iframe object embed head canvas audio video map")
REGIONS = {
    "nav": "navigation",
    "footer": "footer",
    "header": "page header",
    "aside": "sidebar",
    "form": "form",
    "button": "form",
    "select": "form",
    "noscript": "noscript",
    "dialog": "dialog",
}
ROLES = {"navigation": "navigation", "contentinfo": "footer", "banner": "page header", "complementary": "sidebar"}
ROLES |= {"search": "form", "dialog": "dialog", "alertdialog": "dialog"}
# Parsers take minutes over a tag with 100,000 attributes. What is that long is a picture in a data: address, or malice.
HUGE_TAG = re.compile(r"<([a-zA-Z][a-zA-Z0-9]{0,30})\s[^<>]{20000,}>")
SURE_KEY = 20  # letters; a shorter block must be a line of the article, not a part of one
FAST_CHARS = 2_000_000
MOST_CHARS = 10_000_000
# trafilatura reports pages that it finds nothing in to its log; here that is no error.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)


@dataclass(slots=True)
class _PageBlock:
    """A block of the page. region: the part of the page's frame that it stands in, or ""."""

    text: str
    tag: str
    region: str
    line: int
    kept: bool = False

    @property
    def level(self) -> int:
        return int(self.tag[1]) if re.fullmatch("h[1-6]", self.tag) else 0

    @property
    def key(self) -> str:
        return _key(self.text)


class HtmlArticleReader:
    """HTML pages with an article in them. What is not the article is dropped with the place where it stood."""

    name = "html"

    def sniff(self, source: Source) -> float:
        start = source.text[:5000]
        if HTML_START.match(start):
            return 0.7
        tags = len(BLOCK_TAG.findall(source.text[:50_000]))
        named = source.path.suffix.lower() in (".html", ".htm", ".xhtml")
        if not tags:
            return 0.3 if named else 0.0
        return 0.5 if named else 0.4 if start.lstrip().startswith("<") and tags > 2 else 0.0

    def read(self, source: Source) -> Reading:
        refuse_endless_markup(source.text, source.path.name)
        html = HUGE_TAG.sub(r"<\1>", source.text.replace("\0", ""))
        soup = _soup(html, source.path.name)
        page = list(_page_blocks(soup))
        metadata = page_metadata(soup)
        faults = _choose(page, html, str(metadata.get("title", "")))
        blocks = mark_references(
            Block(one.text, "heading" if one.level else "paragraph", level=one.level, line=one.line)
            for one in page
            if one.kept
        )
        if not any(block.kind == "paragraph" for block in blocks):
            raise InputError("holds no article", where=source.path.name, way_out="Save the page of the article itself.")
        dropped = tuple(
            Dropped(one.region or "not in the main content", one.text, one.line) for one in page if not one.kept
        )
        heading = next((block.text for block in blocks if block.kind == "heading"), "")
        if heading and not metadata.get("title"):
            metadata["title"] = heading
        return Reading(format=self.name, blocks=blocks, dropped=dropped, metadata=metadata, faults=faults)


def _soup(html: str, where: str) -> BeautifulSoup:
    try:
        return BeautifulSoup(html, "lxml")
    except Exception as error:  # hostile markup finds its own ways to fail in a parser
        raise InputError(
            f"is no HTML that can be read ({type(error).__name__})",
            where=where,
            way_out="Save the page anew.",
        ) from error


def _page_blocks(soup: BeautifulSoup) -> Iterator[_PageBlock]:
    """Text blocks in order. A stack of its own, not recursion: pages may nest 100,000 levels deep."""
    buffer: list[str] = []
    stack: list[tuple[Iterator[Any], str, str, bool, int]] = [(iter(soup.contents), "", "", False, 0)]
    while stack:
        children, tag, region, article, line = stack[-1]
        child = next(children, None)
        if child is None:
            stack.pop()
            if tag in BLOCKS:
                yield from _flushed(buffer, tag, region, line)
        elif isinstance(child, Tag):
            if child.name in UNSEEN:
                continue
            if child.name == "br":
                buffer.append("\n")
            if child.name in BLOCKS:
                yield from _flushed(buffer, tag, region, line)
            elif child.name in CELLS and any(part.strip() for part in buffer):
                buffer.append(" | ")
            inside = article or child.name in ("article", "main") or child.get("role") == "main"
            place = region or _region(child, inside)
            block = child.name if child.name in BLOCKS else tag
            at = child.sourceline or line
            stack.append((iter(child.contents), block if child.name in BLOCKS else "", place, inside, at))
            stack[-1] = (stack[-1][0], child.name if child.name in BLOCKS else f"~{tag.lstrip('~')}", place, inside, at)
        elif type(child) is NavigableString:
            buffer.append(re.sub(r"\s+", " ", child) if tag.lstrip("~") != "pre" else str(child))
    yield from _flushed(buffer, "", "", 0)


def _flushed(buffer: list[str], tag: str, region: str, line: int) -> Iterator[_PageBlock]:
    """What was gathered, as a block; two line breaks in a row begin another."""
    whole = "".join(buffer)
    buffer.clear()
    for part in re.split(r"\n[ \t]*\n", whole):
        text = squeeze(part).strip("| ")
        if text:
            yield _PageBlock(text, tag.lstrip("~"), region, line)


def _region(tag: Tag, inside_article: bool) -> str:
    """The part of the page's frame that the tag opens. An article's own header is the article's."""
    if (
        tag.has_attr("hidden")
        or tag.get("aria-hidden") == "true"
        or re.search(r"display\s*:\s*none", str(tag.get("style", ""))[:500])
    ):
        return "hidden"
    region = ROLES.get(str(tag.get("role", "")).lower()) or REGIONS.get(tag.name, "")
    return "" if region == "page header" and inside_article else region


def _key(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


def _choose(page: Sequence[_PageBlock], html: str, title: str) -> tuple[str, ...]:
    """Marks the blocks of the article as kept; returns faults."""
    article = _main_text(html)
    if not article.strip():
        for one in page:
            one.kept = not one.region
        return ("no main content was recognised: all but the page's frame was read",)
    lines = {_key(line) for line in article.splitlines()}
    whole = _key(article)
    taken: set[str] = set()
    for framed in (False, True):
        for one in page:
            if bool(one.region) == framed and not (framed and one.key in taken):
                one.kept = _in_article(one.key, lines, whole) and not (framed and len(one.key) < SURE_KEY)
                taken |= {one.key} if one.kept else set()
    _keep_headings(page, _key(title))
    return ()


def _in_article(key: str, lines: set[str], whole: str) -> bool:
    if not key:
        return False
    if key in lines or (len(key) >= SURE_KEY and key in whole):
        return True
    # Where something within a paragraph was left out (a link's mark, a note), its two ends are still there.
    return len(key) >= 6 * SURE_KEY and key[: 2 * SURE_KEY] in whole and key[-2 * SURE_KEY :] in whole


def _keep_headings(page: Sequence[_PageBlock], title: str) -> None:
    """Headings stay with the text under them; the page's title stays, wherever it stands."""
    under = False
    for one in reversed(page):
        if one.level:
            one.kept = one.kept or (under and not one.region)
        elif not one.region:
            under = one.kept
    for one in page:
        if one.level == 1 and title and _key(one.text) and _key(one.text) in title:
            one.kept = True


def _main_text(html: str) -> str:
    if len(html) > MOST_CHARS:
        return ""
    try:
        found = trafilatura.bare_extraction(
            html, include_comments=False, include_tables=True, with_metadata=False, fast=len(html) > FAST_CHARS
        )
    except Exception:  # it is a judge of what to keep; without it, everything but the frame is kept, and said so
        return ""
    return str(found.text or "") if found is not None else ""
