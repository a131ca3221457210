"""Embed the whole library anew, from itself, and put the new passages in place in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from kb.embedding import Embedder
from kb.indexing.cutting import cut_revision, generation_for, passage_settings
from kb.indexing.publish import embed, themed
from kb.library import GenerationRow, Library
from kb.library.writes import NewPassage
from kb.settings import Settings
from kb.themes import ThemeRule

# (documents done, documents in all)
Progress = Callable[[int, int], None]


def reindex(
    settings: Settings, library: Library, embedder: Embedder, themes: ThemeRule, progress: Progress | None = None
) -> GenerationRow:
    """The new active generation. A kill before its last step leaves the old one as it was."""
    themes.prepare()
    wanted = generation_for(settings, embedder.identity)
    ids = [row.revision_id for row in library.documents()]
    for number, revision_id in enumerate(ids, 1):
        cuts = cut_revision(library.revision(revision_id), passage_settings(settings), embedder)
        library.store_vectors(wanted.model_key, list(embed(embedder, {c.input_hash: c for c in cuts}).values()))
        if progress is not None:
            progress(number, len(ids))
    return library.replace_generation(wanted, _plants(settings, library, embedder, themes, ids, wanted.model_key))


def _plants(
    settings: Settings,
    library: Library,
    embedder: Embedder,
    themes: ThemeRule,
    ids: Sequence[str],
    model_key: str,
) -> Iterator[tuple[str, str, list[NewPassage]]]:
    for revision_id in ids:
        revision = library.revision(revision_id)
        cuts = cut_revision(revision, passage_settings(settings), embedder)
        vectors = library.vectors_by_hash(model_key, [cut.input_hash for cut in cuts])
        yield revision.document_id, revision.id, themed(revision, cuts, vectors, themes)
