"""Podcasting 2.0 JSON transcripts: segments of a word or a phrase, with speaker, startTime, endTime, body."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ingest.captions import caption_blocks
from ingest.clocks import parse_seconds
from ingest.cues import Cue, Faults, tidy
from ingest.readers.json_input import language_hint, list_of, load_json, looks_like_json, refuse, speaker_of, text_of
from ingest.reading import Reading, Source

_SHAPE = 'A Podcasting 2.0 transcript is {"segments": [{"speaker", "startTime", "endTime", "body"}, ...]}.'


class PodcastJsonReader:
    """Also takes any other JSON, in order to say what is wrong with it."""

    name = "podcast-json"

    def sniff(self, source: Source) -> float:
        if not looks_like_json(source):
            return 0.0
        head = source.text[:20_000]
        return 1.0 if '"body"' in head and '"startTime"' in head else 0.5

    def read(self, source: Source) -> Reading:
        body = load_json(source)
        if not isinstance(body, Mapping) or "segments" not in body:
            refuse(source, "JSON, but no transcript", way_out=_SHAPE)
        faults = Faults()
        cues = [_cue(source, item, no, faults) for no, item in enumerate(list_of(source, body, "segments"), 1)]
        captioned = caption_blocks(cues)
        if not captioned.blocks:
            refuse(source, "no segment in it holds a word", way_out=_SHAPE)
        return Reading(
            self.name,
            captioned.blocks,
            captioned.dropped,
            _hints(body),
            captioned.cues,
            (*faults.told(), *captioned.faults),
        )


def _cue(source: Source, item: Any, number: int, faults: Faults) -> Cue:
    place = f"segment {number}"
    text, _ = tidy(text_of(source, item, "body", place))
    if not text:
        faults.add("a segment without words", f"{place} holds no word")
    start, end = parse_seconds(item.get("startTime")), parse_seconds(item.get("endTime"))
    if start is None:
        faults.add("a segment without a time", f"{place} has no start time that can be read")
    return Cue(text, start, end, speaker_of(item), no=number)


def _hints(body: Mapping[str, Any]) -> dict[str, Any]:
    title = body.get("title")
    hints: dict[str, Any] = dict(language_hint(body.get("language")))
    return {**hints, "title": " ".join(title.split())} if isinstance(title, str) and title.strip() else hints
