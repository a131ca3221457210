"""Measures worked by hand, and the bench's own scorer as referee."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

from kb.assembly import KnowledgeBase
from kb.errors import InputError
from kb.evaluation import compare, evaluate, read_questions
from kb.evaluation.measures import means, quote_measures, refusal_measures, retrieval_measures
from tests.kb.makers import TRUST, draft, item

GOLD = "one two three four five six seven eight nine ten"


def test_retrieval_measures_of_a_second_rank_hit_are_the_hand_computed_ones() -> None:
    found = retrieval_measures(GOLD, ["something else entirely is said here now", "one two three four five six"])
    assert found == {"S@1": 0.0, "S@5": 1.0, "S@10": 1.0, "MRR@10": 0.5, "R@800w": pytest.approx(2 / 6)}


def test_quote_measures_look_at_the_first_and_the_first_three() -> None:
    assert quote_measures(["gold"], ["no", "some gold here"]) == {"quote@1": 0.0, "quote@3": 1.0}
    assert quote_measures(["gold"], []) == {"quote@1": 0.0, "quote@3": 0.0}


def test_refusal_measures_of_four_questions_are_the_hand_computed_ones() -> None:
    pairs = [(True, True), (True, False), (False, True), (False, False)]
    assert refusal_measures(pairs) == {"refusal precision": 0.5, "refusal recall": 0.5}


@pytest.mark.real
def test_retrieval_measures_equal_the_bench_scorers_on_real_text(real: Path) -> None:
    spec = importlib.util.spec_from_file_location("iqr_score", real.parent / "bench" / "iqr_score.py")
    assert spec is not None
    assert spec.loader is not None
    bench = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(bench)
    lines = (real / "practical-ai" / "iqr" / "queries-tune.jsonl").read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line) for line in lines][:20]
    results = {q["id"]: [q["gold"][i : i + 400] for i in range(-200, 1400, 300)] for q in questions}
    ours = means([retrieval_measures(q["gold"], results[q["id"]]) for q in questions])
    assert ours == bench.score(questions, results)


def test_evaluate_scores_quotes_and_refusals_of_a_set(knowledge_base: KnowledgeBase, tmp_path: Path) -> None:
    list(knowledge_base.publisher().publish_all([item(draft(TRUST))]))
    file = tmp_path / "q.jsonl"
    rows = [
        {"id": "a", "question": "How is trust built?", "gold": ["telling bad news early"]},
        {"id": "b", "question": "What is the capital of Australia?", "gold": []},
    ]
    file.write_text("\n".join(json.dumps(row) for row in rows))
    found = evaluate(knowledge_base, file)
    assert found["measures"] == {"quote@1": 1.0, "quote@3": 1.0, "refusal precision": 1.0, "refusal recall": 1.0}
    same = compare(found, found)
    assert same["questions"] == []
    assert same["measures"]["quote@1"] == {"before": 1.0, "after": 1.0, "change": 0.0}


@pytest.mark.parametrize("text", ["", "{not json", '{"id": 1}', "[" * 100_000])
def test_a_file_that_holds_no_questions_is_refused_with_its_line(tmp_path: Path, text: str) -> None:
    file = tmp_path / "q.jsonl"
    file.write_text(text)
    with pytest.raises(InputError, match=r"q\.jsonl"):
        read_questions(file)
