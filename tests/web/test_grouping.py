"""Quotes in groups: none is lost, none is shown twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kb.records import Citation, Metadata, Quote, Speaker
from tests.web import samples
from web.cards import QuoteCard, quote_cards
from web.grouping import GROUPINGS, grouped
from web.links import Links


def cards() -> list[QuoteCard]:
    dated = [(samples.SPONSOR, "2019"), (samples.CDMO, "2026-03"), (None, ""), (samples.SPONSOR, "2024-01-01")]
    return quote_cards([quote(n, *pair) for n, pair in enumerate(dated)], Links(), {}, Links("http://kb.example"))


def quote(number: int, speaker: Speaker | None, date: str) -> Quote:
    citation = Citation(f"r-{number}-9", "d", "r", number, 9, speaker.name if speaker else None, None)
    return Quote("It is so.", 0, 9, citation, speaker, Metadata("t", show="Show", date=date), "", (), 0.0, {})


@pytest.mark.parametrize("by", GROUPINGS)
def test_every_quote_is_in_exactly_one_group(by: str) -> None:
    shown = [card.number for group in grouped(cards(), by) for card in group.cards]
    assert sorted(shown) == [1, 2, 3, 4]


def test_side_by_side_has_three_columns_also_where_one_is_empty() -> None:
    found = grouped(cards()[:1], "side")
    assert [(group.title, len(group.cards)) for group in found] == [("Sponsors", 1), ("CDMOs", 0), ("Others", 0)]


def test_by_speaker_the_first_quoted_comes_first_and_a_publication_stands_for_itself() -> None:
    found = grouped(cards(), "speaker")
    assert [(group.title, [card.number for card in group.cards]) for group in found] == [
        (samples.SPONSOR.name, [1, 4]),
        (samples.CDMO.name, [2]),
        ("Show", [3]),
    ]


def test_by_date_the_newest_comes_first_and_the_undated_last() -> None:
    [group] = grouped(cards(), "date")
    assert [card.number for card in group.cards] == [2, 4, 1, 3]


def test_two_speakers_of_one_name_stay_one_voice_of_that_name() -> None:
    one, two = cards()[0], replace(cards()[1], speaker=replace(samples.CDMO, name=samples.SPONSOR.name))
    assert [len(group.cards) for group in grouped([one, two], "speaker")] == [2]
