"""Saved quotes: what may be saved, and what a collection shows of it. Nothing is shown from memory.

A collection keeps citations. Each time that it is shown, their words are read from the library and proved.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from kb.errors import NotFoundError, UsageError
from kb.library import Library
from kb.library.rows import SavedRow
from kb.records import SET_ASIDE_KINDS, SPOKEN_KINDS, Citation, Quote, Revision
from kb.spans import overlapping

_log = logging.getLogger(__name__)
# Longer than any quote of an answer; a collection is no way to copy a document.
SPAN_CHARS = 4_000
TOKEN_BYTES = 24
# In the order in which they stand in a saved quote's life.
STATES = ("current", "edited", "missing", "purged")


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved quote as the library has it now.

    state: "current"; "edited": its document reads otherwise now, and the quote is of the revision that was cited;
    "missing": its document is not in the library, or does not bear it out; "purged". quote: None for the last two.
    revision: the number of the one that was cited, from 1.
    """

    row: SavedRow
    state: str
    quote: Quote | None
    revision: int = 0


def new_token() -> str:
    """Of an edit link: 192 random bits, in 32 characters that stand in an address as they are."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def read_token(edit_token: str) -> str:
    """Of the read link that belongs to an edit link. It cannot be turned back, so whoever reads cannot edit.

    Made from the other one, and not kept: the database has hashes alone, and an edit link can still show it.
    """
    digest = hmac.digest(edit_token.encode("utf-8", "surrogatepass"), b"counterpart: the read link", hashlib.sha256)
    return base64.urlsafe_b64encode(digest[:TOKEN_BYTES]).decode()


def savable(library: Library, cited: str) -> Citation:
    """The citation, if it may be saved. Raises NotFoundError, UsageError for what no answer would quote.

    That is: several voices at once (a host's question would go as the guest's words), promotion, or far too much.
    """
    citation = library.resolve_citation(cited)
    fault = _fault(library.revision(citation.revision_id), citation)
    if fault:
        raise UsageError(f"this cannot be saved as a quote: {fault}", way_out="Save a quote of an answer.")
    return citation


def proved(library: Library, rows: Sequence[SavedRow]) -> list[Saved]:
    """Each with its words as the library has them now."""
    revisions: dict[str, Revision] = {}
    return [_proved(library, row, revisions) for row in rows]


def _proved(library: Library, row: SavedRow, revisions: dict[str, Revision]) -> Saved:
    if not row.citation:
        return Saved(row, "purged", None)
    prefix, first, last = row.citation.rsplit("-", 2)
    start, end = int(first), int(last)
    try:
        if prefix not in revisions:
            revisions[prefix] = library.revision(prefix)
    except NotFoundError:
        return Saved(row, "missing", None)
    revision = revisions[prefix]
    quote = _quote(library, revision, row.citation, start, end)
    if quote is None:
        return Saved(row, "missing", None)
    state = "current" if library.is_current(revision.id) else "edited"
    return Saved(row, state, quote, revision.number)


def _quote(library: Library, revision: Revision, cited: str, start: int, end: int) -> Quote | None:
    proof = library.read_proof(revision.id, start, end)
    if proof is None or proof.text != revision.text[start:end] or proof.start_s != revision.second_at(start):
        # Neither words nor the collection go into the log: the place is enough to mend it.
        _log.error("a saved quote failed its proof: revision %s [%d, %d)", revision.id, start, end)
        return None
    citation = Citation(cited, revision.document_id, revision.id, start, end, proof.speaker, proof.start_s)
    if _fault(revision, citation):
        return None
    return Quote(
        text=proof.text,
        key_start=0,
        key_end=0,
        citation=citation,
        speaker=revision.metadata.speaker(proof.speaker),
        metadata=revision.metadata,
        section=revision.section_at(start),
        themes=(),
        score=0.0,
        parts={},
    )


def _fault(revision: Revision, citation: Citation) -> str:
    """Why the span is no quote, or ""."""
    if citation.end - citation.start > SPAN_CHARS:
        return f"it is longer than {SPAN_CHARS} characters"
    if not revision.text[citation.start : citation.end].strip():
        return "it holds no words"
    parts = overlapping(revision.segments, citation.start, citation.end)
    if any(part.kind in SET_ASIDE_KINDS for part in parts):
        return "it is promotion or a list of sources"
    others = {part.speaker for part in parts if part.kind in SPOKEN_KINDS} - {citation.speaker}
    # An article's own sentence may hold a fragment of what somebody said: it stays the article's.
    if others and (citation.speaker is not None or any(part.kind == "turn" for part in parts)):
        return "several people speak in it"
    return ""
