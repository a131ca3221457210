"""tantivy, on disk: BM25 with English stemming. A question's words are OR-ed, never parsed."""

from __future__ import annotations

import json
import math
import time
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import tantivy

from kb.engines.pack import SUMMED_ON_OPENING
from kb.errors import IndexFault
from kb.facets import Conditions
from kb.library.rows import IndexEntry

_ANALYZER = "counterpart_english"
# What a writer gathers before it writes a segment: little for a change, more where all is made anew.
SMALL_HEAP = 15_000_000
LARGE_HEAP = 64_000_000
# The most distinct words of a question that are searched; a pasted page of text has no need of more.
_MOST_TERMS = 256
_FOOTER_MAGIC = 1337
# tantivy's LogMergePolicy, and from where on a merge of such segments takes seconds.
_LEVEL_LOG2 = 0.75
_LEVEL_SEGMENTS = 8
_LONG_MERGE = 10_000
# How long a commit may be ahead of the state that names it before it is taken for a dead writer's.
_PATIENCE_S = 1.0


def make_analyzer() -> Any:
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(80))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
        .filter(tantivy.Filter.stemmer("english"))
        .build()
    )


def _make_schema() -> Any:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("no", stored=False, indexed=True, fast=True)
    builder.add_text_field("text", stored=False, tokenizer_name=_ANALYZER, index_option="freq")
    builder.add_text_field("facet", stored=False, tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field("day", stored=False, indexed=True, fast=True)
    return builder.build()


@contextmanager
def _translated(folder: Path) -> Iterator[None]:
    """tantivy's errors, its panics included, as an index's faults."""
    try:
        yield
    except (ValueError, OSError) as error:
        raise IndexFault(f"the keyword index cannot be used: {error}", where=str(folder)) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise IndexFault(f"the keyword index cannot be read: {error}", where=str(folder)) from error


def commit_of(folder: Path) -> dict[str, Any]:
    """tantivy's own record of its last commit. Raises IndexFault."""
    try:
        body: dict[str, Any] = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
        int(body["opstamp"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise IndexFault(f"cannot be read: {error!r}", where=str(folder / "meta.json")) from error
    return body


def removed_share(folder: Path) -> float:
    """The share of passages that were taken out and still count in document frequencies."""
    parts = commit_of(folder)["segments"]
    gone = sum((part["deletes"] or {}).get("num_deleted_docs", 0) for part in parts)
    return float(gone / max(1, sum(part["max_doc"] for part in parts)))


def merging_long(folder: Path) -> bool:
    """Whether tantivy now merges segments so large that a change should not wait for it.

    Its policy: segments almost as large as the largest that is left are a level, and eight of a level are merged.
    """
    sizes = sorted((part["max_doc"] for part in commit_of(folder)["segments"]), reverse=True)
    level: list[int] = []
    for size in sizes:
        if size < _LONG_MERGE:
            break
        level = [*level, size] if level and math.log2(size) >= math.log2(level[0]) - _LEVEL_LOG2 else [size]
        if len(level) >= _LEVEL_SEGMENTS:
            return True
    return False


def require_whole_words(folder: Path, *, every_byte: bool = False) -> None:
    """Raises IndexFault where a file is not what tantivy wrote: sums of small files only, unless every_byte."""
    for part in commit_of(folder)["segments"]:
        stem = part["segment_id"].replace("-", "")
        files = sorted(folder.glob(f"{stem}.*"))
        if not files:
            raise IndexFault("the keyword index lacks a file", where=str(folder / stem))
        for path in files:
            if every_byte or path.stat().st_size <= SUMMED_ON_OPENING:
                _require_sum(path)


def _require_sum(path: Path) -> None:
    """tantivy ends a file with a JSON footer that holds its CRC, the footer's length and a magic number."""
    try:
        data = memoryview(path.read_bytes())
        length, magic = int.from_bytes(data[-8:-4], "little"), int.from_bytes(data[-4:], "little")
        footer = json.loads(bytes(data[-8 - length : -8])) if magic == _FOOTER_MAGIC else {}
        whole = footer.get("crc") == zlib.crc32(data[: -8 - length])
    except FileNotFoundError:
        return  # merged away by a writer meanwhile
    except (OSError, ValueError) as error:
        raise IndexFault(f"cannot be read: {error}", where=str(path)) from error
    if not whole:
        raise IndexFault("has another check sum than was written", where=str(path))


class WordWriter:
    """The only writer of a folder, which its owner's lock guards. Raises IndexFault."""

    def __init__(self, folder: Path, *, heap: int = SMALL_HEAP) -> None:
        self.folder = folder
        self._schema = _make_schema()
        with _translated(folder):
            if (folder / "meta.json").exists():
                index = tantivy.Index.open(str(folder))
            else:
                folder.mkdir(parents=True, exist_ok=True)
                index = tantivy.Index(self._schema, path=str(folder), reuse=False)
            index.register_tokenizer(_ANALYZER, make_analyzer())
            self._writer: Any = index.writer(heap, 1)
            # A writer that was killed in a commit has left files of it, whose names this one's commit may need.
            self._writer.garbage_collect_files()

    def change(self, added: Sequence[IndexEntry], removed: Sequence[int]) -> None:
        if removed:
            # By query: a term given as a plain integer is read as signed and deletes nothing.
            gone = tantivy.Query.term_set_query(self._schema, "no", [int(no) for no in removed])
            self._writer.delete_documents_by_query(gone)
        for entry in added:
            document = tantivy.Document()
            document.add_unsigned("no", entry.no)
            document.add_text("text", entry.text)
            for key in (*entry.facets, _document_key(entry.document_id)):
                document.add_text("facet", key)
            document.add_unsigned("day", entry.day)
            self._writer.add_document(document)

    def commit(self) -> int:
        """On the disk when this returns; the commit's stamp."""
        with _translated(self.folder):
            self._writer.commit()
        return int(commit_of(self.folder)["opstamp"])

    def close(self) -> None:
        """Wait for the merges that a commit began."""
        writer, self._writer = self._writer, None
        if writer is not None:
            with _translated(self.folder):
                writer.wait_merging_threads()

    def abandon(self) -> None:
        """Forget what was not committed, and let go of the folder."""
        self._writer = None


class Words:
    """A folder as it is read: snapshots of it that any thread may use."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._analyzer = make_analyzer()
        require_whole_words(folder)
        with _translated(folder):
            self._index = tantivy.Index.open(str(folder))
            self._index.register_tokenizer(_ANALYZER, self._analyzer)
            self._index.config_reader(reload_policy="manual")

    def snapshot(self, opstamp: int) -> WordSnapshot | None:
        """The commit of this stamp; None where a later one has come, and is not just being named by a new state."""
        until = time.monotonic() + _PATIENCE_S
        while True:
            with _translated(self.folder):
                self._index.reload()
                searcher = self._index.searcher()
            # Merges keep the stamp and what is found; only a commit moves it on.
            if commit_of(self.folder)["opstamp"] == opstamp:
                return WordSnapshot(self.folder, searcher, self._index.schema, self._analyzer)
            if time.monotonic() > until:
                return None
            time.sleep(0.01)

    def newest(self) -> WordSnapshot:
        """Whatever was committed last."""
        with _translated(self.folder):
            self._index.reload()
            return WordSnapshot(self.folder, self._index.searcher(), self._index.schema, self._analyzer)


class WordSnapshot:
    def __init__(self, folder: Path, searcher: Any, schema: Any, analyzer: Any) -> None:
        self._folder = folder
        self._searcher = searcher
        self._schema = schema
        self._analyzer = analyzer

    def search(
        self, question: str, limit: int, wanted: Conditions | None = None, nos: Sequence[int] | None = None
    ) -> dict[int, float]:
        """BM25 by number, best first, ties by number; only passages that hold a word of the question."""
        words = list(dict.fromkeys(self._analyzer.analyze(question)))[:_MOST_TERMS]
        if not words or limit < 1 or (nos is not None and len(nos) == 0):
            return {}
        parts = [(tantivy.Occur.Should, tantivy.Query.term_query(self._schema, "text", word)) for word in words]
        query = tantivy.Query.boolean_query(parts)
        filters = self._filters(wanted) if wanted else []
        if nos is not None:
            filters.append(tantivy.Query.term_set_query(self._schema, "no", [int(no) for no in nos]))
        if filters:
            # A filter must not add to the score.
            must = [(tantivy.Occur.Must, tantivy.Query.const_score_query(part, 0.0)) for part in filters]
            query = tantivy.Query.boolean_query([(tantivy.Occur.Must, query), *must])
        with _translated(self._folder):
            hits = self._searcher.search(query, limit, count=False).hits
            found = self._searcher.fast_field_values("no", [address for _, address in hits])
        pairs = [(int(no), float(score)) for no, (score, _) in zip(found, hits, strict=True)]
        return dict(sorted(pairs, key=lambda pair: (-pair[1], pair[0])))

    def _filters(self, wanted: Conditions) -> list[Any]:
        groups = [*wanted.groups]
        if wanted.documents:
            groups.append(tuple(_document_key(name) for name in wanted.documents))
        found = [tantivy.Query.term_set_query(self._schema, "facet", list(group)) for group in groups]
        if wanted.dated():
            kind = tantivy.FieldType.Unsigned
            found.append(tantivy.Query.range_query(self._schema, "day", kind, wanted.first, wanted.last))
        return found

    def frequencies(self, terms: Sequence[str]) -> dict[str, int]:
        with _translated(self._folder):
            return {term: int(self._searcher.doc_freq("text", term)) for term in terms}

    def size(self) -> int:
        return int(self._searcher.num_docs)

    def nos(self) -> list[int]:
        """Of all passages, ascending."""
        if not self.size():
            return []
        with _translated(self._folder):
            hits = self._searcher.search(tantivy.Query.all_query(), self.size(), count=False).hits
            return sorted(self._searcher.fast_field_values("no", [address for _, address in hits]))


def _document_key(document_id: str) -> str:
    return f"document:{document_id}"
