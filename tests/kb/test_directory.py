"""Who speaks for whom: the filter by organisation, facets with counts, and what lists are made of."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest

from kb.assembly import KnowledgeBase
from kb.facets import conditions, facet_keys
from kb.indexing import Item
from kb.library.connection import database_path
from kb.records import Filter
from kb.settings import Settings
from tests.tiny import TinyEmbedder, TinyJudge
from tests.web import samples

TRUST = "How is trust rebuilt after a failed batch?"


@pytest.fixture
def base(settings: Settings) -> Iterator[KnowledgeBase]:
    with KnowledgeBase(settings, TinyEmbedder(), TinyJudge()) as made:
        samples.publish(made, samples.interview(), samples.article(), samples.roundtable())
        yield made


@pytest.mark.parametrize(
    ("where", "found"),
    [
        (Filter(organisation=("Example Biologics",)), True),
        (Filter(organisation=("EXAMPLE BIOLOGICS", "nobody")), True),
        (Filter(organisation=("Example Biologics",), side=("cdmo",)), True),
        (Filter(organisation=("Example Biologics",), side=("sponsor",)), False),
        (Filter(organisation=("Example Biologics",), speaker=("richard roe",), side=("cdmo", "sponsor")), True),
        (Filter(organisation=("Example Biologics",), speaker=("Jane Doe",)), False),
        (Filter(organisation=("nobody",)), False),
    ],
)
def test_conditions_when_a_filter_names_several_of_a_voices_parts_then_one_voice_must_have_all(
    where: Filter, found: bool
) -> None:
    voices = [("Jane Doe", "sponsor", "Example Therapeutics"), ("Richard Roe", "cdmo", "Example Biologics")]
    keys = set(facet_keys(voices, ["trust"], {"show": ["Example Hour"]}))
    assert all(keys & set(group) for group in conditions(where).groups) is found


def test_answers_when_narrowed_to_an_organisation_then_only_its_people_are_quoted(base: KnowledgeBase) -> None:
    answer = base.ask(TRUST, Filter(organisation=("example biologics",)))
    assert {quote.speaker.name for quote in answer.quotes if quote.speaker} == {"Richard Roe"}
    assert base.ask(TRUST, Filter(organisation=("Nobody Ltd",))).status == "not_found"


def test_facets_when_counted_then_they_are_those_of_the_passages_that_were_found(base: KnowledgeBase) -> None:
    hits, facets = base.search_counted(TRUST, limit=1000)
    speakers: dict[str, int] = {}
    for hit in hits:
        for name in base.speakers_of(hit.passage):
            speakers[name] = speakers.get(name, 0) + 1
    assert facets["speaker"] == speakers
    assert sum(facets["kind"].values()) == len(hits)
    assert facets["organisation"]["Example Biologics"] == facets["speaker"]["Richard Roe"]
    assert set(facets["year"]) == {"2025", "2026"}
    assert facets == base.ask(TRUST).facets
    narrowed = base.ask(TRUST, Filter(organisation=("Example Biologics",))).facets
    assert narrowed["organisation"]["Example Biologics"] == facets["organisation"]["Example Biologics"]


def test_facets_when_one_interview_stands_in_two_forms_then_each_choice_counts_what_it_would_search(
    base: KnowledgeBase,
) -> None:
    first = next(row for row in base.library.documents() if row.show == "Example Hour")
    spoken = samples.interview()
    written = replace(
        spoken, source_key="article-12", metadata=replace(spoken.metadata, kind="article", show="Example Paper")
    )
    before = base.ask(TRUST).facets
    list(base.publisher().publish_all([Item(written, "article-12.txt", "0", len(written.text), "", links=(first.id,))]))
    base.follow()
    assert base.library.linked(first.id) != ()
    facets = base.ask(TRUST).facets
    # Both forms are searched, each as what it is; what the two share is counted in each.
    assert facets["show"] == before["show"] | {"Example Paper": before["show"]["Example Hour"]}
    assert facets["kind"]["episode"] == before["kind"]["episode"]
    for name, value in (("speaker", "Richard Roe"), ("side", "cdmo"), ("kind", "article"), ("show", "Example Paper")):
        hits = base.search(TRUST, Filter(**{name: (value,)}), 1000)
        assert len(hits) == facets[name][value], (name, value)
    # The quotes of an answer are those of one form.
    words = [quote.text for quote in base.ask(TRUST).quotes]
    assert len(words) == len(set(words))


def test_the_directory_when_documents_go_then_holds_only_what_is_there(base: KnowledgeBase) -> None:
    before = base.library.directory()
    assert {one.name for one in before.appearances} == {
        "Mary Major", "Jane Doe", "Richard Roe", "John Stiles", "Host", "CDMO programme lead",
    }  # fmt: skip
    gone = next(one.id for one in before.documents if one.show == "Example Hour")
    base.delete(gone, purge=True)
    after = base.library.directory()
    assert gone not in {row.document_id for rows in (after.appearances, after.voices, after.sides) for row in rows}
    assert base.library.traces(gone) == []


def test_a_library_of_the_fourth_schema_learns_who_appears_and_its_index_is_made_anew(settings: Settings) -> None:
    with KnowledgeBase(settings, TinyEmbedder(), TinyJudge()) as old:
        samples.publish(old, samples.interview())
        known = old.library.directory().appearances
        old.library.set_fact("schema_version", "4")
    with closing(sqlite3.connect(database_path(settings))) as connection:
        connection.execute("DROP TABLE appearances")
        connection.commit()
    with KnowledgeBase(settings, TinyEmbedder(), TinyJudge()) as brought:
        assert brought.library.directory().appearances == known
        assert brought.check() == []
        assert brought.ask(TRUST, Filter(organisation=("Example Biologics",))).status == "answered"
