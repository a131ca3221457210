"""kill -9 at arbitrary instants of changing, merging, training and renewing: what is on disk always opens, whole."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from kb.engines import Draft, EmbeddedEngine, Home
from kb.engines.dense import Sizes
from tests.kb.test_engine_referee import DIMENSION, entries

KILLS = int(os.environ.get("KILLS", "4"))
SIZES = Sizes(approximate_from=100, merge_at_once=60, brute_force=25)
ADDED, REMOVED = 20, 6
CHILD = "import sys; from tests.kb.test_index_kills import change_for_ever; change_for_ever(sys.argv[1])"


def engine_at(folder: Path) -> EmbeddedEngine:
    return EmbeddedEngine(Home(folder, DIMENSION, {"library": "a"}), SIZES)


def held_after(sequence: int) -> list[int]:
    """Numbers that are there after so many changes; the n-th adds 20 and takes out 6 of those before."""
    gone = {no for n in range(2, sequence + 1) for no in removed_by(n)}
    return [no for no in range(1, sequence * ADDED + 1) if no not in gone]


def removed_by(n: int) -> list[int]:
    return [(n - 2) * ADDED + k for k in range(1, REMOVED + 1)] if n > 1 else []


def change_for_ever(folder: str) -> None:
    engine = engine_at(Path(folder))
    engine.refresh() or engine.renew(lambda draft: None, lambda draft: None)
    engine.refresh()
    while True:
        n = engine.view().sequence + 1
        if engine.apply(entries((n - 1) * ADDED + 1, ADDED, np.random.default_rng(n)), removed_by(n), n):
            print(n, flush=True)
        else:
            engine.refresh()
        if n % 3 == 0:
            engine.tend()
        if n % 7 == 0:
            engine.renew(lambda draft, n=n: refill(draft, n), lambda draft: None)


def refill(draft: Draft, sequence: int) -> None:
    held = set(held_after(sequence))
    for n in range(1, sequence + 1):
        made = entries((n - 1) * ADDED + 1, ADDED, np.random.default_rng(n))
        draft.add([entry for entry in made if entry.no in held], [], n)


def test_an_index_whose_writer_is_killed_at_any_instant_opens_whole_and_loses_nothing_it_said(
    tmp_path: Path, root: Path
) -> None:
    rng = random.Random(11)
    folder, said = tmp_path / "index", 0
    for _ in range(KILLS):
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(folder)], cwd=root, stdout=subprocess.PIPE, text=True
        )
        assert child.stdout is not None
        said = int(child.stdout.readline())
        time.sleep(rng.uniform(0.0, 1.5))
        child.kill()
        said = max([said, *(int(line) for line in child.communicate()[0].split())])
        engine = engine_at(folder)
        assert engine.refresh()
        view = engine.view()
        assert view.sequence >= said
        assert view.nos().tolist() == held_after(view.sequence)
        damage = [fault for fault in view.faults() if "have words" not in fault]
        assert damage == []  # the words may be one change ahead: the next change makes them even
        n = view.sequence + 1
        assert engine.apply(entries((n - 1) * ADDED + 1, ADDED, np.random.default_rng(n)), removed_by(n), n)
        assert engine.view().nos().tolist() == held_after(n)
        assert engine.view().faults() == []
        engine.close()
