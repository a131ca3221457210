"""Bytes into text: byte order marks, UTF-8, UTF-16, and charset-normalizer for the rest."""

from __future__ import annotations

import codecs
import stat
from pathlib import Path
from typing import NoReturn

from charset_normalizer import from_bytes

from ingest.reading import Source
from kb.errors import InputError

BINARY = "binary"
# Longer marks first: UTF-32's begins with UTF-16's.
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAMPLE = 256 * 1024
_PDF_WITHIN = 1024
# What Western text holds beyond ASCII, few of it letters; in short files charset-normalizer takes it for anything.
_WESTERN = frozenset("€‚„…‘’“”•–—™©®°·£§«»¡¿½¼¾²³µ×\xa0ŒœŠšŽžŸ") | {chr(code) for code in range(0xC0, 0x100)}
_ASCII = frozenset(map(chr, range(128)))
_WESTERN_SHARE = 0.12
_CONTROLS = frozenset(range(1, 32)) - {9, 10, 11, 12, 13, 27}
_CONVERT = "Convert the file to UTF-8."


def load_source(path: Path, max_bytes: int) -> Source:
    """The file with its text decoded, and the charset said. PDF and ZIP (DOCX) have text "".

    Raises InputError where it is no file, too large, empty, binary, or in no charset that fits.
    """
    data = _read(path, max_bytes)
    if data.startswith(b"PK\x03\x04") or b"%PDF-" in data[:_PDF_WITHIN]:
        return Source(path, data, "", BINARY)
    text, charset = decode(data, path.name)
    if not text.strip("\ufeff \t\r\n\f\v"):
        raise InputError("is empty", where=path.name, way_out="Give a file with words in it.")
    return Source(path, data, text, charset)


def _read(path: Path, max_bytes: int) -> bytes:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise InputError("is no file", where=path.name, way_out="Give a file.")
        with path.open("rb") as file:
            data = file.read(max_bytes + 1)
    except (OSError, ValueError) as error:
        raise InputError(f"cannot be opened: {error}", where=path.name, way_out="Check its path and rights.") from error
    if len(data) > max_bytes:
        raise InputError(
            f"is larger than {max_bytes:,} bytes",
            where=path.name,
            way_out="Raise the setting max_file_bytes, or split the file.",
        )
    if not data:
        raise InputError("is empty", where=path.name, way_out="Give a file with words in it.")
    return data


def decode(data: bytes, name: str) -> tuple[str, str]:
    """(text without byte order mark, charset). Raises InputError for what is no text."""
    for mark, charset in _BOMS:
        if data.startswith(mark):
            return _no_nul(_strict(data[len(mark) :], charset, name), name), charset
    if b"\x00" in data:
        wide = _wide(data)
        if not wide:
            _binary(data.index(b"\x00"), data, name)
        return _no_nul(_strict(data, wide, name), name), wide
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data" and error.start >= max(1, len(data) - 3):
            return data[: error.start].decode("utf-8"), "utf-8, cut inside its last character"
        return _other(data, error, name)
    if _holds_controls(text):
        _binary(next(at for at, byte in enumerate(data) if byte in _CONTROLS), data, name)
    return text, "ascii" if text.isascii() else "utf-8"


def _strict(data: bytes, charset: str, name: str) -> str:
    try:
        return data.decode(charset)
    except UnicodeDecodeError as error:
        at = error.start
        if at >= len(data) - 4:
            return data[:at].decode(charset)
        line = data[:at].decode(charset, "replace").count("\n") + 1
        raise InputError(
            f"is no {charset}, as its first bytes say", where=f"{name}, line {line}", way_out=_CONVERT
        ) from error


def _wide(data: bytes) -> str:
    """UTF-16 without a mark: nearly every second byte is zero, on one side."""
    sample = data[:_SAMPLE]
    half = max(1, len(sample) // 2)
    even, odd = sample[::2].count(0) / half, sample[1::2].count(0) / half
    if odd > 0.6 and even < 0.05:
        return "utf-16-le"
    return "utf-16-be" if even > 0.6 and odd < 0.05 else ""


def _no_nul(text: str, name: str) -> str:
    if "\x00" in text:
        line = text[: text.index("\x00")].count("\n") + 1
        raise InputError("holds NUL characters: it is binary", where=f"{name}, line {line}", way_out=_CONVERT)
    return text


def _binary(at: int, data: bytes, name: str) -> NoReturn:
    line = data[:at].count(b"\n") + 1
    raise InputError(
        f"is binary (byte {at} is {data[at]:#04x}) and neither PDF nor DOCX",
        where=f"{name}, line {line}",
        way_out="Give a transcript or an article.",
    )


def _holds_controls(text: str) -> bool:
    """More than one control character in a hundred is no text."""
    sample = text[:_SAMPLE]
    return sum(sample.count(chr(code)) for code in _CONTROLS) * 100 > len(sample)


def _other(data: bytes, error: UnicodeDecodeError, name: str) -> tuple[str, str]:
    """Text in an older charset, judged around the first byte that is no UTF-8."""
    line = data[: error.start].count(b"\n") + 1
    _refuse_surrogates(data, line, name)
    _refuse_mixture(data, line, name)
    western = _western(data)
    if western:
        return western, "cp1252"
    start = max(0, error.start - _SAMPLE // 4)
    for match in from_bytes(data[start : start + _SAMPLE]):
        try:
            text = data.decode(match.encoding)
        except (UnicodeDecodeError, LookupError):
            continue
        if not _holds_controls(text) and "\x00" not in text:
            return text, match.encoding
    raise InputError("is in no charset that fits", where=f"{name}, line {line}", way_out=_CONVERT)


def _refuse_surrogates(data: bytes, line: int, name: str) -> None:
    """What is UTF-8 but for halves of characters would pass for Western text, with nonsense for each half."""
    try:
        data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return
    raise InputError("is UTF-8 with surrogates, halves of characters", where=f"{name}, line {line}", way_out=_CONVERT)


def _refuse_mixture(data: bytes, line: int, name: str) -> None:
    """A few stray bytes in UTF-8: guessing another charset would spoil all that is right."""
    text = data.decode("utf-8", "replace")
    stray = text.count("\ufffd")
    right = len(text) - len(text.encode("ascii", "ignore")) - stray
    if right > 4 * stray:
        raise InputError(
            f"is UTF-8 but for {stray} stray bytes, the first on line {line}",
            where=f"{name}, line {line}",
            way_out=_CONVERT,
        )


def _western(data: bytes) -> str:
    """The text as cp1252 where it reads as Western text: few letters beyond ASCII, and only usual ones."""
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        return ""
    if not set(text) - _ASCII <= _WESTERN or _holds_controls(text):
        return ""
    letters = sum(text.count(char) for char in _WESTERN if char.isalpha())
    return text if letters <= _WESTERN_SHARE * len(text) else ""
