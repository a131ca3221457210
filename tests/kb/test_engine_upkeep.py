"""Merging, training and renewing: beside the index that answers, and never in the way of a change."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kb.engines import EmbeddedEngine, Home, embedded
from kb.engines.dense import Sizes
from kb.engines.embedded import EmbeddedView
from kb.engines.state import FileLock
from kb.library import IndexEntry
from kb.records import Filter
from tests.kb.test_engine_referee import DIMENSION, entries, unit

SIZES = Sizes(approximate_from=200, merge_at_once=100, brute_force=25)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def engine(folder: Path) -> EmbeddedEngine:
    """Of 400 passages, with inverted lists."""
    made = EmbeddedEngine(Home(folder, DIMENSION, {"library": "a"}), SIZES)
    every = entries(1, 400, np.random.default_rng(1))
    assert made.renew(lambda draft: draft.add(every, [], 1), lambda draft: None)
    assert made.refresh()
    return made


def fresh(first: int, count: int) -> list[IndexEntry]:
    return entries(first, count, np.random.default_rng(first))


def segments(engine: EmbeddedEngine) -> list[tuple[int, bool, int]]:
    """(rows, whether there are lists, rows taken out) of each."""
    view: EmbeddedView = engine.view()
    return [(part.rows, part.approximate is not None, part.gone_rows) for part in view.state.segments]


def test_a_large_segment_gets_inverted_lists_whose_recall_is_in_its_record(engine: EmbeddedEngine) -> None:
    assert segments(engine) == [(400, True, 0)]
    [part] = engine.view().state.segments
    assert part.approximate is not None
    assert part.approximate.recall_at_10 >= 0.98
    assert part.approximate.recall_at_200 >= 0.98
    assert 1 <= part.approximate.probes <= part.approximate.lists
    assert not engine.untidy()


def test_lists_find_the_nearest_and_give_their_exact_cosines(engine: EmbeddedEngine) -> None:
    every = {entry.no: entry for entry in entries(1, 400, np.random.default_rng(1))}
    rng = np.random.default_rng(5)
    found = wanted = 0
    for _ in range(30):
        vector = unit(rng.normal(size=DIMENSION))
        exact = sorted(every, key=lambda no: (-float(every[no].vector @ vector), no))[:10]
        mine = engine.view().dense(vector, 10)
        found, wanted = found + len(set(exact) & set(mine)), wanted + 10
        assert all(abs(score - float(every[no].vector @ vector)) < 1e-5 for no, score in mine.items())
    assert found >= 0.9 * wanted


def test_a_filter_that_leaves_few_is_exact_whatever_the_index(engine: EmbeddedEngine) -> None:
    every = {entry.no: entry for entry in entries(1, 400, np.random.default_rng(1))}
    vector = unit(np.random.default_rng(6).normal(size=DIMENSION))
    for number in range(40):
        key = f"speaker:speaker {number}"
        mine = engine.view().dense(vector, 10, Filter(speaker=(f"Speaker {number}",)))
        held = [no for no, entry in every.items() if key in entry.facets]
        assert list(mine) == sorted(held, key=lambda no: (-float(every[no].vector @ vector), no))[:10]


def test_small_segments_wait_for_tending_and_are_then_one_with_lists(engine: EmbeddedEngine) -> None:
    for number in range(5):
        assert engine.apply(fresh(1000 + 60 * number, 60), [], number + 2)
    assert engine.untidy()
    assert len(segments(engine)) > 2
    assert engine.tend()
    assert segments(engine) == [(700, True, 0)]
    assert not engine.tend()
    assert engine.view().sequence == 6
    assert engine.view().faults() == []


def test_what_changes_while_segments_are_merged_is_in_the_merged_one(
    engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    merged = embedded.merged
    for number in range(4):
        assert engine.apply(fresh(1000 + 90 * number, 90), [], number + 2)

    def meanwhile(*arguments: object) -> object:
        made = merged(*arguments)  # type: ignore[arg-type]
        monkeypatch.setattr(embedded, "merged", merged)
        assert engine.apply(fresh(5000, 5), [3, 1000, 1001], 9)
        return made

    monkeypatch.setattr(embedded, "merged", meanwhile)
    assert engine.tend()
    nos = set(engine.view().nos().tolist())
    assert not nos & {3, 1000, 1001}
    assert set(range(5000, 5005)) <= nos
    assert len(nos) == 400 + 360 + 5 - 3
    assert engine.view().sequence == 9
    assert engine.view().faults() == []


def test_a_worn_segment_is_written_without_what_was_taken_out(engine: EmbeddedEngine) -> None:
    assert engine.apply([], list(range(1, 150)), 2)
    assert segments(engine) == [(400, True, 149)]
    assert engine.tend()
    assert segments(engine) == [(251, True, 0)]
    assert engine.view().nos().tolist() == list(range(150, 401))


def test_words_of_which_much_was_removed_are_renewed(engine: EmbeddedEngine) -> None:
    assert engine.stale() == ""
    assert engine.apply([], list(range(1, 150)), 2)
    assert "keyword index" in engine.stale()
    left = [entry for entry in entries(1, 400, np.random.default_rng(1)) if entry.no >= 150]
    assert engine.renew(lambda draft: draft.add(left, [], 2), lambda draft: None)
    assert engine.stale() == ""
    assert engine.view().frequencies(["trust"])["trust"] == sum("trust" in entry.text for entry in left)


def test_what_comes_while_an_index_is_renewed_is_followed_before_it_answers(engine: EmbeddedEngine) -> None:
    left = entries(1, 400, np.random.default_rng(1))[:300]

    def follow(draft: object) -> None:
        if draft.sequence < 3:  # type: ignore[attr-defined]
            draft.add(fresh(900, 3), [7], 3)  # type: ignore[attr-defined]

    assert engine.renew(lambda draft: draft.add(left, [], 2), follow)
    assert engine.view().sequence == 3
    assert engine.view().nos().tolist() == [no for no in range(1, 301) if no != 7] + [900, 901, 902]
    assert engine.view().faults() == []


def test_another_process_that_is_tending_is_left_alone(engine: EmbeddedEngine, folder: Path) -> None:
    assert engine.apply([], list(range(1, 150)), 2)
    with FileLock(folder / "tend.lock") as mine:
        assert mine
        assert not engine.tend()
        assert not engine.renew(lambda draft: None, lambda draft: None)
    assert engine.tend()


def test_a_server_holds_the_index_while_a_large_merge_goes_on_and_others_take_up_what_it_does(
    engine: EmbeddedEngine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "merging_long", lambda words: True)
    other = EmbeddedEngine(Home(folder, DIMENSION, {"library": "a"}), SIZES)
    assert other.refresh()
    engine.serve()
    assert engine.apply(fresh(1000, 3), [], 2)
    assert other.refresh()
    assert not other.apply(fresh(2000, 3), [], 3)
    assert engine.apply(fresh(2000, 3), [], 3)
    assert other.refresh()
    assert other.view().size() == 406
    monkeypatch.setattr(embedded, "merging_long", lambda words: False)
    assert engine.refresh()
    assert other.apply(fresh(3000, 3), [], 4)


def test_a_change_made_on_a_state_that_another_process_replaced_is_refused(
    engine: EmbeddedEngine, folder: Path
) -> None:
    other = EmbeddedEngine(Home(folder, DIMENSION, {"library": "a"}), SIZES)
    assert other.refresh()
    assert other.apply(fresh(1000, 3), [], 2)
    assert not engine.apply(fresh(1000, 3), [], 2)
    assert engine.refresh()
    assert engine.view().size() == 403
