"""How good the answers are: question sets in, measures out."""

from kb.evaluation.comparing import compare
from kb.evaluation.questions import EvaluationQuestion, read_questions
from kb.evaluation.running import evaluate

__all__ = ["EvaluationQuestion", "compare", "evaluate", "read_questions"]
