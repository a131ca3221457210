"""The index's folder: shared by processes and mended when damaged."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from kb.engines import embedded
from kb.engines.state import FileLock, State
from kb.engines.words import WordSnapshot, commit_of
from kb.errors import IndexFault
from kb.indexing import follow
from kb.settings import Settings
from tests.kb.indexed import index_of, opened, publish

QUESTION = "How is trust built?"


def wait_for(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while not holds() and time.monotonic() < until:
        time.sleep(0.02)
    assert holds()


def state_of(settings: Settings) -> dict[str, object]:
    body: dict[str, object] = json.loads((index_of(settings) / "state.json").read_text(encoding="utf-8"))
    return body


def test_opening_reads_no_passage_where_the_index_is_on_disk(
    published: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(published) as base:
        monkeypatch.setattr(base.library, "entries", None)
        monkeypatch.setattr(base.library, "entries_after", None)
        assert base.ask(QUESTION).status == "answered"
        assert base.ready()["mended"] == ""


def test_a_change_costs_what_changed(published: Settings) -> None:
    before = {path.name for path in index_of(published).iterdir()}
    with opened(published) as base:
        taken: list[int] = []
        entries = base.library.entries
        base.library.entries = lambda nos, key: taken.extend(nos) or entries(nos, key)  # type: ignore[method-assign, func-returns-value]
        publish(base, "three")
        base.follow()
        assert taken == base.library.live_nos(1)[-len(taken) :]
        assert len(taken) < base.ready()["passages"]  # type: ignore[operator]
    assert before & {path.name for path in index_of(published).iterdir()}


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(bytes(data))


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def state_says(**values: object) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | values), encoding="utf-8")

    return change


DAMAGES: dict[str, tuple[str, Callable[[Path], None], str]] = {
    "segment cut": ("segment-*", cut, "bytes, not"),
    "segment flipped": ("segment-*", flip, "check sum"),
    "segment gone": ("segment-*", os.remove, "cannot be read"),
    "state cut": ("state.json", cut, "cannot be read"),
    "state of another format": ("state.json", state_says(format=99), "format is 99"),
    "state changed": ("state.json", state_says(sequence=0), "check sum"),
    "words gone": ("words-*", shutil.rmtree, "cannot be read"),
    "words' commit cut": ("words-*/meta.json", cut, "cannot be read"),
    "words cut": ("words-*/*.idx", cut, "check sum"),
    "words flipped": ("words-*/*.term", flip, "check sum"),
}


@pytest.mark.parametrize("name", sorted(DAMAGES))
def test_a_damaged_index_is_made_anew_from_the_library_and_said(published: Settings, name: str) -> None:
    pattern, damage, said = DAMAGES[name]
    damage(next(index_of(published).glob(pattern)))
    with opened(published) as base:
        assert base.ask(QUESTION).status == "answered"
        ready = base.ready()
        assert ready["ready"]
        assert said in str(ready["mended"])
        assert base.check() == []
    with opened(published) as base:
        assert base.ask(QUESTION).status == "answered"
        assert base.ready()["mended"] == ""


def test_check_says_what_is_damaged_and_the_next_one_is_clean(published: Settings) -> None:
    flip(next(index_of(published).glob("segment-*")))
    with opened(published) as base:
        [fault] = base.check()
        assert "check sum" in fault
        assert base.check() == []


def test_an_index_of_another_recipe_is_refused_naming_the_field(published: Settings) -> None:
    with opened(published) as base:
        base.follow()
        followed = base.follower.current()
        assert followed is not None
        folder = index_of(published)
        home = embedded.Home(folder, 64, {"library": base.library.library_id(), "model": "another"})
        with pytest.raises(IndexFault, match="model of the index is 'tiny"):
            embedded.EmbeddedEngine(home).refresh()


def test_an_index_ahead_of_the_library_is_made_anew(published: Settings) -> None:
    with opened(published) as base:
        base.backup(published.data_folder / "backup")
        publish(base, "three")
        base.follow()
    for suffix in ("", "-wal", "-shm"):
        (published.data_folder / f"library.sqlite{suffix}").unlink(missing_ok=True)
    shutil.copy(published.data_folder / "backup", published.data_folder / "library.sqlite")
    with opened(published) as base:
        assert base.ask(QUESTION).status == "answered"
        assert "ahead of the library" in str(base.ready()["mended"])
        assert base.check() == []


class Killed(BaseException):
    """What a kill does to the steps that would have come."""


@pytest.mark.parametrize("step", ["write_state", "_sweep", "close"])
def test_a_kill_between_two_steps_of_a_change_leaves_an_index_that_goes_on(
    published: Settings, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*ignored: object) -> None:
        raise Killed

    with opened(published) as base, monkeypatch.context() as patch:
        base.follow()
        publish(base, "three")
        if step == "write_state":
            patch.setattr(embedded, "write_state", killed)
        elif step == "_sweep":
            patch.setattr(embedded.EmbeddedEngine, "_sweep", killed)
        else:
            patch.setattr(embedded.WordWriter, "close", killed)
        with pytest.raises(Killed):
            base.follow()
    (index_of(published) / "segment-half").write_bytes(b"KBPACK01 half a")
    (index_of(published) / "building-left" / "words-left").mkdir(parents=True)
    (index_of(published) / "state.json.part").write_text("{", encoding="utf-8")
    with opened(published) as base:
        assert [hit for hit in base.search("three") if "in three" in hit.passage.text]
        publish(base, "four")
        base.follow()
        base.follower.rebuild()
        assert base.check() == []
        assert base.ready()["mended"] == ""
    left = {path.name for path in index_of(published).iterdir()}
    assert not left & {"segment-half", "building-left", "state.json.part"}


def test_while_another_process_holds_the_index_the_state_before_answers(
    published: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "_PATIENCE_S", 0.1)
    with opened(published) as base:
        base.follow()
        with FileLock(index_of(published) / "write.lock") as mine:
            assert mine
            publish(base, "three")
            base.follow()
            assert base.ask(QUESTION).status == "answered"
            ready = base.ready()
            assert not ready["ready"]
            assert "another process" in str(ready["fault"])
        base.follow()
        assert base.ready()["ready"]
        assert base.ready()["fault"] == ""


def test_what_one_process_applied_another_takes_up_without_the_library(
    published: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(published) as base, opened(published) as other:
        other.follow()
        publish(base, "three")
        base.follow()
        monkeypatch.setattr(other.library, "entries", None)
        assert [hit for hit in other.search("three") if "in three" in hit.passage.text]
        assert other.ready()["ready"]


def test_a_running_server_whose_index_is_damaged_goes_on_answering_and_mends_it(published: Settings) -> None:
    with opened(published) as base:
        base.follow()
        cut(next(index_of(published).glob("state.json")))
        publish(base, "three")
        assert base.ask(QUESTION).status == "answered"
        wait_for(lambda: bool(base.ready()["ready"]))
        assert "state.json" in str(base.ready()["mended"])
        assert [hit for hit in base.search("three") if "in three" in hit.passage.text]
        assert base.check() == []


def test_an_index_that_cannot_be_read_while_it_serves_fails_one_question_and_is_mended(
    published: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*ignored: object) -> None:
        raise IndexFault("the keyword index cannot be read: a panic", where="words")

    with opened(published) as base:
        base.follow()
        with monkeypatch.context() as patch:
            patch.setattr(WordSnapshot, "search", broken)
            with pytest.raises(IndexFault):
                base.search(QUESTION)
        wait_for(lambda: "a panic" in str(base.ready()["mended"]))
        assert base.search(QUESTION)
        assert base.check() == []


def test_a_full_disk_stops_the_index_and_no_question(published: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*ignored: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with opened(published) as base:
        base.follow()
        publish(base, "three")
        with monkeypatch.context() as patch:
            patch.setattr(embedded, "write_state", full)
            assert base.ask(QUESTION).status == "answered"
            assert "No space left" in str(base.ready()["fault"])
            with pytest.raises(IndexFault, match="Free some space"):
                base.follow()
        base.follow()
        assert base.ready()["fault"] == ""
        assert [hit for hit in base.search("three") if "in three" in hit.passage.text]
        assert base.check() == []


SERVER = """
import sys, time
from kb.settings import load_settings
from kb.assembly import KnowledgeBase
from tests.tiny import TinyEmbedder, TinyJudge
settings = load_settings({"data": sys.argv[1], "themes_file": sys.argv[2]}, environ={})
with KnowledgeBase(settings, TinyEmbedder(), TinyJudge()) as base:
    base.keep_up()
    print("ready", flush=True)
    for word in sys.stdin:
        until = time.monotonic() + 20
        while time.monotonic() < until:
            base.keep_up()
            if any(word.strip() in hit.passage.text for hit in base.search(word)):
                break
            time.sleep(0.02)
        print(base.ready()["ready"], base.ready()["passages"], flush=True)
