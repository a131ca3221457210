"""From a draft or a stored revision to passages that know what is embedded for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kb.embedding import Embedder, ModelIdentity
from kb.errors import IndexFault
from kb.library import GenerationRow, Library
from kb.passages import PassageSettings, cut, embedded_input
from kb.records import Draft, Passage, Revision, content_hash
from kb.sentences import SENTENCES_VERSION
from kb.settings import Settings
from kb.spans import overlapping

NORMALISER = f"unit-length {SENTENCES_VERSION}"


@dataclass(frozen=True, slots=True)
class Cut:
    """A passage and what is embedded for it. sentences: spans in the embedded text."""

    passage: Passage
    text: str
    sentences: tuple[tuple[int, int], ...]
    input_hash: str


def passage_settings(settings: Settings) -> PassageSettings:
    return PassageSettings(settings.passage_tokens, settings.passage_words, settings.passage_head)


def generation_for(passages: PassageSettings, identity: ModelIdentity) -> GenerationRow:
    """The generation that cuts and embeds like this; id 0: not stored."""
    return GenerationRow(
        id=0,
        model=identity.name,
        variant=identity.variant,
        sha256=identity.sha256,
        dimension=identity.dimension,
        model_key=identity.key(),
        passages=passages.key(),
        normaliser=NORMALISER,
        state="",
    )


def cut_revision(revision: Revision, settings: PassageSettings, embedder: Embedder) -> list[Cut]:
    found = []
    for passage in cut(revision, settings, embedder.count, embedder.split):
        text = embedded_input(revision, passage, settings)
        shift = len(text) - len(passage.text)
        spans = tuple((a + shift, b + shift) for a, b in passage.sentences)
        # A sentence's vector belongs to its input and its offsets there (law 6).
        input_hash = content_hash(text, repr(spans))
        found.append(Cut(passage, text, spans, input_hash))
    return found


def draft_revision(draft: Draft, document_id: str, revision_id: str) -> Revision:
    return Revision(
        revision_id, document_id, 0, draft.metadata, draft.text, draft.segments, draft.marks, draft.report, ""
    )


def voices_of(revision: Revision, passage: Passage) -> tuple[tuple[str, str], ...]:
    """(speaker, side) pairs heard in a passage."""
    pairs = {}
    for segment in overlapping(revision.segments, passage.start, passage.end):
        speaker = revision.metadata.speaker(segment.speaker)
        if speaker is not None:
            pairs[speaker.name] = speaker.side
    return tuple(pairs.items())


def require_agreed(settings: Settings, active: GenerationRow) -> None:
    """Law 3: raises IndexFault naming the first setting that says otherwise than the active generation.

    What is left at its default says nothing: the library knows how it was made.
    """
    usual = Settings()
    made = PassageSettings.from_key(active.passages)
    for name, here in (
        ("model", active.model),
        ("passage_tokens", made.tokens),
        ("passage_words", made.words),
        ("passage_head", made.head),
    ):
        asked = getattr(settings, name)
        if asked not in (here, getattr(usual, name)):
            raise IndexFault(
                f"the library was indexed with {name} {here!r}, the settings ask for {asked!r}",
                way_out="Set it back, or run `kb reindex`, which embeds the library anew.",
            )


def missing_inputs(library: Library, model_key: str, cuts: Sequence[Cut]) -> dict[str, Cut]:
    """One cut for each input that has no vector yet, in order of first sight."""
    wanted = {entry.input_hash: entry for entry in cuts}
    cached = library.cached_hashes(model_key, list(wanted))
    return {key: entry for key, entry in wanted.items() if key not in cached}
