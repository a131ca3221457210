"""A generation made beside the active one, a few documents at a time: it can be killed anywhere and run again."""

from __future__ import annotations

from collections.abc import Callable

from kb.embedding import Embedder
from kb.errors import NotFoundError, VectorsGoneError
from kb.indexing.cutting import Cut, cut_revision, missing_inputs
from kb.indexing.publish import embed, themed_passages
from kb.library import GenerationRow, Library
from kb.passages import PassageSettings
from kb.records import Revision
from kb.themes import ThemeRule

# (documents done, documents in all)
Progress = Callable[[int, int], None]
# What is cut and embedded together, and then in memory at once.
_WINDOW_DOCUMENTS = 8
_WINDOW_PASSAGES = 128
_STORED_TOGETHER = 32


def fill(
    library: Library,
    generation: GenerationRow,
    embedder: Embedder,
    rule: ThemeRule,
    progress: Progress | None = None,
) -> int:
    """Give a generation every document that it misses; the number of texts that were embedded.

    What is published, edited or deleted meanwhile is in it when this returns, but for what comes after the last look.
    """
    rule.prepare()
    recipe = PassageSettings.from_key(generation.passages)
    embedded = done = 0
    while missing := library.missing(generation.id, _WINDOW_DOCUMENTS):
        window: list[tuple[str, str, Revision, list[Cut]]] = []
        for document_id, revision_id in missing:
            try:
                revision = library.revision(revision_id)
            except NotFoundError:
                continue  # deleted since
            window.append((document_id, revision_id, revision, cut_revision(revision, recipe, embedder)))
            if sum(len(cuts) for *_, cuts in window) >= _WINDOW_PASSAGES:
                break
        embedded += _cache(library, generation, embedder, [c for *_, cuts in window for c in cuts])
        for document_id, revision_id, revision, cuts in window:
            try:
                entries = themed_passages(library, generation, revision, cuts, {}, rule)
                done += library.plant(generation, document_id, revision_id, entries)
            except VectorsGoneError:
                continue  # it is still missing, and embedded anew in the next round
        if progress is not None:
            progress(done, done + library.count_missing(generation.id))
    library.finish_generation(generation.id)
    return embedded


def _cache(library: Library, generation: GenerationRow, embedder: Embedder, cuts: list[Cut]) -> int:
    """Embed what is not in the cache and store it there, a few at a time: a kill loses the last few. How many."""
    missing = list(missing_inputs(library, generation.model_key, cuts).items())
    for at in range(0, len(missing), _STORED_TOGETHER):
        made = embed(embedder, dict(missing[at : at + _STORED_TOGETHER]))
        library.store_vectors(generation.model_key, list(made.values()))
    return len(missing)
