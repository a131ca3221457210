"""Host questions come and go with their document, and the nearest lead to what a guest answered."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kb.assembly import KnowledgeBase
from kb.library.migrations import SCHEMA_VERSION
from kb.records import Draft, Filter, QuestionVector
from kb.settings import Settings
from tests.kb.makers import draft, item
from tests.tiny import TinyEmbedder, TinyJudge

ANSWER = "We rang them within two hours, and " + "the silence ended there for everybody, " * 9 + "truly."
TRUST = "How do you rebuild trust after a failed batch?"
MONEY = "Who pays the cancellation fee for a reserved slot?"


def episode(question: str, key: str, **meta: object) -> Draft:
    return draft([("Host", f"Welcome. {question}"), ("Guest", ANSWER)], key=key, title=f"About {key}", **meta)


@pytest.fixture
def base(settings: Settings) -> Iterator[KnowledgeBase]:
    with KnowledgeBase(settings, TinyEmbedder(), TinyJudge()) as made:
        yield made


def publish(base: KnowledgeBase, *drafts: Draft) -> list[str]:
    ids = [outcome.document_id for outcome in base.publisher().publish_all([item(one) for one in drafts])]
    base.follow()
    while not base.prepare_host_questions():
        pass
    return ids


def test_a_question_when_asked_then_the_nearest_host_question_leads_to_the_answer(base: KnowledgeBase) -> None:
    publish(base, episode(TRUST, "trust"), episode(MONEY, "money"))
    first, second = base.asked_by_hosts.nearest("What is a cancellation fee?", 5)
    assert (first.text, second.text) == (MONEY, TRUST)
    assert base.library.read_span(first.revision_id, first.answer_start, first.answer_end) == ANSWER
    assert (first.asker, first.answerer) == ("Host", "Guest")


def test_the_nearest_when_a_filter_is_given_then_only_those_whose_answer_it_allows(base: KnowledgeBase) -> None:
    publish(base, episode(TRUST, "trust", show="One", date="2024-05-01"), episode(MONEY, "money", show="Two"))
    asked = base.asked_by_hosts
    for where, wanted in [
        (Filter(show=("one",)), {TRUST}),
        (Filter(since="2024", until="2024"), {TRUST}),
        (Filter(speaker=("guest",)), {TRUST, MONEY}),
        (Filter(speaker=("Host",)), set()),
        (Filter(side=("investor",)), set()),
        (Filter(organisation=("Nobody Ltd",)), set()),
        (Filter(theme=("no such theme",)), set()),
    ]:
        assert {one.text for one in asked.nearest("fee", 5, where)} == wanted


def test_the_nearest_when_the_questions_vector_is_at_hand_then_it_is_used_unless_another_model_made_it(
    base: KnowledgeBase,
) -> None:
    publish(base, episode(TRUST, "trust"), episode(MONEY, "money"))
    vector = base.ask("Who pays the cancellation fee?").vector
    assert vector is not None
    first = base.asked_by_hosts.nearest("trust failed batch", 1, vector=vector)[0]
    assert first.text == MONEY
    strange = QuestionVector("another", vector.values)
    assert base.asked_by_hosts.nearest("trust failed batch", 1, vector=strange)[0].text == TRUST


def test_words_when_typed_then_questions_that_hold_them_are_offered_and_the_last_word_may_be_begun(
    base: KnowledgeBase,
) -> None:
    publish(base, episode(TRUST, "trust"), episode(MONEY, "money"))
    assert [one.text for one in base.asked_by_hosts.beginning("failed bat", 1)] == [TRUST]
    assert base.asked_by_hosts.beginning("  ", 5) == []


def test_a_document_when_edited_then_only_the_questions_of_its_current_text_are_known(base: KnowledgeBase) -> None:
    publish(base, episode(TRUST, "one"))
    publish(base, episode(MONEY, "one"))
    assert [one.text for one in base.asked_by_hosts.all()] == [MONEY]
    assert base.check() == []


def test_a_document_when_deleted_or_purged_then_its_questions_are_shown_no_more_and_leave_no_trace(
    base: KnowledgeBase,
) -> None:
    gone, purged = publish(
        base, episode(TRUST, "gone"), episode(MONEY, "purged"), episode("Why visit a site?", "left")
    )[:2]
    base.delete(gone)
    base.delete(purged, purge=True)
    # What was known before is read again before it is handed out.
    assert {one.title for one in base.asked_by_hosts.nearest(TRUST, 5)} <= {"About left"}
    base.follow()
    base.prepare_host_questions()
    assert MONEY not in [one.text for one in base.asked_by_hosts.all()]
    assert base.check_deleted(purged) == []
    assert base.check() == []


def test_a_purge_when_another_document_goes_then_vectors_of_questions_that_stay_are_kept(base: KnowledgeBase) -> None:
    stays, goes = publish(base, episode(TRUST, "stays"), episode(MONEY, "goes"))
    [asked] = [one for one in base.asked_by_hosts.all() if one.document_id == stays]
    base.delete(goes, purge=True)
    key = base.embedder.identity.key()
    assert base.library.vectors_by_hash(key, [asked.input_hash])
    assert base.library.traces(goes) == []


def test_a_library_of_the_seventh_schema_when_opened_then_knows_what_hosts_asked(settings: Settings) -> None:
    with KnowledgeBase(settings, TinyEmbedder(), TinyJudge()) as old:
        publish(old, episode(TRUST, "trust"))
        with old.library.writing() as connection:
            connection.exec_driver_sql("DROP TABLE host_questions")
        old.library.set_fact("schema_version", "7")
    with KnowledgeBase(settings, TinyEmbedder(), TinyJudge()) as new:
        assert new.library.fact("schema_version") == str(SCHEMA_VERSION)
        assert [one.text for mine in new.library.host_questions({}).values() for one in mine] == [TRUST]
        assert new.library.faults() == []


def test_a_host_question_when_its_span_was_tampered_with_then_the_check_says_so(base: KnowledgeBase) -> None:
    publish(base, episode(TRUST, "trust"))
    with base.library.writing() as connection:
        connection.exec_driver_sql("UPDATE host_questions SET start = start + 1")
    assert any("is not what its text says" in fault for fault in base.library.faults())
