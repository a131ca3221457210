"""The whole road on the real input and the real models: files in, proved quotes out."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ingest.pipeline import ingest
from kb.assembly import KnowledgeBase
from kb.evaluation import evaluate
from kb.evaluation.questions import read_questions
from kb.settings import load_settings

ARTICLE = "how-to-build-true-cdmo-biotech-partnerships.txt"


@pytest.fixture(scope="module")
def seeded(real: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeBase]:
    """A library of the seed article alone, with the packaged models."""
    folder = tmp_path_factory.mktemp("seed")
    shutil.copy(real / "seed" / ARTICLE, folder / ARTICLE)
    themes = Path(__file__).resolve().parent.parent / "corpus" / "themes.toml"
    settings = load_settings({"data": str(folder / "library"), "themes_file": str(themes)}, environ={})
    with KnowledgeBase(settings) as base:
        assert ingest(base, [folder / ARTICLE]).exit_code == 0
        yield base


@pytest.fixture(scope="module")
def evaluated(seeded: KnowledgeBase, real: Path) -> dict[str, Any]:
    return evaluate(seeded, real / "seed" / "questions.jsonl")


@pytest.mark.real
def test_the_seed_questions_are_answered_with_their_gold_and_refused_without(evaluated: dict[str, Any]) -> None:
    rows = {row["id"]: row for row in evaluated["per_question"]}
    answerable = [row for key, row in rows.items() if key.startswith("s")]
    refused = {key for key, row in rows.items() if row["status"] == "not_found"}
    assert sum(row["quote@3"] for row in answerable) >= 9
    assert sum(row["quote@1"] for row in answerable) >= 6
    assert {"u03", "u04"} <= refused
    assert len([key for key in refused if key.startswith("u")]) >= 5
    assert len([key for key in refused if key.startswith("s")]) <= 1


@pytest.mark.real
def test_every_quote_of_the_seed_is_a_span_of_the_stored_article(seeded: KnowledgeBase, real: Path) -> None:
    article = " ".join((real / "seed" / ARTICLE).read_text(encoding="utf-8").split())
    shown = 0
    for question in read_questions(real / "seed" / "questions.jsonl"):
        for quote in seeded.ask(question.question).quotes:
            cited = quote.citation
            assert seeded.library.read_span(cited.revision_id, cited.start, cited.end) == quote.text
            assert " ".join(quote.text.split()) in article
            assert "Recommend a Supplier" not in quote.text
            shown += 1
    assert shown >= 20
    assert seeded.check() == []


@pytest.mark.real
def test_a_quote_of_the_guest_is_cited_to_her_with_role_side_and_organisation(seeded: KnowledgeBase) -> None:
    speakers = [quote.speaker for quote in seeded.ask("Should people from the CDMO sit in our project team?").quotes]
    named = [speaker for speaker in speakers if speaker is not None]
    assert {(s.name, s.role, s.organisation, s.side) for s in named} == {
        ("Janet Hoogstraate", "CEO", "NorthX Biologics", "cdmo")
    }


@pytest.mark.real
def test_without_the_judge_the_rest_of_the_rule_still_tells_off_topic_apart(seeded: KnowledgeBase) -> None:
    with KnowledgeBase(seeded.settings.with_values(judge="none")) as plain:
        assert plain.ask("What is the capital of Australia?").status == "not_found"
        assert plain.ask("How do I set up a home recording studio for a podcast?").status == "not_found"
        assert plain.ask("What should you do when trust with your manufacturer has broken down?").status == "answered"


def test_the_corpus_holds_what_it_promises(corpus: Path) -> None:
    entries = tomllib.loads((corpus / "manifest.toml").read_text(encoding="utf-8"))["document"]
    files = [corpus / entry["file"] for entry in entries]
    assert all(file.is_file() for file in files)
    assert len(files) >= 14
    assert sum(len(file.read_text(encoding="utf-8").split()) for file in files) >= 20_000
    composed = [entry for entry in entries if entry["composed"]]
    assert {Path(entry["file"]).suffix for entry in composed} == {".vtt", ".srt", ".json", ".md"}
    for entry in composed:
        text = (corpus / entry["file"]).read_text(encoding="utf-8").lower()
        assert "composed" in text
        assert all(speaker["side"] for speaker in entry["speaker"])
    articles = [corpus / entry["file"] for entry in entries if entry["kind"] == "article"]
    assert all("## References" in file.read_text(encoding="utf-8") for file in articles)
