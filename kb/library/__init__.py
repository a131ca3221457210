"""The library: the only truth. The only room that imports sqlalchemy."""

from kb.library.library import Library
from kb.library.rows import Change, DocumentRow, GenerationRow, IndexEntry, SourceRow, Stored, VectorRow

__all__ = ["Change", "DocumentRow", "GenerationRow", "IndexEntry", "Library", "SourceRow", "Stored", "VectorRow"]
