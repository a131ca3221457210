from __future__ import annotations

import os
from pathlib import Path

import pytest

from ingest.plan import Planned, plan

FEED = """<?xml version="1.0"?>
<rss version="2.0" xmlns:podcast="https://podcastindex.org/namespace/1.0"><channel><title>The show</title>
<item><title>One</title><guid>guid-1</guid>
<podcast:transcript url="https://a.example/one.vtt" type="text/vtt"/></item>
<item><title>Two</title><guid>guid-2</guid></item>
</channel></rss>
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "in"
    made.mkdir()
    return made


def _put(folder: Path, *names: str, text: str = "Some words.") -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _plan(*paths: Path) -> list[Planned]:
    return plan(paths, 1_000_000)


def _table(planned: list[Planned], folder: Path) -> list[tuple[str, str]]:
    return [(one.name.removeprefix(f"{folder}/"), one.status) for one in planned]


def test_a_folder_when_planned_is_walked_in_sorted_order_with_a_reason_for_each_skip(folder: Path) -> None:
    _put(folder, "b.md", "a/z.txt", "a/k.vtt", "README.md", "LICENSE", "themes.toml", "questions.jsonl", "talk.mp3")
    _put(folder, ".hidden", ".git/config")
    planned = _plan(folder)
    assert _table(planned, folder) == [
        (".git", "skipped"),
        (".hidden", "skipped"),
        ("LICENSE", "skipped"),
        ("README.md", "skipped"),
        ("a/k.vtt", ""),
        ("a/z.txt", ""),
        ("b.md", ""),
        ("questions.jsonl", "skipped"),
        ("talk.mp3", "skipped"),
        ("themes.toml", "skipped"),
    ]
    assert all(one.reason for one in planned if one.status)


def test_a_file_when_named_itself_is_read_though_a_folder_would_skip_it(folder: Path) -> None:
    _put(folder, "README.md")
    assert _table(_plan(folder / "README.md"), folder) == [("README.md", "")]


def test_a_file_when_named_twice_is_planned_once(folder: Path) -> None:
    _put(folder, "a.md", "b.md")
    assert _table(_plan(folder / "b.md", folder, folder / ".." / "in"), folder) == [("b.md", ""), ("a.md", "")]


def test_a_path_when_nothing_is_there_fails_with_a_reason(folder: Path) -> None:
    [one] = _plan(folder / "none.md")
    assert (one.status, one.reason) == ("failed", "there is no such file or folder")


@pytest.mark.parametrize("name", ["x" * 300, "nul\0l", "loop/a.md"])
def test_a_path_when_it_cannot_be_fails_with_a_reason(folder: Path, name: str) -> None:
    (folder / "loop").symlink_to(folder / "loop")
    _put(folder, "a.md")
    one, other = _plan(folder / name, folder / "a.md")
    assert (one.status, bool(one.reason)) == ("failed", True)
    assert other.status == ""


def test_links_when_met_in_a_folder_are_not_followed(folder: Path, tmp_path: Path) -> None:
    _put(folder, "a.md")
    _put(tmp_path, "secret.md")
    (folder / "in.md").symlink_to(folder / "a.md")
    (folder / "loop").symlink_to(folder)
    (folder / "out.md").symlink_to(tmp_path / "secret.md")
    (folder / "void.md").symlink_to(tmp_path / "void")
    reasons = {one.path.name: one.reason for one in _plan(folder) if one.status == "skipped"}
    assert reasons == {
        "in.md": "a link to what is read in its own place",
        "loop": "a link to what is read in its own place",
        "out.md": "a link out of the folder",
        "void.md": "a link to nothing",
    }


def test_a_pipe_when_met_fails_and_is_never_opened(folder: Path) -> None:
    os.mkfifo(folder / "pipe.md")
    [one] = _plan(folder)
    assert (one.status, one.reason) == ("failed", "it is a device or a pipe, no file")


def test_a_name_when_it_is_no_utf8_fails_with_a_reason(folder: Path) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/bad\xff.md")).write_text("x", encoding="utf-8")
    [one] = _plan(folder)
    assert one.status == "failed"
    assert "UTF-8" in one.reason
    one.name.encode("utf-8")


def test_a_deep_folder_when_planned_is_walked_to_its_end(folder: Path) -> None:
    deep = folder.joinpath(*["d"] * 600)
    deep.mkdir(parents=True)
    _put(deep, "a.md")
    assert [one.path.name for one in _plan(folder)] == ["a.md"]


def test_a_manifest_when_in_a_parent_describes_its_files_however_they_are_reached(folder: Path) -> None:
    _put(folder, "sub/a.md", "sub/b.md")
    _put(folder, "manifest.toml", text='[[document]]\nfile = "sub/a.md"\ntitle = "T"\n')
    for paths in ([folder], [folder / "sub"], [folder / "sub" / "a.md"]):
        found = {one.path.name: one for one in _plan(*paths)}
        assert found["a.md"].stated.values == {"title": "T"}
    assert found["a.md"].status == ""


def test_a_manifest_when_one_entry_is_wrong_fails_that_file_only(folder: Path) -> None:
    _put(folder, "a.md", "b.md")
    entries = (
        '[[document]]\nfile = "a.md"\nkind = "song"\n[[document]]\nfile = "b.md"\n[[document]]\nfile = "gone.md"\n'
    )
    _put(folder, "manifest.toml", text=entries)
    planned = _plan(folder)
    assert _table(planned, folder) == [
        ("a.md", "failed"),
        ("b.md", ""),
        ("manifest.toml", "skipped"),
        ("gone.md", "failed"),
    ]
    assert "line 3" in planned[0].reason
    assert "line 7" in planned[3].reason


def test_a_manifest_when_broken_fails_the_files_it_may_be_about_and_no_others(folder: Path, tmp_path: Path) -> None:
    _put(folder, "a.md")
    _put(folder, "manifest.toml", text="[[document")
    _put(tmp_path, "other/b.md")
    assert [(one.path.name, one.status) for one in _plan(folder, tmp_path / "other")] == [
        ("a.md", "failed"),
        ("manifest.toml", "skipped"),
        ("b.md", ""),
    ]
    # Above what was asked for it is somebody else's manifest.
    _put(folder, "sub/c.md")
    assert [one.status for one in _plan(folder / "sub")] == [""]


def test_a_sidecar_when_beside_its_file_describes_it_and_is_skipped(folder: Path) -> None:
    _put(folder, "a.vtt", "b.md", "b.vtt", "c.md")
    _put(folder, "a.toml", text='title = "A"')
    _put(folder, "b.md.toml", text='title = "B"')
    _put(folder, "lonely.toml", text='title = "L"')
    planned = {one.path.name: one for one in _plan(folder)}
    assert planned["a.vtt"].stated.values == {"title": "A"}
    assert planned["b.md"].stated.values == {"title": "B"}
    assert planned["b.vtt"].stated.values == {}
    assert planned["a.toml"].reason == planned["b.md.toml"].reason == "a sidecar"
    assert planned["lonely.toml"].reason == "settings, beside no file of that name"


def test_a_sidecar_when_it_could_be_about_two_files_is_refused_for_both(folder: Path) -> None:
    _put(folder, "a.vtt", "a.md")
    _put(folder, "a.toml", text='title = "A"')
    reasons = [one.reason for one in _plan(folder) if one.status == "failed"]
    assert len(reasons) == 2
    assert all("it could be about a.md and a.vtt" in reason for reason in reasons)


def test_a_feed_when_planned_gives_each_item_and_its_transcript_once(folder: Path) -> None:
    _put(folder, "feed.xml", text=FEED)
    _put(folder, "one.vtt", text="WEBVTT\n\n00:00.000 --> 00:02.000\nHello.\n")
    planned = _plan(folder)
    assert _table(planned, folder) == [
        ("feed.xml", "skipped"),
        ("feed.xml item 2", "skipped"),
        ("one.vtt", ""),
    ]
    assert planned[2].feed["key"] == "guid-1"
    alone = _plan(folder / "feed.xml")
    assert _table(alone, folder) == [("feed.xml", "skipped"), ("one.vtt", ""), ("feed.xml item 2", "skipped")]
    assert alone[1].feed["show"] == "The show"


def test_a_feed_when_cut_in_half_fails_and_its_neighbours_are_planned(folder: Path) -> None:
    _put(folder, "feed.xml", text=FEED[:200])
    _put(folder, "a.md")
    assert _table(_plan(folder), folder) == [("a.md", ""), ("feed.xml", "failed")]


def test_chapters_when_beside_a_transcript_are_no_document(folder: Path) -> None:
    _put(folder, "one_chapters.json", text='{"version": "1.2.0", "chapters": [{"startTime": 0, "title": "A"}]}')
    _put(folder, "one.json", text='{"version": "1.0.0", "segments": []}')
    assert _table(_plan(folder), folder) == [("one.json", ""), ("one_chapters.json", "skipped")]
