"""Whether a sentence answers a question: the cross-encoder. The only room that imports onnxruntime."""

from kb.judging.judge import Judge, load_judge

__all__ = ["Judge", "load_judge"]
