"""Generations: made beside the active one, proved, activated, taken back; nothing published meanwhile is lost."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kb.assembly import KnowledgeBase
from kb.embedding.contract import Embedded, Matrix
from kb.errors import (
    GateRefusedError,
    GenerationChangedError,
    NotFoundError,
    SettingsError,
    UsageError,
    VectorsGoneError,
)
from kb.library.passage_rows import NewPassage
from kb.library.writes import Publication
from kb.passages import PassageSettings
from kb.settings import Settings
from tests.kb.makers import TRUST, draft, item
from tests.tiny import DIMENSION, TinyEmbedder, TinyJudge

SHORT = PassageSettings(words=20)
QUESTION = "How is trust built?"


class BrokenEmbedder(TinyEmbedder):
    """A model whose vectors say nothing: every text and question lies in a direction of its own length."""

    def question(self, text: str) -> Matrix:
        return np.eye(DIMENSION, dtype=np.float32)[len(text) % DIMENSION]

    def passages(self, texts: list[str], sentences: list[list[tuple[int, int]]]) -> list[Embedded]:  # type: ignore[override]
        return [
            Embedded(self.question(text), np.stack([self.question(text[a:b]) for a, b in spans]).astype(np.float16))
            for text, spans in zip(texts, sentences, strict=True)
        ]


@pytest.fixture
def base(knowledge_base: KnowledgeBase) -> KnowledgeBase:
    publish(knowledge_base, "one", "two")
    return knowledge_base


def publish(base: KnowledgeBase, *keys: str, words: str = "") -> None:
    drafts = [draft([*TRUST, ("Guest", f"This is only said in {key}. {words}")], key=key) for key in keys]
    list(base.publisher().publish_all([item(made) for made in drafts]))


def states(base: KnowledgeBase) -> dict[int, str]:
    return {state.row.id: state.row.state for state in base.reindexing.generations()}


def heard(base: KnowledgeBase, word: str) -> list[str]:
    """Passages of the followed generation that hold the word."""
    base.follow()
    return [hit.passage.text for hit in base.search(word) if word in hit.passage.text]


def test_a_reindexed_generation_answers_and_the_one_before_is_retained(base: KnowledgeBase) -> None:
    before = base.ask(QUESTION)
    made = base.reindexing.run(passages=SHORT)
    base.follow()
    after = base.ask(QUESTION)
    assert made.activated
    assert states(base) == {1: "retained", 2: "active"}
    assert before.quotes[0].text.startswith(after.quotes[0].text)
    assert len(base.search("trust")) > 0
    assert base.check() == []


def test_a_reindex_with_nothing_changed_embeds_nothing(base: KnowledgeBase, tiny_embedder: TinyEmbedder) -> None:
    embedded = len(tiny_embedder.embedded)
    assert base.reindexing.run().embedded == 0
    assert len(tiny_embedder.embedded) == embedded
    assert states(base) == {1: "active"}


def test_a_reindex_that_was_killed_goes_on_and_embeds_nothing_twice(
    base: KnowledgeBase, tiny_embedder: TinyEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted = base.library.plant
    tiny_embedder.embedded.clear()

    def dying(*arguments: object) -> bool:
        planted(*arguments)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    monkeypatch.setattr(base.library, "plant", dying)
    with pytest.raises(KeyboardInterrupt):
        base.reindexing.run(passages=SHORT)
    assert states(base) == {1: "active", 2: "building"}
    assert base.ask(QUESTION).status == "answered"
    monkeypatch.setattr(base.library, "plant", planted)
    missing = base.reindexing.generations()[1].missing
    base.reindexing.run(passages=SHORT)
    assert missing == 1
    assert len(tiny_embedder.embedded) == len(set(tiny_embedder.embedded))
    assert states(base) == {1: "retained", 2: "active"}
    assert base.check() == []


def test_what_is_published_edited_or_deleted_while_a_generation_is_held_is_in_it_when_it_is_activated(
    base: KnowledgeBase,
) -> None:
    held = base.reindexing.run(passages=SHORT, hold=True)
    assert states(base) == {1: "active", 2: "ready"}
    publish(base, "three")
    publish(base, "one", words="Pelicans are new.")
    two = next(row.id for row in base.library.documents() if row.source_key == "two")
    base.library.delete(two)
    assert heard(base, "Pelicans")
    base.reindexing.activate(held.generation.id)
    assert heard(base, "Pelicans")
    assert heard(base, "three")
    assert not [text for text in heard(base, "two") if "in two" in text]
    assert base.check() == []


def test_a_rollback_loses_no_episode_that_came_since(base: KnowledgeBase) -> None:
    base.reindexing.run(passages=SHORT)
    publish(base, "later")
    back = base.reindexing.rollback().generation
    assert back.id == 1
    assert states(base) == {1: "active", 2: "retained"}
    assert heard(base, "later")
    assert base.check() == []
    with pytest.raises(UsageError, match="active"):
        base.reindexing.retire(1)


def test_a_retired_generation_holds_nothing_and_cannot_come_back(base: KnowledgeBase) -> None:
    base.reindexing.run(passages=SHORT)
    vectors = len(base.library.live_nos(1))
    base.reindexing.retire(1)
    assert vectors
    assert base.library.live_nos(1) == []
    assert states(base) == {1: "retired", 2: "active"}
    with pytest.raises(UsageError, match="retired"):
        base.reindexing.activate(1)
    with pytest.raises(UsageError, match="no earlier generation"):
        base.reindexing.rollback()
    with pytest.raises(NotFoundError, match="generation 9"):
        base.reindexing.activate(9)
    assert base.check() == []


def test_a_server_whose_generation_was_retired_under_it_answers_from_the_active_one(
    base: KnowledgeBase, settings: Settings, tiny_embedder: TinyEmbedder
) -> None:
    with KnowledgeBase(settings, tiny_embedder, TinyJudge()) as server:
        assert server.ask(QUESTION).status == "answered"
        base.reindexing.run(passages=SHORT)
        base.reindexing.retire(1)
        assert server.ask(QUESTION).status == "answered"
        assert server.ready()["generation"] == 2


def test_a_publication_made_for_the_generation_before_is_not_stored_and_the_publisher_makes_it_anew(
    base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    publisher = base.publisher()
    store = base.library.publish
    switched: list[int] = []

    def switching(new: Publication) -> object:
        if not switched:
            switched.append(base.reindexing.run(passages=SHORT).generation.id)
            with pytest.raises(GenerationChangedError):
                store(new)
        return store(new)

    monkeypatch.setattr(base.library, "publish", switching)
    [outcome] = list(
        publisher.publish_all([item(draft([("Guest", "Ostriches are late and " + "long " * 30)], key="x"))])
    )
    assert (outcome.status, switched) == ("added", [2])
    assert heard(base, "Ostriches")
    assert base.check() == []


def test_another_model_answers_in_every_process_once_it_is_activated(
    base: KnowledgeBase, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    models = {name: TinyEmbedder(name) for name in ("tiny", "another")}
    monkeypatch.setattr("kb.embedding.embedders.load_embedder", lambda asked: models[asked.model])
    base.follow()
    with KnowledgeBase(settings, models["tiny"], TinyJudge()) as other:
        other.follow()
        base.reindexing.run(model="another")
        assert other.ask(QUESTION).status == "answered"
        until = time.monotonic() + 10
        while other.ready()["generation"] != 2 and time.monotonic() < until:
            time.sleep(0.01)
        assert other.ready()["generation"] == 2
        assert other.ask(QUESTION).status == "answered"
        assert models["another"].embedded


def test_no_question_fails_or_mixes_generations_while_they_are_switched(base: KnowledgeBase) -> None:
    base.reindexing.run(passages=SHORT)
    base.follow()
    stop, failures, asked = threading.Event(), [], []

    def ask() -> None:
        while not stop.is_set():
            try:
                found = base.searcher.find(QUESTION, base_filter(), 10)
                assert found is not None
                nos = {hit.passage.no for hit in found.hits}
                assert nos <= set(base.library.live_nos(found.generation.id))
                asked.append(found.generation.id)
            except Exception as error:
                failures.append(error)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(4):
            wanted = base.reindexing.rollback().generation.id
            until = time.monotonic() + 10
            while asked[-1:] != [wanted] and time.monotonic() < until:
                time.sleep(0.01)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert failures == []
    assert set(asked) == {1, 2}


def base_filter() -> object:
    from kb.records import Filter

    return Filter()


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    file = tmp_path / "questions.jsonl"
    rows = [
        {
            "id": "a",
            "question": "How is trust built?",
            "gold": ["Trust is built by telling bad news early"],
        },
        {"id": "b", "question": "Who pays for a failed batch?", "gold": ["Agree who pays for a failed batch"]},
    ]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return file


def test_the_gate_refuses_a_broken_model_and_a_reason_overrules_it(
    settings: Settings, tiny_embedder: TinyEmbedder, questions: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = BrokenEmbedder("broken")
    monkeypatch.setattr("kb.embedding.embedders.load_embedder", lambda asked: broken)
    asking = settings.with_values(gate_questions=str(questions), keyword_weight=0.0, prior_weight=0.0)
    with KnowledgeBase(asking, tiny_embedder, TinyJudge()) as base:
        others = [
            ("Guest", f"Resin number {n} is bought from vendor {n} in the spring of that year.") for n in range(40)
        ]
        list(base.publisher().publish_all([item(draft([*TRUST, *others], key="many"))]))
        with pytest.raises(GateRefusedError, match="worse than the active"):
            base.reindexing.run(model="broken")
        assert states(base) == {1: "active", 2: "ready"}
        assert base.ask(QUESTION).status == "answered"
        made = base.reindexing.run(model="broken", force="to see what happens")
        assert made.activated
        [gate] = made.gate.values()
        assert gate["fallen"]
        assert all(low <= high for low, high in gate["intervals"].values())


def test_a_plan_counts_what_a_run_would_embed_and_stores_nothing(base: KnowledgeBase) -> None:
    planned = base.reindexing.plan(passages=SHORT)
    assert states(base) == {1: "active"}
    made = base.reindexing.run(passages=SHORT)
    assert planned["documents"] == 2
    assert planned["texts_to_embed"] == made.embedded
    assert planned["passages"] == len(base.library.live_nos(made.generation.id))
    assert base.reindexing.plan()["texts_to_embed"] == 0


def test_vectors_that_are_purged_under_a_reindex_are_embedded_again_and_no_passage_goes_without(
    base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    base.reindexing.run(passages=SHORT)
    base.reindexing.rollback()
    planted = base.library.plant
    purged: list[int] = []

    def purging(*arguments: object) -> bool:
        if not purged:
            purged.append(2)
            base.library.retire(2)
        return planted(*arguments)  # type: ignore[arg-type]

    publish(base, "fresh")
    monkeypatch.setattr(base.library, "plant", purging)
    with pytest.raises(UsageError, match="retired meanwhile"):
        base.reindexing.activate(2)
    made = base.reindexing.run(passages=SHORT)
    assert made.activated
    assert base.check() == []
    assert heard(base, "fresh")


def test_a_passage_whose_vector_is_gone_is_not_stored(base: KnowledgeBase) -> None:
    generation = base.library.active_generation()
    assert generation is not None
    other = base.library.begin_generation(replace(generation, passages=SHORT.key()))
    [first, _] = base.library.documents()
    revision = base.revision(first.revision_id)
    entries = [
        NewPassage(replace(passage, revision_id=revision.id), "no such input", (), ())
        for passage in base.library.passages_of(revision.id)
    ]
    with pytest.raises(VectorsGoneError):
        base.library.plant(other, first.id, revision.id, entries)
    assert base.check() == []


def test_what_the_settings_or_the_model_would_refuse_is_refused_before_it_is_made(
    base: KnowledgeBase, settings: Settings, tiny_embedder: TinyEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    base.reindexing.run(passages=SHORT)
    with KnowledgeBase(settings.with_values(passage_words=20), tiny_embedder, TinyJudge()) as strict:
        assert strict.ask(QUESTION).status == "answered"
        with pytest.raises(UsageError, match="passage_words"):
            strict.reindexing.rollback()
        with pytest.raises(UsageError, match="passage_words"):
            strict.reindexing.run(passages=PassageSettings(words=30))
    monkeypatch.setattr(TinyEmbedder, "longest", 100)
    with pytest.raises(UsageError, match="longer than the 100"):
        base.reindexing.run(passages=PassageSettings(tokens=101))
    with pytest.raises(SettingsError, match="too short"):
        PassageSettings(tokens=2)
