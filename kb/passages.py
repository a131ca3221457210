"""Cut a revision into passages. Pure: a token counter goes in, spans come out.

A passage is a run of whole sentences of one section, filled up to the settings' words and tokens. It is closed
where a turn ends, so that an answer is not mixed with the next one; short turns are joined to what they
belong to, and a host's question to the answer that follows. Promotion, lists of references and headings
are in no passage.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from kb.errors import SettingsError
from kb.records import SET_ASIDE_KINDS, Passage, Revision, Segment, content_hash
from kb.sentences import is_question, sentence_spans
from kb.spans import voice

# Tokens of each text, special tokens included.
TokenCounter = Callable[[Sequence[str]], list[int]]
# Spans of the pieces of one overlong sentence, each within so many tokens.
Splitter = Callable[[str, int], list[tuple[int, int]]]
# What may be put before a passage when it is embedded.
HEADS = ("", "title", "section", "speaker")
# No passage may be held shorter than this.
LEAST_TOKENS = 16
# A passage shorter than this takes the next turn's words in.
SHORT_WORDS = 30
# From so many words on, a passage is closed at the end of a paragraph.
PARAGRAPH_WORDS = 100
# A question up to so long waits for its answer.
QUESTION_WORDS = 60


@dataclass(frozen=True, slots=True)
class PassageSettings:
    """words: a passage holds no more, unless one sentence does. tokens: never more than these."""

    tokens: int = 250
    words: int = 200
    head: str = ""

    def __post_init__(self) -> None:
        if self.tokens < LEAST_TOKENS or self.words < 1:
            raise SettingsError(
                f"passages of {self.tokens} tokens and {self.words} words are too short",
                way_out=f"At least {LEAST_TOKENS} tokens and one word.",
            )
        if self.head not in HEADS:
            raise SettingsError(
                f"passage_head = {self.head!r} is not known", way_out=f"Known: {', '.join(HEADS[1:])}, or empty."
            )

    def key(self) -> str:
        return f"tokens={self.tokens} words={self.words} head={self.head or 'none'}"

    @classmethod
    def from_key(cls, key: str) -> PassageSettings:
        """What `key` was made of. Raises SettingsError for what is no key."""
        try:
            parts = dict(part.split("=", 1) for part in key.split())
            head = "" if parts["head"] == "none" else parts["head"]
            return cls(int(parts["tokens"]), int(parts["words"]), head)
        except (KeyError, ValueError) as error:
            raise SettingsError(f"{key!r} are no passage settings") from error


@dataclass(slots=True)
class _Unit:
    start: int
    end: int
    words: int
    tokens: int
    opens: bool  # a heading, a set-aside stretch or the document's start lies before it
    asks: bool  # first sentence of a host's turn that asks something
    paragraph: bool  # first sentence of an article's paragraph
    turn: int  # number of the turn it stands in; an article's quoted speech does not break its section


def cut(revision: Revision, settings: PassageSettings, count: TokenCounter, split: Splitter) -> list[Passage]:
    """Passages of a revision, in order; each with its sentences' spans relative to its start.

    Every sentence outside set-aside segments and headings is in exactly one passage.
    """
    units = _units(revision, settings, count, split)
    return [_passage(revision, group, settings) for group in _groups(units, settings)]


def embedded_input(revision: Revision, passage: Passage, settings: PassageSettings) -> str:
    """What is embedded for a passage: its own text, after a head where the settings ask for one."""
    head = {
        "": "",
        "title": revision.metadata.title,
        "section": revision.section_at(passage.start),
        "speaker": voice(revision.segments, passage.start, passage.end) or "",
    }[settings.head]
    return f"{head}\n{passage.text}" if head else passage.text


def _units(revision: Revision, settings: PassageSettings, count: TokenCounter, split: Splitter) -> list[_Unit]:
    hosts = {speaker.name for speaker in revision.metadata.speakers if speaker.host}
    spans: list[tuple[int, int, bool, bool, bool, int]] = []
    turn, before = 0, None
    for group, opens in _paragraphs(revision.text, revision.segments):
        start, end = group[0].start, group[-1].end
        text = revision.text[start:end]
        spoken = group[0].kind == "turn"
        speaker = group[0].speaker if spoken else None
        turn += group[0].opens or speaker != before
        before = speaker
        asks = speaker in hosts and is_question(text)
        for number, (a, b) in enumerate(sentence_spans(text)):
            first = number == 0
            spans.append((start + a, start + b, opens and first, asks and first, first and not spoken, turn))
    counts = count([revision.text[start:end] for start, end, *_ in spans])
    units = []
    for (start, end, opens, asks, paragraph, turn), tokens in zip(spans, counts, strict=True):
        sentence = revision.text[start:end]
        pieces = split(sentence, settings.tokens) if tokens > settings.tokens else [(0, len(sentence))]
        sizes = count([sentence[a:b] for a, b in pieces]) if len(pieces) > 1 else [tokens]
        for number, ((a, b), size) in enumerate(zip(pieces, sizes, strict=True)):
            first = number == 0
            words = len(sentence[a:b].split())
            flags = (opens and first, asks and first, paragraph and first)
            units.append(_Unit(start + a, start + b, words, size, *flags, turn))
    return units


def _paragraphs(text: str, segments: Sequence[Segment]) -> Iterator[tuple[list[Segment], bool]]:
    """Runs of segments that are one paragraph (quote and narration pieces), and whether a new section opens."""
    group: list[Segment] = []
    opens = True
    for segment in segments:
        if segment.kind == "heading" or segment.kind in SET_ASIDE_KINDS:
            if group:
                yield group, opens
                group = []
            opens = True
            continue
        group.append(segment)
        if text[segment.end - 1].isspace() and "\n" in text[segment.start : segment.end][-3:]:
            yield group, opens
            group, opens = [], False
    if group:
        yield group, opens


def _groups(units: Sequence[_Unit], settings: PassageSettings) -> Iterator[list[_Unit]]:
    group: list[_Unit] = []
    words = tokens = 0
    for unit in units:
        full = words + unit.words > settings.words or tokens + unit.tokens > settings.tokens
        if group and (full or unit.opens or _breaks(group, unit, words)):
            yield group
            group, words, tokens = [], 0, 0
        group.append(unit)
        words, tokens = words + unit.words, tokens + unit.tokens
    if group:
        yield group


def _breaks(group: list[_Unit], unit: _Unit, words: int) -> bool:
    """Whether a passage that could hold the next sentence is better closed before it.

    Where a turn ends, unless what is there is short or a question that waits for its answer; and in an
    article at a paragraph's end, once there is enough.
    """
    if unit.turn != group[-1].turn:
        waits = any(u.asks for u in group) and words <= QUESTION_WORDS
        return words >= SHORT_WORDS and not waits
    return unit.paragraph and words >= PARAGRAPH_WORDS


def _passage(revision: Revision, group: Sequence[_Unit], settings: PassageSettings) -> Passage:
    start, end = group[0].start, group[-1].end
    return Passage(
        id=content_hash(revision.id, str(start), str(end), settings.key())[:20],
        document_id=revision.document_id,
        revision_id=revision.id,
        start=start,
        end=end,
        text=revision.text[start:end],
        sentences=tuple((unit.start - start, unit.end - start) for unit in group),
    )
