"""Articles in Word's DOCX. A zip of XML: measured before it is opened, so that a bomb stays shut."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

import docx
from docx.oxml import parse_xml

from ingest.readers.prose import mark_references, squeeze
from ingest.reading import Block, Dropped, Reading, Source
from kb.errors import InputError

MOST_ENTRIES = 5_000
MOST_BYTES = 200 * 1024 * 1024
MOST_XML_BYTES = 64 * 1024 * 1024  # of parts that are parsed, pictures left aside; a book has 20
MOST_RATIO = 200  # unpacked to packed; Word's own XML stays under 60
RATIO_FREE_BYTES = 4 * 1024 * 1024  # below this, no ratio harms
CHUNK_BYTES = 1 << 16
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
SPACES = {f"{W}tab": " ", f"{W}br": " ", f"{W}cr": " ", f"{W}noBreakHyphen": "-"}
ASIDE = {"footnotes": "footnote", "endnotes": "endnote", "header": "running header", "footer": "running footer"}
ASIDE |= {"comments": "comment"}
BROKEN = "Open it in Word, save it again as DOCX, and ingest that."


class DocxReader:
    """Paragraphs, headings by style, list items, each table row as a paragraph of its cells."""

    name = "docx"

    def sniff(self, source: Source) -> float:
        named = source.path.suffix.lower() == ".docx"
        if source.data.startswith(b"PK\x03\x04") and b"word/document.xml" in source.data:
            return 0.95
        return 0.6 if named else 0.0

    def read(self, source: Source) -> Reading:
        where = source.path.name
        _guard(source.data, where)
        try:
            document = docx.Document(io.BytesIO(source.data))
            styles = _heading_levels(document)
            blocks = mark_references(_blocks(document.element.body, styles))
            dropped = tuple(_left_out(document))
            metadata = _metadata(document)
        except Exception as error:  # python-docx lets lxml's, zip's and its own errors of a dozen kinds through
            raise InputError(
                f"is no Word document that can be read ({_short(error)})", where=where, way_out=BROKEN
            ) from error
        if not blocks:
            raise InputError("holds no text", where=where, way_out="Give a document with words in it.")
        title = next((block.text for block in blocks if block.kind == "heading"), "")
        if title:
            metadata["title"] = title
        return Reading(format=self.name, blocks=blocks, dropped=dropped, metadata=metadata)


def _guard(data: bytes, where: str) -> None:
    """Refuses archives whose directory or whose real content is larger than any article."""
    way_out = "Save the article as a plain document, without attachments, and ingest that."
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            declared = sum(entry.file_size for entry in entries)
            parsed = sum(entry.file_size for entry in entries if entry.filename.endswith((".xml", ".rels")))
            large = declared > MOST_BYTES or parsed > MOST_XML_BYTES or _dense(declared, len(data))
            if len(entries) > MOST_ENTRIES or large:
                raise InputError(
                    f"unpacks to {declared:,} bytes in {len(entries):,} files: refused", where=where, way_out=way_out
                )
            read = 0
            for entry in entries:
                for chunk in _chunks(archive, entry):
                    read += len(chunk)
                    if read > MOST_BYTES or _dense(read, len(data)):
                        raise InputError("unpacks to more than it says: refused", where=where, way_out=way_out)
                    if b"<!DOCTYPE" in chunk or b"<!ENTITY" in chunk:
                        raise InputError("defines XML entities: refused", where=where, way_out=way_out)
    except InputError:
        raise
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError, NotImplementedError) as error:
        raise InputError(f"is no whole DOCX file ({_short(error)})", where=where, way_out=BROKEN) from error


def _dense(unpacked: int, packed: int) -> bool:
    return unpacked > RATIO_FREE_BYTES and unpacked > MOST_RATIO * packed


def _chunks(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """The entry's content; only XML's first chunk is where a DOCTYPE can stand, the rest is counted and let go."""
    with archive.open(entry) as stream:
        first = stream.read(CHUNK_BYTES)
        yield first if entry.filename.endswith((".xml", ".rels")) else b"\0" * len(first)
        while chunk := stream.read(CHUNK_BYTES):
            yield b"\0" * len(chunk)


def _short(error: Exception) -> str:
    return str(error).splitlines()[0][:120] if str(error) else type(error).__name__


def _heading_levels(document: Any) -> dict[str, int]:
    """Style id to heading level, 1 to 6; a style based on a heading is one too."""
    levels: dict[str, int] = {}
    for style in document.styles:
        at: Any = style
        for _ in range(20):  # a style may be based on itself
            name = (at.name or "").lower() if at is not None else ""
            if name == "title":
                levels[style.style_id] = 1
            elif name.startswith("heading ") and name[8:].strip().isdigit():
                levels[style.style_id] = min(6, max(1, int(name[8:])))
            if at is None or style.style_id in levels:
                break
            at = getattr(at, "base_style", None)
    return levels


def _blocks(body: Any, levels: dict[str, int]) -> list[Block]:
    blocks: list[Block] = []
    for element in _walk(body):
        if element.tag == f"{W}tr":
            cells = [squeeze(" ".join(_text(part) for part in cell.iter(f"{W}p"))) for cell in element.iter(f"{W}tc")]
            text, level = " | ".join(cell for cell in cells if cell), 0
        else:
            text = squeeze(_text(element))
            style = element.find(f"{W}pPr/{W}pStyle")
            level = levels.get(style.get(f"{W}val"), 0) if style is not None else 0
        if text:
            blocks.append(Block(text, "heading" if level else "paragraph", level=level, line=len(blocks) + 1))
    return blocks


def _walk(body: Any) -> Iterator[Any]:
    """Paragraphs and table rows in order; into content controls, insertions and text boxes, not into deletions."""
    stack = [iter(body)]
    while stack:
        element = next(stack[-1], None)
        if element is None:
            stack.pop()
        elif not isinstance(element.tag, str) or element.tag in (FALLBACK, f"{W}del", f"{W}moveFrom"):
            continue
        elif element.tag == f"{W}tr":
            yield element
        elif element.tag == f"{W}p":
            yield element
            stack += [iter(box) for box in _boxes(element)]
        else:
            stack.append(iter(element))


def _boxes(paragraph: Any) -> list[Any]:
    boxes = [
        box for box in paragraph.iter(f"{W}txbxContent") if not any(up.tag == FALLBACK for up in box.iterancestors())
    ]
    return [box for box in boxes if next(box.iterancestors(f"{W}p"), None) is paragraph][::-1]


def _text(paragraph: Any) -> str:
    """The paragraph's words: inserted text in, deleted text out, text boxes left to themselves."""
    parts: list[str] = []
    stack = [iter(paragraph)]
    while stack:
        element = next(stack[-1], None)
        if element is None:
            stack.pop()
        elif element.tag == f"{W}t":
            parts.append(element.text or "")
        elif element.tag in SPACES:
            parts.append(SPACES[element.tag])
        elif element.tag not in (FALLBACK, f"{W}txbxContent", f"{W}del", f"{W}moveFrom", f"{W}pPr"):
            stack.append(iter(element))
    return "".join(parts)


def _left_out(document: Any) -> Iterator[Dropped]:
    """Notes, comments, running headers and footers: parts beside the body."""
    for part in document.part.package.iter_parts():
        name = str(part.partname)
        reason = next((reason for stem, reason in ASIDE.items() if name.startswith(f"/word/{stem}")), "")
        if not reason or not name.endswith(".xml"):
            continue
        root = parse_xml(part.blob)
        text = squeeze(" ".join(_text(paragraph) for paragraph in root.iter(f"{W}p")))
        if text:
            yield Dropped(reason, text)


def _metadata(document: Any) -> dict[str, Any]:
    core = document.core_properties
    values = {
        "title": squeeze(core.title or ""),
        "author": squeeze(core.author or ""),
        "language": (core.language or "")[:2],
    }
    if values["author"].lower() == "python-docx":
        values["author"] = ""
    return {name: value for name, value in values.items() if value}
