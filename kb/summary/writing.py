"""From an answer to a checked summary, sentence by sentence."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from kb.embedding import Embedder
from kb.embedding.contract import Matrix
from kb.records import Answer, Quote
from kb.sentences import sentence_spans
from kb.settings import Settings
from kb.summary.checking import checked
from kb.summary.endpoint import EndpointFault, endpoint_of
from kb.summary.prompt import label, messages
from kb.summary.reading import CitedSentence, SentenceReader, presentable
from kb.summary.telling import by_whom

MOST_SENTENCES = 5
NOTHING_HELD = "No sentence that the model wrote is supported by the quotes, so there is no summary."
BUSY = "No summary: others are being written. Ask for it again in a moment."
NONE_SET = "No summary: this server has no model to write one."
NOTHING_FOUND = "No summary: there are no quotes to sum up."


@dataclass(frozen=True, slots=True)
class Verified:
    """A sentence that its quotes support. numbers: of these quotes, from 1, as the answer has them."""

    text: str
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """Why there is no summary, or only a part of one."""

    text: str


class Summariser:
    """embedder: gives the model that the active generation was made with. Threads may share one."""

    def __init__(self, settings: Settings, embedder: Callable[[], Embedder]) -> None:
        """Raises SettingsError."""
        self._endpoint = endpoint_of(settings)
        self._embedder = embedder
        # A server always has threads left for answers: at most half of them write summaries.
        self._places = threading.Semaphore(settings.web_threads // 2)

    @property
    def host(self) -> str:
        """The host that questions and quotes are sent to, or "" where there is none."""
        return self._endpoint.host if self._endpoint else ""

    def write(self, answer: Answer) -> Iterator[Verified | Notice]:
        """Each sentence once it is verified; last a notice where something went wrong. No endpoint makes it raise."""
        if self._endpoint is None:
            yield Notice(NONE_SET)
        elif not answer.quotes:
            yield Notice(NOTHING_FOUND)
        elif not self._places.acquire(blocking=False):
            yield Notice(BUSY)
        else:
            try:
                yield from self._written(answer)
            finally:
                self._places.release()

    def _written(self, answer: Answer) -> Iterator[Verified | Notice]:
        shown: list[str] = []
        try:
            for sentence in self._sentences(answer):
                found = self.verified(sentence, answer.quotes)
                if found is not None and found.text not in shown:
                    shown.append(found.text)
                    yield found
                if len(shown) == MOST_SENTENCES:
                    return
        except EndpointFault as fault:
            part = "The summary is not whole" if shown else "No summary"
            yield Notice(f"{part}: the model was asked, and {fault.what}. The quotes are complete.")
            return
        if not shown:
            yield Notice(NOTHING_HELD)

    def _sentences(self, answer: Answer) -> Iterator[CitedSentence]:
        assert self._endpoint is not None  # noqa: S101  # write() looked
        reader = SentenceReader()
        stream = self._endpoint.deltas(messages(answer.question, answer.quotes))
        try:
            for piece in stream:
                yield from reader.feed(piece)
                if reader.full:
                    raise EndpointFault("it wrote more than a summary can be")
            yield from reader.rest()
        finally:
            stream.close()  # type: ignore[attr-defined]  # a generator: its end closes the connection

    def verified(self, sentence: CitedSentence, quotes: Sequence[Quote]) -> Verified | None:
        """It with those citations that support it; None where none does, or where one is of no quote shown.

        What cites nothing is held against every quote: what a sentence is a shortening of, it is about."""
        numbers = sentence.numbers or tuple(range(1, len(quotes) + 1))
        if any(not 1 <= number <= len(quotes) for number in numbers):
            return None
        text = _without_label(sentence.text, [quotes[number - 1] for number in numbers])
        if not presentable(text):
            return None
        held = tuple(number for number in numbers if supports(self._embedder(), text, quotes[number - 1]))
        return Verified(by_whom(text, quotes[held[0] - 1]), held) if held else None


def _without_label(text: str, quotes: Sequence[Quote]) -> str:
    """ "The publication: It is so." is "It is so.": who says it is shown beside the quote."""
    labels = (f"{label(quote)}: " for quote in quotes)
    return next((text[len(one) :] for one in labels if text.lower().startswith(one.lower())), text)


def supports(embedder: Embedder, sentence: str, quote: Quote) -> bool:
    """Nothing is embedded for what words alone refuse."""
    if not checked(sentence, quote, 1.0).supported:
        return False
    return checked(sentence, quote, likeness(embedder, embedder.question(sentence), quote.text)).supported


def likeness(embedder: Embedder, vector: Matrix, quote: str) -> float:
    """The cosine to what is nearest of the quote: it as a whole, or one of its sentences."""
    [made] = embedder.passages([quote], [sentence_spans(quote)])
    rows = np.vstack([made.vector[None, :], made.sentences.astype(np.float32)])
    return float((rows @ vector).max())
