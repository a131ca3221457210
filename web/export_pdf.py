"""A collection as PDF, in DejaVu Sans, embedded. No word is lost: what the font has no shape for is spelt out.

A character without a shape is written as its code point, [U+6771], and the first page says so. Scripts that run from
right to left are set in the order of their letters, which the first page says as well: DOCX has them right.
"""

from __future__ import annotations

import io
import threading
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph, SimpleDocTemplate

from kb.citing import reference
from web import words
from web.export import EMPTY, PROMISE, Export, Item

FONT = "CounterpartSans"
FONT_FILE = Path(__file__).parent / "fonts" / "DejaVuSans.ttf"
SPELT = (
    "Characters that this file's typeface has no shape for are written as their code points, like [U+0000]. "
    "The Markdown and the DOCX have them as they are."
)
BACKWARDS = "Words of scripts that run from right to left are set from left to right here. The DOCX has them right."
_INK, _SOFT = HexColor(0x1C2024), HexColor(0x565C63)
_LOCK = threading.Lock()


def _style(name: str, size: float, **more: Any) -> ParagraphStyle:
    given = {"fontName": FONT, "fontSize": size, "leading": size * 1.45, "textColor": _INK, "spaceAfter": 4} | more
    return ParagraphStyle(name, **given)


_TITLE = _style("title", 20, spaceAfter=8)
_NUMBER = _style("number", 9, textColor=_SOFT, spaceBefore=16, keepWithNext=1)
_QUOTE = _style("quote", 12, leftIndent=12)
_TEXT = _style("text", 10)
_SMALL = _style("small", 8, textColor=_SOFT)
# Of the cited place, which our own links make: nobody else's address is made a link.
_ADDRESS = _style("address", 8, textColor=_SOFT)


def write(made: Export) -> bytes:
    # The font keeps which of its shapes each file needs, so files are made one after the other.
    with _LOCK:
        known = _known()
        flow = [Paragraph(_markup(text, known, style), style) for text, style in _lines(made, known)]
        held = io.BytesIO()
        margins = dict.fromkeys(("leftMargin", "rightMargin", "topMargin", "bottomMargin"), 22 * mm)
        page = SimpleDocTemplate(held, pagesize=A4, title=made.name, author="", invariant=1, **margins)
        page.build(flow, onFirstPage=_numbered, onLaterPages=_numbered)
    return held.getvalue()


@cache
def _known() -> Any:
    """Code points that the typeface has a shape for. It is read once."""
    pdfmetrics.registerFont(TTFont(FONT, str(FONT_FILE)))
    return pdfmetrics.getFont(FONT).face.charToGlyph


def _lines(made: Export, known: Any) -> Iterator[tuple[str, ParagraphStyle]]:
    yield made.name, _TITLE
    yield f"{words.date(made.day.isoformat())}. {PROMISE}", _SMALL
    body = [line for item in made.items for line in _item(item)]
    everything = made.name + "".join(text for text, _ in body)
    for notice, wanted in ((SPELT, bool(_unknown(everything, known))), (BACKWARDS, _runs_backwards(everything))):
        if wanted:
            yield notice, _SMALL
    if not made.items:
        yield EMPTY, _TEXT
    yield from body


def _item(item: Item) -> Iterator[tuple[str, ParagraphStyle]]:
    yield str(item.number), _NUMBER
    for line in item.lines():
        yield line, _QUOTE
    if item.cited:
        yield reference(item.cited), _TEXT
        yield item.cited.url, _ADDRESS
    for remark in item.remarks:
        yield remark, _TEXT
    if item.note:
        yield f"Note: {item.note}", _TEXT
    for fact in item.facts():
        yield fact, _SMALL


def _markup(text: str, known: Any, style: ParagraphStyle) -> str:
    """As reportlab's paragraphs read it: escaped, with line breaks; what has no shape is spelt out."""
    spelt = escape("".join(_spelt(character, known) for character in text)).replace("\n", "<br/>")
    return f"<a href={quoteattr(text)}>{spelt}</a>" if style is _ADDRESS else spelt


def _spelt(character: str, known: Any) -> str:
    return f"[U+{ord(character):04X}]" if _unknown(character, known) else character


def _unknown(text: Iterable[str], known: Any) -> list[str]:
    return [character for character in text if not character.isspace() and ord(character) not in known]


def _runs_backwards(text: str) -> bool:
    return any(unicodedata.bidirectional(character) in ("R", "AL") for character in text)


def _numbered(canvas: Any, page: Any) -> None:
    canvas.setFont(FONT, 8)
    canvas.setFillColor(_SOFT)
    canvas.drawRightString(page.pagesize[0] - 22 * mm, 12 * mm, str(canvas.getPageNumber()))
