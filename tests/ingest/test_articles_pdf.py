"""PDF articles: paragraphs out of lines, margins named, and files that cannot be read refused."""

from __future__ import annotations

import io
from pathlib import Path

import pypdf
import pytest

from ingest.readers.pdf import PdfReader
from ingest.reading import Reading, Source
from kb.errors import InputError

Line = tuple[float, float, str]  # size of letters, height on the page, text: all in points

NUMBERS = ("one", "two", "three")


def build(pages: list[list[Line]], info: str = "") -> bytes:
    """A PDF of one font, written by hand: objects, cross-reference table, trailer."""
    count = len(pages)
    kids = " ".join(f"{3 + 2 * number} 0 R" for number in range(count))
    font = 3 + 2 * count
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", f"<< /Type /Pages /Kids [{kids}] /Count {count} >>"]
    for number, lines in enumerate(pages):
        drawn = "".join(f"BT /F1 {size} Tf 1 0 0 1 50 {y} Tm ({text}) Tj ET\n" for size, y, text in lines)
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents {4 + 2 * number} 0 R "
            f"/Resources << /Font << /F1 {font} 0 R >> >> >>"
        )
        objects.append(f"<< /Length {len(drawn)} >>\nstream\n{drawn}endstream")
    objects.append("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
    objects.append(f"<< {info} >>")
    body, offsets = "%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    size = len(objects) + 1
    trailer = f"trailer << /Size {size} /Root 1 0 R /Info {len(objects)} 0 R >>\nstartxref\n{len(body)}\n%%EOF"
    return f"{body}xref\n0 {size}\n0000000000 65535 f \n{table}{trailer}".encode("latin-1")


def read(data: bytes) -> Reading:
    return PdfReader().read(Source(Path("article.pdf"), data, "", ""))


def page(number: int) -> list[Line]:
    """A page with a running header, a heading, a paragraph of three lines, another, and a number."""
    return [
        (9, 780, f"Example Weekly, issue {number}"),
        (16, 740, f"Section number {NUMBERS[number - 1]}"),
        (10, 710, "A sponsor should talk to the plant before the process is locked, so that the manufac-"),
        (10, 698, "turing of it can be built by both of them together, over the whole of the long-"),
        (10, 686, "term plan."),
        (10, 660, f"Another paragraph stands here, for page {number}, and it is short."),
        (9, 30, str(number)),
    ]


THREE = build([page(1), page(2), page(3)], "/Title (Partners at work today) /Author (Jane Doe)")


def test_pdf_when_lines_make_paragraphs_then_they_are_joined_and_words_mended() -> None:
    blocks = read(THREE).blocks
    assert [(block.kind, block.level, block.text) for block in blocks[:3]] == [
        ("heading", 1, "Section number one"),
        (
            "paragraph",
            0,
            "A sponsor should talk to the plant before the process is locked, so that the manufacturing of it can be "
            "built by both of them together, over the whole of the long-term plan.",
        ),
        ("paragraph", 0, "Another paragraph stands here, for page 1, and it is short."),
    ]
    assert [block.line for block in blocks] == [1, 1, 1, 2, 2, 2, 3, 3, 3]


def test_pdf_when_margins_repeat_then_they_are_dropped_by_name() -> None:
    dropped = read(THREE).dropped
    assert [(one.reason, one.text, one.line) for one in dropped[:2]] == [
        ("running header", "Example Weekly, issue 1", 1),
        ("page number", "1", 1),
    ]
    assert len(dropped) == 6


def test_pdf_when_it_names_itself_then_that_is_metadata() -> None:
    assert read(THREE).metadata == {"title": "Partners at work today", "author": "Jane Doe"}


def test_pdf_when_its_title_is_a_file_name_then_the_heading_is_the_title() -> None:
    data = build([page(1)], "/Title (Microsoft Word - final.docx)")
    assert read(data).metadata["title"] == "Section number one"


def test_pdf_when_a_paragraph_goes_over_the_page_then_it_is_one() -> None:
    first = [
        (10.0, 700.0 - 12 * line, "The team met each week and wrote down what had been decided by whom and")
        for line in range(4)
    ]
    second = [
        (10.0, 700.0, "when it was due, which is the whole of governance."),
        (10.0, 660.0, "A new one begins here and ends."),
    ]
    texts = [block.text for block in read(build([first, second])).blocks]
    assert len(texts) == 2
    assert texts[0].endswith("by whom and when it was due, which is the whole of governance.")


def test_pdf_when_sources_are_listed_then_they_are_references() -> None:
    lines = [
        (10.0, 700.0, "A sponsor should talk to the plant before the process is locked and the money spent."),
        (14.0, 670.0, "References"),
        (10.0, 640.0, "1. ICH Q7, Good Manufacturing Practice Guide, 2000"),
        (10.0, 628.0, "2. ICH Q9, Quality Risk Management, 2023"),
    ]
    kinds = [block.kind for block in read(build([lines])).blocks]
    assert kinds == ["paragraph", "heading", "reference", "reference"]


def test_pdf_when_a_password_is_needed_then_it_is_refused() -> None:
    writer = pypdf.PdfWriter(clone_from=pypdf.PdfReader(io.BytesIO(THREE)))
    writer.encrypt("secret", algorithm="RC4-128")
    stream = io.BytesIO()
    writer.write(stream)
    with pytest.raises(InputError, match=r"article\.pdf: is encrypted"):
        read(stream.getvalue())


def test_pdf_when_only_its_owner_has_a_password_then_it_is_read() -> None:
    writer = pypdf.PdfWriter(clone_from=pypdf.PdfReader(io.BytesIO(THREE)))
    writer.encrypt("", "owner", algorithm="RC4-128")
    stream = io.BytesIO()
    writer.write(stream)
    assert len(read(stream.getvalue()).blocks) == 9


def test_pdf_when_it_holds_pictures_only_then_it_is_refused() -> None:
    writer = pypdf.PdfWriter()
    writer.add_blank_page(width=600, height=800)
    stream = io.BytesIO()
    writer.write(stream)
    with pytest.raises(InputError, match="only pictures"):
        read(stream.getvalue())


@pytest.mark.parametrize(
    "data", [b"", b"%PDF-", b"%PDF-1.4\n%%EOF", b"%PDF-1.7\n" + b"\xff\x00" * 5000, b"not a PDF at all"]
)
def test_pdf_when_it_is_broken_then_it_is_refused(data: bytes) -> None:
    with pytest.raises(InputError, match=r"article\.pdf: "):
        read(data)


def test_pdf_when_bytes_are_damaged_then_it_is_refused_or_read() -> None:
    for at in range(0, len(THREE), len(THREE) // 40):
        for damaged in (THREE[:at], THREE[:at] + b"\xff<<[" + THREE[at + 4 :]):
            try:
                read(damaged)
            except InputError:
                continue


def test_pdf_when_its_page_tree_goes_round_then_it_is_refused_or_read() -> None:
    looped = THREE.replace(b"/Kids [3 0 R 5 0 R 7 0 R]", b"/Kids [2 0 R 2 0 R 2 0 R]")
    with pytest.raises(InputError):
        read(looped)


def test_pdf_sniff_when_it_begins_like_one_then_it_is_certain() -> None:
    assert PdfReader().sniff(Source(Path("a.bin"), THREE, "", "")) > 0.9
    assert PdfReader().sniff(Source(Path("a.pdf"), b"cut", "", "")) > 0.5
    assert PdfReader().sniff(Source(Path("a.txt"), b"words", "words", "utf-8")) == 0.0
