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


def test_a_line_separator_within_a_question_does_not_end_its_line(tmp_path: Path) -> None:
    file = tmp_path / "q.jsonl"
    rows = [{"id": str(n), "question": f"Why\u2028or\x85how {n}?", "gold": ["\u2029"]} for n in range(2)]
    text = "\r\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    file.write_bytes(text.encode())
    assert [(q.question, q.gold) for q in read_questions(file)] == [(r["question"], ("\u2029",)) for r in rows]


@pytest.mark.parametrize("gold", ['"early"', "null", '{"a": 1}', "3"])
def test_gold_that_is_no_list_of_spans_is_refused_with_its_line(tmp_path: Path, gold: str) -> None:
    file = tmp_path / "q.jsonl"
    file.write_text(f'{{"id": 1, "question": "When?", "gold": []}}\n{{"id": 2, "question": "When?", "gold": {gold}}}\n')
    with pytest.raises(InputError, match=r"line 2.*gold"):
        read_questions(file)


def test_an_id_that_stands_twice_is_refused_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "q.jsonl"
    file.write_text('{"id": 1, "question": "When?", "gold": []}\n\n{"id": "1", "query": "When?", "gold": "Then."}\n')
    with pytest.raises(InputError, match=r"line 3.*'1'.*taken"):
        read_questions(file)
