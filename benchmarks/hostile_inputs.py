"""Bad files for benchmarks/hostile.py: each under its name in a folder, with what is to become of it."""

from __future__ import annotations

import io
import itertools
import json
import os
import random
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import docx

from benchmarks.common import ROOT, real_folder

# A bad file may be refused or read for what it holds; these may not be one of the two.
FAILED, READ, EITHER = "failed", "read", "either"
Made = tuple[str, bytes, str]

LARGE = 50 * 1024 * 1024
LARGE_NAMES = ("large.vtt", "large-one-line.txt", "large-one-word.md", "large-tags.html", "larger-than-allowed.txt")
TINY_FILES = 300
GOOD = ("articles/quality-agreements.md", "roundtables/when-to-call-the-cdmo.vtt", "notes/pharmasource-northx-notes.md")
SAID = "We asked for the batch record on a Friday, and the plant sent it before the weekend was over."


def make(folder: Path) -> dict[str, str]:
    """Fill folder; the name of each bad file (its path in the folder) with FAILED, READ or EITHER."""
    expected: dict[str, str] = {}
    for name, data, outcome in itertools.chain(_no_text(), _large(), _halves(), _charsets(), _markup(), _shapes()):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        expected[name] = outcome
    return expected | _descriptions(folder) | _names(folder) | _tiny(folder) | _odd(folder)


