"""The tools over pipes, in a process of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import anyio
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.types import CallToolResult

from kb.assembly import KnowledgeBase
from tests.tiny import TinyEmbedder, TinyJudge
from tests.web import samples
from tests.web.conftest import site_settings
from tests.web.protocol import PAGES, TRUST, asked, greeting


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
