"""Counting and splitting in a model's own tokens, without loading the model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tokenizers import Tokenizer

if TYPE_CHECKING:
    from langchain_text_splitters import TextSplitter

# The splitter counts without special tokens: leave room for them.
_SPECIAL = 2


class Tokens:
    """The tokenizer of a model folder that holds a tokenizer.json."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._tokenizer = Tokenizer.from_file(str(file))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._splitters: dict[int, TextSplitter] = {}

    def encode(self, texts: Sequence[str], longest: int) -> list[Any]:
        """Encodings (ids, offsets in characters), special tokens included, cut at `longest` tokens."""
        encodings = self._tokenizer.encode_batch(list(texts))
        for encoding in encodings:
            encoding.truncate(longest)
        return list(encodings)

    def count(self, texts: Sequence[str]) -> list[int]:
        return [len(encoding.ids) for encoding in self._tokenizer.encode_batch_fast(list(texts))] if texts else []

    def split(self, text: str, limit: int) -> list[tuple[int, int]]:
        """Spans of the pieces, in order. No overlap: with one the splitter's start offsets go wrong."""
        if limit not in self._splitters:
            self._splitters[limit] = self._make_splitter(limit)
        spans: list[tuple[int, int]] = []
        at = 0
        for piece in self._splitters[limit].split_text(text):
            start = text.index(piece, at)
            spans.append((start, start + len(piece)))
            at = start + len(piece)
        return spans

    def _make_splitter(self, limit: int) -> TextSplitter:
        # Imported here: they take seconds, and only a sentence longer than a passage needs them.
        from langchain_text_splitters import RecursiveCharacterTextSplitter
        from transformers import PreTrainedTokenizerFast

        return RecursiveCharacterTextSplitter.from_huggingface_tokenizer(
            PreTrainedTokenizerFast(tokenizer_file=str(self._file)),
            chunk_size=limit - _SPECIAL,
            chunk_overlap=0,
        )
