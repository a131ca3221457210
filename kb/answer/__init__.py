"""Quote, prove, or say "not found"."""

from kb.answer.answering import Answerer

__all__ = ["Answerer"]
