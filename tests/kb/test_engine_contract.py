"""What every engine must do. A new one joins ENGINES and passes this file."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from kb.engines import ENGINES, EmbeddedEngine, Engine, Home, make_engine
from kb.engines.dense import Sizes
from kb.errors import SettingsError
from kb.facets import facet_keys, shown_values
from kb.library import IndexEntry
from kb.records import Filter
from tests.tiny import DIMENSION, vector_of

TEXTS = [
    "Trust is built by telling bad news early",
    "The batch failed twice in one month",
    "Trusting the batches of another firm",
    "A calendar of lead times with slots",
]


def entry(no: int, text: str, document: str = "d1", facets: tuple[str, ...] = (), day: int = 0) -> IndexEntry:
    return IndexEntry(no, document, text, vector_of(text), facets, day)


def home(folder: Path) -> Home:
    return Home(folder, DIMENSION, {"library": "a", "dimension": DIMENSION})


# The embedded engine as it is, and with every size made small: inverted lists, merges and worn segments at once.
SMALL = Sizes(approximate_from=8, merge_at_once=6, brute_force=4)
MAKERS: dict[str, Callable[[Home], Engine]] = {
    **{name: partial(make_engine, name) for name in ENGINES},
    "embedded, small": lambda home: EmbeddedEngine(home, SMALL),
}


def filled(engine: Engine, entries: list[IndexEntry], sequence: int = 1) -> Engine:
    assert engine.renew(lambda draft: draft.add(entries, [], sequence), lambda draft: None)
    assert engine.refresh()
    return engine


@pytest.fixture(params=sorted(MAKERS))
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Engine:
    entries = [entry(no, text, facets=(f"theme:{no % 2}",), day=20260100 + no) for no, text in enumerate(TEXTS, 1)]
    return filled(MAKERS[request.param](home(tmp_path / "index")), entries)


def test_dense_search_gives_the_nearest_first_with_its_cosine(engine: Engine) -> None:
    found = engine.view().dense(vector_of(TEXTS[1]), 2)
    assert next(iter(found)) == 2
    assert found[2] == pytest.approx(1.0, abs=1e-5)
    assert len(found) == 2


def test_keyword_search_finds_stems_and_never_parses_the_question(engine: Engine) -> None:
    view = engine.view()
    assert set(view.keywords("trusts", 10)) == {1, 3}
    assert set(view.keywords('trust AND NOT ("batch', 10)) == {1, 2, 3}
    assert view.keywords("", 10) == {}
    assert view.keywords("??? *:* ^~", 10) == {}


def test_a_filter_restricts_both_retrievers_and_leaves_scores_alone(engine: Engine) -> None:
    view = engine.view()
    allowed = Filter(theme=("1",), since="2026-01-02")
    assert set(view.dense(vector_of(TEXTS[0]), 10, allowed)) == {3}
    assert view.keywords("trust batch", 10, allowed) == pytest.approx({3: view.keywords("trust batch", 10)[3]})
    assert view.dense(vector_of("trust"), 10, Filter(theme=("no such",))) == {}
    assert set(view.keywords("trust batch", 10, Filter(document=("d1", "d2")))) == {1, 2, 3}
    assert view.keywords("trust batch", 10, Filter(document=("d2",))) == {}


def test_counts_are_of_the_passages_asked_for_and_say_values_as_they_are_written(engine: Engine) -> None:
    voices, values = [("Jane Doe", "sponsor", "Acme Bio")], {"show": ["The Hour"], "phase": ["phase 1", "phase 2"]}
    keys, shown = facet_keys(voices, ["trust"], values), shown_values(voices, values)
    loud = [("JANE DOE", "sponsor", "Acme Bio")]
    assert engine.apply([IndexEntry(5, "d2", "News", vector_of("News"), keys, 20250000, shown)], [], 2)
    again = IndexEntry(6, "d3", "Newer", vector_of("Newer"), keys, 0, shown_values(loud, values))
    assert engine.apply([again], [2], 3)
    assert engine.view().counts([1, 2, 5, 6, 99]) == {
        "theme": {"1": 1, "trust": 2},
        "speaker": {"JANE DOE": 2},
        "side": {"sponsor": 2},
        "organisation": {"Acme Bio": 2},
        "show": {"The Hour": 2},
        "kind": {},
        "phase": {"phase 1": 2, "phase 2": 2},
        "modality": {},
        "year": {"2026": 1, "2025": 1},
    }
    assert not any(engine.view().counts([]).values())


def test_scores_of_named_passages_equal_those_of_a_search(engine: Engine) -> None:
    view = engine.view()
    whole = view.dense(vector_of("trust"), 10)
    assert view.dense_scores(vector_of("trust"), [1, 4, 99]) == pytest.approx({n: whole[n] for n in (1, 4)}, abs=1e-6)
    assert view.keyword_scores("calendar", [1, 4]) == pytest.approx({1: 0.0, 4: view.keywords("calendar", 9)[4]})


def test_vectors_come_in_the_order_asked_for_and_an_unknown_number_is_refused(engine: Engine) -> None:
    view = engine.view()
    wanted = np.stack([vector_of(TEXTS[2]), vector_of(TEXTS[0])])
    assert view.vectors([3, 1]) == pytest.approx(wanted, abs=1e-3)
    assert view.vectors([]).shape == (0, DIMENSION)
    engine.apply([], [3], 2)
    for no in (3, 99):
        with pytest.raises(KeyError, match=str(no)):
            engine.view().vectors([1, no])


def test_a_view_taken_before_a_change_does_not_see_it(engine: Engine) -> None:
    before = engine.view()
    assert engine.apply([entry(5, "Trust again")], [1], 2)
    assert (set(before.keywords("trust", 10)), before.sequence) == ({1, 3}, 1)
    after = engine.view()
    assert (set(after.keywords("trust", 10)), after.sequence) == ({3, 5}, 2)
    assert 1 not in after.dense(vector_of(TEXTS[0]), 10)
    assert list(after.nos()) == [2, 3, 4, 5]


def test_many_small_changes_give_the_same_answers_as_one_large(engine: Engine, tmp_path: Path) -> None:
    rng = np.random.default_rng(7)
    words = ["trust", "batch", "slot", "audit", "resin", "team", "news", "plan"]
    texts = {no: " ".join(rng.choice(words, 12)) for no in range(10, 50)}
    for no, text in texts.items():
        assert engine.apply([entry(no, text)], [no - 3] if no % 4 == 0 and no > 13 else [], no)
    alive = [int(no) for no in engine.view().nos()]
    every = dict(enumerate(TEXTS, 1)) | texts
    other = filled(make_engine("embedded", home(tmp_path / "other")), [entry(no, every[no]) for no in alive])
    question = vector_of("trust and audit plan")
    mine, theirs = engine.view().dense(question, 20), other.view().dense(question, 20)
    assert list(mine.values()) == pytest.approx(list(theirs.values()), abs=1e-6)
    assert engine.view().size() == len(alive) == other.view().size()


def test_searching_while_another_thread_adds_never_fails(engine: Engine) -> None:
    faults: list[BaseException] = []

    def search() -> None:
        try:
            for _ in range(60):
                view = engine.view()
                view.dense(vector_of("trust"), 5)
                view.keywords("trust batch", 5)
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=search) for _ in range(3)]
    for thread in threads:
        thread.start()
    for no in range(200, 215):
        assert engine.apply([entry(no, f"trust number {no}")], [no - 1] if no % 2 else [], no)
    for thread in threads:
        thread.join()
    assert not faults


def test_an_unknown_engine_is_refused_by_name() -> None:
    with pytest.raises(SettingsError, match="milvus"):
        make_engine("milvus", home(Path("nowhere")))
