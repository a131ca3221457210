"""Which side a word stands for: the sponsor's, the manufacturer's, or another's. Pure."""

from __future__ import annotations

SPONSOR, MAKER = "sponsor", "cdmo"
_NAMED = {
    SPONSOR: "sponsor sponsors biotech biotechs client clients customer customers",
    MAKER: "cdmo cdmos cmo cmos manufacturer manufacturers",
    "regulator": "regulator regulators inspector inspectors agency agencies authority authorities",
    "investor": "investor investors financier financiers",
    "consultant": "consultant consultants adviser advisers advisor advisors",
}
_SIDE_OF = {word: side for side, words in _NAMED.items() for word in words.split()}
OWN = frozenset("i we my our us me mine ours myself ourselves i'm i'd i've i'll we're we've we'd we'll".split())  # noqa: SIM905
READER = frozenset("you your yours yourself yourselves you're you've you'd you'll".split())  # noqa: SIM905


def named_side(word: str) -> str:
    """The side that a word is a name of, or ""."""
    return _SIDE_OF.get(word, "")


def side_of(word: str, speaker: str) -> str:
    """The side that a word stands for, or "". speaker: the side of whoever says it, for "we" and "you"."""
    if word in OWN:
        return speaker
    if word in READER:
        # Articles and consultants speak to the sponsor, and so do CDMOs.
        return "" if speaker == SPONSOR else SPONSOR
    return named_side(word)
