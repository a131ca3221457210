"""SubRip (SRT): `Name:` heads carried over, comma or point before milliseconds, indices optional."""

from __future__ import annotations

from ingest.cuefile import lines_of, looks_timed, parse_cues
from ingest.readers.webvtt import reading_of
from ingest.reading import Reading, Source


class SrtReader:
    """Captions without a header. Tags and entities are read as in WebVTT, many tools write them."""

    name = "srt"

    def sniff(self, source: Source) -> float:
        if source.text.lstrip("\ufeff \t\r\n").startswith("WEBVTT") or not looks_timed(source.text):
            return 0.0
        return 0.95 if source.path.suffix.lower() == ".srt" else 0.85

    def read(self, source: Source) -> Reading:
        lines = lines_of(source.text.lstrip("\ufeff"))
        return reading_of(self.name, source, parse_cues(lines, 1, comments=False), {})
