"""The command `kb`, called in this process over the tiny knowledge base, and two documents to ask of."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Protocol

import pytest
from click.testing import CliRunner, Result

from kb.assembly import KnowledgeBase
from kb.cli.main import cli
from kb.indexing.publish import Item
from kb.records import Draft, Metadata, Segment, Speaker, TimeMark
from kb.settings import Settings
from tests.tiny import TinyEmbedder, TinyJudge

TURNS = (
    ("Host", "What should a young biotech do about capacity?"),
    ("Jane Doe", "Reserve the manufacturing slot six months before the toxicology batch. Nobody regrets that."),
    ("Richard Roe", "A deviation must be reported within one working day. Silence costs more than the failed batch."),
)
PEOPLE = (
    Speaker("Host", side="host", host=True),
    Speaker("Jane Doe", role="COO", organisation="Example Therapeutics", side="sponsor"),
    Speaker("Richard Roe", role="quality director", organisation="Example Biologics", side="cdmo"),
)


class Kb(Protocol):
    def __call__(self, *arguments: str, stdin: str | bytes | None = None, **environ: str) -> Result: ...


class Opened(list[Settings]):
    """The settings of every knowledge base that a command opened."""


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Opened:
    found = Opened()

    def open_tiny(settings: Settings) -> KnowledgeBase:
        found.append(settings)
        return KnowledgeBase(settings, TinyEmbedder(), TinyJudge())

    monkeypatch.setattr("kb.assembly.open_knowledge_base", open_tiny)
    return found


@pytest.fixture
def kb(monkeypatch: pytest.MonkeyPatch, opened: Opened, data_folder: Path, root: Path) -> Kb:
    """Call the command. Its library is data_folder unless the arguments or the environment say otherwise."""
    for name in list(os.environ):
        if name.startswith("KB_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(root)

    # The command runs in the tests' own process, which is not to step back.
    usual = {"KB_DATA": str(data_folder), "KB_REINDEX_NICENESS": "0"}

    def call(*arguments: str, stdin: str | bytes | None = None, **environ: str) -> Result:
        return CliRunner().invoke(cli, list(arguments), input=stdin, env={**usual, **environ})

    return call


@pytest.fixture
def documents(knowledge_base: KnowledgeBase) -> tuple[str, str]:
    """The ids of an interview and of an article, both published."""
    items = [_item("interview", _interview()), _item("article", _article())]
    outcomes = list(knowledge_base.publisher().publish_all(items))
    return outcomes[0].document_id, outcomes[1].document_id


def _item(name: str, draft: Draft) -> Item:
    return Item(draft, path=f"{name}.md", raw_hash=name, size=len(draft.text), settings_hash="")


def _interview() -> Draft:
    text, segments = "", []
    for number, (speaker, words) in enumerate(TURNS):
        start, text = len(text), text + words + "\n\n"
        segments.append(Segment(start, len(text), "turn", speaker, 60.0 * number, 60.0 * (number + 1)))
    metadata = Metadata("Slots and silence", show="Example Talk", kind="episode", date="2026-03-05", speakers=PEOPLE)
    marks = tuple(TimeMark(segment.start, segment.start_s or 0.0) for segment in segments)
    return Draft("interview", metadata, text, tuple(segments), marks)


def _article() -> Draft:
    heading, body = "Freezers\n\n", "Calibrate the freezer probes every quarter and keep the certificate.\n"
    segments = (Segment(0, len(heading), "heading", level=1), Segment(len(heading), len(heading + body), "paragraph"))
    metadata = Metadata("Freezers", show="Example Guide", date="2025-01-01", composed=True)
    return Draft("article", metadata, heading + body, segments)


def out(result: Result) -> Any:
    """Standard output of a command that was to succeed."""
    assert result.exit_code == 0, result.output
    return result.stdout
