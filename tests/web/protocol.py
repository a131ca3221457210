"""Asking the tools with the protocol's own client: in this process, or wherever a server is."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import anyio
from mcp import Client
from mcp.types import CallToolResult, TextContent

from kb.assembly import KnowledgeBase
from web import model_context
from web.links import Links
from web.tools import Toolbox

TRUST = "How is trust rebuilt after a failed batch?"
PAGES = "https://kb.example"
Given = TypeVar("Given")


def toolbox(base: KnowledgeBase) -> Toolbox:
    return Toolbox(base, Links(PAGES))


def in_process(base: KnowledgeBase) -> Any:
    """A server that is reached by no transport."""
    return model_context.protocol_server(toolbox(base), 4)


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


def greeting() -> bytes:
    params = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}).encode()
