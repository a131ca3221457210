"""`kb serve`: the web, until interrupted."""

from __future__ import annotations

import sys

import click

from kb.cli.front import Front, command, pass_front


@command("serve", "kb serve", "kb serve --host 0.0.0.0 --port 8080")
@click.option("--host", metavar="ADDRESS", help="Address to listen on (the setting `host`).")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on (the setting `port`); 0: any free one.")
@pass_front
def serve(front: Front, host: str | None, port: int | None) -> None:
    """Serve the web pages and the API until interrupted."""
    from web.server import serve as serve_web

    def announce(address: str) -> None:
        front.show({"address": address}, lambda body: [f"Counterpart is at {body['address']} (Ctrl+C ends it)"])
        sys.stdout.flush()

    serve_web(front.settings(host=host, port=port), announce)


COMMANDS = (serve,)
