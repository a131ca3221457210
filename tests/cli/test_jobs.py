"""Batch jobs as typed: trials, plans, pausing, and records fit for a scheduler."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kb.errors import PausedError
from kb.jobs import Job, this_process
from kb.library import Library
from kb.settings import Settings
from tests.cli.conftest import Kb, out

NOTE = "# {0}\n\nCalibrate the {0} probes every quarter. Write down who did it. Ask twice what nobody answered once.\n"
RECORD = {"id", "kind", "state", "started_at", "seconds", "exit_code", "peak_memory_mib", "generation", "checksum"}
COUNTED = {"seen", "added", "changed", "skipped", "failed", "embedded", "cached", "tokens_per_second", "quality"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "notes"
    made.mkdir()
    for name in ("freezer", "reactor"):
        (made / f"{name}.md").write_text(NOTE.format(name), encoding="utf-8")
    return made


@pytest.fixture
def filled(kb: Kb, folder: Path) -> Kb:
    out(kb("ingest", str(folder)))
    return kb


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    file = tmp_path / "questions.jsonl"
    row = {"id": "q1", "query": "freezer probes", "gold": NOTE.format("freezer").partition("\n\n")[2]}
    file.write_text(json.dumps(row) + "\n", encoding="utf-8")
    return file


def body(kb: Kb, *arguments: str, **environ: str) -> Any:
    return json.loads(out(kb(*arguments, "--json", **environ)))


def test_every_ingest_and_reindex_leaves_a_record_that_proves_what_it_did(
    kb: Kb, folder: Path, questions: Path
) -> None:
    gate = {"KB_GATE_QUESTIONS": str(questions)}
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4 nothing")
    assert kb("ingest", str(folder), **gate).exit_code == 3
    out(kb("reindex", "--passages", "words=10", KB_GATE_TOLERANCE="1", **gate))
    reindexed, ingested = body(kb, "runs")["runs"]
    for run in (reindexed, ingested):
        assert run.keys() >= RECORD | COUNTED
        assert run["seen"] == run["added"] + run["changed"] + run["skipped"] + len(run["failed"])
        assert run["state"] == "ended"
    assert (ingested["exit_code"], ingested["added"]) == (3, 2)
    assert ingested["failed"][0]["path"].endswith("broken.pdf")
    assert ingested["failed"][0]["reason"]
    assert ingested["quality"]["before"] is None
    assert ingested["quality"]["after"]["measures"][str(questions)]["S@1"] == 1.0
    assert (reindexed["exit_code"], reindexed["quality"]["before"]["generation"]) == (0, 1)
    assert reindexed["quality"]["after"]["generation"] == 2
    whole = out(kb("runs", str(ingested["id"])))
    assert "broken.pdf" in whole
    assert "quality.after.generation: 1" in whole
    assert body(kb, "runs", str(ingested["id"])) == ingested


def test_quality_before_an_ingest_is_what_the_run_before_it_measured(kb: Kb, folder: Path, questions: Path) -> None:
    gate = {"KB_GATE_QUESTIONS": str(questions)}
    out(kb("ingest", str(folder), **gate))
    (folder / "freezer.md").write_text("# Freezers\n\nNothing is said of them any more.\n", encoding="utf-8")
    out(kb("ingest", str(folder), **gate))
    out(kb("ingest", str(folder), **gate))
    unchanged, edited, first = body(kb, "runs")["runs"]
    assert edited["quality"]["before"] == {**first["quality"]["after"], "run": first["id"]}
    name = str(questions)
    assert (
        edited["quality"]["after"]["measures"][name]["R@800w"] < edited["quality"]["before"]["measures"][name]["R@800w"]
    )
    assert (unchanged["quality"], unchanged["skipped"]) == ({}, 2)


def test_a_trial_is_made_shown_measured_and_refused(filled: Kb, questions: Path) -> None:
    made = body(filled, "reindex", "--passages", "words=10", "--where", "kind=article", "--where", "kind=notes")
    assert filled("reindex", "--where", "show=Nobody").exit_code == 2
    assert (made["state"], made["added"]) == ("trial", 2)
    [_, row] = body(filled, "generations")["generations"]
    assert (row["state"], row["where"]) == ("trial", {"kind": ["article", "notes"]})
    assert "kind" in out(filled("generations"))
    measured = body(filled, "eval", str(questions), "--generation", "2")
    assert measured["comparison"]["generations"] == {"before": 1, "after": 2}
    shown = out(filled("eval", str(questions), "--generation", "2"))
    assert "before -> after" in shown
    refused = filled("activate", "2")
    assert refused.exit_code == 2
    assert "trial of part of the library" in refused.stderr


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("pages=3", "Known: theme=, show="),
        ("show", "not understood"),
        ("show=", "not understood"),
        ("side=middle", "side cannot be 'middle'"),
        ("theme=nonsense", "theme cannot be"),
        ("since=yesterday", "is no date"),
        ("document=d1", "Known: theme="),
    ],
)
def test_a_where_that_is_not_understood_is_refused_and_names_what_is(filled: Kb, wrong: str, said: str) -> None:
    refused = filled("reindex", "--where", wrong)
    assert refused.exit_code == 2
    assert said in refused.stderr


def test_a_plan_is_written_shown_and_executed(filled: Kb, folder: Path, tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    counts = body(filled, "reindex", "--dry-run", "--passages", "words=10", "--out", str(plan))
    assert counts["plan"] == str(plan)
    assert counts["memory_mib"] > 0
    (folder / "late.md").write_text(NOTE.format("late"), encoding="utf-8")
    out(filled("ingest", str(folder)))
    assert body(filled, "reindex", "--dry-run", "--plan", str(plan))["published_since_plan"] == 1
    shown = out(filled("reindex", "--plan", str(plan)))
    assert "1 documents that were published after the plan was made are in it too." in shown
    run = body(filled, "runs")["runs"][0]
    assert (run["plan"], run["published_since_plan"], run["generation"]) == (str(plan), 1, 2)


def test_options_that_say_two_things_at_once_are_refused(filled: Kb, tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    assert "--dry-run" in filled("reindex", "--out", str(plan)).stderr
    out(filled("reindex", "--dry-run", "--out", str(plan)))
    assert "--passages" in filled("reindex", "--plan", str(plan), "--passages", "words=10").stderr
    assert filled("reindex", "--plan", str(plan), "--where", "show=A").exit_code == 2
    assert filled("reindex", "--plan", str(tmp_path / "none.json")).exit_code == 3


def test_a_refusal_of_the_gate_shows_each_question_that_fell(
    filled: Kb, questions: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kb.evaluation.running.retrieval_measures", lambda gold, texts: {"S@1": 1.0 / len(texts)})
    refused = filled("reindex", "--passages", "words=5", KB_GATE_QUESTIONS=str(questions))
    assert refused.exit_code == 7
    assert "FELL" in refused.stdout
    assert "q1" in refused.stdout
    forced = body(filled, "activate", "2", "--force", "to see it", KB_GATE_QUESTIONS=str(questions))
    assert (forced["state"], forced["forced"]) == ("active", "to see it")
    assert body(filled, "runs")["runs"][0]["forced"] == "to see it"


def test_nothing_that_runs_is_nothing_to_pause(filled: Kb) -> None:
    refused = filled("pause")
    assert refused.exit_code == 2
    assert "nothing is being re-indexed" in refused.stderr


def test_a_job_that_is_asked_to_pause_ends_with_8_and_says_how_to_go_on(
    filled: Kb, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(self: Job) -> None:
        library = Library(settings)
        [run] = library.pause_runs(lambda run: run.process == this_process())
        assert run.id == self.id
        raise PausedError("paused", way_out="Run the same command again: it goes on where it was.")

    monkeypatch.setattr(Job, "heed", asked)
    paused = filled("reindex", "--passages", "words=10")
    assert paused.exit_code == 8
    assert "Run the same command again" in paused.stderr
    monkeypatch.undo()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_lets_a_reindex_end_its_step_and_is_its_exit_code(
    filled: Kb, number: int, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = Job.claim

    def signalled(self: Job, generation_id: int) -> None:
        claim(self, generation_id)
        os.kill(os.getpid(), number)

    before = signal.getsignal(number)
    monkeypatch.setattr(Job, "claim", signalled)
    paused = filled("reindex", "--passages", "words=10")
    monkeypatch.setattr(Job, "claim", claim)
    assert paused.exit_code == code
    assert "Run the same command again" in paused.stderr
    assert signal.getsignal(number) is before
    run = body(filled, "runs")["runs"][0]
    assert (run["exit_code"], run["state"]) == (code, "ended")
    assert body(filled, "reindex", "--passages", "words=10")["state"] == "active"


def test_sigterm_ends_an_ingest_which_keeps_its_record(kb: Kb, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep = Job.keep

    def signalled(self: Job) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        keep(self)

    monkeypatch.setattr(Job, "keep", signalled)
    ended = kb("ingest", str(folder))
    monkeypatch.setattr(Job, "keep", keep)
    assert ended.exit_code == 143
    assert "What was acknowledged is kept" in ended.stderr
    run = body(kb, "runs")["runs"][0]
    assert (run["exit_code"], run["state"], run["kind"]) == (143, "ended", "ingest")


def test_a_job_that_was_killed_is_shown_as_killed(filled: Kb, settings: Settings) -> None:
    host = this_process().rpartition(":")[0]
    ended = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    Library(settings).start_run("reindex", f"{host}:{int(ended.stdout)}@7")
    run = body(filled, "runs")["runs"][0]
    assert (run["state"], run["exit_code"]) == ("killed", 137)
    assert "(killed)" in out(filled("runs"))
