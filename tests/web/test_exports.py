"""Exports of a collection, opened again by other programs' readers and compared with the library, word for word."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import date

import pypdf
import pytest
from docx import Document
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from kb.citing import COMPOSED, Cited
from kb.library.rows import CollectionRow
from kb.records import Metadata, Speaker
from kb.saved import new_token, proved, read_token, savable
from tests.web import samples
from tests.web.conftest import Site
from web.collecting import now
from web.export import Export, Item
from web.export_docx import write as docx
from web.export_markdown import write as markdown
from web.export_pdf import BACKWARDS, SPELT
from web.export_pdf import write as pdf
from web.exporting import FORMS, file_name

DAY = date(2026, 11, 26)
META = Metadata(title="Talks with Łódź", show="Ελληνικά", kind="episode", date="2026-03-01", licence="CC BY 4.0")
NAMES = ["Zoë Müller-Ångström", "Łukasz Żółć", "Νίκος Παπαδόπουλος", "Иван Щукин", "Nguyễn Thị Ánh", "Ğülşen İğdır"]
WORDS = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=12)


def item(text: str, number: int = 1, note: str = "", name: str = "Jane Doe", **meta: object) -> Item:
    speaker = Speaker(name, "Head of supply", "Example Bio")
    metadata = replace(META, **meta)  # type: ignore[arg-type]
    cited = Cited("r-1-2", text, speaker, metadata, "12:31", "http://localhost/documents/d1?cite=r-1-2#cited", DAY)
    return Item(number, cited, (), note, "https://show.example/12", "CC BY 4.0")


def export(*items: Item, name: str = "Trust") -> Export:
    return Export(name, DAY, items)


def read_docx(made: bytes) -> str:
    return "\n".join(paragraph.text for paragraph in Document(io.BytesIO(made)).paragraphs)


def read_pdf(made: bytes) -> str:
    """The text of the pages, without their numbers, which come first."""
    pages = enumerate(pypdf.PdfReader(io.BytesIO(made)).pages, start=1)
    return "\n".join(page.extract_text().removeprefix(f"{number}\n") for number, page in pages)


def read_markdown(made: bytes) -> str:
    """The words that a CommonMark parser finds, and where its links lead."""
    found = []
    for block in MarkdownIt("commonmark").parse(made.decode()):
        assert block.type not in ("html_block", "code_block", "fence", "list_item_open", "hr"), block
        for part in block.children or ():
            assert part.type not in ("html_inline", "image", "code_inline"), part
            found += [part.content, str(part.attrs.get("href", "")), "\n" if part.type.endswith("break") else ""]
        found.append("\n")
    return "".join(found)


READERS = {"markdown": (markdown, read_markdown), "docx": (docx, read_docx), "pdf": (pdf, read_pdf)}


def squeezed(text: str) -> str:
    """Lines are broken anywhere in a PDF: only what is no space is compared."""
    return "".join(text.split())


@pytest.mark.parametrize("form", READERS)
def test_export_when_opened_again_then_quotes_citations_and_notes_are_the_librarys(site: Site, form: str) -> None:
    library, client = site.base.library, site.client()
    token = new_token()
    library.make_collection(token, read_token(token), "Trust, twice", now())
    quotes = [*site.base.ask("How is trust rebuilt after a failed batch?").quotes]
    quotes += site.base.ask("What does a cancellation fee protect the sponsor from?").quotes
    for quote in quotes:
        library.save_quote(token, savable(library, quote.citation.id), f"On {quote.citation.id}", now())
    response = client.get(f"/collections/{read_token(token)}/{form}")
    assert response.status_code == 200
    assert response.content_type == FORMS[form].content_type
    assert response.headers["Content-Disposition"] == f'attachment; filename="trust-twice.{FORMS[form].ending}"'
    text = squeezed(READERS[form][1](response.data))
    at = 0
    for quote in quotes:
        stands = library.read_span(quote.citation.revision_id, quote.citation.start, quote.citation.end)
        lines = [squeezed(line) for line in stands.splitlines()]
        for words in (*lines, squeezed(f"On {quote.citation.id}")):
            at = text.index(words, at)
        assert squeezed(quote.metadata.title) in text
        assert f"http://localhost/documents/{quote.citation.document_id}?cite={quote.citation.id}#cited" in text
    assert squeezed(COMPOSED) in text
    assert token not in text
    assert read_token(token) not in text


@pytest.mark.parametrize("form", READERS)
@pytest.mark.parametrize("name", NAMES)
def test_export_when_a_name_is_not_of_latin_1_then_it_stands_as_it_is(form: str, name: str) -> None:
    write, read = READERS[form]
    text = squeezed(read(write(export(item("They rang us.", name=name), name=name))))
    assert text.count(squeezed(name)) == 2
    assert "[U+" not in text
    assert squeezed("Talks with Łódź") in text
    assert "Ελληνικά" in text


@pytest.mark.parametrize("form", READERS)
@given(st.lists(WORDS, min_size=1, max_size=30))
def test_export_when_anything_is_said_then_no_word_is_lost(form: str, words: list[str]) -> None:
    write, read = READERS[form]
    said = " ".join(words)
    text = read(write(export(item(said, note=said))))
    if form == "pdf":
        text = re.sub(r"\[U\+([0-9A-F]{4,6})\]", lambda match: chr(int(match.group(1), 16)), squeezed(text))
    assert squeezed(text).count(squeezed(said)) >= 2


def test_pdf_when_the_typeface_lacks_a_character_then_it_is_spelt_out_and_the_first_page_says_so() -> None:
    text = read_pdf(pdf(export(item("A visit to 東京 in spring"))))
    assert "[U+6771][U+4EAC]" in text
    assert squeezed(SPELT) in squeezed(text)
    plain = read_pdf(pdf(export(item("A visit in spring"))))
    assert squeezed(SPELT) not in squeezed(plain)


def test_pdf_when_a_script_runs_from_right_to_left_then_the_first_page_says_how_it_is_set() -> None:
    text = squeezed(read_pdf(pdf(export(item("They said שלום twice")))))
    assert squeezed(BACKWARDS) in text
    assert "שלום" in text or "םולש" in text


def test_pdf_when_opened_then_its_typeface_is_inside() -> None:
    page = pypdf.PdfReader(io.BytesIO(pdf(export(item("Żółć"))))).pages[0]
    [font] = [held.get_object() for held in page["/Resources"]["/Font"].values() if "DejaVu" in str(held.get_object())]
    assert "/FontFile2" in font["/FontDescriptor"].get_object()
    assert "/ToUnicode" in font


def test_pdf_when_opened_then_the_cited_place_is_one_press_away() -> None:
    page = pypdf.PdfReader(io.BytesIO(pdf(export(item("Trust is rebuilt."))))).pages[0]
    leads = [note.get_object()["/A"]["/URI"] for note in page["/Annots"]]
    assert leads == ["http://localhost/documents/d1?cite=r-1-2#cited"]


def test_pdf_when_much_is_saved_then_it_goes_on_over_pages_with_every_quote() -> None:
    items = [item(f"Quote number {n} says that slot {n * 7919} is free.", n, f"note {n}") for n in range(1, 201)]
    made = pdf(export(*items))
    text = squeezed(read_pdf(made))
    assert len(pypdf.PdfReader(io.BytesIO(made)).pages) > 10
    assert all(squeezed(f"Quote number {n} says that slot {n * 7919} is free.") in text for n in range(1, 201))


@pytest.mark.parametrize("form", READERS)
def test_export_when_words_look_like_markup_then_they_stand_as_words(form: str) -> None:
    write, read = READERS[form]
    said = "<b>bold</b> &amp; <para> # not a heading\n* no list\n1. nor this _one_ <br/> ${x}"
    text = squeezed(read(write(export(item(said, note=said), name="<i>Name</i> & _more_"))))
    assert text.count(squeezed(said)) == 2
    assert squeezed("<i>Name</i> & _more_") in text


def test_markdown_when_a_note_looks_like_markup_then_it_is_escaped() -> None:
    text = markdown(export(item("Yes.", note="# heading\n[x](javascript:alert(1))"))).decode()
    assert "\n# heading" not in text
    assert "\\[x\\](javascript" in text


@pytest.mark.parametrize("said", ["a" * 4000, "東" * 2000, "a\n" * 2000, "word " * 800])
def test_pdf_when_a_quote_is_as_long_as_it_may_be_then_all_of_it_is_there(said: str) -> None:
    text = squeezed(read_pdf(pdf(export(item(said)))))
    assert squeezed(said).replace("東", "[U+6771]") in text


@pytest.mark.parametrize("form", READERS)
def test_export_when_made_twice_then_it_is_the_same_byte_for_byte(form: str) -> None:
    made = export(item("Trust is rebuilt."), Item(2, None, ("These words are gone.",), ""))
    assert READERS[form][0](made) == READERS[form][0](made)


@pytest.mark.parametrize("form", READERS)
def test_export_when_words_are_gone_or_nothing_is_saved_then_it_says_so(form: str) -> None:
    write, read = READERS[form]
    assert squeezed("These words are gone.") in squeezed(
        read(write(export(Item(1, None, ("These words are gone.",), "mine"))))
    )
    assert squeezed("Nothing is saved in this collection.") in squeezed(read(write(export())))


def test_export_when_a_host_is_saved_then_every_form_says_that_a_host_asks(site: Site) -> None:
    library = site.base.library
    revision = library.current(site.ids["episode-12"])
    start = revision.text.index("And how do you rebuild")
    token = new_token()
    library.make_collection(token, read_token(token), "", now())
    library.save_quote(token, savable(library, f"{revision.id[:16]}-{start}-{start + 51}"), "", now())
    [saved] = proved(library, library.open_collection(token, now()).saved)
    assert saved.quote is not None
    assert saved.quote.citation.speaker == samples.PRESENTER.name
    for form, (_, read) in READERS.items():
        text = read(site.client().get(f"/collections/{token}/{form}").data)
        assert squeezed("A host says this, who asks the questions.") in squeezed(text)


def test_a_files_name_is_plain_whatever_the_collections_is() -> None:
    row = CollectionRow('"\r\nX: é/../', 1, "", "", True, ())
    assert file_name(row.name, "pdf") == "x-e.pdf"
    assert file_name("東京", "docx") == "collection.docx"
