"""`kb eval`: measures, the report, and the comparison with an earlier one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Kb, out

QUESTIONS: tuple[dict[str, Any], ...] = (
    {
        "id": "a1",
        "question": "Reserve the manufacturing slot six months before the toxicology batch",
        "gold": ["Reserve the manufacturing slot"],
    },
    {"id": "u1", "question": "Which opera did Verdi finish last?", "gold": []},
    {"id": "r1", "query": "freezer probes certificate", "gold": "Calibrate the freezer probes every quarter."},
)


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    path = tmp_path / "questions.jsonl"
    path.write_text("".join(json.dumps(question) + "\n" for question in QUESTIONS), encoding="utf-8")
    return path


@pytest.mark.usefixtures("documents")
def test_eval_when_run_prints_the_measures_and_writes_the_same_report(kb: Kb, questions: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    body = json.loads(out(kb("eval", str(questions), "--report", str(report), "--json")))
    assert body["questions"] == 3
    assert body["measures"]
    assert [row["id"] for row in body["per_question"]] == ["a1", "u1", "r1"]
    assert json.loads(report.read_text(encoding="utf-8")) == body
    shown = out(kb("eval", str(questions)))
    assert all(f"measures.{name}" in shown for name in body["measures"])


@pytest.mark.usefixtures("documents")
def test_eval_when_compared_with_itself_shows_no_change(kb: Kb, questions: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    out(kb("eval", str(questions), "--report", str(report)))
    body = json.loads(out(kb("eval", str(questions), "--compare", str(report), "--json")))
    assert {entry["change"] for entry in body["comparison"]["measures"].values()} == {0.0}
    assert body["comparison"]["questions"] == []


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{", '{"measures": 3}', '{"measures": {"x": "y"}, "per_question": []}', '{"measures": {}}', "[" * 9999],
)
def test_eval_when_the_earlier_report_is_none_exits_3_before_anything_is_asked(
    kb: Kb, questions: Path, tmp_path: Path, content: str
) -> None:
    report = tmp_path / "report.json"
    report.write_text(content, encoding="utf-8")
    result = kb("eval", str(questions), "--compare", str(report))
    assert result.exit_code == 3, result.output
    assert "is no report" in result.stderr


@pytest.mark.parametrize("content", ["", "not json\n", '{"id": "x"}\n', "[1]\n"])
def test_eval_when_the_questions_are_none_exits_3_and_names_the_file(kb: Kb, tmp_path: Path, content: str) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text(content, encoding="utf-8")
    result = kb("eval", str(path))
    assert result.exit_code == 3, result.output
    assert "questions.jsonl" in result.stderr


def test_eval_when_the_file_is_missing_exits_2(kb: Kb) -> None:
    assert kb("eval", "no-such-file.jsonl").exit_code == 2


@pytest.mark.usefixtures("documents")
def test_eval_when_the_report_cannot_be_written_exits_2(kb: Kb, questions: Path, tmp_path: Path) -> None:
    result = kb("eval", str(questions), "--report", str(tmp_path / "nowhere" / "report.json"))
    assert result.exit_code == 2
    assert "cannot be written" in result.stderr
