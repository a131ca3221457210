"""One class over its parts: reads, writes, what indexes follow, keeping it safe."""

from __future__ import annotations

from kb.library.collecting import Collecting
from kb.library.directory import Directory
from kb.library.entry_points import EntryPoints
from kb.library.feeds import Feeds
from kb.library.generations import Generations
from kb.library.keeping import Keeping
from kb.library.reads import Reads
from kb.library.runs import Runs
from kb.library.unanswered import Unanswered
from kb.library.writes import Writes


class Library(Reads, Writes, Feeds, Directory, Generations, Runs, Collecting, Unanswered, EntryPoints, Keeping):
    """The truth, in one database. Every method is one transaction; threads may share a Library."""
