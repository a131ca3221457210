"""What a question is taken to mean that follows another one. README.md has the laws."""

from kb.follow_up.meaning import Understood, stands_by_itself, taken_to_mean, understood

__all__ = ["Understood", "stands_by_itself", "taken_to_mean", "understood"]
