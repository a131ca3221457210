"""The embedded engine against a referee that scores every passage, through random additions, removals and filters."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.engines import EmbeddedEngine, Home
from kb.engines.dense import Sizes
from kb.library import IndexEntry
from kb.records import Filter

DIMENSION = 16
SIZES = Sizes(approximate_from=90, merge_at_once=60, brute_force=25)
WORDS = ("trust", "batch", "slot", "audit", "resin", "team", "news", "plan")
THEMES = ("timing", "trust", "integration")

Passages = dict[int, IndexEntry]


def unit(values: np.ndarray) -> np.ndarray:
    made: np.ndarray = (values / np.linalg.norm(values, axis=-1, keepdims=True)).astype(np.float32)
    return made


def entries(first: int, count: int, rng: np.random.Generator) -> list[IndexEntry]:
    vectors = unit(rng.normal(size=(count, DIMENSION)))
    made = []
    for no, vector in zip(range(first, first + count), vectors, strict=True):
        theme, speaker = rng.choice(THEMES), f"speaker {rng.integers(0, 40)}"
        facets = (f"speaker:{speaker}", f"theme:{theme}", f"voice:{speaker}\x1fcdmo")
        text = " ".join(rng.choice(WORDS, 6))
        made.append(
            IndexEntry(
                no, f"d{no // 7}", text, vector, facets, 20200101 + no % 900, {f"speaker:{speaker}": speaker.title()}
            )
        )
    return made


def allowed(entry: IndexEntry, where: Filter) -> bool:
    if where.theme and not {f"theme:{theme}" for theme in where.theme} & set(entry.facets):
        return False
    if where.speaker and not {f"speaker:{name}" for name in where.speaker} & set(entry.facets):
        return False
    return not where.since or entry.day >= int(where.since.replace("-", ""))


def nearest(held: Passages, vector: np.ndarray, where: Filter, limit: int) -> dict[int, float]:
    scores = {no: float(entry.vector @ vector) for no, entry in held.items() if allowed(entry, where)}
    return dict(sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))[:limit])


def tallied(entries: list[IndexEntry], name: str) -> dict[str, int]:
    keys = [key for entry in entries for key in entry.facets if key.startswith(f"{name}:")]
    return {key.partition(":")[2]: keys.count(key) for key in set(keys)}


def compare(engine: EmbeddedEngine, held: Passages, rng: np.random.Generator) -> None:
    view = engine.view()
    assert view.nos().tolist() == sorted(held)
    assert view.size() == len(held)
    filters = [
        Filter(),
        Filter(theme=(str(rng.choice(THEMES)),)),
        Filter(speaker=(f"speaker {rng.integers(0, 40)}",)),
        Filter(theme=("timing", "trust"), since="2021-01-01"),
        Filter(theme=("no such theme",)),
    ]
    some = [no for no in sorted(held) if rng.random() < 0.5]
    counted, entries_of = view.counts([*some, 10**9]), [held[no] for no in some]
    assert counted["theme"] == tallied(entries_of, "theme")
    assert counted["speaker"] == {key.title(): number for key, number in tallied(entries_of, "speaker").items()}
    assert sum(counted["year"].values()) == len(some)
    question = f"{rng.choice(WORDS)} {rng.choice(WORDS)}"
    every = view.keywords(question, 1000)
    holding = {no for no, entry in held.items() if set(question.split()) & set(entry.text.split())}
    assert set(every) == holding
    for where in filters:
        vector = unit(rng.normal(size=DIMENSION))
        wanted, mine = nearest(held, vector, where, 10), view.dense(vector, 10, where)
        few = sum(allowed(entry, where) for entry in held.values()) <= SIZES.brute_force
        assert len(mine) == len(wanted)
        assert len(mine.keys() & wanted.keys()) >= (len(wanted) if few else 0.7 * len(wanted))
        for no, score in mine.items():
            assert allowed(held[no], where)
            assert abs(score - float(held[no].vector @ vector)) < 1e-5
        assert list(mine) == sorted(mine, key=lambda no: (-mine[no], no))
        found = view.keywords(question, 1000, where)
        assert set(found) == {no for no in holding if allowed(held[no], where)}
        assert all(abs(score - every[no]) < 1e-5 for no, score in found.items())


STEPS = st.lists(
    st.tuples(st.integers(0, 130), st.floats(0, 0.6), st.sampled_from(["", "tend", "renew"])), min_size=2, max_size=4
)


@settings(max_examples=8)
@given(steps=STEPS, seed=st.integers(0, 1000))
def test_random_changes_leave_what_a_referee_leaves(steps: list[tuple[int, float, str]], seed: int) -> None:
    rng = np.random.default_rng(seed)
    held: Passages = {}
    with tempfile.TemporaryDirectory() as folder:
        engine = EmbeddedEngine(Home(Path(folder) / "index", DIMENSION, {"library": "a"}), SIZES)
        assert engine.renew(lambda draft: None, lambda draft: None)
        assert engine.refresh()
        first = 1
        for sequence, (count, share, then) in enumerate(steps, 1):
            added = entries(first, count, rng)
            first += count
            removed = [no for no in held if rng.random() < share]
            changed = [no for no in removed if rng.random() < 0.2]
            added += [held[no] for no in changed]
            assert engine.apply(added, removed, sequence)
            held = {no: entry for no, entry in held.items() if no not in set(removed)}
            held |= {entry.no: entry for entry in added}
            if then == "tend":
                engine.tend()
            elif then == "renew":
                every, now = list(held.values()), sequence
                assert engine.renew(lambda draft, e=every, s=now: draft.add(e, [], s), lambda draft: None)
            compare(engine, held, rng)
        assert engine.view().faults() == []
        engine.close()
