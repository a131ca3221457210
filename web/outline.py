"""The questions of hosts, as an outline of a document that has no headings. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from kb.records import Revision
from kb.sentences import is_question, sentence_spans

_FEWEST_WORDS = 4
_LONGEST = 140


@dataclass(frozen=True)
class Asked:
    """number: of the segment that asks; second: when it is heard, if known."""

    number: int
    second: float | None
    text: str


def questions(revision: Revision) -> list[Asked]:
    """Each turn of a host that ends in a question: its last question, cut where it is long."""
    hosts = {speaker.name for speaker in revision.metadata.speakers if speaker.host}
    found = []
    for number, segment in enumerate(revision.segments):
        text = revision.text[segment.start : segment.end].strip()
        if segment.kind != "turn" or segment.speaker not in hosts or not is_question(text):
            continue
        # The end of a long turn is enough to find its last sentence.
        end = " ".join(text[-1000:].split())
        start, stop = sentence_spans(end)[-1]
        if len(end[start:stop].split()) >= _FEWEST_WORDS:
            found.append(Asked(number, segment.start_s, _short(end[start:stop])))
    return found


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[:_LONGEST].rpartition(" ")[0] + " …"
