"""A collection as DOCX (ECMA-376). The same collection on the same day is the same file, byte for byte."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime
from typing import Any

from docx import Document
from docx.shared import Pt, RGBColor

from kb.citing import reference
from web import words
from web.export import EMPTY, PROMISE, Export, Item

# What XML 1.0 cannot hold (https://www.w3.org/TR/xml/#charsets) is shown as missing, not left out.
_UNFIT = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_EARLIEST = (1980, 1, 1, 0, 0, 0)
_SOFT = RGBColor(0x56, 0x5C, 0x63)


def write(made: Export) -> bytes:
    document = Document()
    properties = document.core_properties
    properties.title, properties.author, properties.comments = _fit(made.name), "", ""
    properties.created = properties.modified = datetime(made.day.year, made.day.month, made.day.day)
    document.add_heading(_fit(made.name), 0)
    _small(document, f"{words.date(made.day.isoformat())}. {PROMISE}")
    if not made.items:
        document.add_paragraph(EMPTY)
    for item in made.items:
        _add(document, item)
    held = io.BytesIO()
    document.save(held)
    return _steady(held.getvalue())


def _add(document: Any, item: Item) -> None:
    document.add_heading(str(item.number), 2)
    for line in item.lines():
        document.add_paragraph(_fit(line), style="Quote")
    if item.cited:
        document.add_paragraph(_fit(reference(item.cited)))
        _small(document, item.cited.url)
    for remark in item.remarks:
        document.add_paragraph().add_run(_fit(remark)).italic = True
    if item.note:
        noted = document.add_paragraph()
        noted.add_run("Note: ").bold = True
        noted.add_run(_fit(item.note))
    for fact in item.facts():
        _small(document, fact)


def _small(document: Any, text: str) -> None:
    run = document.add_paragraph().add_run(_fit(text))
    run.font.size, run.font.color.rgb = Pt(9), _SOFT


def _fit(text: str) -> str:
    return _UNFIT.sub("\ufffd", text)


def _steady(made: bytes) -> bytes:
    """The same package without the time at which it was packed."""
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made)) as old, zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name, _EARLIEST), old.read(name), zipfile.ZIP_DEFLATED)
    return held.getvalue()