def good(folder: Path) -> list[str]:
    """Three files of the corpus, and their names."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in GOOD:
        shutil.copy(ROOT / "corpus" / name, folder / Path(name).name)
    return [Path(name).name for name in GOOD]


def _no_text() -> Iterator[Made]:
    dice = random.Random(5)
    yield "empty.vtt", b"", FAILED
    yield "empty.txt", b"", FAILED
    yield "blank.md", b"\n \t\r\n" * 50, FAILED
    yield "binary.vtt", dice.randbytes(40_000), FAILED
    yield "binary.dat", b"\x7fELF" + dice.randbytes(40_000), FAILED
    yield "picture.txt", b"\x89PNG\r\n\x1a\n" + dice.randbytes(9_000), FAILED
    yield "nuls.srt", b"1\n00:00:01,000 --> 00:00:02,000\nWe asked \x00\x00\x00 for it.\n", FAILED
    yield "only-nuls.txt", bytes(10_000), FAILED
    yield "not-a.pdf", b"%PDF-1.7\nthis is no PDF at all\n", FAILED
    yield "not-a.docx", b"PK\x03\x04 no zip either", FAILED
    yield "words-as.pdf", SAID.encode(), EITHER
    yield "words-as.docx", SAID.encode(), EITHER


def _large() -> Iterator[Made]:
    # Beyond what any interview or article holds: refused, in a bounded time and memory.
    cue = "{0:02}:{1:02}:{2:02}.000 --> {0:02}:{1:02}:{2:02}.900\n<v Speaker {3}>{4} The answer was number {3}.\n\n"
    cues, size, number = [b"WEBVTT\n\n"], 0, 0
    while size < LARGE:
        hours, rest = divmod(number, 3600)
        cues.append(cue.format(hours % 99, rest // 60, rest % 60, number % 7, SAID).encode())
        size, number = size + len(cues[-1]), number + 1
    yield "large.vtt", b"".join(cues), FAILED
    yield "large-one-line.txt", (SAID + " ").encode() * (LARGE // (len(SAID) + 1)), FAILED
    yield "large-one-word.md", b"a" * LARGE, FAILED
    yield "large-tags.html", _page("<p>" * (LARGE // 3)), FAILED
    yield "larger-than-allowed.txt", (SAID + "\n").encode() * (66 * 1024 * 1024 // len(SAID)), FAILED


def _halves() -> Iterator[Made]:
    shows, rounds = real_folder() / "podcast-namespace", ROOT / "corpus" / "roundtables"
    whole = {
        "vtt": (shows / "transcript.vtt").read_bytes(),
        "srt": (rounds / "after-the-failed-batch.srt").read_bytes(),
        "json": (rounds / "one-team-or-two.json").read_bytes(),
        "transcript.html": (shows / "transcript.html").read_bytes(),
        "whisper.json": json.dumps(_whisper()).encode(),
        "turns.md": (rounds / "money-scope-and-second-sources.md").read_bytes(),
        "txt": (real_folder() / "seed" / "how-to-build-true-cdmo-biotech-partnerships.txt").read_bytes(),
        "article.html": _page("".join(f"<p>{number}. {SAID}</p>" for number in range(60))),
        "pdf": _pdf(),
        "docx": _docx(),
        "rss.xml": (shows / "feed.xml").read_bytes(),
    }
    for ending, data in whole.items():
        yield f"half.{ending}", data[: len(data) // 2], EITHER
        yield f"half-lost-head.{ending}", data[len(data) // 2 :], EITHER


def _whisper() -> dict[str, object]:
    words = SAID.split()
    told = [{"word": f" {word}", "start": no / 3, "end": (no + 1) / 3} for no, word in enumerate(words)]
    cues = [{"id": no, "start": 7 * no, "end": 7 * no + 6, "text": f" {SAID}", "words": told} for no in range(40)]
    return {"text": SAID, "language": "en", "segments": cues}


def _docx() -> bytes:
    document, stream = docx.Document(), io.BytesIO()
    for number in range(40):
        document.add_paragraph(f"{number}. {SAID}")
    document.save(stream)
    return stream.getvalue()


def _pdf() -> bytes:
    drawn = "".join(f"BT /F1 10 Tf 1 0 0 1 50 {700 - 12 * number} Tm ({SAID}) Tj ET\n" for number in range(50))
    objects = (
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R "
        "/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        f"<< /Length {len(drawn)} >>\nstream\n{drawn}endstream",
    )
    body = "%PDF-1.4\n" + "".join(f"{number} 0 obj\n{each}\nendobj\n" for number, each in enumerate(objects, 1))
    return f"{body}trailer << /Size 5 /Root 1 0 R >>\n%%EOF".encode()


def _charsets() -> Iterator[Made]:
    western = "Die Übergabe war für beide Häuser schwierig, sagte Frau Müller; später ging es besser. " * 8
    japanese = "私たちは金曜日に製造記録を求めました。工場は週末が終わる前にそれを送ってくれました。" * 12
    yield "utf-16-no-mark.txt", (SAID * 9).encode("utf-16-le"), READ
    yield "utf-16-no-mark-odd.txt", (SAID * 9).encode("utf-16-be")[:-1], EITHER
    yield "latin-1.txt", western.encode("latin-1"), READ
    yield "shift-jis.txt", japanese.encode("shift_jis"), EITHER
    yield "mixed.txt", western.encode() + western.encode("latin-1") + japanese.encode("shift_jis"), EITHER
    yield "one-stray-byte.md", western.encode() + b"\xff" + western.encode(), FAILED
    yield "surrogates.txt", (SAID * 9).encode() + b"\xed\xa0\x80\xed\xbf\xbf" + SAID.encode(), EITHER
    yield "says-utf-8-is-utf-16.txt", b"\xef\xbb\xbf" + SAID.encode("utf-16-le"), FAILED


def _markup() -> Iterator[Made]:
    bad = "<script>alert(1)</script><style>p{}</style><iframe src=javascript:alert(2)></iframe>"
    link = '<a href="javascript:alert(3)" onclick="alert(4)">The contract</a>'
    yield "scripts.html", _page(f"{bad}<p onload=alert(5)>{link} was signed. {SAID} {SAID}</p>" * 9), EITHER
    yield "only-scripts.html", _page(bad * 200), FAILED
    yield "nested.html", _page("<div>" * 100_000 + f"Nested: {SAID}" + "</div>" * 100_000), EITHER
    yield "nested-inline.html", _page("<b><i>" * 50_000 + f"Bold: {SAID}"), EITHER
    yield "attributes.html", _page(f'<p class="{"x " * 2_000_000}">{SAID}</p><p>{SAID}</p>'), EITHER
    yield "many-attributes.html", _page(f"<p {' '.join(f'a{n}=1' for n in range(100_000))}>Many: {SAID}</p>"), EITHER
    yield "unclosed.html", b"<!doctype html><html><body" + b"<" * 100_000, EITHER
    yield "json-ld.html", _page(f'<script type="application/ld+json">{"[" * 100_000}</script><p>{SAID}</p>'), EITHER
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    lol = f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY l0 "ha">{laughs}]><rss><channel><item>'
    yield "laughs.xml", f"{lol}<title>&l11;</title></item></channel></rss>".encode(), EITHER
    leak = '<!DOCTYPE rss [<!ENTITY f SYSTEM "file:///etc/passwd">]><rss><channel><item><title>&f;</title></item>'
    yield "entity.rss", f"{leak}</channel></rss>".encode(), EITHER


def _page(body: str) -> bytes:
    return f"<!doctype html><html><head><title>A page</title></head><body><main>{body}</main></body></html>".encode()


def _shapes() -> Iterator[Made]:
    yield "deep.json", b"[" * 200_000 + b"]" * 200_000, FAILED
    yield "deep-segments.json", b'{"segments":' + b'{"a":' * 100_000 + b"1" + b"}" * 100_001, FAILED
    yield "numbers.json", b'{"version":"1.0.0","segments":[{"startTime":1e999,"endTime":NaN,"body":"Yes."}]}', EITHER
    yield "digits.json", b'{"segments":[{"startTime":' + b"9" * 10_000 + b',"body":"Yes."}]}', EITHER
    yield "kinds.json", b'{"version":"1.0.0","segments":[{"speaker":[1],"body":{"a":2}},null,7,"x"]}', EITHER
    yield "bomb.docx", _bomb({"word/document.xml": b"<w:document>" + b" " * 900_000_000}), FAILED
    yield "many-entries.docx", _bomb({f"word/{number}.xml": b"" for number in range(20_000)}), FAILED
    times: tuple[str, ...] = (
        "-00:00:05.000 --> 00:00:01.000",
        "00:00:09.000 --> 00:00:03.000",
        "00:00:02.000 --> 00:00:08.000",
    )
    times += ("99999999999:00:00.000 --> 99999999999:00:01.000", "00:99:99.999 --> 00:99:99.999", "a --> b", "-->")
    cues = "\n\n".join(f"{time}\n<v Ann Lee>Number {number}. {SAID}" for number, time in enumerate(times * 3))
    yield "times.vtt", f"WEBVTT\n\n{cues}\n".encode(), READ
    yield "overlapping.vtt", _overlapping(), READ
    yield "no-cues.vtt", b"WEBVTT\n\nNOTE nothing\n\nSTYLE\n::cue{}\n", FAILED


def _overlapping() -> bytes:
    cues = (f"00:00:0{no % 7}.000 --> 00:00:09.000\n<v {who}>{SAID}" for no, who in enumerate(["Ann", "Ben"] * 30))
    return ("WEBVTT\n\n" + "\n\n".join(cues)).encode()


def _bomb(entries: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return stream.getvalue()


def _descriptions(folder: Path) -> dict[str, str]:
    """Broken sidecars and a broken manifest: the documents that they are about fail, and say why."""
    told = {
        "no-toml": b"title = [unclosed",
        "unknown-key": b'titel = "x"',
        "wrong-kind": b"title = 7\ndate = 2026-02-30",
        "not-utf-8": b'title = "\xff\xfe"',
        "deep": b"a = " + b"[" * 100_000,
    }
    for name, sidecar in told.items():
        file = folder / "described" / f"{name}.md"
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"# {name}\n\n{name}: {SAID}\n")
        file.with_name(f"{name}.md.toml").write_bytes(sidecar)
    listed = folder / "listed"
    listed.mkdir()
    (listed / "a.md").write_text(f"# A\n\nListed: {SAID}\n")
    (listed / "manifest.toml").write_text('[[document]]\nfile = "a.md"\nkind = [[[\n')
    return {f"described/{name}.md": FAILED for name in told} | {"listed/a.md": FAILED}


def _names(folder: Path) -> dict[str, str]:
    names = (
        "new\nline\r\x1b[31m.md",
        "x" * 251 + ".md",
        "-rf.md",
        "tête 🙂 \u202egnp.md",
        "'; DROP TABLE documents; --.md",
    )
    (folder / "names").mkdir()
    for number, name in enumerate(names):
        (folder / "names" / name).write_text(f"# Name {number}\n\nFile number {number}. {SAID}\n")
    with open(os.fsencode(folder / "names") + b"/not-utf-8-\xff.md", "wb") as file:
        file.write(SAID.encode())
    return {f"names/{name}": READ for name in names} | {"names/not-utf-8-\ufffd.md": FAILED}


def _tiny(folder: Path) -> dict[str, str]:
    (folder / "tiny").mkdir()
    for number in range(TINY_FILES):
        (folder / "tiny" / f"{number:03}.txt").write_text(f"Note {number}: they met {number} times before the batch.\n")
    return {f"tiny/{number:03}.txt": READ for number in range(TINY_FILES)}


def _odd(folder: Path) -> dict[str, str]:
    """Links in circles, links out, a pipe, and (for whoever is not root) what may not be read."""
    odd = folder / "odd"
    odd.mkdir()
    (odd / "circle.md").symlink_to("circle.md")
    (odd / "up").symlink_to("..")
    (odd / "out.md").symlink_to("/etc/hostname")
    os.mkfifo(odd / "pipe.md")
    expected = {"odd/circle.md": "skipped", "odd/up": "skipped", "odd/out.md": "skipped", "odd/pipe.md": FAILED}
    if os.geteuid() != 0:
        (odd / "closed.md").write_text(SAID)
        (odd / "closed.md").chmod(0)
        expected["odd/closed.md"] = FAILED
    return expected
