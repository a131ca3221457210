"""`kb reindex` and what follows from it: generations listed, held, activated, taken back, retired, recorded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kb.errors import BusyError
from kb.library import Library
from tests.cli.conftest import Kb, out

NOTE = "# Freezers\n\nCalibrate the freezer probes every quarter. Write down who did it.\n"


@pytest.fixture
def filled(kb: Kb, tmp_path: Path) -> Kb:
    file = tmp_path / "note.md"
    file.write_text(NOTE, encoding="utf-8")
    out(kb("ingest", str(file)))
    return kb


def body(kb: Kb, *arguments: str) -> Any:
    return json.loads(out(kb(*arguments, "--json")))


def states(kb: Kb) -> list[tuple[int, str]]:
    return [(row["id"], row["state"]) for row in body(kb, "generations")["generations"]]


def test_a_generation_is_held_activated_taken_back_and_retired(filled: Kb) -> None:
    held = body(filled, "reindex", "--passages", "words=10", "--hold")
    assert (held["done"], held["generation"], held["state"]) == ("reindexed", 2, "ready")
    assert states(filled) == [(1, "active"), (2, "ready")]
    assert body(filled, "activate", "2")["state"] == "active"
    assert body(filled, "rollback")["generation"] == 1
    assert "2  retained" in out(filled("generations"))
    assert out(filled("retire", "2")) == "retired: generation 2\n"
    assert states(filled) == [(1, "active"), (2, "retired")]
    kinds = [run["kind"] for run in body(filled, "runs")["runs"]]
    assert kinds == ["retire", "rollback", "activate", "reindex", "ingest"]
    assert "added 1" in out(filled("runs"))
    assert out(filled("check")) == "Clean: no fault was found.\n"


def test_a_dry_run_counts_and_changes_nothing(filled: Kb) -> None:
    planned = body(filled, "reindex", "--dry-run", "--passages", "words=10")
    assert (planned["documents"], planned["passages_as"]) == (1, "tokens=250 words=10 head=none")
    assert planned["texts_to_embed"] == planned["passages"] > 0
    assert states(filled) == [(1, "active")]
    assert "texts to embed" in out(filled("reindex", "--dry-run"))


def test_a_variant_that_is_no_backend_is_refused_with_the_nearest(filled: Kb) -> None:
    refused = filled("reindex", "--variant", "onnx-int4", "--dry-run")
    assert refused.exit_code == 2
    assert "Did you mean 'onnx-int8'?" in refused.stderr
    assert body(filled, "reindex", "--variant", "hash", "--dry-run")["variant"] == "hash"


@pytest.mark.parametrize("wrong", ["words", "words=", "words=many", "pages=3", "tokens=2"])
def test_passages_that_are_not_understood_are_refused(filled: Kb, wrong: str) -> None:
    refused = filled("reindex", "--passages", wrong)
    assert refused.exit_code == 2
    assert "Traceback" not in refused.output


def test_what_is_not_there_cannot_be_activated_taken_back_or_retired(filled: Kb) -> None:
    assert filled("activate", "7").exit_code == 2
    assert filled("rollback").exit_code == 2
    assert filled("retire", "1").exit_code == 2
    failed = body(filled, "runs")["runs"][0]
    assert (failed["kind"], failed["exit_code"]) == ("retire", 2)
    assert "active" in failed["error"]


def test_a_report_is_shown_although_the_record_cannot_be_kept(
    filled: Kb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> None:
        raise BusyError("somebody writes")

    monkeypatch.setattr(Library, "end_run", busy)
    shown = filled("ingest", str(tmp_path / "note.md"), "--json")
    assert shown.exit_code == 0
    assert json.loads(shown.stdout)["counts"]["unchanged"] == 1
    assert "not in the record" in shown.stderr
