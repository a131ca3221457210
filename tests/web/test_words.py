"""The pure parts: words, filters, links, blocks, evidence."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.errors import UsageError
from kb.records import Citation, Filter, Metadata, Quote, Revision, Speaker
from tests.web import samples
from web import words
from web.evidence import evidence
from web.filters import filter_from, pairs, without
from web.layout import blocks, chapter_links, linked
from web.links import Links
from web.voices import interest

THEMES = ("timing", "trust")


def revision() -> Revision:
    made = samples.article()
    return Revision("r" * 64, "d1", 1, made.metadata, made.text, made.segments, made.marks, {}, "2026-01-01")


def quote(document: str, speaker: Speaker | None, composed: bool = False) -> Quote:
    name = speaker.name if speaker else None
    citation = Citation(f"{document}-0-1", document, "r", 0, 1, name, None)
    return Quote("x", 0, 1, citation, speaker, Metadata("t", date="2025-10-01", composed=composed), "", (), 0.0, {})


@pytest.mark.parametrize(
    ("second", "shown"), [(None, ""), (0, "0:00"), (59.9, "0:59"), (751.2, "12:31"), (3751, "1:02:31"), (-3, "0:00")]
)
def test_clock_when_given_seconds_then_minutes_or_hours(second: float | None, shown: str) -> None:
    assert words.clock(second) == shown


@pytest.mark.parametrize(
    ("iso", "shown"),
    [
        ("2026-11-26", "this month"),
        ("2026-10-27", "less than a month ago"),
        ("2026-10-26", "1 month ago"),
        ("2025-10-01", "13 months ago"),
        ("2023-12-31", "2 years ago"),
        ("2026-11", "this month"),
        ("2025-12", "11 months ago"),
        ("2026", "this year"),
        ("2019", "7 years ago"),
        ("2026-11-27", ""),
        ("2027", ""),
        ("last spring", ""),
        ("", ""),
    ],
)
def test_age_when_a_date_is_given_then_no_finer_than_the_date_is(iso: str, shown: str) -> None:
    assert words.age(iso, date(2026, 11, 26)) == shown


@pytest.mark.parametrize(
    ("iso", "shown"),
    [
        ("2026-10-01", "1 October 2026"),
        ("2026-10-01T08:00:00Z", "1 October 2026"),
        ("2026-10", "October 2026"),
        ("2026", "2026"),
        ("2026-13-01", "2026"),
        ("", ""),
        ("last spring", "last spring"),
    ],
)
def test_date_when_iso_then_readable_and_else_as_it_is(iso: str, shown: str) -> None:
    assert words.date(iso) == shown


@pytest.mark.parametrize(
    ("text", "shown"), [("phase 2", "Phase 2"), ("mRNA", "mRNA"), ("plasmid DNA", "Plasmid DNA"), ("", "")]
)
def test_capital_when_a_word_has_its_own_capitals_then_it_stays(text: str, shown: str) -> None:
    assert words.capital(text) == shown


def test_filter_when_written_and_read_again_then_it_is_the_same() -> None:
    where = Filter(theme=("trust",), show=("A & B", "C"), side=("sponsor", "cdmo"), since="2025", until="2026-03-31")
    given: dict[str, list[str]] = {}
    for name, value in pairs(where):
        given.setdefault(name, []).append(value)
    assert filter_from(given, THEMES) == where


def test_filter_when_one_pair_is_taken_away_then_the_rest_stays() -> None:
    where = Filter(show=("A", "B"), since="2025")
    assert without(where, "show", "A") == Filter(show=("B",), since="2025")
    assert without(where, "since", "2025") == Filter(show=("A", "B"))


@given(st.dictionaries(st.sampled_from(("theme", "side", "since", "until", "show")), st.lists(st.text(), max_size=3)))
def test_filter_when_given_anything_then_a_filter_or_a_usage_error(given_values: dict[str, list[str]]) -> None:
    try:
        where = filter_from(given_values, THEMES)
    except UsageError:
        return
    assert set(where.theme) <= set(THEMES)


@pytest.mark.parametrize(
    ("url", "second", "link"),
    [
        ("https://a.example/e.mp3", 751.9, "https://a.example/e.mp3#t=751"),
        ("https://a.example/e.mp3#old", 3.0, "https://a.example/e.mp3#t=3"),
        ("https://a.example/e.mp3", None, "https://a.example/e.mp3"),
        ("javascript:alert(1)", 3.0, ""),
        ("", 3.0, ""),
    ],
)
def test_audio_link_when_made_then_it_starts_at_the_second(url: str, second: float | None, link: str) -> None:
    assert Links().audio(url, second) == link


def test_links_when_names_are_odd_then_they_are_escaped_and_absolute_ones_have_the_root() -> None:
    links = Links("http://h:1")
    assert links.document("a/b?c", "r-1-2") == "http://h:1/documents/a%2Fb%3Fc?cite=r-1-2#cited"
    assert links.ask("a & b", Filter(side=("cdmo",))) == "http://h:1/ask?q=a%20%26%20b&side=cdmo"
    assert Links().theme("trust") == "/themes/trust"
    assert Links().api("passages", "x y") == "/api/v1/passages/x%20y"


@given(st.integers(0, 600), st.integers(0, 600))
def test_blocks_when_anything_is_cited_then_the_marks_are_exactly_the_cited_text(first: int, second: int) -> None:
    whole = revision()
    start, end = sorted((min(first, len(whole.text)), min(second, len(whole.text))))
    marked = [piece for block in blocks(whole, cited=(start, end)) for piece in block.pieces if piece.cited]
    cited = whole.text[start:end]
    assert "".join("".join(piece.text for piece in marked).split()) == "".join(cited.split())
    assert sum(piece.first for piece in marked) == (1 if cited.strip() else 0)


@given(st.integers(0, 600), st.integers(0, 600))
def test_blocks_when_windowed_then_they_hold_the_windows_words(first: int, second: int) -> None:
    whole = revision()
    start, end = sorted((min(first, len(whole.text)), min(second, len(whole.text))))
    if start < end:
        shown = " ".join(block.text for block in blocks(whole, window=(start, end)))
        assert "".join(shown.split()) == "".join(whole.text[start:end].split())


def test_blocks_when_a_paragraph_mixes_speech_and_narration_then_it_is_one_block() -> None:
    mixed = next(block for block in blocks(revision()) if "desk beside ours" in block.text)
    assert [piece.speech for piece in mixed.pieces] == [False, True, False, True]
    assert [speaker.name for speaker in mixed.speakers] == ["John Stiles"]


def test_blocks_when_a_turn_has_no_time_of_its_own_then_none_is_made_up() -> None:
    made = samples.interview()
    segments = (*made.segments[:2], replace(made.segments[2], start_s=None), *made.segments[3:])
    marks = tuple(mark for mark in made.marks if mark.offset != made.segments[2].start)
    talk = Revision("r" * 64, "d1", 1, made.metadata, made.text, segments, marks, {}, "")
    assert [block.second for block in blocks(talk)] == [3.0, 9.5, None, 751.0, 3790.0]


def test_chapters_when_placed_then_each_leads_to_the_turn_that_is_heard() -> None:
    made = samples.interview()
    talk = Revision("r" * 64, "d1", 1, made.metadata, made.text, made.segments, made.marks, {}, "")
    found = chapter_links(made.metadata.chapters, blocks(talk))
    assert [(chapter.title, number) for chapter, number in found] == [("Opening", 0), ("Repairing trust", 3)]


@given(st.text(alphabet="htps:/. ax()<>&\"'", max_size=60))
def test_linked_when_cut_into_pieces_then_no_character_is_lost(text: str) -> None:
    assert "".join(piece.text for piece in linked(text)) == text


def test_evidence_when_sides_mix_then_people_count_once_and_linked_documents_as_one() -> None:
    sponsor, cdmo = samples.SPONSOR, samples.CDMO
    given_quotes = [
        quote("a", sponsor),
        quote("b", sponsor),
        quote("c", cdmo),
        quote("d", None),
        quote("e", sponsor, True),
    ]
    found = evidence(given_quotes, lambda document: {"a": ["b"], "b": ["a"]}.get(document, []))
    assert found.counted == (
        "2 speakers from 2 organisations and 1 article in its own words: 1 sponsor and 1 CDMO; 2025"
    )
    assert found.aside == "1 more quote is composed, written for illustration, and not counted."


def test_evidence_when_a_side_is_not_a_known_one_then_it_still_counts() -> None:
    found = evidence([quote("a", Speaker("N", side="unknown"))], lambda _: [])
    assert found.counted == "1 speaker; 2025"


@pytest.mark.parametrize(("number", "start"), [(1, "The quote is"), (2, "Both quotes are"), (3, "All 3 quotes are")])
def test_evidence_when_all_is_composed_then_nothing_is_counted(number: int, start: str) -> None:
    found = evidence([quote("a", samples.LEAD, True)] * number, lambda _: [])
    assert found.counted == ""
    assert found.aside.startswith(start)


def test_evidence_when_an_article_tells_an_interview_that_is_quoted_too_then_it_is_no_second_witness() -> None:
    found = evidence([quote("a", samples.CDMO), quote("b", None)], lambda document: {"b": ["a"]}.get(document, []))
    assert found.counted == "1 speaker from 1 organisation: 1 CDMO; 2025"


def test_evidence_when_years_differ_then_the_first_and_the_last_are_told() -> None:
    later = quote("b", samples.SPONSOR)
    later = replace(later, metadata=replace(later.metadata, date="2026"))
    found = evidence([later, quote("a", samples.CDMO)], lambda _: [])
    assert found.counted.endswith("; 2025 to 2026")


@pytest.mark.parametrize(
    ("speaker", "text", "interested"),
    [
        (samples.CDMO, "Call your CDMO early.", True),
        (samples.CDMO, "A contract manufacturer hates surprises.", True),
        (samples.CDMO, "Bad news travels slowly.", False),
        (samples.SPONSOR, "Call your CDMO early.", False),
        (None, "Call your CDMO early.", False),
    ],
)
def test_interest_when_a_cdmo_speaks_of_cdmos_then_it_is_told(
    speaker: Speaker | None, text: str, interested: bool
) -> None:
    assert bool(interest(replace(quote("a", speaker), text=text))) == interested
