"""A line of Markdown as plain text: marks of emphasis gone, escapes undone, times taken out and kept."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ingest.clocks import parse_clock
from ingest.cuefile import unescape
from ingest.reading import Dropped

_TIME = r"-?\d{1,6}:\s?\d{1,2}(?::\s?\d{1,2})?(?:[.,:]\d{1,9})?"
# One pass, each alternative bounded or stopped by its own closing mark: no character is looked at twice.
_MARKUP = re.compile(
    rf"\\?\[(?P<time>{_TIME})\\?\]"
    r"|\\?\[(?P<note>[^\[\]\\\n]{1,80}?)\s(?P<at>" + _TIME + r")\\?\]"
    r"|\[(?P<link>[^\[\]\\\n]{1,300})\]\((?P<url>[^\s()<>]{1,2000})\)"
    r"|\\(?P<escaped>[!-/:-@\[-`{-~])"
    r"|(?<![*\w\\])\*\*(?P<strong>[^\s*\\](?:[^*\\\n]{0,400}[^\s*\\])?)\*\*(?![*\w])"
    r"|(?<![*\w\\])\*(?P<soft>[^\s*\\](?:[^*\\\n]{0,400}[^\s*\\])?)\*(?![*\w])"
)
_SPLIT_TIME = re.compile(r"(?<=\d)\*\*:\*\*(?=\s?\d)")


@dataclass(slots=True)
class Plain:
    """text: without markup. times: (offset, second) of clock times taken out; noted: of those left in.

    dropped: addresses of links.
    """

    text: str
    times: list[tuple[int, float]] = field(default_factory=list)
    noted: list[tuple[int, float]] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)


def plain(markdown: str, line: int = 0) -> Plain:
    """Undo Markdown. "[04:15]" goes and becomes a time; "[unintelligible 00:12:01]" stays, and is one too."""
    markdown = _SPLIT_TIME.sub(":", unescape(markdown))
    done = Plain("")
    pieces: list[str] = []
    size = at = 0
    for found in _MARKUP.finditer(markdown):
        pieces.append(markdown[at : found.start()])
        size += len(pieces[-1])
        at = found.end()
        piece = _piece(found, size, done, line)
        pieces.append(piece)
        size += len(piece)
    pieces.append(markdown[at:])
    done.text = "".join(pieces)
    return done


def _piece(found: re.Match[str], size: int, done: Plain, line: int) -> str:
    """What stands in the text for a match; times and addresses are put into done."""
    if found["time"]:
        second = parse_clock(found["time"])
        if second is None:
            return found["time"]
        done.times.append((size, second))
        return " "
    if found["note"]:
        second = parse_clock(found["at"])
        if second is not None:
            done.noted.append((size, second))
        return f"[{found['note']} {found['at']}]"
    if found["link"]:
        done.dropped.append(Dropped("address of a link", found["url"], line))
        return str(found["link"])
    return str(found["escaped"] or found["strong"] or found["soft"])
