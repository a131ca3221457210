"""A sentence-transformers CrossEncoder by name, as a plain function of two texts."""

from __future__ import annotations

from collections.abc import Callable

from kb.errors import ModelError


def load_cross_encoder(name: str) -> Callable[[str, str], float]:
    """(question, sentence) -> logit. Raises ModelError where the model cannot be had."""
    try:
        import torch
        from sentence_transformers import CrossEncoder

        model = CrossEncoder(name, device="cpu", activation_fn=torch.nn.Identity())
    except Exception as error:
        raise ModelError(
            f"the judge {name!r} cannot be loaded: {error}", way_out="Set judge to reranker_en, a folder, or none."
        ) from error

    def score(question: str, sentence: str) -> float:
        return float(model.predict([(question, sentence)], show_progress_bar=False)[0])

    return score
