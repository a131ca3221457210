"""tantivy, in memory: BM25 with English stemming. A question's words are OR-ed, never parsed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import tantivy

from kb.engines.contract import Nos
from kb.library.rows import IndexEntry

_ANALYZER = "counterpart_english"
_HEAP_BYTES = 32_000_000
# The most distinct words of a question that are searched; a pasted page of text has no need of more.
_MOST_TERMS = 256


def make_analyzer() -> Any:
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(80))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
        .filter(tantivy.Filter.stemmer("english"))
        .build()
    )


class WordIndex:
    """One writer, which its owner's lock guards; searchers are snapshots that any thread may use."""

    def __init__(self) -> None:
        builder = tantivy.SchemaBuilder()
        builder.add_unsigned_field("no", stored=False, indexed=True, fast=True)
        builder.add_text_field("text", stored=False, tokenizer_name=_ANALYZER, index_option="freq")
        self._schema = builder.build()
        self._analyzer = make_analyzer()
        self._open()

    def _open(self) -> None:
        self._index = tantivy.Index(self._schema)
        self._index.register_tokenizer(_ANALYZER, make_analyzer())
        self._writer = self._index.writer(_HEAP_BYTES, 1)

    def apply(self, added: Sequence[IndexEntry], removed: Sequence[int]) -> WordSnapshot:
        if removed:
            # By query: a term given as a plain integer is read as signed and deletes nothing.
            gone = tantivy.Query.term_set_query(self._schema, "no", [int(no) for no in removed])
            self._writer.delete_documents_by_query(gone)
        for entry in added:
            document = tantivy.Document()
            document.add_unsigned("no", entry.no)
            document.add_text("text", entry.text)
            self._writer.add_document(document)
        self._writer.commit()
        return self.snapshot()

    def snapshot(self) -> WordSnapshot:
        self._index.reload()
        return WordSnapshot(self._index.searcher(), self._schema, self.terms)

    def terms(self, text: str) -> list[str]:
        return list(self._analyzer.analyze(text))


class WordSnapshot:
    def __init__(self, searcher: Any, schema: Any, terms: Any) -> None:
        self._searcher = searcher
        self._schema = schema
        self._terms = terms

    def search(self, question: str, limit: int, allowed: Nos | Sequence[int] | None) -> dict[int, float]:
        """BM25 by number, best first, ties by number; only passages that hold a word of the question."""
        words = list(dict.fromkeys(self._terms(question)))[:_MOST_TERMS]
        if not words or limit < 1 or (allowed is not None and len(allowed) == 0):
            return {}
        parts = [(tantivy.Occur.Should, tantivy.Query.term_query(self._schema, "text", word)) for word in words]
        query = tantivy.Query.boolean_query(parts)
        if allowed is not None:
            chosen = tantivy.Query.term_set_query(self._schema, "no", [int(no) for no in allowed])
            # The filter must not add to the score.
            chosen = tantivy.Query.const_score_query(chosen, 0.0)
            query = tantivy.Query.boolean_query([(tantivy.Occur.Must, query), (tantivy.Occur.Must, chosen)])
        hits = self._searcher.search(query, limit, count=False).hits
        nos = self._searcher.fast_field_values("no", [address for _, address in hits])
        pairs = [(int(no), float(score)) for no, (score, _) in zip(nos, hits, strict=True)]
        return dict(sorted(pairs, key=lambda pair: (-pair[1], pair[0])))

    def frequencies(self, terms: Sequence[str]) -> dict[str, int]:
        return {term: int(self._searcher.doc_freq("text", term)) for term in terms}

    def size(self) -> int:
        return int(self._searcher.num_docs)
