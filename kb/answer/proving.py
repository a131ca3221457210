"""Law 4: a quote is read again from the library before it is shown."""

from __future__ import annotations

import logging

from kb.answer.quoting import Chosen
from kb.library import Library
from kb.records import Citation, Quote, citation_id

_log = logging.getLogger(__name__)


def prove(library: Library, chosen: Chosen) -> Quote | None:
    """The quote with its citation; None where the library does not say the same, which is logged as a defect."""
    key, revision = chosen.key, chosen.key.revision
    text = revision.text[chosen.start : chosen.end]
    start_s = revision.second_at(chosen.start)
    stored = library.read_proof(revision.id, chosen.start, chosen.end)
    if stored is None or (stored.text, stored.speaker, stored.start_s) != (text, key.speaker, start_s):
        # Neither the question nor the words go into the log: place and fact are enough to mend it.
        _log.error("a quote failed its proof: revision %s [%d, %d)", revision.id, chosen.start, chosen.end)
        return None
    citation = Citation(
        citation_id(revision.id, chosen.start, chosen.end),
        revision.document_id,
        revision.id,
        chosen.start,
        chosen.end,
        key.speaker,
        start_s,
    )
    parts = dict(key.hit.parts) | {"sentence": key.score, "sentence_cosine": key.cosine}
    if key.judge is not None:
        parts["judge"] = key.judge
    return Quote(
        text=stored.text,
        key_start=key.start - chosen.start,
        key_end=key.end - chosen.start,
        citation=citation,
        speaker=revision.metadata.speaker(key.speaker),
        metadata=revision.metadata,
        section=revision.section_at(chosen.start),
        themes=key.hit.passage.themes,
        score=key.score,
        parts=parts,
    )
