"""The tools, asked with the protocol's own client: over pipes, and over HTTP on loopback."""

from __future__ import annotations

import http.client
import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import anyio
import jsonschema
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.shared.exceptions import MCPError
from mcp.types import CallToolResult, TextContent

from kb.assembly import KnowledgeBase
from kb.errors import SettingsError, UsageError
from tests.tiny import TinyEmbedder, TinyJudge
from tests.web import samples
from tests.web.conftest import Site, site_settings
from web import model_context
from web.limits import MOST_HITS, MOST_PART_CHARS
from web.links import Links
from web.tools import Toolbox

TRUST = "How is trust rebuilt after a failed batch?"
PAGES = "https://kb.example"
Given = TypeVar("Given")


def asked(server: Any, use: Callable[[Client], Awaitable[Given]]) -> Given:
    """What use gives, called with a connected client."""

    async def run() -> Given:
        async with Client(server) as client:
            return await use(client)

    # A thread of its own: where browser tests have run, this one has a loop already.
    with ThreadPoolExecutor(1) as elsewhere:
        return elsewhere.submit(anyio.run, run).result()


def called(client_of: Any, name: str, **arguments: Any) -> CallToolResult:
    return asked(client_of, lambda client: client.call_tool(name, arguments))


def text_of(result: CallToolResult) -> str:
    assert len(result.content) == 1
    assert isinstance(result.content[0], TextContent)
    return result.content[0].text


@pytest.fixture
def toolbox(site: Site) -> Toolbox:
    return Toolbox(site.base, Links(PAGES))


@pytest.fixture
def server(toolbox: Toolbox) -> Any:
    """In this process, by no transport."""
    return model_context.protocol_server(toolbox, 4)


@contextmanager
def over_http(base: KnowledgeBase, **values: object) -> Iterator[tuple[str, int]]:
    """host and port of the tools over HTTP."""
    settings = base.settings.with_values(**values)
    with model_context.listening(Toolbox(base, Links(PAGES)), settings, "127.0.0.1", 0) as (running, own):
        thread = threading.Thread(target=running.run, kwargs={"sockets": [own]})
        thread.start()
        try:
            yield own.getsockname()
        finally:
            running.should_exit = True
            thread.join(10)


def posted(at: tuple[str, int], body: bytes, **headers: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection(*at, timeout=10)
    usual = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    connection.request("POST", "/mcp", body, usual | headers)
    response = connection.getresponse()
    try:
        return response.status, response.read().decode()
    finally:
        connection.close()


def greeting() -> bytes:
    params = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}).encode()


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


def test_search_when_described_then_its_limit_is_that_of_hits_and_it_takes_no_question_before(site: Site) -> None:
    tools = Toolbox(site.base, Links(PAGES)).tools
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
        result = called(model_context.protocol_server(Toolbox(base, Links(PAGES)), 1), "ask", question=TRUST)
    assert result.is_error
    assert "failed inside" in text_of(result)
    assert TRUST not in text_of(result)
    assert "RuntimeError" in caplog.text
    assert TRUST not in caplog.text


def test_http_when_asked_with_a_client_then_the_answer_is_the_same_and_no_log_has_the_question(
    site: Site, server: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    model_context.quiet()
    with over_http(site.base) as at:
        result = called(f"http://{at[0]}:{at[1]}/mcp", "ask", question=TRUST)
        wrong = called(f"http://{at[0]}:{at[1]}/mcp", "ask", question=TRUST, side=["x"])
    assert result.structured_content == called(server, "ask", question=TRUST).structured_content
    assert wrong.is_error
    assert TRUST not in caplog.text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "localhost"}, 200),
        ({"Host": "kb.example"}, 200),
        ({"Host": "evil.example"}, 421),
        ({"Host": "127.0.0.1.evil.example"}, 421),
        ({"Origin": "https://www.example.com"}, 200),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "http://localhost:3000"}, 403),
        ({"Origin": "null"}, 403),
        ({"Content-Type": "text/plain"}, 400),
    ],
)
def test_http_when_host_or_origin_is_a_strangers_then_it_is_refused(
    site: Site, headers: dict[str, str], status: int
) -> None:
    with over_http(site.base, trusted_hosts="kb.example", cors_origins="https://www.example.com") as at:
        assert posted(at, greeting(), **headers)[0] == status


