"""Trials: a generation of part of the library, which can be measured and is never activated."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from kb.assembly import KnowledgeBase
from kb.errors import UsageError
from kb.library.scopes import filter_in, scope_of
from kb.passages import PassageSettings
from kb.records import Filter
from kb.settings import Settings
from tests.kb.makers import TRUST, draft, item
from tests.tiny import TinyEmbedder, TinyJudge

SHORT = PassageSettings(words=20)
FREEZERS = [
    (
        "Other",
        "Calibrate the freezer probes every quarter. Write down who did it. Drifting probes spoil batches by night.",
    ),
    ("Host", "And who reads the alarms while everybody sleeps at home on the last weekend of the year?"),
]


@pytest.fixture
def base(knowledge_base: KnowledgeBase) -> KnowledgeBase:
    """Two documents of show A, of which one is heard by a sponsor alone, and one of show B."""
    drafts = [
        draft(TRUST, key="a1", show="A", date="2025-03-01", phase=("phase 1",)),
        draft(FREEZERS, key="a2", show="A", date="2026-03-01", kind="article"),
        draft(TRUST[:2], key="b1", show="B", date="2026-04-01", modality=("antibody",)),
    ]
    list(knowledge_base.publisher().publish_all([item(made) for made in drafts]))
    return knowledge_base


def keys_of(base: KnowledgeBase, generation_id: int) -> list[str]:
    """Source keys of the documents that a generation holds."""
    known = {row.id: row.source_key for row in base.library.documents()}
    return sorted(known[name] for name in base.library.held_documents(generation_id))


@pytest.mark.parametrize(
    ("where", "keys"),
    [
        (Filter(show=("a",)), ["a1", "a2"]),
        (Filter(show=("A", "B"), since="2026"), ["a2", "b1"]),
        (Filter(until="2025"), ["a1"]),
        (Filter(kind=("article",)), ["a2"]),
        (Filter(speaker=("other",)), ["a1", "a2"]),
        (Filter(side=("cdmo",)), ["a1", "b1"]),
        (Filter(phase=("phase 1",)), ["a1"]),
        (Filter(modality=("antibody",)), ["b1"]),
        (Filter(speaker=("Other",), show=("B", "A"), until="2025-12"), ["a1"]),
    ],
)
def test_a_trial_holds_the_documents_that_its_filter_asks_for_and_no_others(
    base: KnowledgeBase, where: Filter, keys: Sequence[str]
) -> None:
    made = base.reindexing.run(passages=SHORT, where=where)
    assert (made.generation.state, made.activated) == ("trial", False)
    assert keys_of(base, made.generation.id) == keys
    state = base.reindexing.generations()[-1]
    assert (state.documents, state.missing) == (len(keys), 0)
    assert base.check() == []


def test_a_trial_of_a_theme_holds_the_documents_that_have_it(base: KnowledgeBase) -> None:
    passages = [p for row in base.library.documents() for p in base.library.passages_of(row.revision_id)]
    base.library.set_themes({p.no: ("trust",) if "bad news" in p.text else () for p in passages})
    made = base.reindexing.run(passages=SHORT, where=Filter(theme=("trust",)))
    assert keys_of(base, made.generation.id) == ["a1", "b1"]


def test_a_trial_is_never_activated_and_hides_nothing(base: KnowledgeBase) -> None:
    trial = base.reindexing.run(passages=SHORT, where=Filter(show=("B",)))
    with pytest.raises(UsageError, match="never activated"):
        base.reindexing.activate(trial.generation.id)
    with pytest.raises(UsageError, match="never activated"):
        base.library.activate(trial.generation.id)
    with pytest.raises(UsageError, match="no earlier generation"):
        base.reindexing.rollback()
    with pytest.raises(UsageError, match="by force neither"):
        base.reindexing.run(passages=SHORT, where=Filter(show=("B",)), force="because")
    assert len({hit.passage.document_id for hit in base.search("trust freezer probes")}) == 3


def test_a_trial_is_gone_on_with_and_the_whole_embeds_nothing_of_it_again(
    base: KnowledgeBase, tiny_embedder: TinyEmbedder
) -> None:
    first = base.reindexing.run(passages=SHORT, where=Filter(show=("B", "A"), kind=("episode",)))
    again = base.reindexing.run(passages=SHORT, where=Filter(kind=("episode",), show=("A", "B")))
    assert (again.generation.id, again.embedded) == (first.generation.id, 0)
    tiny_embedder.embedded.clear()
    whole = base.reindexing.run(passages=SHORT)
    assert whole.activated
    assert whole.generation.id != first.generation.id
    assert len(tiny_embedder.embedded) == whole.embedded > 0
    assert not [text for text in tiny_embedder.embedded if "bad news" in text]
    base.reindexing.retire(first.generation.id)
    assert base.reindexing.run(passages=SHORT, where=Filter(show=("B",))).generation.id == 4
    assert base.check() == []


def test_a_filter_that_no_document_meets_is_refused_and_makes_nothing(base: KnowledgeBase) -> None:
    with pytest.raises(UsageError, match="no document is what --where asks for"):
        base.reindexing.run(passages=SHORT, where=Filter(show=("C",)))
    with pytest.raises(UsageError, match="no document"):
        base.reindexing.plan(passages=SHORT, where=Filter(show=("C",)))
    assert len(base.reindexing.generations()) == 1


def test_a_trial_is_compared_with_the_active_generation_over_its_own_documents(
    settings: Settings, tiny_embedder: TinyEmbedder, tmp_path: Path
) -> None:
    questions = tmp_path / "questions.jsonl"
    rows = [
        {"id": "in", "query": "How is trust built?", "gold": " ".join(words for _, words in TRUST)},
        {"id": "out", "query": "Calibrate the freezer probes", "gold": " ".join(words for _, words in FREEZERS)},
    ]
    questions.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    asking = settings.with_values(gate_questions=str(questions))
    with KnowledgeBase(asking, tiny_embedder, TinyJudge()) as base:
        for made in (draft(TRUST, key="a", show="A"), draft(FREEZERS, key="b", show="B")):
            list(base.publisher().publish_all([item(made)]))
        trial = base.reindexing.run(passages=SHORT, where=Filter(show=("A",)))
        compared = trial.gate[str(questions)]
        # Over the whole library the active generation finds the freezers, which the trial has not.
        assert compared["measures"]["S@1"]["before"] == 0.5
        assert compared["measures"]["S@1"]["after"] == 0.5
        measured = base.reindexing.measured(trial.generation.id, questions)
        assert measured["comparison"]["measures"] == compared["measures"]
        base.library.delete(base.library.held_documents(trial.generation.id)[0])
        with pytest.raises(UsageError, match="holds no document any more"):
            base.reindexing.measured(trial.generation.id, questions)
        active = base.reindexing.measured(1, questions)
        assert active["measures"]["S@1"] == 0.5
        assert "comparison" not in active


def test_a_generation_that_is_not_made_or_no_more_there_is_not_measured(base: KnowledgeBase, tmp_path: Path) -> None:
    made = base.reindexing.run(passages=SHORT, where=Filter(show=("A",))).generation
    base.reindexing.retire(made.id)
    with pytest.raises(UsageError, match="retired"):
        base.reindexing.measured(made.id, tmp_path / "none.jsonl")


def test_what_is_published_after_a_trial_is_missed_by_it_and_taken_in_by_running_it_again(base: KnowledgeBase) -> None:
    where = Filter(show=("B",))
    trial = base.reindexing.run(passages=SHORT, where=where).generation
    list(base.publisher().publish_all([item(draft(TRUST, key="b2", show="B")), item(draft(TRUST, key="a3", show="A"))]))
    assert base.reindexing.generations()[-1].missing == 1
    base.reindexing.run(passages=SHORT, where=where)
    assert keys_of(base, trial.id) == ["b1", "b2"]


def test_a_scope_is_the_same_whatever_the_order_and_leads_back_to_its_filter() -> None:
    one, other = Filter(show=("B", "A"), since="2026"), Filter(since="2026", show=("A", "B"))
    assert scope_of(one) == scope_of(other)
    assert filter_in(scope_of(one)) == other
    assert scope_of(Filter()) == ""
    assert filter_in("") == Filter()
