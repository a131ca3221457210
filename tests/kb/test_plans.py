"""A plan in a file: what it counts, that it is done exactly, and what is refused."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kb.assembly import KnowledgeBase
from kb.errors import InputError, UsageError
from kb.passages import PassageSettings
from kb.records import Filter
from kb.settings import Settings
from tests.kb.makers import TRUST, draft, item
from tests.tiny import TinyEmbedder, TinyJudge

SHORT = PassageSettings(words=20)


@pytest.fixture
def base(knowledge_base: KnowledgeBase) -> KnowledgeBase:
    publish(knowledge_base, "one", "two")
    return knowledge_base


@pytest.fixture
def plan(base: KnowledgeBase, tmp_path: Path) -> Path:
    path = tmp_path / "plan.json"
    base.reindexing.write_plan(path, passages=SHORT)
    return path


def publish(base: KnowledgeBase, *keys: str, words: str = "") -> None:
    drafts = [draft([*TRUST, ("Guest", f"This is only said in {key}. {words}")], key=key) for key in keys]
    list(base.publisher().publish_all([item(made) for made in drafts]))


def signed(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """The plan with its content changed, and a checksum that is right for that."""
    body = json.loads(path.read_text(encoding="utf-8"))
    change(body)
    documents = body.pop("documents")
    del body["sha256"]
    lines = ",\n".join(json.dumps(pair) for pair in documents)
    text = json.dumps(body)[:-1] + ', "documents": [\n' + lines + "\n"
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    path.write_text(f'{text}], "sha256": "{sha256}"}}\n', encoding="utf-8")


def test_a_plan_is_one_json_object_that_names_each_document_and_is_closed_by_its_checksum(
    base: KnowledgeBase, plan: Path
) -> None:
    body = json.loads(plan.read_text(encoding="utf-8"))
    assert (body["format"], body["version"]) == ("counterpart reindex plan", 1)
    assert body["documents"] == sorted([row.id, row.revision_id] for row in base.library.documents())
    assert body["generation"]["passages"] == SHORT.key()
    named = {"documents", "passages", "texts_to_embed", "texts_cached", "estimated_s", "disk_bytes", "memory_mib"}
    assert named <= body["counts"].keys()
    assert len(body["sha256"]) == 64
    assert not list(plan.parent.glob("*.part"))


def test_a_plan_is_executed_as_it_stands(base: KnowledgeBase, plan: Path) -> None:
    counts = json.loads(plan.read_text(encoding="utf-8"))["counts"]
    made = base.reindexing.execute(plan)
    assert (made.activated, made.since) == (True, 0)
    assert made.generation.passages == SHORT.key()
    assert (made.embedded, made.tally.added) == (counts["texts_to_embed"], counts["documents"])
    again = base.reindexing.execute(plan)
    assert (again.embedded, again.tally.skipped, again.checksum) == (0, 2, made.checksum)


def test_documents_that_were_published_since_are_told_and_are_in_it(base: KnowledgeBase, plan: Path) -> None:
    publish(base, "three")
    assert base.reindexing.read_plan(plan)["published_since_plan"] == 1
    made = base.reindexing.execute(plan)
    assert (made.since, made.tally.added) == (1, 3)
    assert base.check() == []


def test_a_plan_whose_documents_were_edited_or_deleted_is_refused_and_they_are_named(
    base: KnowledgeBase, plan: Path
) -> None:
    rows = {row.source_key: row.id for row in base.library.documents()}
    publish(base, "one", words="And this is new.")
    base.library.delete(rows["two"])
    with pytest.raises(UsageError, match="no longer fits") as refused:
        base.reindexing.execute(plan)
    assert f"{rows['one']} was edited" in str(refused.value)
    assert f"{rows['two']} was deleted" in str(refused.value)
    assert len(base.reindexing.generations()) == 1


def test_only_the_first_differences_are_named_and_the_others_counted(base: KnowledgeBase, plan: Path) -> None:
    keys = [f"n{n}" for n in range(9)]
    publish(base, *keys)
    base.reindexing.write_plan(plan, passages=SHORT)
    publish(base, *keys, words="Edited.")
    with pytest.raises(UsageError, match="; and 4 more"):
        base.reindexing.execute(plan)


def test_a_plan_of_another_gate_another_library_or_another_model_is_refused(
    base: KnowledgeBase, plan: Path, settings: Settings, tmp_path: Path, tiny_embedder: TinyEmbedder
) -> None:
    with (
        KnowledgeBase(settings.with_values(gate_tolerance=0.5), tiny_embedder, TinyJudge()) as stricter,
        pytest.raises(UsageError, match=r"gate_tolerance is 0\.5, the plan says 0\.02"),
    ):
        stricter.reindexing.execute(plan)
    with (
        KnowledgeBase(settings.with_values(data=str(tmp_path / "other")), tiny_embedder, TinyJudge()) as other,
        pytest.raises(UsageError, match="another library"),
    ):
        other.reindexing.execute(plan)
    signed(plan, lambda body: body["generation"].update(sha256="0" * 64, model_key="tiny@0/hash/64"))
    with pytest.raises(UsageError, match="sha256 is"):
        base.reindexing.execute(plan)


def test_a_plan_of_a_trial_is_executed_as_a_trial(base: KnowledgeBase, tmp_path: Path) -> None:
    path = tmp_path / "trial.json"
    list(base.publisher().publish_all([item(draft(TRUST, key="other", show="Another"))]))
    base.reindexing.write_plan(path, passages=SHORT, where=Filter(show=("Another",)))
    made = base.reindexing.execute(path)
    assert (made.generation.state, made.tally.added) == ("trial", 1)


def test_a_plan_of_an_empty_library_is_executed_and_takes_in_what_came_since(
    knowledge_base: KnowledgeBase, tmp_path: Path
) -> None:
    path = tmp_path / "empty.json"
    counts = knowledge_base.reindexing.write_plan(path, passages=SHORT)
    assert (counts["documents"], counts["passages"], counts["estimated_s"]) == (0, 0, 0.0)
    assert json.loads(path.read_text(encoding="utf-8"))["documents"] == []
    publish(knowledge_base, "first")
    made = knowledge_base.reindexing.execute(path)
    assert (made.since, made.activated) == (1, True)
    assert knowledge_base.check() == []


def test_a_plan_counts_only_what_a_run_that_was_begun_has_still_to_do(base: KnowledgeBase) -> None:
    base.reindexing.run(passages=SHORT, hold=True)
    publish(base, "three")
    counts = base.reindexing.plan(passages=SHORT)
    assert (counts["documents"], counts["documents_missing"]) == (3, 1)
    assert counts["texts_to_embed"] == base.reindexing.run(passages=SHORT, hold=True).embedded
    assert counts["passages"] == len(base.library.live_nos(2))


def cut_short(text: bytes) -> bytes:
    return text[: len(text) // 2]


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda text: b"", "does not begin like one"),
        (lambda text: b"{}", "does not begin like one"),
        (lambda text: b"\xff\xfe" + text, "plan"),
        (cut_short, "plan"),
        (
            lambda text: text.replace(b'"passages": "tokens=250 words=20', b'"passages": "tokens=250 words=21'),
            "changed",
        ),
        (lambda text: text.replace(b'["d', b'["e', 1), "changed"),
        (lambda text: text + b"more", "follows its end"),
        (lambda text: text.replace(b'"version": 1', b'"version": 2'), "version 2"),
        (lambda text: text.replace(b'"documents": [\n', b'"documents": [\n' + b"[" * 5_000 + b"\n"), "no document"),
        (lambda text: text.replace(b'"documents": [\n', b'"documents": [\n' + b"9" * 100_000 + b"\n"), "plan"),
        (lambda text: b"[" * 100_000 + b', "documents": [\n]}', "plan"),
    ],
)
def test_a_file_that_is_no_plan_or_was_changed_is_refused_and_nothing_is_done(
    base: KnowledgeBase, plan: Path, damage: Callable[[bytes], bytes], said: str
) -> None:
    plan.write_bytes(damage(plan.read_bytes()))
    with pytest.raises(InputError, match=said) as refused:
        base.reindexing.execute(plan)
    assert refused.value.where == str(plan)
    assert len(base.reindexing.generations()) == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body["generation"].update(passages="pages=3"),
        lambda body: body["generation"].update(passages=3),
        lambda body: body["generation"].update(dimension="many"),
        lambda body: body["generation"].update(scope='{"nobody": ["knows"]}'),
        lambda body: body["generation"].update(scope='{"show": "not a list"}'),
        lambda body: body["generation"].pop("model"),
        lambda body: body.update(generation=[]),
        lambda body: body.update(counts=3),
        lambda body: body["documents"].reverse(),
        lambda body: body["documents"].append(["z", 3]),
    ],
)
def test_a_plan_that_was_made_by_hand_and_makes_no_sense_is_refused(
    base: KnowledgeBase, plan: Path, change: Callable[[dict[str, Any]], None]
) -> None:
    signed(plan, change)
    with pytest.raises(InputError, match="plan"):
        base.reindexing.execute(plan)
    assert len(base.reindexing.generations()) == 1


def test_a_plan_that_is_not_there_or_cannot_be_written_is_told(base: KnowledgeBase, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        base.reindexing.execute(tmp_path / "none.json")
    with pytest.raises(UsageError, match="cannot be written"):
        base.reindexing.write_plan(tmp_path / "nowhere" / "plan.json", passages=SHORT)
