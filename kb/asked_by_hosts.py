"""Questions that hosts asked, as ways into the library: the nearest to a question, and those that begin like it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from kb.embedding import Embedder
from kb.library import GenerationRow, Library
from kb.library.passage_rows import NewVector
from kb.library.rows import AskedQuestion
from kb.records import Filter, QuestionVector
from kb.words import content_words, words

# Questions that one call of prepare gives vectors at most: whoever follows the library must not wait for all of them.
AT_ONCE = 64
_Matrix = npt.NDArray[np.float32]


@dataclass(frozen=True)
class _Known:
    """What was asked at a position of the library. matrix: float32 (n, dim) of the first n of `with_vectors`."""

    position: tuple[int, int] = (-1, -1)
    questions: tuple[AskedQuestion, ...] = ()
    by_revision: Mapping[str, Sequence[AskedQuestion]] = field(default_factory=dict)
    words_of: tuple[frozenset[str], ...] = ()
    embedder: Embedder | None = None
    model_key: str = ""
    placed: tuple[AskedQuestion, ...] = ()
    matrix: _Matrix | None = None
    complete: bool = False


class AskedByHosts:
    """One a knowledge base; threads may share it. Vectors are made by prepare alone, never while somebody waits."""

    def __init__(self, library: Library, embedder_of: Callable[[GenerationRow], Embedder]) -> None:
        self._library = library
        self._embedder_of = embedder_of
        self._preparing = threading.Lock()
        self._known = _Known()

    def prepare(self, generation: GenerationRow | None) -> bool:
        """Bring what is known to the library's state; whether every question has its vector now.

        generation: the one that answers; None: none does, and only words are compared.
        """
        with self._preparing:
            known, position = self._known, self._library.position()
            if known.complete and known.position == position:
                return True
            if known.position != position:
                known = self._read(known, position)
            self._known = self._with_vectors(known, generation) if generation else known
            return self._known.complete

    def _read(self, known: _Known, position: tuple[int, int]) -> _Known:
        by_revision = self._library.host_questions(known.by_revision)
        questions = tuple(one for mine in by_revision.values() for one in mine)
        words_of = tuple(frozenset(words(one.text)) for one in questions)
        before = (known.embedder, known.model_key, known.placed, known.matrix)
        return _Known(position, questions, by_revision, words_of, *before)

    def _with_vectors(self, known: _Known, generation: GenerationRow) -> _Known:
        """As many questions as have vectors, after some more were made."""
        embedder, key = self._embedder_of(generation), generation.model_key
        rows: dict[str, bytes] = {}
        if known.embedder is embedder and known.matrix is not None:
            rows = {one.input_hash: row.tobytes() for one, row in zip(known.placed, known.matrix, strict=True)}
        hashes = list(dict.fromkeys(one.input_hash for one in known.questions if one.input_hash not in rows))
        rows |= {name: row.vector for name, row in self._library.vectors_by_hash(key, hashes).items()}
        missing = {one.input_hash: one for one in reversed(known.questions) if one.input_hash not in rows}
        made = [
            NewVector(name, embedder.question(" ".join(one.text.split())).astype(np.float32).tobytes(), b"")
            for name, one in list(missing.items())[:AT_ONCE]
        ]
        if made:
            needed_by = {name: one.revision_id for name, one in missing.items()}
            self._library.store_vectors(key, made, {row.input_hash: needed_by[row.input_hash] for row in made})
            rows |= {row.input_hash: row.vector for row in made}
        placed = tuple(one for one in known.questions if one.input_hash in rows)
        matrix = np.stack([np.frombuffer(rows[one.input_hash], dtype=np.float32) for one in placed]) if placed else None
        return _Known(
            known.position,
            known.questions,
            known.by_revision,
            known.words_of,
            embedder,
            key,
            placed,
            matrix,
            len(placed) == len(known.questions),
        )

    def nearest(
        self, question: str, limit: int, where: Filter | None = None, vector: QuestionVector | None = None
    ) -> list[AskedQuestion]:
        """The nearest in meaning whose answer the filter allows, best first, each read again from the library.

        question: cleaned. vector: its own, if it is at hand; without one of the same model it costs a forward pass.
        Of several in the same words, the newest. Raises ModelError, LibraryError.
        """
        known = self._known
        if known.matrix is None or known.embedder is None:
            return []
        same = vector is not None and vector.model_key == known.model_key
        values = vector.values if vector is not None and same else known.embedder.question(question)
        order = np.argsort(-(known.matrix @ values), kind="stable")
        ranked = [known.placed[at] for at in order.tolist()]
        kept: dict[str, AskedQuestion] = {}
        for one in self._library.asked_within(ranked, where) if where else ranked:
            kept.setdefault(one.input_hash, one)
            if len(kept) == limit:
                break
        return self._library.still_asked(list(kept.values()))

    def beginning(self, typed: str, limit: int) -> list[AskedQuestion]:
        """Questions that hold all the words typed, the last one begun; then the nearest in meaning."""
        known, asked = self._known, words(typed)
        if not asked or not content_words(typed):
            return []
        whole, begun = set(asked[:-1]), asked[-1]
        found: dict[str, AskedQuestion] = {}
        for one, held in zip(known.questions, known.words_of, strict=True):
            if whole <= held and any(word.startswith(begun) for word in held):
                found.setdefault(one.input_hash, one)
        best = sorted(found.values(), key=lambda one: len(one.text))[:limit]  # sorted is stable: the newest first
        if len(best) < limit and len(set(content_words(typed))) > 1:
            taken = {one.input_hash for one in best}
            best += [one for one in self.nearest(typed, limit) if one.input_hash not in taken]
        return self._library.still_asked(best[:limit])

    def all(self) -> tuple[AskedQuestion, ...]:
        """Every one, newest document first, in the order of its text; as the library was when last prepared."""
        return self._known.questions
