"""Batch jobs: one at a time fills a generation, each pauses when asked, and each proves what it did."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from kb.assembly import KnowledgeBase
from kb.embedding.contract import Embedded
from kb.errors import BusyError, IndexFault, InputError, NotFoundError, PausedError
from kb.jobs import Job, is_alive, last_quality, state_of, this_process
from kb.library import Library
from kb.library.writes import Publication
from kb.passages import PassageSettings
from kb.settings import Settings
from tests.kb.makers import TRUST, draft, item
from tests.tiny import TinyEmbedder, TinyJudge

SHORT = PassageSettings(words=20)
KEYS = [f"n{number}" for number in range(12)]


@pytest.fixture
def base(knowledge_base: KnowledgeBase) -> KnowledgeBase:
    publish(knowledge_base, *KEYS)
    return knowledge_base


def publish(base: KnowledgeBase, *keys: str, words: str = "") -> None:
    drafts = [draft([*TRUST, ("Guest", f"This is only said in {key}. {words}")], key=key) for key in keys]
    list(base.publisher().publish_all([item(made) for made in drafts]))


def begun(base: KnowledgeBase, kind: str = "reindex") -> Job:
    job = Job(base.library, kind)
    job.begin()
    return job


def states(base: KnowledgeBase) -> list[str]:
    return [state.row.state for state in base.reindexing.generations()]


def test_a_job_that_is_asked_to_pause_ends_its_step_and_goes_on_when_it_is_run_again(
    base: KnowledgeBase, tiny_embedder: TinyEmbedder
) -> None:
    tiny_embedder.embedded.clear()
    job = begun(base)
    asked: list[int] = []

    def step(done: int, total: int) -> None:
        if done == 3 and not asked:
            asked.append(done)
            job.pause_soon(143)

    with pytest.raises(PausedError, match="Run the same command again") as paused:
        base.reindexing.run(passages=SHORT, progress=step, job=job)
    assert paused.value.exit_code == 143
    assert states(base) == ["active", "building"]
    assert base.reindexing.generations()[-1].missing == len(KEYS) - 3
    job.end(143)
    made = base.reindexing.run(passages=SHORT, job=begun(base))
    assert made.activated
    assert len(tiny_embedder.embedded) == len(set(tiny_embedder.embedded))
    assert base.check() == []


def test_a_job_hears_in_the_library_that_it_is_to_pause(base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kb.jobs._ASK_S", 0.0)
    job = begun(base)
    asked: list[int] = []

    def step(done: int, total: int) -> None:
        if done == 3:
            asked.extend(run.id for run in base.library.pause_runs(is_alive))

    with pytest.raises(PausedError) as paused:
        base.reindexing.run(passages=SHORT, progress=step, job=job)
    assert (asked, paused.value.exit_code) == ([job.id], 8)
    job.end(paused.value.exit_code)
    assert base.library.pause_runs(is_alive) == []
    assert base.reindexing.run(passages=SHORT, job=begun(base)).activated


def test_two_jobs_do_not_fill_one_generation_but_two_they_do(base: KnowledgeBase) -> None:
    first, refused = begun(base), []

    def step(done: int, total: int) -> None:
        if done == 3:
            with pytest.raises(BusyError, match=f"run {first.id} .reindex. fills generation 2 already") as busy:
                base.reindexing.run(passages=SHORT, job=begun(base))
            refused.append(busy.value.exit_code)
            assert base.reindexing.run(passages=PassageSettings(words=30), hold=True, job=begun(base)).embedded

    base.reindexing.run(passages=SHORT, progress=step, job=first)
    assert refused == [5]
    first.end(0)
    assert base.reindexing.run(passages=SHORT, job=begun(base)).embedded == 0


def test_a_job_whose_process_is_gone_holds_nothing_and_is_told_as_killed(base: KnowledgeBase) -> None:
    host, _, process = this_process().rpartition(":")
    ended = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    gone = base.library.start_run("reindex", f"{host}:{int(ended.stdout)}@1")
    taken_over = base.library.start_run("reindex", f"{host}:{os.getpid()}@1")
    mine = base.library.start_run("reindex", f"{host}:{process}")
    for run_id in (gone, taken_over, mine):
        base.library.claim_generation(run_id, 2, is_alive)
    assert [state_of(base.library.run(run_id)) for run_id in (gone, taken_over, mine)] == [
        "killed",
        "killed",
        "running",
    ]
    assert [run.id for run in base.library.pause_runs(is_alive)] == [mine]
    assert state_of(base.library.run(mine)) == "pausing"


def test_a_job_on_another_machine_is_taken_for_dead_when_it_was_long_not_heard_of(base: KnowledgeBase) -> None:
    run = base.library.run(base.library.start_run("reindex", "elsewhere:1@1"))
    assert state_of(run) == "running"
    assert state_of(replace(run, seen_at="2026-01-01T00:00:00+00:00")) == "killed"
    with pytest.raises(NotFoundError, match="no run 99"):
        base.library.run(99)


def test_a_job_that_is_killed_leaves_what_it_had_done_in_its_record(
    base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kb.jobs._KEEP_S", 0.0)
    job = begun(base)

    def step(done: int, total: int) -> None:
        if done == 5:
            raise KeyboardInterrupt  # and nothing after it, as where it is killed

    with pytest.raises(KeyboardInterrupt):
        base.reindexing.run(passages=SHORT, progress=step, job=job)
    kept = base.library.run(job.id)
    assert kept.state == "running"
    assert (kept.body["generation"], kept.body["added"]) == (2, 5)
    assert kept.body["embedded"] > 0
    assert kept.body["peak_memory_mib"] > 0


def test_a_run_counts_what_it_saw_and_its_checksum_is_of_what_the_generation_holds(base: KnowledgeBase) -> None:
    made = base.reindexing.run(passages=SHORT)
    told = made.tally.as_json()
    assert (told["seen"], told["added"], told["skipped"], told["failed"]) == (len(KEYS), len(KEYS), 0, [])
    assert told["tokens_per_second"] > 0
    again = base.reindexing.run(passages=SHORT).tally.as_json()
    assert (again["seen"], again["added"], again["skipped"], again["embedded"]) == (len(KEYS), 0, len(KEYS), 0)
    assert made.checksum == base.library.checksum(2) != base.library.checksum(1)
    publish(base, "n1", words="It was edited.")
    assert base.library.checksum(2) != made.checksum


def test_the_same_library_made_another_way_has_the_same_checksum(
    base: KnowledgeBase, settings: Settings, tmp_path: Path
) -> None:
    made = base.reindexing.run(passages=SHORT)
    with KnowledgeBase(
        settings.with_values(data=str(tmp_path / "other"), passage_words=20), TinyEmbedder(), TinyJudge()
    ) as other:
        publish(other, *reversed(KEYS))
        assert other.library.checksum(1) == made.checksum


class Choking(TinyEmbedder):
    """Cannot embed what says "only said in n3", and says so like a library that knows nothing of Counterpart."""

    def passages(self, texts: Sequence[str], sentences: Sequence[Sequence[tuple[int, int]]]) -> list[Embedded]:
        if any("only said in n3." in text for text in texts):
            raise ValueError("token 3 is out of range")
        return super().passages(texts, sentences)


def test_a_document_that_cannot_be_embedded_is_told_and_the_others_are_done(
    base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kb.embedding.embedders.load_embedder", lambda asked: Choking("choking"))
    job = begun(base)
    with pytest.raises(InputError, match=r"1 documents could not be taken in .*token 3") as refused:
        base.reindexing.run(model="choking", job=job)
    assert refused.value.exit_code == 3
    assert (job.note["added"], len(job.note["failed"])) == (len(KEYS) - 1, 1)
    assert "token 3 is out of range" in job.note["failed"][0]["reason"]
    assert states(base) == ["active", "building"]
    base.library.delete(job.note["failed"][0]["document"])
    assert base.reindexing.run(model="choking").activated


def test_what_an_ingest_publishes_while_a_library_is_reindexed_is_in_both_and_answered(
    base: KnowledgeBase, settings: Settings
) -> None:
    published: list[int] = []

    def step(done: int, total: int) -> None:
        if not published:
            published.append(done)
            with KnowledgeBase(settings, TinyEmbedder(), TinyJudge()) as other:
                publish(other, "a-late-one", words="Ostriches came late.")
                publish(other, "n11", words="Emus came by an edit.")
                other.library.delete(next(r.id for r in other.library.documents() if r.source_key == "n10"))

    assert base.reindexing.run(passages=SHORT, progress=step).activated
    base.follow()
    assert {row.source_key for row in base.library.documents()} == {*KEYS, "a-late-one"} - {"n10"}
    for word in ("Ostriches", "Emus"):
        assert [hit for hit in base.search(word) if word in hit.passage.text]
    assert base.check() == []


def test_an_edit_under_a_job_s_eyes_is_counted_as_changed(base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch) -> None:
    plant = base.library.plant
    edited: list[str] = []

    def overtaken(generation: object, document_id: str, *rest: object) -> bool:
        if not edited:
            edited.append(document_id)
            key = next(row.source_key for row in base.library.documents() if row.id == document_id)
            publish(base, key, words="It was edited meanwhile.")
        return plant(generation, document_id, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(base.library, "plant", overtaken)
    tally = base.reindexing.run(passages=SHORT).tally
    assert (tally.added, tally.changed) == (len(KEYS) - 1, 1)


def test_a_retained_generation_takes_in_edits_and_deletes_before_a_rollback_and_its_record_says_so(
    base: KnowledgeBase,
) -> None:
    base.reindexing.run(passages=SHORT)
    publish(base, "n0", words="Edited since.")
    publish(base, "late")
    base.library.delete(next(row.id for row in base.library.documents() if row.source_key == "n1"))
    back = base.reindexing.rollback()
    assert (back.generation.id, back.tally.added, back.tally.skipped) == (1, 2, len(KEYS) - 2)
    base.follow()
    texts = [hit.passage.text for hit in base.search("Edited since", limit=50)]
    assert [text for text in texts if "Edited since" in text]
    assert not [text for text in texts if "only said in n1." in text]
    assert base.check() == []


def test_a_rollback_to_a_generation_whose_model_is_gone_is_refused_and_changes_nothing(
    base: KnowledgeBase, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    another = TinyEmbedder("another")
    monkeypatch.setattr("kb.embedding.embedders.load_embedder", lambda asked: another)
    base.reindexing.run(model="another")
    with KnowledgeBase(settings, another, TinyJudge()) as later:
        with pytest.raises(IndexFault, match=r"model 'tiny'.* Put that model back"):
            later.reindexing.rollback()
        assert states(later) == ["retained", "active"]
        assert later.ask("How is trust built?").status == "answered"


def test_a_publication_is_counted_in_the_checksum_of_the_generation_that_it_goes_to(
    base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = base.library.checksum(1)
    store = base.library.publish
    seen: list[str] = []

    def watched(new: Publication) -> object:
        seen.append(new.document_id)
        return store(new)

    monkeypatch.setattr(base.library, "publish", watched)
    publish(base, "new")
    assert len(seen) == 1
    assert base.library.checksum(1) != before
    base.library.delete(seen[0])
    assert base.library.checksum(1) == before


def test_what_a_run_measured_is_found_again_for_the_generation_that_it_measured(base: KnowledgeBase) -> None:
    library: Library = base.library
    assert last_quality(library, 1) is None
    quality = {"before": {"generation": 1, "measures": {"q": {"S@1": 0.5}}}, "after": {"generation": 2, "measures": {}}}
    library.record_run("reindex", "2026-01-01T00:00:00+00:00", 1.0, 0, {"quality": quality})
    library.record_run("ingest", "2026-01-02T00:00:00+00:00", 1.0, 0, {"quality": {"error": "no such file"}})
    assert last_quality(library, 1) == {"generation": 1, "measures": {"q": {"S@1": 0.5}}, "run": 1}
    assert last_quality(library, 3) is None


def test_the_peak_of_memory_is_this_process_s_own_and_not_what_its_parent_had() -> None:
    told = "from kb.jobs import peak_mib; print(peak_mib())"
    held = bytearray(300 << 20)
    child = subprocess.run([sys.executable, "-c", told], capture_output=True, check=True, text=True)
    assert len(held) >> 20 == 300
    assert 10 < int(child.stdout) < 290


def test_filling_looks_at_each_document_once_and_twice_at_most(
    base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = base.library.missing
    pages: list[str] = []

    def watched(generation: object, after: str, limit: int) -> object:
        pages.append(after)
        return missing(generation, after, limit)  # type: ignore[arg-type]

    monkeypatch.setattr(base.library, "missing", watched)
    base.reindexing.run(passages=SHORT, hold=True)
    assert pages == [*sorted(pages[:-1]), ""]
    pages.clear()
    cut: list[object] = []
    refuse: Callable[..., object] = lambda *_: cut.append(1)  # noqa: E731
    monkeypatch.setattr("kb.indexing.reindex.cut_revision", refuse)
    assert base.reindexing.run(passages=SHORT, hold=True).embedded == 0
    assert (pages, cut) == ([""], [])
