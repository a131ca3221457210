"""The tools, asked with the protocol's own client."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError

from kb.assembly import KnowledgeBase
from tests.tiny import TinyEmbedder, TinyJudge
from tests.web import samples
from tests.web.conftest import Site, site_settings
from tests.web.protocol import PAGES, TRUST, asked, called, in_process, text_of, toolbox
from web.limits import MOST_HITS, MOST_PART_CHARS


@pytest.fixture
def server(site: Site) -> Any:
    return in_process(site.base)


def test_tools_when_listed_then_each_only_reads_and_says_what_it_takes_and_gives(server: Any) -> None:
    listed = asked(server, lambda client: client.list_tools()).tools
    assert [tool.name for tool in listed] == ["ask", "search", "get_document", "list_themes"]
    for tool in listed:
        assert tool.annotations is not None
        assert tool.annotations.read_only_hint
        assert tool.annotations.destructive_hint is False
        assert tool.annotations.open_world_hint is False
        assert tool.input_schema["additionalProperties"] is False
        assert tool.output_schema is not None
        assert tool.output_schema["type"] == "object"
        jsonschema.Draft202012Validator.check_schema(tool.input_schema)
        jsonschema.Draft202012Validator.check_schema(tool.output_schema)
    assert "sponsor" in listed[0].input_schema["properties"]["side"]["items"]["enum"]


def test_tools_when_a_limit_is_described_then_it_is_the_one_that_is_kept(server: Any) -> None:
    for tool in asked(server, lambda client: client.list_tools()).tools[:2]:
        most = tool.input_schema["properties"]["limit"]["maximum"]
        assert not called(server, tool.name, question=TRUST, limit=most).is_error
        assert called(server, tool.name, question=TRUST, limit=most + 1).is_error


def test_ask_when_something_answers_then_each_quote_is_the_librarys_text_with_who_and_where(
    server: Any, site: Site
) -> None:
    result = called(server, "ask", question=TRUST)
    quotes = result.structured_content["quotes"]
    assert result.structured_content["status"] == "answered"
    assert not result.is_error
    for quote in quotes:
        citation = site.base.library.resolve_citation(quote["citation"])
        assert quote["text"] == site.base.library.read_span(citation.revision_id, citation.start, citation.end)
        assert quote["url"].startswith(f"{PAGES}/documents/{quote['document']}?cite={quote['citation']}")
        for told in (f"“{quote['text']}”", quote["speaker"], quote["citation"], quote["url"], quote["show"]):
            assert told in text_of(result)
    assert (quotes[0]["speaker"], quotes[0]["side"], quotes[0]["organisation"], quotes[0]["start_s"]) == (
        "Richard Roe",
        "cdmo",
        "Example Biologics",
        751.0,
    )
    assert "Richard Roe, Site head, Example Biologics (cdmo)" in text_of(result)
    assert "Two sides of a delayed batch · Example Hour · 2025-10-01 · at 12:31" in text_of(result)


def test_ask_when_nothing_answers_then_it_says_so_and_is_no_error(server: Any) -> None:
    result = called(server, "ask", question=samples.NOT_HERE)
    assert result.structured_content["status"] == "not_found"
    assert result.structured_content["quotes"] == []
    assert not result.is_error
    assert text_of(result).startswith("Not found")


def test_ask_when_a_question_stands_before_then_the_text_says_what_the_follow_up_is_taken_to_mean(server: Any) -> None:
    before, full = "How does the sponsor rebuild trust?", "How does the CDMO rebuild trust?"
    result = called(server, "ask", question="and the CDMO?", after=before)
    assert (result.structured_content["question"], result.structured_content["taken_to_mean"]) == (full, full)
    assert text_of(result).startswith(f"Taken to mean: {full}\n")
    assert not text_of(called(server, "ask", question=full, after=before)).startswith("Taken to mean")


def test_ask_when_a_whole_question_is_said_to_follow_then_it_is_taken_with_the_one_before(server: Any) -> None:
    before, whole = "How does the sponsor rebuild trust?", "Does the plant tell anybody the cause?"
    result = called(server, "ask", question=whole, after=before, follow_up=True)
    meant = "Does the plant tell anybody the cause: how does the sponsor rebuild trust?"
    assert result.structured_content["taken_to_mean"] == meant
    assert called(server, "ask", question=whole, after=before).structured_content["taken_to_mean"] == ""
    assert "true or false" in text_of(called(server, "ask", question=whole, after=before, follow_up="perhaps"))


def test_search_when_described_then_its_limit_is_that_of_hits_and_it_takes_no_question_before(site: Site) -> None:
    tools = toolbox(site.base).tools
    assert tools["search"].takes["properties"]["limit"]["maximum"] == MOST_HITS
    assert "after" in tools["ask"].takes["properties"]
    assert "after" not in tools["search"].takes["properties"]


def test_ask_when_it_is_narrowed_then_only_that_side_answers(server: Any) -> None:
    result = called(server, "ask", question=TRUST, side=["sponsor"], limit=1)
    assert [quote["side"] for quote in result.structured_content["quotes"]] == ["sponsor"]


def test_composed_words_when_quoted_then_the_text_says_that_nobody_said_it(server: Any) -> None:
    result = called(server, "ask", question="What does a cancellation fee protect the sponsor from?")
    assert result.structured_content["quotes"][0]["composed"]
    assert "nobody said it" in text_of(result)


def test_search_when_passages_are_found_then_they_have_people_and_a_citation_that_resolves(
    server: Any, site: Site
) -> None:
    result = called(server, "search", question=TRUST, limit=2)
    hits = result.structured_content["hits"]
    assert len(hits) == 2
    for hit in hits:
        citation = site.base.library.resolve_citation(hit["citation"])
        assert hit["text"] == site.base.library.read_span(citation.revision_id, citation.start, citation.end)
        assert hit["citation"] in hit["url"]
        assert f"“{hit['text']}”" in text_of(result)
    people = {(person["name"], person["side"]) for hit in hits for person in hit["people"]}
    assert ("Jane Doe", "sponsor") in people


def test_document_when_read_in_parts_then_they_join_to_its_text(server: Any, site: Site) -> None:
    document_id = site.ids["episode-12"]
    text, offset, parts = site.base.library.current(document_id).text, 0, []
    while offset is not None:
        body = called(server, "get_document", document=document_id, offset=offset, limit=150).structured_content
        part = "".join(segment["text"] for segment in body["segments"])
        assert part == text[body["offset"] : body["end"]]
        assert 0 < len(part) <= 150
        parts.append(part)
        offset = body["next_offset"]
    assert len(parts) > 3
    assert "".join(parts) == text


def test_document_when_a_citation_is_given_then_the_part_holds_it_and_the_question_before(
    server: Any, site: Site
) -> None:
    quote = called(server, "ask", question=TRUST).structured_content["quotes"][0]
    body = called(server, "get_document", citation=quote["citation"]).structured_content
    start, end = body["cited"]
    assert body["offset"] <= start < end <= body["end"]
    assert quote["text"] in "".join(segment["text"] for segment in body["segments"])
    assert "how do you rebuild trust" in "".join(segment["text"] for segment in body["segments"])
    assert body["current"]


def test_document_when_a_long_turn_is_cited_then_the_part_still_holds_the_citation(server: Any, site: Site) -> None:
    revision = site.base.library.current(site.ids["episode-12"])
    at = revision.text.index("before we had any explanation")
    cite = f"{revision.id[:16]}-{at}-{at + 6}"
    offset = revision.text.index("Trust is rebuilt when")
    found = called(server, "get_document", citation=cite, offset=offset, limit=at + 6 - offset).structured_content
    assert found["end"] == at + 6


def test_themes_when_listed_then_they_are_the_librarys(server: Any, site: Site) -> None:
    result = called(server, "list_themes")
    assert [theme["name"] for theme in result.structured_content["themes"]] == list(site.base.themes)
    assert all(name in text_of(result) for name in site.base.themes)


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("ask", {}, "question"),
    ("ask", {"question": "  "}, "question"),
    ("ask", {"question": ["a", "b"]}, "more than one question"),
    ("ask", {"question": 5}, "must be a text"),
    ("ask", {"question": "x" * 5000}, "2000"),
    ("ask", {"question": "trust", "side": ["sponsors"]}, "Did you mean 'sponsor'?"),
    ("ask", {"question": "trust", "sides": ["sponsor"]}, "Did you mean 'side'?"),
    ("ask", {"question": "trust", "limit": 99}, "from 1 to 5"),
    ("ask", {"question": "trust", "limit": True}, "from 1 to 5"),
    ("ask", {"question": "trust", "since": "soon"}, "no date"),
    ("get_document", {}, "either document or citation"),
    ("get_document", {"document": "nowhere"}, "nowhere"),
    ("get_document", {"citation": "x-1-2"}, "x"),
    ("get_document", {"citation": "x-1"}, "no citation"),
    ("get_document", {"document": "nowhere", "limit": MOST_PART_CHARS + 1}, "nowhere"),
]


@pytest.mark.parametrize(("name", "arguments", "said"), WRONG)
def test_tools_when_asked_wrongly_then_the_error_says_what_and_shows_no_trace(
    server: Any, name: str, arguments: dict[str, Any], said: str
) -> None:
    result = called(server, name, **arguments)
    assert result.is_error
    assert said in text_of(result)
    assert "Traceback" not in text_of(result)


def test_document_when_an_offset_or_size_is_beyond_its_end_then_an_error_says_so(server: Any, site: Site) -> None:
    here = {"document": site.ids["article-1"]}
    assert "ends at" in text_of(called(server, "get_document", **here, offset=10**6))
    assert "from 1 to" in text_of(called(server, "get_document", **here, limit=MOST_PART_CHARS + 1))


def test_unknown_tools_when_called_then_it_is_an_error_of_the_protocol(server: Any) -> None:
    async def use(client: Client) -> str:
        with pytest.raises(MCPError) as refused:
            await client.call_tool("delete", {})
        return refused.value.message

    assert "no tool 'delete'" in asked(server, use)


def test_tools_when_something_fails_inside_then_neither_asker_nor_log_is_told_the_question(
    data_folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(TinyJudge):
        def scores(self, question: str, sentences: Any) -> list[float]:
            raise RuntimeError(question)

    with KnowledgeBase(site_settings(data_folder), TinyEmbedder(), Broken()) as base:
        samples.publish(base, samples.interview())
        result = called(in_process(base), "ask", question=TRUST)
    assert result.is_error
    assert "failed inside" in text_of(result)
    assert TRUST not in text_of(result)
    assert "RuntimeError" in caplog.text
    assert TRUST not in caplog.text
