"""Any sentence-transformers model on any backend: tokens, batches, passes, and vectors out of them."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from kb.embedding.backends import backend_named, threads_of
from kb.embedding.batches import batches
from kb.embedding.contract import Embedded, Matrix, ModelIdentity
from kb.embedding.exporting import padded
from kb.embedding.memory import give_back_memory
from kb.embedding.models import dimension_of, longest_of, require_folder, require_room, weights_sha256
from kb.embedding.pooling import sentence_vectors, unit
from kb.embedding.runner import Runner
from kb.embedding.tokens import Tokens
from kb.settings import Settings

# Texts that are tokenized while the ones before them are in the model; then freed memory goes back to the system.
_WINDOW = 128
# A text's tokens, as batches are measured: the setting `batch_size` counts passages of full length.
_FULL_PASSAGE = 256
# A GPU is not filled by less.
_CUDA_BATCH = 256

Spans = Sequence[tuple[int, int]]


class TransformerEmbedder:
    """Loads the model when first asked for a vector; counting tokens needs only its tokenizer."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._backend = backend_named(settings.backend)
        self._folder = require_folder(settings.model)
        require_room(self._folder, settings.passage_tokens)
        self._tokens = Tokens(self._folder / "tokenizer.json")
        self._beside = threads_of(settings) if self._backend.beside else 1
        self._runner: Runner | None = None
        self._identity: ModelIdentity | None = None
        self._lock = threading.Lock()

    @property
    def loaded(self) -> bool:
        return self._runner is not None

    @property
    def identity(self) -> ModelIdentity:
        if self._identity is None:
            sha256 = weights_sha256(self._settings.model, self._folder)
            name, variant = self._settings.model, self._backend.name
            self._identity = ModelIdentity(name, variant, sha256, dimension_of(self._folder))
        return self._identity

    @property
    def longest(self) -> int:
        return longest_of(self._folder)

    def count(self, texts: Sequence[str]) -> list[int]:
        return self._tokens.count(texts)

    def split(self, text: str, tokens: int) -> list[tuple[int, int]]:
        return self._tokens.split(text, tokens)

    def question(self, text: str) -> Matrix:
        runner = self._loaded()
        [encoding] = self._tokens.encode([runner.facts.query + text], runner.facts.longest)
        pooled, _ = runner.run(*padded([encoding.ids]))
        vector: Matrix = unit(pooled[0])
        return vector

    def passages(self, texts: Sequence[str], sentences: Sequence[Spans]) -> list[Embedded]:
        self._loaded()
        # Longest first: batches hold texts of like length, so little padding is computed, and memory peaks at once.
        order = sorted(range(len(texts)), key=lambda i: (-len(texts[i]), i))
        windows = [order[at : at + _WINDOW] for at in range(0, len(order), _WINDOW)]
        found: dict[int, Embedded] = {}
        with ThreadPoolExecutor(self._beside) as passes:
            for window, encodings in self._read_ahead(windows, texts):
                give_back_memory()
                found |= self._embed(passes, window, encodings, sentences)
        return [found[i] for i in range(len(texts))]

    def _read_ahead(self, windows: Sequence[list[int]], texts: Sequence[str]) -> Iterator[tuple[list[int], list[Any]]]:
        """Each window with its encodings; the next one is tokenized while this one is in the model."""
        facts = self._loaded().facts

        def read(window: list[int]) -> list[Any]:
            return self._tokens.encode([facts.document + texts[i] for i in window], facts.longest)

        with ThreadPoolExecutor(1) as reader:
            ahead = [reader.submit(read, window) for window in windows[:1]]
            for number, window in enumerate(windows):
                encodings = ahead.pop().result()
                ahead += [reader.submit(read, following) for following in windows[number + 1 : number + 2]]
                yield window, encodings

    def _embed(
        self, passes: ThreadPoolExecutor, window: Sequence[int], encodings: Sequence[Any], sentences: Sequence[Spans]
    ) -> dict[int, Embedded]:
        lengths = [len(encoding.ids) for encoding in encodings]
        groups = batches(lengths, self._most_tokens())

        def one_pass(group: list[int]) -> list[Embedded]:
            return self._pass([encodings[row] for row in group], [sentences[window[row]] for row in group])

        made = passes.map(one_pass, groups) if self._beside > 1 else map(one_pass, groups)
        return {
            window[row]: entry
            for group, entries in zip(groups, made, strict=True)
            for row, entry in zip(group, entries, strict=True)
        }

    def _pass(self, encodings: Sequence[Any], sentences: Sequence[Spans]) -> list[Embedded]:
        runner = self._loaded()
        pooled, tokens = runner.run(*padded([encoding.ids for encoding in encodings]))
        prompt = len(runner.facts.document)
        made = []
        for row, encoding in enumerate(encodings):
            offsets = [(max(0, a - prompt), max(0, b - prompt)) for a, b in encoding.offsets]
            vector = unit(pooled[row])
            rows = tokens[row, : len(offsets)]
            made.append(Embedded(vector, sentence_vectors(rows, offsets, sentences[row], vector)))
        return made

    def _most_tokens(self) -> int:
        if self._backend.alone:
            return 1
        size = max(self._settings.batch_size, _CUDA_BATCH if self._settings.device == "cuda" else 1)
        return size * _FULL_PASSAGE

    def _loaded(self) -> Runner:
        if self._runner is None:
            with self._lock:
                if self._runner is None:
                    # The identity refuses weights that are not the pinned ones before they are read.
                    self._runner = self._backend.load(self._folder, self.identity.sha256, self._settings)
        return self._runner
