"""`kb mcp`: the library as tools for programs that speak the Model Context Protocol."""

from __future__ import annotations

import sys

import click

from kb.cli.front import Front, command, pass_front
from kb.cli.places import links_of
from kb.errors import UsageError


@command("mcp", "kb mcp", "kb mcp --data var --pages https://kb.example.com", "kb mcp --http --port 8001")
@click.option("--http", is_flag=True, help="Over HTTP until interrupted, instead of standard input and output.")
@click.option("--host", metavar="ADDRESS", help="With --http: address to listen on (127.0.0.1).")
@click.option("--port", type=click.IntRange(0, 65535), help="With --http: port (8001); 0: any free one.")
@click.option("--pages", metavar="URL", help="Where the web pages are, for links (by the settings `host` and `port`).")
@pass_front
def mcp(front: Front, http: bool, host: str | None, port: int | None, pages: str | None) -> None:
    """Serve the tools ask, search, get_document and list_themes to a program (Model Context Protocol)."""
    from web.links import Links
    from web.model_context import PORT, serve_http, serve_stdio
    from web.security import outgoing

    if not http and (host is not None or port is not None):
        raise UsageError("--host and --port go with --http")
    if pages is not None and not outgoing(pages).startswith("http"):
        raise UsageError(f"{pages!r} is no address of web pages", way_out="Write it as https://kb.example.com.")
    settings = front.settings()
    links = Links(pages.strip().rstrip("/")) if pages else links_of(settings)

    def announce(address: str) -> None:
        front.show({"address": address}, lambda body: [f"The tools are at {body['address']} (Ctrl+C ends it)"])
        sys.stdout.flush()

    if http:
        serve_http(settings, links, host or "127.0.0.1", PORT if port is None else port, announce)
    else:
        serve_stdio(settings, links)


COMMANDS = (mcp,)
