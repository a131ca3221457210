"""A document as a file to take along: plain text, WebVTT. Pure; every word of the revision is in either.

WebVTT: https://www.w3.org/TR/webvtt1/
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from kb.citing import COMPOSED, SPONSORED
from kb.records import Metadata, Revision, Segment
from web import words

# name -> (what it is called on the page, ending, content type)
FORMS = {
    "text": ("Text", "txt", "text/plain; charset=utf-8"),
    "vtt": ("WebVTT", "vtt", "text/vtt; charset=utf-8"),
    "json": ("JSON", "json", "application/json"),
}
# A cue that nothing ends is shown for so long.
_LAST_S = 5.0
_SHORTEST_S = 0.001


@dataclass(frozen=True)
class _Cue:
    start_s: float
    end_s: float
    parts: tuple[Segment, ...]


def forms_of(revision: Revision) -> list[str]:
    """What it can be had as: captions only where something has a time."""
    return [name for name in FORMS if name != "vtt" or any(s.start_s is not None for s in revision.segments)]


def file_name(metadata: Metadata, form: str) -> str:
    """ASCII, from the title: what every system takes."""
    plain = unicodedata.normalize("NFKD", metadata.title).encode("ascii", "ignore").decode()
    return f"{re.sub(r'[^a-z0-9]+', '-', plain.lower()).strip('-')[:80] or 'document'}.{FORMS[form][1]}"


def as_text(revision: Revision) -> str:
    """A head that says what it is, then the text; each turn under its speaker and time."""
    meta = revision.metadata
    head = [meta.title, ", ".join(filter(None, [meta.show, meta.date])), meta.url, *_notices(meta)]
    body = "".join(_turn(revision, segment) for segment in revision.segments)
    return "\n".join(filter(None, head)) + "\n\n" + body.rstrip() + "\n"


def as_vtt(revision: Revision) -> str:
    """Each timed segment is a cue; what has no time is said with what came before it."""
    notes = [revision.metadata.title, *_notices(revision.metadata)]
    blocks = ["WEBVTT", *(f"NOTE {_cue_text(note)}" for note in notes if note.strip())]
    for cue in _cues(revision):
        said = "\n".join(filter(None, (_voiced(revision, segment) for segment in cue.parts)))
        blocks.append(f"{_stamp(cue.start_s)} --> {_stamp(cue.end_s)}\n{said}")
    return "\n\n".join(blocks) + "\n"


def _notices(meta: Metadata) -> list[str]:
    return [COMPOSED] * meta.composed + [SPONSORED] * meta.sponsored


def _turn(revision: Revision, segment: Segment) -> str:
    text = revision.text[segment.start : segment.end]
    if segment.kind != "turn" or segment.speaker is None:
        return text
    at = f" ({words.clock(segment.start_s)})" if segment.start_s is not None else ""
    return f"{segment.speaker}{at}: {text}"


def _cues(revision: Revision) -> Iterator[_Cue]:
    groups: list[list[Segment]] = []
    for segment in revision.segments:
        if not groups or (segment.start_s is not None and any(s.start_s is not None for s in groups[-1])):
            groups.append([])
        groups[-1].append(segment)
    starts = [next((s.start_s for s in group if s.start_s is not None), 0.0) for group in groups]
    for group, start, following in zip(groups, starts, [*starts[1:], None], strict=True):
        ends = [segment.end_s for segment in group if segment.end_s is not None]
        end = ends[-1] if ends else following if following is not None else start + _LAST_S
        yield _Cue(start, max(end, start + _SHORTEST_S), tuple(group))


def _voiced(revision: Revision, segment: Segment) -> str:
    text = _cue_text(revision.text[segment.start : segment.end])
    if not text or segment.speaker is None:
        return text
    return f"<v {_cue_text(segment.speaker)}>{text}</v>"


def _cue_text(text: str) -> str:
    """On one line, for an empty one would end the cue, and with nothing that could be a tag or an arrow."""
    return " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _stamp(second: float) -> str:
    milliseconds = round(max(0.0, second) * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{rest // 1000:02d}.{rest % 1000:03d}"
