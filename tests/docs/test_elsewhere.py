"""What the pages for other programs show is true: the client runs, and configurations start what there is."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import threading
from pathlib import Path
from types import ModuleType

import pytest
from werkzeug.serving import make_server

from kb.assembly import KnowledgeBase
from tests.docs.pages import FENCE
from tests.docs.test_docs import page, parse_fault
from tests.web import samples
from web import close_app, create_app
from web.links import Links
from web.tools import Toolbox

TRUST = "How is trust rebuilt after a failed batch?"


def blocks(name: str, language: str) -> list[str]:
    return [body for found, body in FENCE.findall(page(name).text) if found == language]


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """The client and its use, as the page shows them, in a folder."""
    client, use = blocks("docs/client.md", "python")
    (tmp_path / "counterpart_client.py").write_text(client, encoding="utf-8")
    (tmp_path / "use.py").write_text(use, encoding="utf-8")
    return tmp_path


def loaded(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("counterpart_client", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_client_when_its_types_are_checked_strictly_then_nothing_is_found(written: Path) -> None:
    call = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "counterpart_client.py", "use.py"]
    checked = subprocess.run(call, cwd=written, capture_output=True, text=True, timeout=120, check=False)
    assert checked.returncode == 0, checked.stdout


def test_client_when_a_server_runs_then_it_gets_the_librarys_words_and_its_refusals(
    written: Path, knowledge_base: KnowledgeBase
) -> None:
    samples.publish(knowledge_base, samples.interview())
    app = create_app(knowledge_base.settings, knowledge_base)
    server = make_server("127.0.0.1", 0, app)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        module = loaded(written / "counterpart_client.py")
        client = module.Client(f"http://127.0.0.1:{server.server_port}/")
        answer = client.ask(TRUST, side=["cdmo"], limit=1)
        with pytest.raises(module.CounterpartProblem, match=r"Did you mean 'sponsor'\?") as refused:
            client.ask(TRUST, side=["sponsors"])
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
        close_app(app)
    (quote,) = answer["quotes"]
    citation = knowledge_base.library.resolve_citation(quote["citation"])
    text = knowledge_base.library.read_span(citation.revision_id, citation.start, citation.end)
    assert (answer["status"], quote["text"], quote["side"]) == ("answered", text, "cdmo")
    assert set(module.Quote.__annotations__) <= set(quote)
    assert refused.value.status == 400


def test_configurations_when_the_page_shows_them_then_they_start_what_there_is(knowledge_base: KnowledgeBase) -> None:
    shown = [json.loads(body)["mcpServers"]["counterpart"] for body in blocks("docs/mcp.md", "json")]
    assert shown[0]["command"] == "kb"
    assert parse_fault(shown[0]["args"]) == ""
    assert shown[1]["url"] == "http://127.0.0.1:8001/mcp"
    tools = Toolbox(knowledge_base, Links("https://kb.example")).tools
    assert all(f"| `{name}` |" in page("docs/mcp.md").text for name in tools)
