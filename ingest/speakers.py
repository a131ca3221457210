"""Who speaks in a document: names written in one way, what is known of each, and who is the host."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from ingest.reading import Block
from kb.records import SIDES, SPOKEN_KINDS, Speaker

# A host hands the word over with a question. Of 82 episodes whose hosts are known, the speaker with the greatest
# share of turns that end in a question was one of them each time; counting all questions got 47 (guests ask
# rhetorical ones).
LEAST_QUESTIONS = 2
# How much of a turn is looked at from either end.
EDGE_CHARS = 1000

_QUESTION_END = re.compile(r"\?[\"”’'»)\]]*\s*$")
_WELCOME = re.compile(r"\b(?:welcome (?:to|back)|my guests?|our guests?|joining (?:me|us)|your host|i'm joined)\b")


@dataclass(frozen=True, slots=True)
class Cast:
    """blocks: with each speaker's one name. speakers: in order of appearance, the silent ones last."""

    blocks: tuple[Block, ...]
    speakers: tuple[Speaker, ...]
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Turn:
    speaker: str
    opening: str
    ending: str


def cast(blocks: Sequence[Block], *sources: Iterable[Mapping[str, Any]]) -> Cast:
    """The blocks' speakers, with what the sources know of them.

    sources: speakers as mappings of Speaker's fields, the most trusted source first; a field is taken from the
    first source that fills it. Only the first source's speakers stay where they say nothing, with a fault.
    """
    listed = [[entry for entry in source if name_of(entry)] for source in sources]
    spelling = _spellings(blocks, listed)
    renamed = tuple(
        replace(block, speaker=spelling.get(_key(block.speaker)) if block.speaker else None) for block in blocks
    )
    heard = list(dict.fromkeys(block.speaker for block in renamed if block.speaker))
    known = _known(listed)
    silent = [spelling[_key(name_of(entry))] for entry in (listed[0] if listed else [])]
    silent = [name for name in dict.fromkeys(silent) if name not in heard]
    speakers = [_speaker(name, known.get(_key(name), {})) for name in [*heard, *silent]]
    faults = tuple(f"{name} is named as a speaker and says nothing here" for name in silent if heard)
    told = {_key(name_of(entry)) for source in listed for entry in source if "host" in entry}
    return Cast(renamed, tuple(_hosted(renamed, speakers, told)), faults)


def name_of(entry: Mapping[str, Any]) -> str:
    return tidy_name(str(entry.get("name", "")))


def tidy_name(name: str) -> str:
    """A name with single spaces and without the colon or the asterisks that set it off."""
    plain = unicodedata.normalize("NFC", "".join(c if c.isprintable() else " " for c in name))
    return " ".join(plain.split()).strip("*_ :")


def as_entry(speaker: Speaker | Mapping[str, Any]) -> Mapping[str, Any]:
    """A speaker as a source's entry: only what it says, so that nothing unsaid hides what another source says."""
    entry = asdict(speaker) if isinstance(speaker, Speaker) else dict(speaker)
    if not entry.get("host"):
        entry.pop("host", None)
    return {name: value for name, value in entry.items() if value not in ("", "unknown", None, False)}


def guess_host(blocks: Sequence[Block]) -> str | None:
    """Who asks most of the questions, else who speaks first and welcomes; None where nobody stands out."""
    turns = _turns(blocks)
    if len({turn.speaker for turn in turns}) < 2:
        return None
    asked: Counter[str] = Counter()
    spoken: Counter[str] = Counter()
    for turn in turns:
        spoken[turn.speaker] += 1
        asked[turn.speaker] += bool(_QUESTION_END.search(turn.ending))
    most = max(asked.values())
    # Somebody in the audience who says two things, both questions, is no host.
    able = [name for name in asked if asked[name] >= LEAST_QUESTIONS and asked[name] * 2 >= most]
    shares = sorted(((asked[name] / spoken[name], name) for name in able), reverse=True)
    if shares and (len(shares) == 1 or shares[0][0] > shares[1][0]):
        return shares[0][1]
    opening = turns[0].opening.casefold().replace("’", "'")
    return turns[0].speaker if _WELCOME.search(opening) else None


def _turns(blocks: Sequence[Block]) -> list[_Turn]:
    """What a speaker says in consecutive blocks is one turn."""
    turns: list[_Turn] = []
    for block in blocks:
        if block.kind != "turn" or not block.speaker:
            continue
        if turns and turns[-1].speaker == block.speaker:
            turns[-1] = replace(turns[-1], ending=block.text[-EDGE_CHARS:])
        else:
            turns.append(_Turn(block.speaker, block.text[:EDGE_CHARS], block.text[-EDGE_CHARS:]))
    return turns


def _key(name: str | None) -> str:
    return tidy_name(name or "").casefold()


def _spellings(blocks: Sequence[Block], listed: Sequence[Sequence[Mapping[str, Any]]]) -> dict[str, str]:
    """One spelling for each name: the most trusted source's, else the text's most frequent, the first of equals."""
    written: dict[str, Counter[str]] = defaultdict(Counter)
    for block in blocks:
        if block.speaker and (name := tidy_name(block.speaker)):
            written[name.casefold()][name] += 1
    chosen = {key: names.most_common(1)[0][0] for key, names in written.items()}
    for source in reversed(listed):
        chosen.update({name_of(entry).casefold(): name_of(entry) for entry in source})
    return chosen


def _known(listed: Sequence[Sequence[Mapping[str, Any]]]) -> dict[str, dict[str, Any]]:
    """By name: each field's value in the most trusted source that fills it."""
    known: dict[str, dict[str, Any]] = defaultdict(dict)
    for source in reversed(listed):
        for entry in source:
            filled = {name: value for name, value in entry.items() if value not in ("", None, "unknown")}
            known[_key(name_of(entry))].update(filled)
    return known


def _speaker(name: str, entry: Mapping[str, Any]) -> Speaker:
    host = bool(entry.get("host", False))
    side = entry.get("side", "unknown") if entry.get("side") in SIDES else "unknown"
    role, organisation = (str(entry.get(field, "")) for field in ("role", "organisation"))
    return Speaker(name, role, organisation, "host" if host and side == "unknown" else side, host)


def _hosted(blocks: Sequence[Block], speakers: Sequence[Speaker], told: set[str]) -> list[Speaker]:
    """The speakers, with a guessed host where no source names one. told: whom a source says yes or no about."""
    if any(speaker.host for speaker in speakers) or not any(block.kind in SPOKEN_KINDS for block in blocks):
        return list(speakers)
    name = guess_host(blocks)
    if name is None or _key(name) in told:
        return list(speakers)
    return [
        replace(one, host=True, guessed=True, side="host" if one.side == "unknown" else one.side)
        if one.name == name
        else one
        for one in speakers
    ]
