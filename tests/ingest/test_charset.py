from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.charset import BINARY, decode, load_source
from kb.errors import InputError

LIMIT = 1_000_000
FRENCH = "Le café était fermé, et l’équipe attendait — jusqu’à midi.\n"
RUSSIAN = "Серия не удалась, и все молчали. Потом позвонил директор по качеству.\n" * 3


def written(folder: Path, data: bytes, name: str = "talk.txt") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("data", "charset", "text"),
    [
        (b"plain words", "ascii", "plain words"),
        ("Größe".encode(), "utf-8", "Größe"),
        (b"\xef\xbb\xbf" + "Größe".encode(), "utf-8", "Größe"),
        (b"\xff\xfe" + "Größe".encode("utf-16-le"), "utf-16-le", "Größe"),
        (b"\xfe\xff" + "Größe".encode("utf-16-be"), "utf-16-be", "Größe"),
        (b"\xff\xfe\x00\x00" + "Größe".encode("utf-32-le"), "utf-32-le", "Größe"),
        ("A longer line of words".encode("utf-16-le"), "utf-16-le", "A longer line of words"),
        ("A longer line of words".encode("utf-16-be"), "utf-16-be", "A longer line of words"),
        (FRENCH.encode("cp1252"), "cp1252", FRENCH),
        ("It’s “fine” – isn’t it?".encode("cp1252"), "cp1252", "It’s “fine” – isn’t it?"),
        ("Dr. Müller: yes".encode("latin-1"), "cp1252", "Dr. Müller: yes"),
        (RUSSIAN.encode("cp1251"), "cp1251", RUSSIAN),
    ],
)
def test_charset_when_text_is_in_it_then_it_is_decoded_and_said(
    tmp_path: Path, data: bytes, charset: str, text: str
) -> None:
    source = load_source(written(tmp_path, data), LIMIT)
    assert (source.text, source.charset, source.data) == (text, charset, data)


@pytest.mark.parametrize("data", [b"%PDF-1.7\n...", b"PK\x03\x04...", b"\n\n%PDF-1.4 late"])
def test_binary_document_when_loaded_then_its_text_is_empty(tmp_path: Path, data: bytes) -> None:
    source = load_source(written(tmp_path, data), LIMIT)
    assert (source.text, source.charset) == ("", BINARY)


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "is empty"),
        (b" \n\t\r\n", "is empty"),
        (b"\xef\xbb\xbf\n", "is empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)), "is binary"),
        (b"words\nand a NUL\x00 in them, all else is plain", "is binary"),
        (b"WEBVTT\n\n" + b"\x01\x02\x03\x04" * 50, "is binary"),
        (b"\xff\xfe" + "a\x00b".encode("utf-16-le"), "NUL"),
        (("é" * 300).encode() + b"\xe9 stray", "stray"),
    ],
)
def test_what_is_no_text_when_loaded_then_refused_with_the_file(tmp_path: Path, data: bytes, what: str) -> None:
    with pytest.raises(InputError, match=what) as caught:
        load_source(written(tmp_path, data), LIMIT)
    assert caught.value.where.startswith("talk.txt")


def test_binary_when_refused_then_the_line_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        load_source(written(tmp_path, b"one\ntwo\nthree\x00 and much more of this"), LIMIT)
    assert caught.value.where == "talk.txt, line 3"


def test_file_when_larger_than_allowed_then_the_setting_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, b"x" * 101)
    with pytest.raises(InputError, match="larger than 100 bytes") as caught:
        load_source(path, 100)
    assert "max_file_bytes" in caught.value.way_out
    assert load_source(path, 101).text == "x" * 101


def test_folder_missing_file_and_pipe_when_loaded_then_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "nowhere.txt", tmp_path / "pipe", Path("bad\x00name")):
        with pytest.raises(InputError):
            load_source(path, LIMIT)


def test_utf8_when_cut_inside_its_last_character_then_the_rest_is_read() -> None:
    text, charset = decode("Er sagte: schön, sehr schö".encode()[:-1], "talk.txt")
    assert text == "Er sagte: schön, sehr sch"
    assert "cut" in charset


@given(st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1))
def test_text_when_encoded_as_utf8_then_it_comes_back(text: str) -> None:
    assert decode(text.encode(), "talk.txt")[0] == text.removeprefix("\ufeff")


@given(st.binary(min_size=1, max_size=400))
def test_any_bytes_when_decoded_then_text_or_an_input_error(data: bytes) -> None:
    try:
        text, charset = decode(data, "talk.txt")
    except InputError:
        return
    assert "\x00" not in text
    assert charset