"""


def server(settings: Settings, root: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", SERVER, settings.data, settings.themes_file]
    return subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_two_servers_find_what_a_third_process_publishes_and_outlive_a_kill(published: Settings, root: Path) -> None:
    servers = [server(published, root) for _ in range(2)]
    try:
        for one in servers:
            assert one.stdout is not None
            assert one.stdout.readline() == "ready\n"
        with opened(published) as base:
            for number, key in enumerate(("three", "four", "five")):
                publish(base, key)
                if number == 2:
                    servers[0].kill()  # whatever it was doing, its locks are free
                for one in servers[1 if number == 2 else 0 :]:
                    assert one.stdin is not None
                    assert one.stdout is not None
                    one.stdin.write(f"{key}\n")
                    one.stdin.flush()
                    assert one.stdout.readline().startswith("True ")
            assert base.check() == []
    finally:
        for one in servers:
            one.kill()
            one.communicate()


def test_themes_given_anew_are_found_by_their_filter(published: Settings) -> None:
    from kb.records import Filter

    with opened(published) as base:
        base.follow()
        nos = base.library.live_nos(1)
        assert base.search(QUESTION, Filter(theme=("anew",))) == []
        base.library.set_themes({nos[0]: ("anew",)})
        assert [hit.passage.no for hit in base.search(QUESTION, Filter(theme=("anew",)))] == [nos[0]]
        assert base.check() == []


def test_a_state_names_every_file_that_it_needs(published: Settings) -> None:
    with opened(published) as base:
        base.follow()
        followed = base.follower.current()
        assert followed is not None
        state: State = followed.view.state  # type: ignore[attr-defined]
    there = {path.name for path in index_of(published).iterdir()}
    assert there - state.names() == {"state.json", "write.lock", "tend.lock"}
    assert state_of(published)["sequence"] == state.sequence


def test_a_writer_that_dies_between_the_words_commit_and_the_state_leaves_nothing_twice(
    published: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Died(BaseException):
        pass

    def die(*ignored: object) -> None:
        raise Died

    with opened(published) as base:
        base.follow()
        publish(base, "three", "four")
        with monkeypatch.context() as patched:
            patched.setattr(embedded, "write_state", die)
            with pytest.raises(Died):
                base.follow()
    committed = commit_of(next(index_of(published).glob("words-*")))["opstamp"]
    assert committed > state_of(published)["words"]["opstamp"]  # type: ignore[index]
    with opened(published) as base:
        base.follow()
        followed = base.follower.current()
        assert followed is not None
        assert followed.view.faults() == []
        assert followed.view.nos().tolist() == base.library.live_nos(1)
        assert len(followed.view.keywords("only said in three", 10)) >= 1
        assert base.ready()["mended"] == ""
