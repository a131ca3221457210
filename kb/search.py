"""Questions into hits: dense and keyword candidates, filled in, fused with the episode prior."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kb.embedding import Embedders
from kb.engines import Engine
from kb.engines.contract import View
from kb.errors import IndexFault, QuestionError
from kb.indexing import Follower
from kb.indexing.cutting import require_agreed
from kb.indexing.follow import Followed
from kb.library import GenerationRow, Library
from kb.ranking import fuse
from kb.records import Filter, Hit
from kb.settings import Settings
from kb.whitening import Whitening, whitening_of
from kb.words import without_stop_words


@dataclass(frozen=True, slots=True)
class Found:
    """Hits, and the state of the index that they came from, for whoever reads on. vector: float32 (dim,).

    candidates: numbers of all passages that were found for the question, in no order of merit: hits are the best.
    """

    question: str
    vector: npt.NDArray[np.float32]
    hits: tuple[Hit, ...]
    view: View
    engine: Engine
    generation: GenerationRow
    candidates: tuple[int, ...] = ()


class Whitenings:
    """What the passages of a generation share, as the library has it at a sequence. Threads may share one."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._lock = threading.Lock()
        self._known: dict[int, tuple[int, list[str], Whitening | None]] = {}

    def of(self, generation: GenerationRow, sequence: int) -> Whitening | None:
        """Made anew where the sample has changed since; None for a library of hardly anything."""
        known = self._known.get(generation.id)
        if known is not None and known[0] >= sequence:
            return known[2]
        with self._lock:
            reached, inputs, whitening = self._known.get(generation.id, (0, [], None))
            if reached >= sequence > 0:
                return whitening  # another question has just made it
            inputs, rows = self._library.sample(generation, inputs)
            if rows is not None:
                whitening = whitening_of(rows)
            # One generation answers, and for a while the one before it: others are forgotten.
            kept = dict(list(self._known.items())[-1:])
            self._known = {**kept, generation.id: (sequence, inputs, whitening)}
            return whitening


class Searcher:
    def __init__(self, settings: Settings, library: Library, embedders: Embedders, follower: Follower) -> None:
        self._settings = settings
        self._library = library
        self._embedders = embedders
        self._follower = follower
        self._whitenings = Whitenings(library)

    def prepare(self, generation: GenerationRow | None = None) -> None:
        """Have ready what questions to a generation need besides model and index; None: the one that answers."""
        followed = self._follower.at_hand
        if generation is not None:
            self._whitenings.of(generation, self._library.sequence())
        elif followed is not None:
            self._whitenings.of(followed.generation, followed.view.sequence)

    def search(self, question: str, where: Filter, limit: int) -> list[Hit]:
        """Passages, best first; equal scores by passage number. Raises QuestionError, IndexFault."""
        found = self.find(question, where, limit)
        return list(found.hits) if found else []

    def find(self, question: str, where: Filter, limit: int) -> Found | None:
        """None: the library holds nothing yet."""
        question = clean_question(question, self._settings.question_chars)
        followed = self._follower.current()
        if followed is None:
            return None
        found = self._found(followed, question, where, limit)
        lost = len(found.hits) < min(limit, followed.view.size())
        if lost and self._library.generation(followed.generation.id).state == "retired":
            # It was retired before this process had gone on to the active one: now there is nothing else to wait for.
            self._follower.catch_up()
            followed = self._follower.current() or followed
            found = self._found(followed, question, where, limit)
        return found

    def _found(self, followed: Followed, question: str, where: Filter, limit: int) -> Found:
        view, generation = followed.view, followed.generation
        require_agreed(self._settings, generation)
        vector = self._embedders.of(generation.model, generation.model_key).question(question)
        try:
            parts = self._fused(view, generation, question, vector, where)
        except IndexFault as error:
            self._follower.mend(str(error))
            raise
        best = sorted(parts, key=lambda no: (-parts[no]["score"], no))
        passages = self._library.passages_by_no(best[:limit])
        hits = [Hit(passages[no], parts[no]["score"], parts[no]) for no in best[:limit] if no in passages]
        return Found(question, vector, tuple(hits), view, followed.engine, generation, tuple(sorted(parts)))

    def _fused(
        self,
        view: View,
        generation: GenerationRow,
        question: str,
        vector: npt.NDArray[np.float32],
        where: Filter,
    ) -> dict[int, dict[str, float]]:
        """Every part of the score of each candidate: the union of what both retrievers find."""
        size = self._settings.candidates
        words = without_stop_words(question)
        dense = view.dense(vector, size, where)
        keywords = view.keywords(words, size, where)
        # What only one retriever found gets its true score from the other.
        dense.update(view.dense_scores(vector, _missing(keywords, dense)))
        found = {no: score for no, score in keywords.items() if no in dense}
        found.update(view.keyword_scores(words, _missing(dense, found)))
        return fuse(
            dense,
            found,
            view.documents(list(dense)),
            keyword_weight=self._settings.keyword_weight,
            prior_weight=self._settings.prior_weight,
            whitened=self._whitened(view, generation, vector, list(dense)),
        )

    def _whitened(
        self, view: View, generation: GenerationRow, vector: npt.NDArray[np.float32], nos: Sequence[int]
    ) -> dict[int, float] | None:
        whitening = self._whitenings.of(generation, view.sequence)
        if whitening is None or not nos:
            return None
        cosines = whitening.cosines(vector, view.vectors(nos))
        return dict(zip(nos, map(float, cosines), strict=True))


def clean_question(question: str, longest: int) -> str:
    """White space made single. Raises QuestionError for an empty or overlong question."""
    clean = " ".join(question.replace("\x00", " ").split())
    if not clean:
        raise QuestionError("the question is empty", way_out="Ask something in plain words.")
    if len(clean) > longest:
        raise QuestionError(
            f"the question has {len(clean)} characters, {longest} are read at most", way_out="Ask it in fewer words."
        )
    # Lone surrogates cannot be encoded.
    return clean.encode("utf-8", "replace").decode("utf-8")


def _missing(here: dict[int, float], there: dict[int, float]) -> Sequence[int]:
    return [no for no in here if no not in there]
