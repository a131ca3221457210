"""Quoted speech in articles, and who says it. Pure: blocks in, blocks and speakers out.

A paragraph that quotes somebody is cut into pieces, "quote" and "narration", that together are the paragraph,
character by character; a piece after the first has joined=True. Run after promotion was set aside: only
blocks of kind "paragraph" are read. A quotation that nobody is named for has speaker None, never a guess by
position in an article of several voices.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ingest.beside import Beside, Clause, is_speech, read_clause, read_lead
from ingest.people import Mentions, Person, find_people
from ingest.quotations import Quotation, opens_with_mark, quotations, sentence_ends
from ingest.reading import Block
from ingest.sides import guess_side
from kb.records import Speaker


@dataclass
class _Piece:
    """[start, end) of a paragraph that is quoted speech; said: somebody or something is named as its source."""

    start: int
    end: int
    content: str
    person: Person | None = None
    said: bool = False
    verb_end: int = 0


@dataclass
class _Paragraph:
    block: Block
    pieces: list[_Piece] = field(default_factory=list)
    named: Person | None = None  # the person named last in it, outside quotations
    after_heading: bool = False

    @property
    def all_quoted(self) -> bool:
        quoted = sum(piece.end - piece.start for piece in self.pieces)
        return bool(self.pieces) and quoted >= 0.9 * len(self.block.text)


def attribute(blocks: Sequence[Block]) -> tuple[tuple[Block, ...], tuple[Speaker, ...]]:
    """The blocks with quoted speech as pieces of its own, and the persons quoted, in the order of their first quote.

    Each paragraph's pieces, put together without a separator, are its text.
    """
    spans = _spans(blocks)
    narration = [_outside(block.text, spans[index]) for index, block in enumerate(blocks) if index in spans]
    people = find_people(narration)
    paragraphs = _read(blocks, spans, Mentions(people))
    _settle(list(paragraphs.values()))
    cut: list[Block] = []
    for index, block in enumerate(blocks):
        cut += _cut(block, paragraphs[index].pieces) if index in paragraphs else [block]
    quoted = {piece.person.name: piece.person for one in paragraphs.values() for piece in one.pieces if piece.person}
    texts = [block.text for block in blocks if block.kind == "paragraph"]
    return tuple(cut), tuple(_speaker(person, texts) for person in quoted.values())


def _spans(blocks: Sequence[Block]) -> dict[int, list[Quotation]]:
    """Quotations of each paragraph. One left open counts only where the next paragraph goes on with a mark."""
    spans: dict[int, list[Quotation]] = {}
    for index, block in enumerate(blocks):
        if block.kind != "paragraph":
            continue
        found = quotations(block.text)
        following = blocks[index + 1] if index + 1 < len(blocks) else None
        goes_on = following is not None and following.kind == "paragraph" and opens_with_mark(following.text)
        spans[index] = [one for one in found if one.closed or goes_on]
    return spans


def _outside(text: str, spans: Sequence[Quotation]) -> str:
    """The text with what is quoted blanked out, so that offsets stay."""
    parts: list[str] = []
    at = 0
    for span in spans:
        parts += [text[at : span.start], "“", " " * max(0, span.end - span.start - 2), "”"[: span.end - span.start - 1]]
        at = span.end
    return "".join([*parts, text[at:]])


def _read(blocks: Sequence[Block], spans: dict[int, list[Quotation]], mentions: Mentions) -> dict[int, _Paragraph]:
    """Every paragraph with its pieces; persons as far as the paragraph itself, or a pronoun, names them."""
    recent: list[Person] = []
    paragraphs: dict[int, _Paragraph] = {}
    heading = False
    open_piece: _Piece | None = None
    for index, block in enumerate(blocks):
        if index not in spans:
            heading = heading or block.kind == "heading"
            continue
        beside = Beside(block.text, _outside(block.text, spans[index]), mentions, recent)
        paragraph = _Paragraph(block, _pieces(block.text, spans[index], beside), after_heading=heading)
        named = [mention.person for mention in beside.found]
        paragraph.named = named[-1] if named else None
        recent += [*named, *(piece.person for piece in paragraph.pieces if piece.person)]
        del recent[:-20]
        if open_piece and paragraph.pieces and not open_piece.person:
            open_piece.person, open_piece.said = paragraph.pieces[0].person, paragraph.pieces[0].said
        elif open_piece and paragraph.pieces and not paragraph.pieces[0].said:
            paragraph.pieces[0].person, paragraph.pieces[0].said = open_piece.person, True
        left_open = bool(spans[index]) and not spans[index][-1].closed
        open_piece = paragraph.pieces[-1] if left_open and paragraph.pieces else None
        paragraphs[index], heading = paragraph, False
    return paragraphs


def _pieces(text: str, spans: Sequence[Quotation], beside: Beside) -> list[_Piece]:
    ends = sentence_ends(text)
    pieces: list[_Piece] = []
    lead_from = 0
    for index, span in enumerate(spans):
        stop = spans[index + 1].start if index + 1 < len(spans) else len(text)
        clause = read_clause(beside, span, ends, stop)
        lead = read_lead(beside, span, ends, lead_from)
        lead_from = clause.verb_end if clause else span.end
        if not is_speech(text, span, clause, lead):
            _reach_over(pieces, span, ends, stop)
            continue
        piece = _piece(text, span, clause, lead)
        if not piece.said and pieces:
            _carry(piece, pieces[-1], beside)
        elif not piece.said and lead.named_before:
            piece.person = lead.named_before
        _join(text, pieces, piece)
    return pieces


def _piece(text: str, span: Quotation, clause: Clause | None, lead: Clause) -> _Piece:
    content = span.content(text)
    if clause:
        return _Piece(span.start, clause.end, content, clause.person, said=True, verb_end=clause.verb_end)
    return _Piece(span.start, span.end, content, lead.person, said=lead.said)


def _carry(piece: _Piece, before: _Piece, beside: Beside) -> None:
    """A quotation without attribution goes on with the one before, unless somebody was named between."""
    between = beside.within(before.end, piece.start)
    piece.person = between[-1].person if between else before.person
    piece.said = piece.said or (before.said and not between)


def _join(text: str, pieces: list[_Piece], piece: _Piece) -> None:
    """`"...," she says. "..."` is one piece; so are two quotations of one person with nothing between."""
    before = pieces[-1] if pieces else None
    voices = before is not None and piece.person is None and before.verb_end and piece.verb_end  # two unnamed sources
    if before and before.person == piece.person and not voices and not text[before.end : piece.start].strip():
        before.end, before.verb_end = _past_marks(text, piece.end), piece.verb_end
        before.content, before.said = f"{before.content} {piece.content}", before.said or piece.said
        return
    if before and before.verb_end and before.end >= piece.start:
        before.end = _past_marks(text, before.verb_end)  # "...," Janet says, while Bob counters, "...": the rest is his
    piece.end = _past_marks(text, piece.end)
    pieces.append(piece)


def _past_marks(text: str, at: int) -> int:
    """Past the punctuation that closes what stands before it, so that no piece begins with a full stop."""
    while at < len(text) and text[at] in ".,;:!?…":
        at += 1
    return at


def _reach_over(pieces: Sequence[_Piece], span: Quotation, ends: Sequence[int], stop: int) -> None:
    """An attribution clause goes on over a term in marks: `"...," Janet says of the "hub" model.`"""
    if pieces and pieces[-1].end == span.start:
        pieces[-1].end = min(ends[min(bisect_right(ends, span.end - 1), len(ends) - 1)], stop)


def _settle(paragraphs: Sequence[_Paragraph]) -> None:
    """Speakers for quoted paragraphs that name none: the voice before, a repeated quotation's, the only voice."""
    named = [piece for one in paragraphs for piece in one.pieces if piece.person]
    voices = list(dict.fromkeys(piece.person for piece in named if piece.person))
    for index, paragraph in enumerate(paragraphs):
        for piece in paragraph.pieces:
            if piece.person or piece.said:
                continue
            key = piece.content.casefold().rstrip(".!?,… ")
            repeated = [one.person for one in named if key and key in one.content.casefold()]
            before = paragraphs[index - 1] if index and not paragraph.after_heading else None
            if repeated:
                piece.person = repeated[0]
            elif before and paragraph.all_quoted:
                piece.person = before.pieces[-1].person if before.all_quoted else before.named
            if piece.person is None and len(voices) == 1 and (paragraph.all_quoted or piece.content[:1].isupper()):
                piece.person = voices[0]


def _cut(block: Block, pieces: Sequence[_Piece]) -> list[Block]:
    """The block as consecutive blocks; white space between two of them closes the first."""
    if not pieces:
        return [block]
    text = block.text
    bounds: list[tuple[int, str, str | None]] = []
    at = 0
    for piece in pieces:
        if piece.start > at:
            bounds.append((at, "narration", None))
        bounds.append((piece.start, "quote", piece.person.name if piece.person else None))
        at = piece.end
        while at < len(text) and text[at].isspace():
            at += 1
    if at < len(text):
        bounds.append((at, "narration", None))
    stops = [*(start for start, _, _ in bounds[1:]), len(text)]
    return [
        replace(
            block,
            text=text[start:stop],
            kind=kind,
            speaker=speaker,
            marks=tuple((offset - start, second) for offset, second in block.marks if start <= offset < stop),
            joined=block.joined or start > 0,
        )
        for (start, kind, speaker), stop in zip(bounds, stops, strict=True)
    ]


def _speaker(person: Person, texts: Sequence[str]) -> Speaker:
    side = guess_side(person.role, person.organisation, texts)
    return Speaker(person.name, person.role, person.organisation, side)
