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
        fresh = embed(embedder, missing_inputs(library, generation.model_key, [c for *_, cuts in window for c in cuts]))
        embedded += len(fresh)
        for document_id, revision_id, revision, cuts in window:
            try:
                entries = themed_passages(library, generation, revision, cuts, fresh, rule)
                mine = [fresh[key] for key in sorted({cut.input_hash for cut in cuts} & fresh.keys())]
                done += library.plant(generation, document_id, revision_id, entries, mine)
            except VectorsGoneError:
                continue  # it is still missing, and embedded anew in the next round
        if progress is not None:
            progress(done, done + library.count_missing(generation.id))
    library.finish_generation(generation.id)
    return embedded
