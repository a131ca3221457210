"""The library: the only truth. The only room that imports sqlalchemy."""

from kb.library.library import Library
from kb.library.rows import (
    Change,
    DocumentRow,
    GenerationRow,
    GenerationState,
    IndexEntry,
    Run,
    SourceRow,
    Stored,
    UnansweredQuestion,
    VectorRow,
)

__all__ = [
    "Change",
    "DocumentRow",
    "GenerationRow",
    "GenerationState",
    "IndexEntry",
    "Library",
    "Run",
    "SourceRow",
    "Stored",
    "UnansweredQuestion",
    "VectorRow",
]
