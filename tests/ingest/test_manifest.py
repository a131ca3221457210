from __future__ import annotations

from pathlib import Path

import pytest

from ingest.manifest import read_manifest, read_sidecar
from kb.errors import InputError

GOOD = """
[[document]]
file = "a.md"
key = "one"
title = "A  title"
kind = "episode"
date = 2026-03-05
phase = ["phase 1"]
modality = "mRNA"
url = ""
composed = true

[[document.speaker]]
name = "Host"
side = "host"
host = true

[[document.speaker]]
name = "COO"
side = "sponsor"

[[document]]
file = "b.md"
date = 2026
"""


def _write(folder: Path, text: str, *files: str) -> Path:
    for name in files:
        (folder / name).write_text("words", encoding="utf-8")
    path = folder / "manifest.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_manifest_when_good_gives_what_is_filled_in(tmp_path: Path) -> None:
    manifest = read_manifest(_write(tmp_path, GOOD, "a.md", "b.md"))
    stated = manifest.stated(tmp_path / "a.md")
    assert stated is not None
    assert dict(stated.values) == {
        "key": "one",
        "title": "A title",
        "kind": "episode",
        "date": "2026-03-05",
        "phase": ("phase 1",),
        "modality": ("mRNA",),
        "composed": True,
    }
    assert [speaker["name"] for speaker in stated.speakers] == ["Host", "COO"]
    other = manifest.stated(tmp_path / "b.md")
    assert other is not None
    assert other.values["date"] == "2026"
    assert manifest.stated(tmp_path / "c.md") is None
    assert manifest.faults == ()


@pytest.mark.parametrize(
    ("line", "number", "what", "way_out"),
    [
        ('tittle = "x"', 4, "there is no 'tittle' here", "Did you mean 'title'?"),
        ('kind = "episodes"', 4, "kind = 'episodes' is unknown", "Did you mean 'episode'?"),
        ('phase = ["phase 9"]', 4, "phase = 'phase 9' is unknown", "Did you mean"),
        ("title = 3", 4, "title = 3 is no text", ""),
        ('composed = "yes"', 4, "composed = 'yes' is not true or false", ""),
        ('date = "yesterday"', 4, "date = 'yesterday' is no date", ""),
        ('date = "2026-02-31"', 4, "date = '2026-02-31' is no date", ""),
        ('language = "english please"', 4, "language = 'english please' is no language code", ""),
        ("modality = 4", 4, "modality = 4 is no list of texts", ""),
        ('[[document.speaker]]\nname = "A"\nside = "cdm0"', 6, "side = 'cdm0' is unknown", "Did you mean 'cdmo'?"),
        ('[[document.speaker]]\nrole = "A"', 4, "a speaker has no name", ""),
        ("speaker = 4", 4, "speakers are not [[speaker]] tables", ""),
    ],
)
def test_an_entry_when_wrong_is_refused_with_line_and_nearest(
    tmp_path: Path, line: str, number: int, what: str, way_out: str
) -> None:
    text = f'# a comment\n[[document]]\nfile = "a.md"\n{line}\n\n[[document]]\nfile = "b.md"\ntitle = "T"\n'
    manifest = read_manifest(_write(tmp_path, text, "a.md", "b.md"))
    with pytest.raises(InputError) as caught:
        manifest.stated(tmp_path / "a.md")
    assert what in caught.value.what
    assert caught.value.where == f"{tmp_path / 'manifest.toml'}, line {number}"
    assert way_out in caught.value.way_out
    # The entry beside it is still good.
    assert manifest.stated(tmp_path / "b.md") is not None


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("[[document]\n", ", line 1", "cannot be read as TOML"),
        ("[[documents]]\nfile = 'a'\n", ", line 1", "there is no 'documents' here"),
        ("document = 3\n", "", "not [[document]] tables"),
    ],
)
def test_a_manifest_when_broken_is_refused_with_its_line(tmp_path: Path, text: str, where: str, what: str) -> None:
    with pytest.raises(InputError) as caught:
        read_manifest(_write(tmp_path, text))
    assert what in caught.value.what
    assert caught.value.where == f"{tmp_path / 'manifest.toml'}{where}"


def test_a_manifest_when_binary_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "manifest.toml"
    path.write_bytes(b"\xff\xfe\x00\x81")
    with pytest.raises(InputError):
        read_manifest(path)


def test_entries_when_about_no_file_are_faults_with_their_lines(tmp_path: Path) -> None:
    entries = ['file = "gone.md"', 'title = "no file"', 'file = "a.md"', 'file = "a.md"']
    text = "".join(f"[[document]]\n{entry}\n" for entry in entries)
    manifest = read_manifest(_write(tmp_path, text, "a.md"))
    assert [(path.name, error.what, error.where.rsplit(" ", 1)[-1]) for path, error in manifest.faults] == [
        ("gone.md", "it names gone.md, which is not there", "2"),
        ("manifest.toml", "a document has no file", "3"),
        ("a.md", "it names a.md twice", "8"),
    ]


def test_a_sidecar_when_flat_or_as_one_table_says_the_same(tmp_path: Path) -> None:
    flat, table = tmp_path / "a.toml", tmp_path / "b.toml"
    flat.write_text('title = "T"\n[[speaker]]\nname = "Ann"\n', encoding="utf-8")
    table.write_text('[[document]]\ntitle = "T"\n[[document.speaker]]\nname = "Ann"\n', encoding="utf-8")
    assert read_sidecar(flat) == read_sidecar(table)
    assert read_sidecar(flat).values == {"title": "T"}


def test_a_sidecar_when_wrong_names_its_line(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text(
        'title = "T"\n[[speaker]]\nname = "Ann"\n[[speaker]]\nname = "Bo"\nsides = "cdmo"\n', encoding="utf-8"
    )
    with pytest.raises(InputError) as caught:
        read_sidecar(path)
    assert caught.value.where == f"{path}, line 6"
    assert caught.value.way_out == "Did you mean 'side'?"


def test_a_sidecar_when_it_describes_two_documents_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text('[[document]]\ntitle = "T"\n[[document]]\ntitle = "U"\n', encoding="utf-8")
    with pytest.raises(InputError, match="describes one document"):
        read_sidecar(path)


def test_the_corpus_manifest_when_read_names_every_file_and_no_other(corpus: Path) -> None:
    manifest = read_manifest(corpus / "manifest.toml")
    assert manifest.faults == ()
    files = [path for name in ("articles", "notes", "roundtables") for path in (corpus / name).iterdir()]
    assert set(manifest.numbers) == {path.resolve() for path in files if path.suffix != ".toml"}
    assert all(manifest.stated(path) for path in files)
