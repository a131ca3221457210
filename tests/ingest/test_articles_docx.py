"""DOCX articles: styles, lists, tables, what lies beside the body; and archives that mean harm."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml import parse_xml

from ingest.readers.docx import MOST_ENTRIES, DocxReader
from ingest.reading import Reading, Source
from kb.errors import InputError

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def build(fill: Callable[[Any], None]) -> bytes:
    document = docx.Document()
    fill(document)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def source(data: bytes, name: str = "article.docx") -> Source:
    return Source(Path(name), data, "", "")


def read(data: bytes) -> Reading:
    return DocxReader().read(source(data))


def repacked(data: bytes, changes: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The archive with some of its files replaced or added."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(stream, "w", method) as after:
        for name in before.namelist():
            if name not in changes:
                after.writestr(name, before.read(name))
        for name, content in changes.items():
            after.writestr(name, content)
    return stream.getvalue()


def article(document: Any) -> None:
    document.core_properties.title = "From the file"
    document.core_properties.author = "Jane Doe"
    document.core_properties.language = "en-GB"
    document.add_heading("Partners at work", 0)
    document.add_paragraph("The first paragraph says something.")
    document.add_heading("Timing", 2)
    document.add_paragraph("Call early", style="List Bullet")
    document.add_paragraph("Write it down", style="List Number")
    table = document.add_table(rows=2, cols=2)
    for index, words in enumerate(("Phase", "Months", "One", "12")):
        table.cell(index // 2, index % 2).text = words
    document.add_heading("References", 2)
    document.add_paragraph("ICH Q7, 2000")
    document.sections[0].header.paragraphs[0].text = "Example Weekly"


def test_docx_when_it_is_an_article_then_its_structure_is_kept() -> None:
    reading = read(build(article))
    assert [(block.kind, block.level, block.text) for block in reading.blocks] == [
        ("heading", 1, "Partners at work"),
        ("paragraph", 0, "The first paragraph says something."),
        ("heading", 2, "Timing"),
        ("paragraph", 0, "Call early"),
        ("paragraph", 0, "Write it down"),
        ("paragraph", 0, "Phase | Months"),
        ("paragraph", 0, "One | 12"),
        ("heading", 2, "References"),
        ("reference", 0, "ICH Q7, 2000"),
    ]
    assert [(one.reason, one.text) for one in reading.dropped] == [("running header", "Example Weekly")]
    assert reading.metadata == {"title": "Partners at work", "author": "Jane Doe", "language": "en"}


def test_docx_when_changes_are_tracked_then_insertions_stay_and_deletions_go() -> None:
    body = (
        f"<w:p {W}><w:r><w:t>Kept </w:t></w:r><w:ins><w:r><w:t>inserted</w:t></w:r></w:ins>"
        "<w:del><w:r><w:delText>deleted</w:delText></w:r></w:del>"
        "<w:hyperlink><w:r><w:t> linked</w:t><w:tab/><w:t>tabbed</w:t></w:r></w:hyperlink></w:p>"
    )
    data = build(lambda document: document.element.body.insert(0, parse_xml(body)))
    assert [block.text for block in read(data).blocks] == ["Kept inserted linked tabbed"]


def test_docx_when_text_stands_in_content_controls_and_boxes_then_it_is_read() -> None:
    control = f"<w:sdt {W}><w:sdtContent><w:p><w:r><w:t>controlled</w:t></w:r></w:p></w:sdtContent></w:sdt>"
    box = (
        f"<w:p {W}><w:r><w:t>before</w:t></w:r><w:r><w:pict><w:txbxContent><w:p><w:r><w:t>boxed</w:t></w:r></w:p>"
        "</w:txbxContent></w:pict></w:r></w:p>"
    )

    def fill(document: Any) -> None:
        document.element.body.insert(0, parse_xml(box))
        document.element.body.insert(0, parse_xml(control))

    assert [block.text for block in read(build(fill)).blocks] == ["controlled", "before", "boxed"]


def test_docx_sniff_when_it_is_a_word_document_then_it_is_certain() -> None:
    data = build(article)
    assert DocxReader().sniff(source(data, "renamed.bin")) > 0.9
    assert DocxReader().sniff(source(b"PK\x03\x04 something else", "a.zip")) == 0.0
    assert DocxReader().sniff(source(data[:50], "cut.docx")) > 0.5


def test_docx_when_it_holds_no_words_then_it_is_refused() -> None:
    with pytest.raises(InputError, match="holds no text"):
        read(build(lambda document: None))


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_docx_when_it_is_cut_off_then_it_is_refused(share: float) -> None:
    data = build(article)
    with pytest.raises(InputError, match=r"article\.docx: "):
        read(data[: int(len(data) * share)])


@pytest.mark.parametrize("name", ["word/document.xml", "[Content_Types].xml", "word/styles.xml", "word/header1.xml"])
def test_docx_when_a_part_is_no_xml_then_it_is_refused(name: str) -> None:
    with pytest.raises(InputError):
        read(repacked(build(article), {name: b"<w:document"}))


def test_docx_when_bytes_are_flipped_then_it_is_refused_or_read() -> None:
    data = bytearray(build(article))
    for at in range(0, len(data), len(data) // 60):
        damaged = bytes(data[:at]) + bytes([data[at] ^ 0xFF]) + bytes(data[at + 1 :])
        try:
            read(damaged)
        except InputError:
            continue


def test_docx_when_it_is_a_bomb_then_it_is_refused_before_it_is_unpacked() -> None:
    bomb = repacked(build(article), {"word/media/zeros.bin": b"\0" * 40_000_000})
    assert len(bomb) < 200_000
    with pytest.raises(InputError, match="unpacks to"):
        read(bomb)


def test_docx_when_its_directory_lies_about_sizes_then_it_is_refused() -> None:
    bomb = bytearray(repacked(build(article), {"word/media/zeros.bin": b"\0" * 40_000_000}))
    true, told = (40_000_000).to_bytes(4, "little"), (1000).to_bytes(4, "little")
    assert bomb.count(true) == 2
    with pytest.raises(InputError):
        read(bytes(bomb).replace(true, told))


def test_docx_when_it_has_too_many_files_then_it_is_refused() -> None:
    many = repacked(build(article), {f"word/media/{number}": b"" for number in range(MOST_ENTRIES)}, zipfile.ZIP_STORED)
    with pytest.raises(InputError, match="unpacks to"):
        read(many)


def test_docx_when_it_defines_entities_then_it_is_refused() -> None:
    laughs = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><w:document/>'
    with pytest.raises(InputError, match="entities"):
        read(repacked(build(article), {"word/document.xml": laughs}))


def test_docx_when_its_xml_is_deep_then_it_is_refused() -> None:
    deep = f"<w:document {W}><w:body>{'<w:sdt>' * 50_000}{'</w:sdt>' * 50_000}</w:body></w:document>"
    with pytest.raises(InputError):
        read(repacked(build(article), {"word/document.xml": deep.encode()}))


def test_docx_when_it_is_encrypted_by_word_then_it_is_refused() -> None:
    with pytest.raises(InputError):
        read(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 5000)
