"""Re-indexing: planned, made beside the active generation, proved to be no worse, activated, taken back."""

from kb.generations.reindexing import Reindexed, Reindexing

__all__ = ["Reindexed", "Reindexing"]
