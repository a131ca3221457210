"""What was purged leaves the index's disk, and a purge says so where it cannot yet."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.assembly import KnowledgeBase
from kb.embedding.contract import Matrix
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
