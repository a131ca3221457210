"""What a re-indexing would do, counted before it is done."""

from __future__ import annotations

import time
from typing import Any

from kb.embedding import Embedder
from kb.indexing.cutting import Cut, cut_revision, missing_inputs
from kb.library import GenerationRow, Library
from kb.passages import PassageSettings

# Texts that a plan embeds to see how long all would take.
_SAMPLE = 32


def planned(library: Library, generation: GenerationRow, embedder: Embedder) -> dict[str, Any]:
    """Counts of documents, passages and texts, bytes and seconds. Nothing is stored."""
    recipe = PassageSettings.from_key(generation.passages)
    inputs: dict[str, Cut] = {}
    count = cached = 0
    for row in library.documents():
        cuts = cut_revision(library.revision(row.revision_id), recipe, embedder)
        missing = missing_inputs(library, generation.model_key, cuts)
        count += len(cuts)
        cached += len({cut.input_hash for cut in cuts} - missing.keys())
        inputs |= missing
    # float32 for the passage, float16 for each of its sentences
    size = sum((4 + 2 * len(cut.sentences)) * generation.dimension for cut in inputs.values())
    return {
        "model": generation.model,
        "variant": generation.variant,
        "passages_as": generation.passages,
        "documents": len(library.documents()),
        "passages": count,
        "texts_to_embed": len(inputs),
        "texts_cached": cached,
        "vector_bytes": size,
        "estimated_s": _estimated_s(embedder, list(inputs.values())),
    }


def _estimated_s(embedder: Embedder, cuts: list[Cut]) -> float:
    """Seconds that embedding them takes, as a few of them took, spread over all."""
    sample = cuts[:: max(1, len(cuts) // _SAMPLE)][:_SAMPLE]
    if not sample:
        return 0.0
    embedder.question("warm")
    start = time.perf_counter()
    embedder.passages([cut.text for cut in sample], [cut.sentences for cut in sample])
    return round((time.perf_counter() - start) / len(sample) * len(cuts), 1)
