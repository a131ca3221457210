"""`kb list`, `show`, `themes`, `delete`, `check`, `backup`, `restore`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kb.assembly import KnowledgeBase
from tests.cli.conftest import TURNS, Kb, out

LIST_KEYS = {"id", "title", "show", "kind", "words", "date", "speakers", "composed", "sponsored"}


def read(kb: Kb, *arguments: str) -> Any:
    return json.loads(out(kb(*arguments, "--json")))


def test_list_when_documents_are_there_gives_each_once(kb: Kb, documents: tuple[str, str]) -> None:
    listed = read(kb, "list")["documents"]
    assert {entry["id"] for entry in listed} == set(documents)
    assert all(set(entry) >= LIST_KEYS for entry in listed)
    assert [entry["words"] for entry in listed if entry["title"] == "Freezers"] == [11]
    shown = out(kb("list"))
    assert all(name in shown for name in documents)
    assert "Slots and silence" in shown


def test_list_when_empty_says_how_to_fill_the_library(kb: Kb) -> None:
    assert "kb ingest" in out(kb("list"))


def test_show_when_a_document_is_there_gives_its_segments_whole_and_in_order(
    kb: Kb, documents: tuple[str, str], knowledge_base: KnowledgeBase
) -> None:
    body = read(kb, "show", documents[0])
    assert [segment["speaker"] for segment in body["segments"]] == [name for name, _ in TURNS]
    assert [segment["start_s"] for segment in body["segments"]] == [0.0, 60.0, 120.0]
    assert all(set(segment) == {"text", "speaker", "start_s", "end_s", "kind"} for segment in body["segments"])
    text = knowledge_base.library.current(documents[0]).text
    assert "".join(segment["text"] for segment in body["segments"]) == text
    assert body["speakers"][1]["organisation"] == "Example Therapeutics"


def test_show_when_read_by_a_person_has_times_speakers_and_the_composed_mark(
    kb: Kb, documents: tuple[str, str]
) -> None:
    assert "[1:00 Jane Doe]" in out(kb("show", documents[0]))
    assert "Composed:" in out(kb("show", documents[1]))


@pytest.mark.parametrize("command", ["show", "delete"])
def test_id_when_unknown_exits_2(kb: Kb, command: str) -> None:
    result = kb(command, "no-such-id")
    assert result.exit_code == 2
    assert "no-such-id" in result.stderr


def test_themes_when_listed_are_those_of_the_themes_file(kb: Kb) -> None:
    themes = read(kb, "themes")["themes"]
    assert {"timing", "trust", "integration"} <= {theme["name"] for theme in themes}
    assert "timing: " in out(kb("themes"))


def test_delete_when_done_takes_the_document_out_of_list_and_search(kb: Kb, documents: tuple[str, str]) -> None:
    assert read(kb, "delete", documents[1]) == {"done": "deleted", "document": documents[1]}
    assert [entry["id"] for entry in read(kb, "list")["documents"]] == [documents[0]]
    hits = read(kb, "search", "freezer probes certificate")["hits"]
    assert documents[1] not in {hit["document"] for hit in hits}


def test_purge_when_done_leaves_nothing_and_check_proves_it(kb: Kb, documents: tuple[str, str]) -> None:
    before = kb("check", "--deleted", documents[1])
    assert before.exit_code == 4
    assert "fault: " in before.stdout
    assert read(kb, "delete", documents[1], "--purge")["done"] == "purged"
    assert read(kb, "check", "--deleted", documents[1]) == {"clean": True, "faults": []}


@pytest.mark.usefixtures("documents")
def test_check_when_the_library_is_sound_says_clean(kb: Kb) -> None:
    assert out(kb("check")) == "Clean: no fault was found.\n"


def test_check_when_a_fault_is_found_exits_4_and_names_it(kb: Kb, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(KnowledgeBase, "check", lambda _base: ["passage 3: has no vector"])
    result = kb("check", "--json")
    assert result.exit_code == 4
    assert json.loads(result.stdout) == {"clean": False, "faults": ["passage 3: has no vector"]}


def test_backup_when_restored_elsewhere_gives_the_same_library(
    kb: Kb, documents: tuple[str, str], tmp_path: Path
) -> None:
    file, folder = tmp_path / "copy.backup", tmp_path / "restored"
    made = read(kb, "backup", str(file))
    assert (made["done"], made["bytes"]) == ("backed up", file.stat().st_size)
    assert read(kb, "restore", str(file), "--data", str(folder))["data"] == str(folder)
    assert read(kb, "list", "--data", str(folder)) == read(kb, "list")
    assert read(kb, "show", documents[0], "--data", str(folder)) == read(kb, "show", documents[0])
    assert out(kb("check", "--data", str(folder))) == "Clean: no fault was found.\n"


@pytest.mark.usefixtures("documents")
def test_backup_when_the_file_exists_refuses_to_overwrite_it(kb: Kb, tmp_path: Path) -> None:
    file = tmp_path / "copy.backup"
    file.write_text("precious")
    assert kb("backup", str(file)).exit_code == 2
    assert file.read_text() == "precious"


@pytest.mark.parametrize("content", [b"", b"no library at all, only words" * 200])
def test_restore_when_the_file_is_no_backup_is_refused_and_keeps_the_library(
    kb: Kb, documents: tuple[str, str], tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "bad.backup"
    file.write_bytes(content)
    result = kb("restore", str(file))
    assert result.exit_code == 4, result.output
    assert "Traceback" not in result.output
    assert {entry["id"] for entry in read(kb, "list")["documents"]} == set(documents)


def test_restore_when_there_is_no_such_file_exits_2(kb: Kb, tmp_path: Path) -> None:
    assert kb("restore", str(tmp_path / "none")).exit_code == 2


def test_terminal_text_when_a_title_holds_control_characters_shows_none_of_them(
    kb: Kb, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(KnowledgeBase, "check", lambda _base: ["\x1b]0;owned\x07 \x9b2J"])
    shown = kb("check").stdout
    assert not {"\x1b", "\x07", "\x9b"} & set(shown)
    assert "owned" in shown
    assert "\x9b" not in kb("check", "--json").stdout
