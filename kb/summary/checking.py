"""The check of a summary's sentence against the quote that it cites. Pure but for the vectors that it is handed.

A sentence passes if it is a shortening of the quote (`shortening.py`), and if both speak of the same: words shared and
vectors alike, each over a measured bar.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from kb.records import Quote
from kb.summary.shortening import shortening_fault
from kb.summary.sides import named_side
from kb.summary.telling import said_from
from kb.summary.wording import content_words, known, tokens


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
    """overlap and likeness: what a supported sentence has at least (benchmarks/summary.py)."""
    found: Mapping[str, float] = json.loads(files("kb.summary").joinpath("bars.json").read_text(encoding="utf-8"))
    return found


def overlap(sentence: str, quote: str) -> float:
    """The share of what the sentence says that the quote has, by word; 0 to 1. Who says it counts for nothing."""
    said = sentence[said_from(sentence) :]
    mine = {token.lower for token in tokens(said) if token.content and not named_side(token.lower)}
    its = set(content_words(quote))
    return sum(known(word, its) for word in mine) / len(mine) if mine else 0.0


def checked(sentence: str, quote: Quote, likeness: float) -> Verdict:
    """likeness: the cosine of the sentence's vector to the nearest of the quote's, whole or by sentence."""
    bars, shared = load_bars(), overlap(sentence, quote.text)
    kind, fault = "shortening", _fault(sentence, quote)
    if not fault and shared < bars["overlap"]:
        kind, fault = "overlap", "it shares too few words with the quote"
    if not fault and likeness < bars["likeness"]:
        kind, fault = "likeness", "it is not like the quote"
    return Verdict(kind if fault else "", fault, shared, likeness)


def _fault(sentence: str, quote: Quote) -> str:
    speaker, meta = quote.speaker, quote.metadata
    told = [meta.title, meta.show, quote.citation.speaker or ""]
    told += [speaker.name, speaker.role, speaker.organisation] if speaker else []
    return shortening_fault(sentence, quote.text, speaker.side if speaker else "", told)
