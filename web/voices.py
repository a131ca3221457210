"""Whose words a quote is, and whether they have an interest in what they say. Pure."""

from __future__ import annotations

import re

from kb.records import Quote, Speaker

_OF_CDMOS = re.compile(r"\bC(?:D)?MOs?\b|\bcontract (?:development|manufactur)\w*", re.IGNORECASE)


def speaker_of(quote: Quote) -> Speaker | None:
    """Whose words they are; None: the publication's own. A name that the metadata lacks is still a name."""
    name = quote.citation.speaker
    return quote.speaker or (Speaker(name) if name else None)


def interest(quote: Quote) -> str:
    """Why what is said is not a stranger's word, in a sentence, or "": a CDMO that speaks of CDMOs."""
    speaker = speaker_of(quote)
    if speaker is not None and speaker.side == "cdmo" and _OF_CDMOS.search(quote.text):
        return "A CDMO speaks of CDMOs here."
    return ""
