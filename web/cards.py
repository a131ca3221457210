"""A quote or a passage, as a page shows it. Views of records; nothing is decided here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from kb.citing import FORMS, Cited, cited_as
from kb.records import Hit, Metadata, Quote, Revision, Speaker, Theme, citation_id
from web import words
from web.layout import Block, blocks
from web.links import Links
from web.voices import interest, speaker_of

FORM_TITLES = {"plain": "Plain text", "markdown": "Markdown", "bibtex": "BibTeX", "csl-json": "CSL-JSON"}


@dataclass(frozen=True)
class Origin:
    """Where it was said or written. day: as ISO 8601, or "".

    play_url: of the reader's player at that second, recording_url:
    of the recording itself; "" where there is none to go to.
    """

    document_url: str
    read_url: str
    play_url: str
    recording_url: str
    title: str
    show: str
    kind: str
    day: str
    date: str
    age: str
    clock: str
    section: str
    composed: bool
    sponsored: bool
    themes: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class QuoteCard:
    """before + key + after is the quote, verbatim; key is the sentence that decides.

    interest: what the speaker has to gain, or ""; citations: (what the form is called, the quote in it), to be pasted.
    """

    number: int
    citation: str
    before: str
    key: str
    after: str
    speaker: Speaker | None
    origin: Origin
    interest: str
    citations: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class PassageCard:
    passage: str
    blocks: list[Block]
    speakers: tuple[Speaker, ...]
    origin: Origin


def quote_cards(quotes: Iterable[Quote], links: Links, themes: Mapping[str, Theme], absolute: Links) -> list[QuoteCard]:
    """absolute: links that hold outside the site, for what is pasted elsewhere."""
    return [_quote_card(number, quote, links, themes, absolute) for number, quote in enumerate(quotes, start=1)]


def passage_cards(
    hits: Iterable[Hit], revision_of: Callable[[str], Revision], links: Links, themes: Mapping[str, Theme]
) -> list[PassageCard]:
    return [_passage_card(hit, revision_of(hit.passage.revision_id), links, themes) for hit in hits]


def theme_titles(names: Iterable[str], links: Links, themes: Mapping[str, Theme]) -> tuple[tuple[str, str], ...]:
    """(title, link) of each theme that the library still has."""
    return tuple((themes[name].title, links.theme(name)) for name in names if name in themes)


def cited_quote(quote: Quote, absolute: Links) -> Cited:
    """What a citation is made of. absolute: links that hold outside the site."""
    citation = quote.citation
    return Cited(
        citation.id,
        quote.text,
        speaker_of(quote),
        quote.metadata,
        words.clock(citation.start_s),
        absolute.citation(citation),
        _today(),
    )


def _quote_card(number: int, quote: Quote, links: Links, themes: Mapping[str, Theme], absolute: Links) -> QuoteCard:
    citation = quote.citation
    cited = cited_quote(quote, absolute)
    origin = _origin(
        quote.metadata,
        links,
        document_id=citation.document_id,
        read_url=links.citation(citation),
        cite=citation.id,
        second=citation.start_s,
        section=quote.section,
        themes=theme_titles(quote.themes, links, themes),
    )
    return QuoteCard(
        number=number,
        citation=citation.id,
        before=quote.text[: quote.key_start],
        key=quote.text[quote.key_start : quote.key_end],
        after=quote.text[quote.key_end :],
        speaker=speaker_of(quote),
        origin=origin,
        interest=interest(quote),
        citations=tuple((FORM_TITLES[form], cited_as(form, cited)) for form in FORMS),
    )


def _passage_card(hit: Hit, revision: Revision, links: Links, themes: Mapping[str, Theme]) -> PassageCard:
    passage = hit.passage
    found = blocks(revision, window=(passage.start, passage.end))
    origin = _origin(
        revision.metadata,
        links,
        document_id=passage.document_id,
        read_url=links.passage(passage),
        cite=citation_id(passage.revision_id, passage.start, passage.end),
        second=revision.second_at(passage.start),
        section=revision.section_at(passage.start),
        themes=theme_titles(passage.themes, links, themes),
    )
    speakers = dict.fromkeys(speaker for block in found for speaker in block.speakers)
    return PassageCard(passage.id, found, tuple(speakers), origin)


def _origin(
    metadata: Metadata,
    links: Links,
    *,
    document_id: str,
    read_url: str,
    cite: str,
    second: float | None,
    section: str,
    themes: tuple[tuple[str, str], ...],
) -> Origin:
    recording = links.audio(metadata.audio, second) if second is not None else ""
    return Origin(
        document_url=links.document(document_id),
        read_url=read_url,
        play_url=links.play(document_id, second, cite) if recording and second is not None else "",
        recording_url=recording,
        title=metadata.title,
        show=metadata.show,
        kind=words.kind(metadata.kind),
        day=metadata.date,
        date=words.date(metadata.date),
        age=words.age(metadata.date, _today()),
        clock=words.clock(second),
        section=section if section != metadata.title else "",
        composed=metadata.composed,
        sponsored=metadata.sponsored,
        themes=themes,
    )


def _today() -> date:
    return datetime.now(UTC).date()