def test_http_when_a_body_is_too_large_or_no_message_then_it_is_refused_without_a_trace(site: Site) -> None:
    with over_http(site.base) as at:
        assert posted(at, b" " * (model_context.MOST_BODY_BYTES + 1))[0] == 413
        for body in (b"{", b"[]", b'"x"', b"{}", b"[" * 10_000, b"\xff\xfe"):
            status, said = posted(at, body)
            assert 400 <= status < 500
            assert "Traceback" not in said
        assert posted(at, greeting())[0] == 200


def test_http_when_one_client_asks_too_often_then_it_is_told_to_wait_and_may_still_read(site: Site) -> None:
    async def use(client: Client) -> list[CallToolResult]:
        many = [await client.call_tool("ask", {"question": TRUST}) for _ in range(3)]
        return [*many, await client.call_tool("list_themes", {})]

    with over_http(site.base, rate_limit="2 per hour") as at:
        results = asked(f"http://{at[0]}:{at[1]}/mcp", use)
    assert [result.is_error for result in results] == [False, False, True, False]
    assert "Wait a little" in text_of(results[2])


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({}, UsageError),
        ({"trusted_hosts": ".example.com"}, UsageError),
        ({"trusted_hosts": "kb.example", "cors_origins": "nonsense"}, SettingsError),
    ],
)
def test_http_when_others_could_reach_it_by_any_name_then_it_does_not_start(
    site: Site, values: dict[str, str], error: type[UsageError]
) -> None:
    with pytest.raises(error):
        model_context.transport_security(site.base.settings.with_values(**values), "0.0.0.0")


def process(folder: Path, *more: str) -> StdioServerParameters:
    root = Path(__file__).resolve().parents[2]
    environ = {name: value for name, value in os.environ.items() if not name.startswith("KB_")}
    environ |= {"KB_DATA": str(folder), "KB_FOLLOW_INTERVAL_S": "0.05", "PYTHONPATH": str(root)}
    arguments = ["-m", "tests.web.tools_process", "mcp", "--pages", f"{PAGES}/", *more]
    return StdioServerParameters(command=sys.executable, args=arguments, env=environ, cwd=str(root))


def test_stdio_when_a_document_is_published_meanwhile_then_the_running_server_finds_it(data_folder: Path) -> None:
    with KnowledgeBase(site_settings(data_folder), TinyEmbedder(), TinyJudge()) as base:
        samples.publish(base, samples.article())

        async def use(client: Client) -> tuple[CallToolResult, CallToolResult]:
            before = await client.call_tool("ask", {"question": TRUST})
            await anyio.to_thread.run_sync(samples.publish, base, samples.interview())
            after = before
            with anyio.fail_after(20):
                while after.structured_content["status"] != "answered":
                    after = await client.call_tool("ask", {"question": TRUST})
            return before, after

        before, after = asked(stdio_client(process(data_folder)), use)
        citation = base.library.resolve_citation(after.structured_content["quotes"][0]["citation"])
        expected = base.library.read_span(citation.revision_id, citation.start, citation.end)
    assert before.structured_content["status"] == "not_found"
    assert after.structured_content["quotes"][0]["text"] == expected


def test_stdio_when_lines_are_no_messages_then_only_the_protocol_is_written_and_the_end_of_input_ends_it(
    data_folder: Path,
) -> None:
    with KnowledgeBase(site_settings(data_folder), TinyEmbedder(), TinyJudge()) as base:
        samples.publish(base, samples.interview())
    call = {"name": "ask", "arguments": {"question": TRUST, "side": ["x"]}}
    messages = [
        b"no message\n",
        b"\xff\xfe{\n",
        greeting() + b"\n",
        b'{"jsonrpc": "2.0", "method": "notifications/initialized"}\n',
        json.dumps({"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": call}).encode() + b"\n",
    ]
    given = process(data_folder)
    with subprocess.Popen(
        [given.command, *given.args],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=given.env,
        cwd=given.cwd,
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdin.write(b"".join(messages))
        running.stdin.flush()
        replies = []
        while 2 not in [reply.get("id") for reply in replies]:
            replies.append(json.loads(running.stdout.readline()))
        running.stdin.close()
        rest, log = running.stdout.read(), running.stderr.read().decode()
        assert running.wait(20) == 0
    assert rest == b""
    assert replies[-1]["result"]["isError"]
    assert "what is printed goes elsewhere" in log
    assert "Traceback" not in log
    assert TRUST not in log
