"""From question to proved quote, or to "not found"."""

from __future__ import annotations

import logging
import sqlite3
from pathlib import Path

import pytest

from kb.answer.render import answer_json, hits_json
from kb.assembly import KnowledgeBase
from kb.errors import IndexFault, QuestionError
from kb.library.connection import database_path
from kb.records import Filter
from kb.settings import Settings
from tests.kb.makers import TRUST, draft, item
from tests.shapes import ANSWER_KEYS, HIT_KEYS, NEAREST_KEYS, QUOTE_KEYS
from tests.tiny import TinyEmbedder, TinyJudge


@pytest.fixture
def base(knowledge_base: KnowledgeBase) -> KnowledgeBase:
    list(knowledge_base.publisher().publish_all([item(draft(TRUST, composed=True))]))
    return knowledge_base


def test_an_answer_quotes_verbatim_with_speaker_side_and_second(base: KnowledgeBase) -> None:
    answer = base.ask("How is trust built?")
    quote = answer.quotes[0]
    assert answer.status == "answered"
    assert quote.text == "Trust is built by telling bad news early. Nobody remembers the good news for long."
    assert quote.text[quote.key_start : quote.key_end] == "Trust is built by telling bad news early."
    assert quote.speaker is not None
    assert (quote.speaker.name, quote.speaker.side) == ("Guest", "cdmo")
    assert quote.citation.start_s == 20.0
    assert quote.metadata.composed


def test_a_hosts_question_is_never_quoted(base: KnowledgeBase) -> None:
    for question in ("How is trust between a sponsor and its manufacturer built?", "And what about money?"):
        assert all("?" not in quote.text for quote in base.ask(question).quotes)


def test_a_hosts_introduction_is_never_quoted_and_a_later_remark_may_be(knowledge_base: KnowledgeBase) -> None:
    remark = "Trust between a sponsor and its manufacturer is built slowly."
    turns = [("Host", f"Today: {remark}"), *TRUST[1:2], ("Host", f"So we learn this. {remark}"), *TRUST[3:]]
    list(knowledge_base.publisher().publish_all([item(draft(turns))]))
    quoted = [quote.text for quote in knowledge_base.ask("How is trust built?").quotes]
    assert any(text.endswith(remark) for text in quoted)
    assert not any("Today" in text for text in quoted)


def test_where_nothing_answers_the_answer_is_not_found_with_the_nearest(base: KnowledgeBase) -> None:
    answer = base.ask("What is the capital of Australia?")
    assert (answer.status, answer.quotes) == ("not_found", ())
    assert answer.nearest


def test_an_empty_library_answers_not_found(knowledge_base: KnowledgeBase) -> None:
    assert knowledge_base.ask("Anything?").status == "not_found"
    assert knowledge_base.search("Anything?") == []


def test_with_a_side_filter_the_quoted_sentences_are_theirs(base: KnowledgeBase) -> None:
    answer = base.ask("Who pays for a failed batch and how is trust built?", Filter(side=("sponsor",)))
    assert {quote.speaker.side for quote in answer.quotes if quote.speaker} == {"sponsor"}
    assert base.ask("How is trust built?", Filter(speaker=("nobody",))).status == "not_found"


def test_a_quote_that_fails_its_proof_is_not_shown_and_is_logged(
    base: KnowledgeBase, caplog: pytest.LogCaptureFixture
) -> None:
    base.ask("How is trust built?")  # the revision is remembered now
    raw = sqlite3.connect(database_path(base.settings))
    raw.execute("UPDATE revisions SET text = replace(text, 'early', 'later')")
    raw.commit()
    raw.close()
    with caplog.at_level(logging.ERROR):
        answer = base.ask("How is trust built?")
    assert all("bad news" not in quote.text for quote in answer.quotes)
    assert "failed its proof" in caplog.text
    assert "trust built" not in caplog.text


@pytest.mark.parametrize("question", ["", "   ", "\x00", "x" * 10_000])
def test_a_question_that_cannot_be_searched_is_refused(base: KnowledgeBase, question: str) -> None:
    with pytest.raises(QuestionError):
        base.ask(question)


@pytest.mark.parametrize(
    "question",
    [
        "😀😀😀",
        "'; DROP TABLE passages; --",
        '"unclosed AND (',
        "信頼はどう築かれますか",
        "\ud800 lone",
        "a" * 1999,
        "%_*?",
    ],
)
def test_a_strange_question_gets_a_clean_answer(base: KnowledgeBase, question: str) -> None:
    assert base.ask(question).status in ("answered", "not_found")
    assert len(base.search(question)) == len(base.search(question))
    assert base.check() == []


def test_search_explains_every_part_of_a_score(base: KnowledgeBase) -> None:
    hit = base.search("trust bad news")[0]
    parts = hit.parts
    weights = base.settings
    total = parts["z_dense"] + weights.keyword_weight * parts["z_keywords"] + weights.prior_weight * parts["prior"]
    assert hit.score == pytest.approx(total)


