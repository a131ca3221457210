"""Small documents for tests."""

from __future__ import annotations

from kb.indexing import Item
from kb.records import Draft, Metadata, Segment, Speaker, TimeMark

HOST = Speaker("Host", side="host", host=True)
GUEST = Speaker("Guest", "programme lead", "a CDMO", "cdmo")
OTHER = Speaker("Other", "COO", "a biotech", "sponsor")


def draft(
    turns: list[tuple[str, str]],
    key: str = "episode-1",
    title: str = "An episode",
    seconds: float = 20.0,
    **meta: object,
) -> Draft:
    """An episode of (speaker, words) turns, each turn lasting `seconds`."""
    text = ""
    segments, marks = [], []
    for number, (name, words) in enumerate(turns):
        start = len(text)
        text += words + ("\n\n" if number + 1 < len(turns) else "")
        second = number * seconds
        segments.append(Segment(start, len(text), "turn", name, second, second + seconds))
        marks += [TimeMark(start, second), TimeMark(start + len(words), second + seconds)]
    values: dict[str, object] = {"show": "A show", "kind": "episode", "date": "2026-03-01", **meta}
    names = dict.fromkeys(name for name, _ in turns)
    speakers = tuple(s for s in (HOST, GUEST, OTHER) if s.name in names)
    return Draft(key, Metadata(title=title, speakers=speakers, **values), text, tuple(segments), tuple(marks))  # type: ignore[arg-type]


def item(made: Draft, path: str = "") -> Item:
    return Item(
        made, path or f"/files/{made.source_key}", f"hash of {made.source_key} {len(made.text)}", len(made.text), ""
    )


TRUST = [
    ("Host", "How is trust between a sponsor and its manufacturer built?"),
    ("Guest", "Trust is built by telling bad news early. Nobody remembers the good news for long."),
    ("Host", "And what about money?"),
    ("Other", "Agree who pays for a failed batch before the first batch is made. It saves a year of quarrels."),
]
