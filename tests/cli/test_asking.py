"""`kb ask` and `kb search`: shapes of the JSON, batches, filters, what a reader sees."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kb.answer.render import answer_json
from kb.assembly import KnowledgeBase
from kb.cli.lines import answer_lines, byline, clock, hits_lines
from kb.records import citation_id
from tests.cli.conftest import TURNS, Kb, Opened, out
from tests.shapes import ANSWER_KEYS, HIT_KEYS, QUOTE_KEYS

SLOT = "Reserve the manufacturing slot six months before the toxicology batch"


def asked(kb: Kb, *arguments: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(out(kb(*arguments, "--json")))
    return body


def test_ask_when_answered_prints_the_quote_with_speaker_place_and_proof(
    kb: Kb, knowledge_base: KnowledgeBase, documents: tuple[str, str]
) -> None:
    body = asked(kb, "ask", SLOT)
    assert set(body) >= ANSWER_KEYS
    assert (body["question"], body["status"], body["nearest"]) == (SLOT, "answered", [])
    quote = body["quotes"][0]
    assert set(quote) >= QUOTE_KEYS
    assert quote["text"].startswith(SLOT)
    assert (quote["speaker"], quote["role"], quote["side"]) == ("Jane Doe", "COO", "sponsor")
    assert (quote["document"], quote["title"], quote["start_s"]) == (documents[0], "Slots and silence", 60.0)
    citation = knowledge_base.library.resolve_citation(quote["citation"])
    assert citation.document_id == documents[0]
    assert quote["url"].startswith(f"http://127.0.0.1:8000/documents/{documents[0]}")
    assert quote["citation"] in quote["url"]


@pytest.mark.usefixtures("documents")
def test_ask_when_nothing_answers_says_so_and_exits_0(kb: Kb) -> None:
    body = asked(kb, "ask", "Which opera did Verdi finish last?")
    assert (body["status"], body["quotes"]) == ("not_found", [])
    shown = out(kb("ask", "Which opera did Verdi finish last?"))
    assert shown.startswith("Not found: nothing in the library answers this.")


def test_ask_when_the_library_is_empty_is_not_found(kb: Kb) -> None:
    assert asked(kb, "ask", SLOT)["status"] == "not_found"


@pytest.mark.usefixtures("documents")
def test_ask_when_read_by_a_person_shows_quote_speaker_and_address(kb: Kb) -> None:
    shown = out(kb("ask", SLOT))
    assert " 1. “Reserve the manufacturing slot" in shown
    assert "Jane Doe, COO, Example Therapeutics (sponsor)" in shown
    assert "Slots and silence · 1:00" in shown
    assert "http://127.0.0.1:8000/documents/" in shown


@pytest.mark.usefixtures("documents")
def test_search_when_asked_prints_hits_with_every_part_of_the_score(kb: Kb, documents: tuple[str, str]) -> None:
    body = asked(kb, "search", "freezer probes certificate", "--limit", "1")
    assert {"question", "hits"} <= set(body)
    [hit] = body["hits"]
    assert set(hit) >= HIT_KEYS
    assert hit["document"] == documents[1]
    assert hit["speaker"] is None
    assert {"dense", "keywords", "prior"} <= set(hit["parts"])


@pytest.mark.usefixtures("documents")
def test_search_when_explained_shows_the_parts_and_else_does_not(kb: Kb) -> None:
    assert "prior " in out(kb("search", "freezer probes", "--explain"))
    assert "prior " not in out(kb("search", "freezer probes"))


@pytest.mark.usefixtures("documents")
@pytest.mark.parametrize("words", [TURNS[1][1], TURNS[2][1]])
def test_filters_when_given_keep_only_what_matches(kb: Kb, documents: tuple[str, str], words: str) -> None:
    def found(*options: str) -> set[str]:
        return {hit["document"] for hit in asked(kb, "search", words, *options)["hits"]}

    assert found() == set(documents)
    assert found("--kind", "article") == {documents[1]}
    assert found("--show", "Example Talk") == {documents[0]}
    assert found("--since", "2026") == {documents[0]}
    assert found("--until", "2025-12-31") == {documents[1]}
    assert found("--side", "cdmo", "--side", "sponsor") == {documents[0]}
    assert found("--side", "regulator") == set()


@pytest.mark.usefixtures("documents")
def test_side_filter_when_asking_quotes_only_that_side(kb: Kb) -> None:
    quotes = asked(kb, "ask", "deviation reported silence failed batch", "--side", "cdmo")["quotes"]
    assert {quote["side"] for quote in quotes} == {"cdmo"}


@pytest.mark.usefixtures("documents")
def test_ask_when_a_question_stands_before_then_the_follow_up_is_asked_in_full_and_that_is_said(kb: Kb) -> None:
    before, full = "Does the sponsor report a deviation?", "Does the CDMO report a deviation?"
    body = asked(kb, "ask", "and the CDMO?", "--after", before)
    assert (body["question"], body["taken_to_mean"]) == (full, full)
    assert body["quotes"] == asked(kb, "ask", full)["quotes"]
    assert out(kb("ask", "and the CDMO?", "--after", before)).startswith(f"Taken to mean: {full}\n")
    assert not out(kb("ask", full, "--after", before)).startswith("Taken to mean")


@pytest.mark.usefixtures("documents")
def test_ask_when_a_whole_question_is_said_to_follow_then_both_are_asked(kb: Kb) -> None:
    before, whole = "Does the sponsor report a deviation?", "Was the batch lost?"
    body = asked(kb, "ask", whole, "--after", before, "--follow-up")
    assert body["taken_to_mean"] == "Was the batch lost: does the sponsor report a deviation?"
    assert asked(kb, "ask", whole, "--after", before)["taken_to_mean"] == ""
    alone = kb("ask", whole, "--follow-up")
    assert alone.exit_code == 2
    assert "--after QUESTION" in alone.stderr


def test_ask_when_a_question_stands_before_a_batch_then_it_says_to_ask_the_follow_up_by_itself(kb: Kb) -> None:
    result = kb("ask", "--batch", "-", "--after", "Does the sponsor report it?", stdin="and the CDMO?\n")
    assert result.exit_code == 2
    assert "--after and --follow-up go with one question" in result.stderr
    alone = kb("ask", "--batch", "-", "--follow-up", stdin="and the CDMO?\n")
    assert "--after and --follow-up go with one question" in alone.stderr


@pytest.mark.usefixtures("documents")
@pytest.mark.parametrize("name", ["ask", "search"])
def test_batch_when_read_from_standard_input_prints_one_object_a_line_and_opens_once(
    kb: Kb, opened: Opened, name: str
) -> None:
    shown = out(kb(name, "--batch", "-", stdin=f"{SLOT}?\n\n  freezer probes \r\n"))
    bodies = [json.loads(line) for line in shown.splitlines()]
    assert [body["question"] for body in bodies] == [f"{SLOT}?", "freezer probes"]
    assert bodies[0] == asked(kb, name, f"{SLOT}?")
    assert len(opened) == 2


@pytest.mark.usefixtures("documents")
def test_batch_when_one_question_cannot_be_searched_answers_the_others_and_exits_3(kb: Kb) -> None:
    result = kb("ask", "--batch", "-", stdin=f"{'word ' * 2000}\n{SLOT}\n")
    assert result.exit_code == 3
    first, second = (json.loads(line) for line in result.stdout.splitlines())
    assert "error" in first
    assert second["status"] == "answered"


def test_batch_when_a_line_is_not_utf_8_says_so_there_and_answers_the_others(kb: Kb) -> None:
    result = kb("ask", "--batch", "-", stdin=b"fine\n\xff\xfe\nfine too\n")
    assert result.exit_code == 3
    bodies = [json.loads(line) for line in result.stdout.splitlines()]
    assert [body.get("status") for body in bodies] == ["not_found", None, "not_found"]
    assert "line 2: it is not UTF-8" in bodies[1]["error"]


def test_batch_when_it_starts_with_a_byte_order_mark_reads_the_question_without_it(kb: Kb) -> None:
    body = json.loads(out(kb("search", "--batch", "-", stdin=b"\xef\xbb\xbffreezers\n")))
    assert body["question"] == "freezers"


@pytest.mark.parametrize(
    "arguments",
    [
        ("ask",),
        ("ask", "one", "--batch", "-"),
        ("ask", "one", "two"),
        ("ask", "--batch", "no-such-file.txt"),
        ("ask", "one", "--side", "middle"),
        ("ask", "one", "--since", "yesterday"),
        ("ask", "one", "--until", "2026-13-01"),
        ("ask", "one", "--since", "2026", "--until", "2025"),
        ("ask", "one", "--theme", "timming"),
        ("ask", "one", "--limit", "0"),
        ("search", "one", "--limit", "many"),
        ("ask", ""),
        ("search", "x" * 10_000),
    ],
)
def test_question_when_asked_wrongly_exits_2_without_a_traceback(kb: Kb, arguments: tuple[str, ...]) -> None:
    result = kb(*arguments)
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.usefixtures("documents")
@pytest.mark.parametrize(
    "question",
    [
        "🧪🧫",
        "'; DROP TABLE documents; --",
        'text:("slot" OR *) ~2 AND [',
        "Wann ruft man ein CDMO an?",
        "\u202e\u0000slot",
    ],
)
def test_question_when_odd_is_answered_or_refused_and_breaks_nothing(kb: Kb, question: str) -> None:
    for name in ("ask", "search"):
        result = kb(name, question, "--json")
        assert result.exit_code in (0, 2), result.output
        assert "Traceback" not in result.output


@pytest.mark.usefixtures("documents")
def test_answer_when_the_same_is_asked_twice_is_the_same_byte_for_byte(kb: Kb) -> None:
    assert out(kb("ask", SLOT, "--json")) == out(kb("ask", SLOT, "--json"))


@pytest.mark.usefixtures("documents")
def test_ask_json_when_compared_with_the_kernel_is_its_answer(kb: Kb, knowledge_base: KnowledgeBase) -> None:
    body = asked(kb, "ask", SLOT)
    kernel = answer_json(knowledge_base.ask(SLOT), lambda citation: citation.id, knowledge_base.speakers_of)
    assert [quote["citation"] for quote in body["quotes"]] == [quote["url"] for quote in kernel["quotes"]]


def test_lines_of_an_answer_when_it_is_composed_say_so() -> None:
    quote = dict.fromkeys(QUOTE_KEYS, "") | {"text": "Yes.", "title": "T", "composed": True, "start_s": None}
    assert "    T · composed" in list(answer_lines({"status": "answered", "taken_to_mean": "", "quotes": [quote]}))


def test_byline_when_nobody_speaks_is_the_article_s() -> None:
    assert byline({"speaker": None}) == "(the article's own words)"
    assert byline({"speaker": "Jane", "role": "", "organisation": "", "side": "unknown"}) == "Jane"


def test_lines_of_hits_when_there_are_none_say_so() -> None:
    assert list(hits_lines({"hits": []})) == ["Nothing was found."]


def test_lines_of_a_hit_when_it_tells_no_speaker_name_none() -> None:
    hit = {"text": "Yes.", "document": "d1", "score": 1.25}
    assert list(hits_lines({"hits": [hit]})) == [" 1. Yes.", "    d1 · 1.250", ""]
    assert list(hits_lines({"hits": [hit | {"speaker": "Jane"}]}))[1] == "    Jane · d1 · 1.250"


@pytest.mark.parametrize(("second", "shown"), [(None, ""), (0.0, "0:00"), (75.9, "1:15"), (3723.0, "1:02:03")])
def test_clock_when_given_seconds_shows_minutes_and_hours(second: float | None, shown: str) -> None:
    assert clock(second) == shown


def test_citation_id_when_made_of_a_revision_is_what_the_address_holds() -> None:
    assert citation_id("a" * 64, 3, 9) == f"{'a' * 16}-3-9"
