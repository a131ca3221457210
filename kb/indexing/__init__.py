"""The library's changes into vectors and indexes: publish, follow, reindex."""

from kb.indexing.follow import Follower
from kb.indexing.publish import Item, Outcome, Publisher
from kb.indexing.reindex import Step, fill
from kb.indexing.tally import Tally

__all__ = ["Follower", "Item", "Outcome", "Publisher", "Step", "Tally", "fill"]
