"""What was purged leaves the index's disk, and a purge says so where it cannot yet."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kb.assembly import KnowledgeBase
from kb.embedding.contract import Embedded, Matrix
from kb.engines.state import FileLock
from kb.errors import BusyError, ModelError
from kb.passages import PassageSettings
from kb.settings import Settings
from tests.kb.indexed import index_of, opened, publish
from tests.tiny import TinyEmbedder, TinyJudge, vector_of

SECRET = [("Guest", "Only the wolverine ledger knows what the failed batch has cost.")]


def bytes_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_a_purge_leaves_no_trace_in_the_index_on_disk(published: Settings) -> None:
    with opened(published) as base:
        publish(base, "secret", turns=SECRET)
        base.follow()
        gone = next(row.id for row in base.library.documents() if row.source_key == "secret")
        vector = vector_of(SECRET[0][1]).tobytes()
        assert gone.encode() in bytes_of(published.data_folder / "index")
        assert vector in bytes_of(published.data_folder / "index")
        base.library.delete(gone, purge=True)
        base.follow()
        assert base.check_deleted(gone) == []
        followed = base.follower.current()
        assert followed is not None
        assert followed.view.frequencies(followed.engine.terms("wolverine")) == {"wolverin": 0}
        assert base.check() == []
    left = bytes_of(published.data_folder / "index")
    assert gone.encode() not in left
    assert vector not in left
    assert b"wolverin" not in left


def test_a_purge_says_so_while_another_process_holds_the_index_and_is_done_later(published: Settings) -> None:
    impatient = published.with_values(busy_timeout_s=0.5)
    with opened(impatient) as base:
        gone = base.library.documents()[0].id
        with FileLock(index_of(published) / "tend.lock") as mine:
            assert mine
            with pytest.raises(BusyError, match="the index not yet"):
                base.delete(gone, purge=True)
            assert any("may still hold" in found for found in base.check_deleted(gone))
        assert base.check_deleted(gone) == []


def test_a_purge_needs_no_model_and_leaves_no_trace(published: Settings) -> None:
    class Absent(TinyEmbedder):
        def question(self, text: str) -> Matrix:
            raise ModelError("is not to be had")

    with KnowledgeBase(published, Absent(), TinyJudge()) as base:
        gone = base.library.documents()[0].id
        base.delete(gone, purge=True)
        assert base.check_deleted(gone) == []
        assert base.check() == []


def test_a_retired_generation_takes_its_index_along(published: Settings) -> None:
    with opened(published) as base:
        base.reindexing.run(passages=PassageSettings(words=12))
        base.follow()
        assert index_of(published, 1).is_dir()
        base.reindexing.retire(1)
        assert not list((published.data_folder / "index").glob("g1-*"))


def test_a_purge_waits_for_who_writes_the_index_of_another_generation(published: Settings) -> None:
    with opened(published.with_values(busy_timeout_s=0.3)) as base:
        base.reindexing.run(passages=PassageSettings(words=12))
        base.follow()
        gone = base.library.documents()[0].id
        with FileLock(index_of(published, 1) / "tend.lock") as mine:
            assert mine
            with pytest.raises(BusyError, match="the index not yet"):
                base.delete(gone, purge=True)
            assert (index_of(published, 1) / "state.json").is_file()
        assert base.check_deleted(gone) == []
        assert not list((published.data_folder / "index").glob("g1-*"))


def test_what_is_purged_while_a_reindex_embeds_it_leaves_no_vector(
    published: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(published) as base:
        publish(base, "secret", turns=SECRET)
        gone = next(row.id for row in base.library.documents() if row.source_key == "secret")
        embed = TinyEmbedder.passages

        def purging(self: TinyEmbedder, texts: list[str], sentences: list[list[tuple[int, int]]]) -> list[Embedded]:
            made = embed(self, texts, sentences)
            if base.library.traces(gone) and base.library.generations()[-1].row.state == "building":
                base.library.delete(gone, purge=True)
            return made

        monkeypatch.setattr(TinyEmbedder, "passages", purging)
        made = base.reindexing.run(passages=PassageSettings(words=12, head="title"))
        base.follow()
        assert made.activated
        assert made.embedded > 0
        assert base.check_deleted(gone) == []
        assert base.check() == []


def test_a_lock_on_a_file_that_was_removed_meanwhile_is_taken_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "index" / "write.lock"
    opens = os.open
    removed: list[Path] = []

    def removing(name: Path, *rest: int) -> int:
        handle = opens(name, *rest)
        if not removed:
            removed.append(name)
            path.unlink()
        return handle

    monkeypatch.setattr(os, "open", removing)
    with FileLock(path) as mine, FileLock(path) as other:
        assert mine
        assert not other
