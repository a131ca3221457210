"""Sentence bounds. Pure: text in, spans out; nothing but white space lies between two spans."""

from __future__ import annotations

from typing import Any

from syntok import segmenter
from syntok.tokenizer import Tokenizer

# Part of what an embedded input is known by: other bounds make other sentence vectors.
SENTENCES_VERSION = "syntok-1.4.4/1"
_CLOSERS = "”’\"')]»"
# syntok reads token by token; a paragraph longer than this is cut at white space first.
_LONGEST = 200_000
_tokenizer = Tokenizer(emit_hyphen_or_underscore_sep=True, replace_not_contraction=False)


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Spans (start, end), in characters, of the sentences of one paragraph, in order.

    Every character that is not white space is in exactly one span.
    """
    spans: list[tuple[int, int]] = []
    for start, end in _stretches(text):
        spans.extend((start + a, start + b) for a, b in _split(text[start:end]))
    return _tight(text, spans)


def is_question(sentence: str) -> bool:
    return sentence.rstrip().rstrip(_CLOSERS).endswith("?")


def _stretches(text: str) -> list[tuple[int, int]]:
    bounds = [0]
    while len(text) - bounds[-1] > _LONGEST:
        cut = text.rfind(" ", bounds[-1] + 1, bounds[-1] + _LONGEST)
        bounds.append(cut if cut > 0 else bounds[-1] + _LONGEST)
    return list(zip(bounds, [*bounds[1:], len(text)], strict=True))


def _split(text: str) -> list[tuple[int, int]]:
    starts = [_first(sentence) for sentence in segmenter.split(_tokenizer.tokenize(text))]
    if not starts:
        return [(0, len(text))]
    starts[0] = 0
    return list(zip(starts, [*starts[1:], len(text)], strict=True))


def _first(sentence: Any) -> int:
    return int(next(iter(sentence)).offset)


def _tight(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Drop white space at both ends; give a sentence that is only closing marks to the one before."""
    tight: list[tuple[int, int]] = []
    for start, end in spans:
        piece = text[start:end]
        start += len(piece) - len(piece.lstrip())
        end = start + len(piece.strip())
        if start >= end:
            continue
        if tight and not text[start:end].strip(_CLOSERS + ".!?…-–—"):
            tight[-1] = (tight[-1][0], end)
        else:
            tight.append((start, end))
    return tight
