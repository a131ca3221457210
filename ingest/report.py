"""A file's quality report: what was read, what was set aside and why, and what looks odd. Ready for JSON."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from ingest.assemble import Assembled
from ingest.reading import Dropped
from kb.records import SET_ASIDE_KINDS, SPOKEN_KINDS, Segment, Speaker, TimeMark

# Fast talk is about 4 words a second; nobody keeps up 6.
IMPOSSIBLE_WORDS_S = 6.0
GAP_S = 60.0
# Between two marks a minute apart somebody speaks 150 words; a pause has hardly any.
GAP_WORDS_S = 0.5
LISTED = 100
SAMPLE_CHARS = 120
_REPEATED_WORDS = range(3, 41)
_TOKEN = re.compile(r"\S+")
_EDGES = re.compile(r"^\W+|\W+$")


def quality_report(
    assembled: Assembled,
    *,
    format_name: str,
    charset: str,
    speakers: Sequence[Speaker] = (),
    dropped: Sequence[Dropped] = (),
    cues: int = 0,
    faults: Sequence[str] = (),
    flagged: bool = False,
) -> dict[str, Any]:
    """The report of one file. Times in seconds, rates in words a second, shares from 0 to 1.

    Lists hold at most 100 entries; what is longer ends with how many more there are ("faults") or is counted
    ("impossible_speech_rates_count"). "near_duplicates" is the pipeline's to fill.
    """
    kept = [segment for segment in assembled.segments if segment.kind not in SET_ASIDE_KINDS]
    rates = impossible_rates(assembled)
    return {
        "format": format_name,
        "charset": charset,
        "cues": cues,
        "words": sum(_words_in(assembled, segment) for segment in kept),
        "words_set_aside": sum(len(one.text.split()) for one in dropped),
        "set_aside": [_set_aside(one) for one in dropped[:LISTED]],
        "set_aside_count": len(dropped),
        "speakers": words_by_speaker(assembled),
        "share_without_speaker": share_without_speaker(assembled),
        "doubled_share": doubled_share("\n".join(_text(assembled, segment) for segment in kept)),
        "impossible_speech_rates": rates[:LISTED],
        "impossible_speech_rates_count": len(rates),
        "gaps": gaps(assembled.text, assembled.marks)[:LISTED],
        "faults": _listed(faults),
        "near_duplicates": [],
        "flagged": flagged,
        "host_guessed": any(speaker.guessed for speaker in speakers),
    }


def words_by_speaker(assembled: Assembled) -> dict[str, int]:
    """Words that each speaker says, in order of first word."""
    counted: Counter[str] = Counter()
    for segment in assembled.segments:
        if segment.speaker and segment.kind not in SET_ASIDE_KINDS:
            counted[segment.speaker] += _words_in(assembled, segment)
    return dict(counted)


def share_without_speaker(assembled: Assembled) -> float:
    """The share of the words spoken or quoted that nobody is named for; 0 where nothing is spoken."""
    spoken = nameless = 0
    for segment in assembled.segments:
        if segment.kind in SPOKEN_KINDS:
            words = _words_in(assembled, segment)
            spoken += words
            nameless += 0 if segment.speaker else words
    return round(nameless / spoken, 4) if spoken else 0.0


def doubled_share(text: str) -> float:
    """The share of words that only say again the 3 to 40 words just before them ("a b c a b c": 0.5)."""
    numbers: dict[str, int] = {}
    spelled = (_EDGES.sub("", match[0].casefold()) for match in _TOKEN.finditer(text))
    ids = np.fromiter((numbers.setdefault(word, len(numbers)) for word in spelled if word), dtype=np.int64)
    doubled = np.zeros(len(ids), dtype=bool)
    for length in _REPEATED_WORDS:
        if len(ids) >= 2 * length:
            _mark_repeats(ids, length, doubled)
    return round(float(doubled.mean()), 4) if len(ids) else 0.0


def _mark_repeats(ids: npt.NDArray[np.int64], length: int, doubled: npt.NDArray[np.bool_]) -> None:
    """Mark the second of each two equal stretches of `length` words that touch."""
    equal = ids[:-length] == ids[length:]
    if np.count_nonzero(equal) < length:
        return
    edges = np.flatnonzero(np.diff(np.concatenate(([0], equal.view(np.int8), [0]))))
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        if end - start >= length:
            doubled[start + length : end + length] = True


def impossible_rates(assembled: Assembled) -> list[dict[str, Any]]:
    """Segments in which more than 6 words a second are said over 2 s or more, or in more than 10 words."""
    found = []
    for segment, line in zip(assembled.segments, assembled.lines, strict=True):
        if segment.start_s is None or segment.end_s is None:
            continue
        lasts, words = segment.end_s - segment.start_s, _words_in(assembled, segment)
        if words > IMPOSSIBLE_WORDS_S * lasts and (lasts >= 2 or words > 10):
            rate = round(words / lasts, 1) if lasts > 0 else None
            found.append({"second": segment.start_s, "words": words, "words_s": rate, "line": line})
    return found


def gaps(text: str, marks: Sequence[TimeMark]) -> list[dict[str, float]]:
    """Pauses of more than 60 s: stretches between two time marks in which hardly a word is said."""
    found = []
    for before, after in pairwise(marks):
        lasts = after.second - before.second
        if lasts > GAP_S and len(text[before.offset : after.offset].split()) < GAP_WORDS_S * lasts:
            found.append({"second": before.second, "lasts_s": round(lasts, 3)})
    return found


def _set_aside(one: Dropped) -> dict[str, Any]:
    sample = " ".join(one.text.split())
    sample = sample if len(sample) <= SAMPLE_CHARS else f"{sample[: SAMPLE_CHARS - 1]}…"
    return {"reason": one.reason, "words": len(one.text.split()), "sample": sample, "line": one.line}


def _listed(faults: Sequence[str]) -> list[str]:
    if len(faults) <= LISTED:
        return list(faults)
    return [*faults[: LISTED - 1], f"and {len(faults) - LISTED + 1} more"]


def _text(assembled: Assembled, segment: Segment) -> str:
    return assembled.text[segment.start : segment.end]


def _words_in(assembled: Assembled, segment: Segment) -> int:
    return len(_text(assembled, segment).split())
