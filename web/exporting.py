"""A collection as a file to take along: which forms there are, and what each is made of."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from kb.citing import Cited
from kb.library.rows import CollectionRow
from kb.records import Quote
from kb.saved import Saved
from web import export_docx, export_markdown, export_pdf
from web.cards import cited_quote
from web.export import Export, Item
from web.links import Links
from web.saved_cards import remark
from web.voices import interest, speaker_of

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass(frozen=True)
class Form:
    """title: on the page; ending: of the file's name; write: makes the file."""

    title: str
    ending: str
    content_type: str
    write: Callable[[Export], bytes]


FORMS = {
    "markdown": Form("Markdown", "md", "text/markdown; charset=utf-8", export_markdown.write),
    "docx": Form("Word (DOCX)", "docx", DOCX, export_docx.write),
    "pdf": Form("PDF", "pdf", "application/pdf", export_pdf.write),
}


def exported(form: str, made: Export) -> bytes:
    """form: one of FORMS."""
    return FORMS[form].write(made)


def export_of(row: CollectionRow, saved: Sequence[Saved], absolute: Links, day: date) -> Export:
    """What every form holds. No link of the collection is in it: a file is passed on."""
    return Export(row.name, day, tuple(_item(number, one, absolute) for number, one in enumerate(saved, start=1)))


def file_name(name: str, form: str) -> str:
    """ASCII, from the collection's name: what every system takes."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return f"{re.sub(r'[^a-z0-9]+', '-', plain.lower()).strip('-')[:80] or 'collection'}.{FORMS[form].ending}"


def _item(number: int, saved: Saved, absolute: Links) -> Item:
    said, quote = remark(saved), saved.quote
    if quote is None:
        return Item(number, None, (said,), saved.row.note)
    remarks = (said, "A host says this, who asks the questions." if _by_host(quote) else "", interest(quote))
    cited: Cited = cited_quote(quote, absolute)
    original = absolute.outgoing(quote.metadata.url)
    return Item(number, cited, tuple(filter(None, remarks)), saved.row.note, original, quote.metadata.licence)


def _by_host(quote: Quote) -> bool:
    speaker = speaker_of(quote)
    return speaker is not None and speaker.host