def test_what_is_published_changes_what_all_passages_share_at_the_next_question(base: KnowledgeBase) -> None:
    before = base.search("trust bad news")[0]
    turns = [("Guest", f"Number {n} of many words on {n} resins, slots and vials, said once more.") for n in range(40)]
    list(base.publisher().publish_all([item(draft(turns, key="another"))]))
    after = next(hit for hit in base.search("trust bad news") if hit.passage.id == before.passage.id)
    assert after.parts["dense"] == pytest.approx(before.parts["dense"], abs=1e-6)
    assert after.parts["whitened"] != pytest.approx(before.parts["whitened"], abs=1e-3)


def test_two_libraries_filled_in_another_order_share_the_same(knowledge_base: KnowledgeBase, tmp_path: Path) -> None:
    documents = [
        item(draft([("Guest", f"Words on {topic} and what it asks of a team, of many.")], key=topic))
        for topic in ("trust", "timing", "slots", "audits", "resins")
    ]
    list(knowledge_base.publisher().publish_all(documents))
    settings = knowledge_base.settings.with_values(data=str(tmp_path / "other"))
    with KnowledgeBase(settings, TinyEmbedder(), TinyJudge()) as other:
        for one in reversed(documents):
            list(other.publisher().publish_all([one]))
        parts = [
            {hit.passage.text: hit.parts["whitened"] for hit in base.search("what do audits ask")}
            for base in (knowledge_base, other)
        ]
    assert len(parts[0]) == len(documents)
    assert parts[0] == pytest.approx(parts[1], abs=1e-6)


def test_another_model_is_refused_naming_field_and_cure(base: KnowledgeBase, settings: Settings) -> None:
    with KnowledgeBase(settings, TinyEmbedder("another"), TinyJudge()) as other:
        with pytest.raises(IndexFault, match="kb reindex"):
            other.search("trust")
        with pytest.raises(IndexFault, match="model 'tiny'"):
            list(other.publisher().publish_all([item(draft(TRUST, key="x"))]))


def test_reindex_moves_to_the_settings_model_and_old_citations_hold(base: KnowledgeBase, settings: Settings) -> None:
    before = base.ask("How is trust built?")
    with KnowledgeBase(settings, TinyEmbedder("another"), TinyJudge()) as other:
        other.reindex()
        after = other.ask("How is trust built?")
        assert [q.citation.id for q in after.quotes] == [q.citation.id for q in before.quotes]
        assert other.check() == []


def test_no_more_than_two_quotes_of_a_document_in_the_first_four(knowledge_base: KnowledgeBase) -> None:
    turns = [(f"Guest{n}", f"Trust number {n} is built by telling news of kind {n}.") for n in range(6)]
    drafts = [
        draft([("Guest", text) for _, text in turns], key="many"),
        *(draft([("Guest", f"Trust is also built by habit {n} at site {n}.")], key=f"one{n}") for n in range(3)),
    ]
    list(knowledge_base.publisher().publish_all(item(d) for d in drafts))
    quotes = knowledge_base.ask("How is trust built?").quotes
    first = [quote.citation.document_id for quote in quotes[:4]]
    assert len(first) == 4
    assert max(first.count(document) for document in first) <= 2


def test_the_same_interview_in_two_forms_counts_as_one_document(knowledge_base: KnowledgeBase) -> None:
    from dataclasses import replace

    list(knowledge_base.publisher().publish_all([item(draft(TRUST))]))
    first = knowledge_base.library.documents()[0].id
    other = replace(item(draft(TRUST[:2], key="article")), links=(first,))
    list(knowledge_base.publisher().publish_all([other]))
    assert knowledge_base.library.linked(first) != ()
    texts = [quote.text for quote in knowledge_base.ask("How is trust built?").quotes]
    assert len(texts) == len(set(texts))


def test_answers_and_hits_render_the_documented_keys(base: KnowledgeBase) -> None:
    body = answer_json(base.ask("How is trust built?"), lambda citation: f"/x/{citation.id}", base.speakers_of)
    assert set(body) >= ANSWER_KEYS
    assert set(body["quotes"][0]) >= QUOTE_KEYS
    hits = hits_json("q", base.search("trust"), base.speakers_of, {})
    assert set(hits["hits"][0]) >= HIT_KEYS


def test_nearest_passages_render_with_the_first_voice_that_is_heard_in_them(base: KnowledgeBase) -> None:
    answer = base.ask("What is the capital of Australia?")
    nearest = answer_json(answer, lambda _: "", base.speakers_of)["nearest"]
    assert nearest
    for shown, hit in zip(nearest, answer.nearest, strict=True):
        assert set(shown) == NEAREST_KEYS
        assert shown["speaker"] == base.speakers_of(hit.passage)[0]
    assert answer_json(answer, lambda _: "", lambda _: ())["nearest"][0]["speaker"] is None


def test_the_same_question_gives_the_same_answer_twice(base: KnowledgeBase) -> None:
    assert base.ask("How is trust built?") == base.ask("How is trust built?")
