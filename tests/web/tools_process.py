"""`kb` as a process of its own, over the tiny embedder and judge: for tests that talk to it by its pipes."""

from __future__ import annotations

import kb.assembly
from kb.assembly import KnowledgeBase
from kb.cli.main import main
from kb.settings import Settings
from tests.tiny import TinyEmbedder, TinyJudge


def open_tiny(settings: Settings) -> KnowledgeBase:
    print("what is printed goes elsewhere")
    return KnowledgeBase(settings, TinyEmbedder(), TinyJudge())


if __name__ == "__main__":
    kb.assembly.open_knowledge_base = open_tiny
    main()
