"""The words of a passage as a vector: which of the known words it has, rare ones counting for more. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from kb.words import words


class Wording:
    """known: words, lower case. rarity: for each how much it counts, the more the fewer texts have it."""

    def __init__(self, known: Sequence[str], rarity: Sequence[float]) -> None:
        self._places = {word: place for place, word in enumerate(known)}
        self._rarity = np.array(rarity, dtype=np.float32)

    def of(self, text: str) -> npt.NDArray[np.float32]:
        """float32 (known,), unit length; all zero where no word is known. A repeated word counts by the logarithm."""
        row = np.zeros(len(self._places), dtype=np.float32)
        for word, times in Counter(words(text)).items():
            if (place := self._places.get(word)) is not None:
                row[place] = 1.0 + math.log(times)
        row *= self._rarity
        length = float(np.linalg.norm(row))
        return row / length if length else row


def learned(texts: Sequence[str], least: int) -> tuple[list[str], list[float]]:
    """The words that at least `least` of the texts have, sorted, and how rare each is (1 where every text has it)."""
    counts = Counter(word for text in texts for word in set(words(text)))
    known = sorted(word for word, count in counts.items() if count >= least)
    return known, [round(math.log((1 + len(texts)) / (1 + counts[word])) + 1.0, 2) for word in known]
