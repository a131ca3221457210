"""One reader a format, chosen by content."""

from __future__ import annotations

from ingest.readers.docx import DocxReader
from ingest.readers.html_article import HtmlArticleReader
from ingest.readers.pdf import PdfReader
from ingest.readers.plain import PlainReader
from ingest.readers.podcast_html import PodcastHtmlReader
from ingest.readers.podcast_json import PodcastJsonReader
from ingest.readers.srt import SrtReader
from ingest.readers.turns import TurnsReader
from ingest.readers.webvtt import WebVttReader
from ingest.readers.whisper_json import WhisperJsonReader
from ingest.reading import Reader, Source
from kb.errors import InputError

_ORDERED: tuple[Reader, ...] = (
    WebVttReader(),
    SrtReader(),
    PodcastJsonReader(),
    WhisperJsonReader(),
    PodcastHtmlReader(),
    TurnsReader(),
    HtmlArticleReader(),
    PdfReader(),
    DocxReader(),
    PlainReader(),
)
READERS: dict[str, Reader] = {reader.name: reader for reader in _ORDERED}


def choose(source: Source) -> Reader:
    """The reader that is surest of the source; of equally sure ones the first in READERS.

    Raises InputError, naming the formats, where none knows it.
    """
    scores = [(reader.sniff(source), -place) for place, reader in enumerate(_ORDERED)]
    score, place = max(scores)
    if score <= 0:
        raise InputError(
            "is in no format that can be read",
            where=source.path.name,
            way_out=f"Formats: {', '.join(READERS)}.",
        )
    return _ORDERED[-place]
