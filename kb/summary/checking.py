"""The check of a summary's sentence against the quote that it cites. Pure but for the vectors that it is handed.

A sentence passes if the quote speaks of the same (words shared, vectors alike, both over a measured bar) and if nothing
that a likeness does not see was changed: a "not", a number, a name, a side.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from kb.records import Quote
from kb.summary.exchange import exchange_fault
from kb.summary.naming import dated_fault, name_fault, repeated_fault
from kb.summary.polarity import polarity_fault
from kb.summary.quantities import quantity_fault
from kb.summary.roles import role_fault
from kb.summary.sides import side_fault
from kb.summary.strength import strength_fault
from kb.summary.wording import content_stems

_CLAUSE = re.compile(r"[,;:()]|\b(?:and|but|while|whereas|because|since|although|so that|which)\b")
# Who says it is for the check of sides; here they would count as words that the quote lacks.
_TELLERS = frozenset(
    content_stems(
        """sponsor sponsors biotech biotechs client customer cdmo cdmos manufacturer executive leader manager lead
        director consultant adviser speaker says argues reports according thinks believes advises recommends warns
        view point"""
    )
)
# Content words from which on a clause says something of its own.
_TELLING = 3


@dataclass(frozen=True, slots=True)
class Verdict:
    """fault: why the quote does not support the sentence, or "". kind: which part of the check says so."""

    kind: str
    fault: str
    overlap: float
    likeness: float

    @property
    def supported(self) -> bool:
        return not self.fault


@cache
def load_bars() -> Mapping[str, float]:
    """overlap, likeness, and both together: what a supported sentence has at least (benchmarks/summary.py)."""
    found: Mapping[str, float] = json.loads(files("kb.summary").joinpath("bars.json").read_text(encoding="utf-8"))
    return found


def overlap(sentence: str, quote: str) -> float:
    """The share of the sentence's content words, by stem, that the quote has; 0 to 1."""
    mine = {name for name in content_stems(sentence) if name not in _TELLERS}
    return len(mine & set(content_stems(quote))) / len(mine) if mine else 0.0


def addition(sentence: str, quote: str) -> str:
    """Why a part of the sentence stands on nothing, or "": a clause of three content words that shares none of them."""
    held = set(content_stems(quote))
    for clause in _CLAUSE.split(sentence):
        stems = [name for name in content_stems(clause) if name not in _TELLERS]
        if len(stems) >= _TELLING and not held & set(stems):
            return f"the quote says nothing like {clause.strip()[:60]!r}"
    return ""


def checked(sentence: str, quote: Quote, likeness: float) -> Verdict:
    """likeness: the cosine of the sentence's vector to the nearest of the quote's, whole or by sentence."""
    bars, shared = load_bars(), overlap(sentence, quote.text)
    kind, fault = _fault(sentence, quote)
    if not fault:
        kind, fault = "overlap", addition(sentence, quote.text)
    if not fault and shared < bars["overlap"]:
        kind, fault = "overlap", "it shares too few words with the quote"
    if not fault and likeness < bars["likeness"]:
        kind, fault = "likeness", "it is not like the quote"
    # Other words for the same must be the liker, and the same words need not be.
    if not fault and shared + likeness < bars["together"]:
        kind, fault = "overlap", "it shares too few words with the quote for how like it is"
    return Verdict(kind, fault, shared, likeness)


def _fault(sentence: str, quote: Quote) -> tuple[str, str]:
    text = quote.text
    speaker, meta = quote.speaker, quote.metadata
    known = [meta.title, meta.show, quote.section, quote.citation.speaker or ""]
    known += [speaker.role, speaker.organisation] if speaker else []
    side = speaker.side if speaker else ""
    parts = (
        ("number", quantity_fault(sentence, text)),
        ("name", name_fault(sentence, text, known) or repeated_fault(sentence, text) or dated_fault(sentence, text)),
        ("negation", polarity_fault(sentence, text)),
        ("strength", strength_fault(sentence, text)),
        ("side", side_fault(sentence, text, side)),
        ("order", exchange_fault(sentence, text, side) or role_fault(sentence, text, side)),
    )
    return next(((kind, fault) for kind, fault in parts if fault), ("", ""))
