"""The gate can fail: a model that runs and understands nothing does not get past it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.models import model_like_the_packaged, shuffled
from kb.assembly import KnowledgeBase
from kb.errors import GateRefusedError, InputError
from kb.evaluation.comparing import intervals
from kb.generations.gate import judged, quality_of
from kb.settings import Settings
from tests.kb.makers import draft, item
from tests.tiny import TinyEmbedder, TinyJudge

# (what is said, a question in other words)
SAID = (
    ("Calibrate the freezer probes every quarter.", "How often should cold storage sensors be checked?"),
    ("We told the sponsor about the deviation on the same day.", "When do you admit a mistake to a client?"),
    ("The vendor was chosen a year before the clinical trial.", "How early is a manufacturer selected?"),
    ("Both companies share one room and one whiteboard.", "Do the teams sit together?"),
    ("The lawyers argued for months about who owns the cell line.", "Who has the rights to the biological material?"),
    ("Resin was out of stock and the campaign slipped.", "What happens if a raw material is unavailable?"),
    ("An auditor walked the floor and opened every drawer.", "How thorough is an inspection?"),
    ("The price was fixed in dollars and paid in euros.", "Which currency is on the invoice?"),
    ("Our operators train for six weeks before their first batch.", "How long does staff education take?"),
    ("The steering committee meets on Mondays without slides.", "When do the leaders come together?"),
)


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    file = tmp_path / "questions.jsonl"
    rows = [{"id": f"q{n}", "query": asked, "gold": said} for n, (said, asked) in enumerate(SAID)]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return file


def test_a_packaged_model_with_shuffled_weights_is_refused_by_the_gate_and_the_library_answers_on(
    settings: Settings, questions: Path, tmp_path: Path
) -> None:
    broken = model_like_the_packaged(tmp_path / "broken", shuffled)
    themes = tmp_path / "themes.toml"
    # Two models would embed the many phrases of the usual themes, of which nothing is asked here.
    themes.write_text(
        '[[theme]]\nname = "trust"\ntitle = "Trust"\ndescription = "Trust."\nphrases = ["We trust them."]\n'
    )
    asking = settings.with_values(gate_questions=str(questions), themes_file=str(themes), judge="none")
    with KnowledgeBase(asking) as base:
        drafts = [draft([("Guest", said)], key=f"d{n}", title=f"Talk {n}") for n, (said, _) in enumerate(SAID)]
        list(base.publisher().publish_all([item(made) for made in drafts]))
        with pytest.raises(GateRefusedError, match=r"S@1 of .*fell by more than the tolerance") as refused:
            base.reindexing.run(model=broken)
        [found] = refused.value.gate.values()
        assert found["measures"]["S@1"]["before"] >= 0.8
        assert found["measures"]["S@1"]["after"] <= 0.5
        assert {"S@1", "MRR@10"} <= set(found["fallen"])
        assert found["questions"]
        assert [state.row.state for state in base.reindexing.generations()] == ["active", "ready"]
        base.follow()
        assert base.search(SAID[0][1])[0].passage.text.startswith("Calibrate")
        quality = quality_of(refused.value.gate)
        assert quality["before"]["generation"] == 1
        assert quality["after"]["measures"][str(questions)]["S@1"] == found["measures"]["S@1"]["after"]


def test_question_sets_that_cannot_be_read_are_told_before_anything_is_embedded(
    settings: Settings, tiny_embedder: TinyEmbedder, tmp_path: Path
) -> None:
    asking = settings.with_values(gate_questions=str(tmp_path / "none.jsonl"))
    with KnowledgeBase(asking, tiny_embedder, TinyJudge()) as base:
        list(base.publisher().publish_all([item(draft([("Guest", SAID[0][0])]))]))
        embedded = len(tiny_embedder.embedded)
        with pytest.raises(InputError, match=r"none\.jsonl"):
            base.reindexing.run(model="tiny")
        assert len(tiny_embedder.embedded) == embedded
        assert len(base.reindexing.generations()) == 1


def report(answered: int) -> dict[str, Any]:
    """Ten questions, of which the first so many are answered."""
    rows = [{"id": str(n), "S@1": float(n < answered)} for n in range(10)]
    return {"measures": {"S@1": answered / 10}, "per_question": rows}


def test_intervals_warn_and_decide_nothing() -> None:
    low, high = intervals(report(5), report(4))["S@1"]
    assert low < -0.15 <= high == 0.0
    fell = judged(report(5), report(4), 0.02)
    assert fell["fallen"] == ["S@1"]
    assert "fell, and that may be chance" in fell["warnings"][0]
    held = judged(report(5), report(4), 0.15)
    assert held["fallen"] == []
    assert "may have fallen by more than the tolerance" in held["warnings"][0]
    assert judged(report(5), report(5), 0.02)["warnings"] == []
