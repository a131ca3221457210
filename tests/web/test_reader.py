"""The reader: find in page, what became of cited words, themes and related passages, the player."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from kb.assembly import KnowledgeBase
from kb.records import Revision, citation_id
from tests.tiny import TinyEmbedder, TinyJudge
from tests.web import samples
from tests.web.conftest import Site
from tests.web.test_pages import page, plain
from web.finding import LONGEST, MOST, hits
from web.outline import questions
from web.standing import standing

TRUST = "How is trust rebuilt after a failed batch?"


@pytest.mark.parametrize(
    ("text", "sought", "found"),
    [
        ("Trust and TRUST", "trust", ["Trust", "TRUST"]),
        ("die Straße, STRASSE", "strasse", ["Straße", "STRASSE"]),
        ("a naïve nai\u0308ve plan", "naive", ["naïve", "nai\u0308ve"]),
        ("It’s “said”", 'it\'s "said"', ["It’s “said”"]),
        ("one\n\ntwo  three", "two three", ["two  three"]),
        ("the ﬁrst 𝔊ene", "first", ["ﬁrst"]),
        ("aaaa", "aa", ["aa", "aa"]),
        ("anything", "   ", []),
        ("a.b axb", "a.b", ["a.b"]),
    ],
)
def test_find_when_case_accents_or_marks_differ_then_the_very_characters_are_named(
    text: str, sought: str, found: list[str]
) -> None:
    assert [text[start:end] for start, end in hits(text, sought)] == found


def test_find_when_there_is_too_much_of_it_then_it_stops_at_its_limits() -> None:
    assert len(hits("a " * 5000, "a")) == MOST
    assert hits("a" * 500, "a" * (LONGEST + 1)) == []


def revised(base: KnowledgeBase, before: str, after: str) -> tuple[Revision, Revision]:
    """The article as it is, and with one of its parts in other words."""
    old = base.library.current(next(row.id for row in base.library.documents() if row.kind == "article"))
    draft = samples.article()
    parts = [
        samples.Part(s.kind, draft.text[s.start : s.end].strip().replace(before, after), s.speaker, None, s.level)
        for s in draft.segments
    ]
    samples.publish(base, samples.draft("article-1", draft.metadata, [part for part in parts if part.words]))
    return old, base.library.current(old.document_id)


def cite(revision: Revision, words: str) -> tuple[int, int]:
    at = revision.text.index(words)
    return at, at + len(words)


def test_old_link_when_the_words_still_stand_then_they_are_linked_in_the_present_text(own_site: Site) -> None:
    old, now = revised(own_site.base, "One plan for both companies", "One much longer plan for both of the companies")
    words = "Joint teams stop writing letters"
    shown = page(own_site.client(), f"/documents/{old.document_id}", cite=citation_id(old.id, *cite(old, words)))
    assert "still stand, word for word" in plain(shown)
    assert f"?cite={citation_id(now.id, *cite(now, words))}#cited" in shown


def test_old_link_when_the_words_were_changed_then_the_difference_is_shown(own_site: Site) -> None:
    old, now = revised(own_site.base, "replaced the long quarterly reviews", "took the place of quarterly reviews")
    span = cite(old, "Weekly joint meetings replaced the long quarterly reviews.")
    shown = page(own_site.client(), f"/documents/{old.document_id}", cite=citation_id(old.id, *span))
    assert "<del> replaced</del><ins> took</ins>" in shown
    found = standing(old, span, now)
    assert found.span == cite(now, "Weekly joint meetings took the place of quarterly reviews.")
    assert "".join(part.text for part in found.changes if part.kind != "inserted") == old.text[slice(*span)]


def test_old_link_when_the_words_are_gone_then_their_place_is_linked(own_site: Site) -> None:
    old, now = revised(own_site.base, "Weekly joint meetings replaced the long quarterly reviews.", "")
    span = cite(old, "Weekly joint meetings")
    shown = page(own_site.client(), f"/documents/{old.document_id}", cite=citation_id(old.id, *span))
    assert "gone from the present text" in shown
    assert standing(old, span, now).span is None


def test_old_link_when_the_library_was_indexed_anew_then_it_opens_as_before(own_site: Site) -> None:
    base = own_site.base
    revision = base.library.current(own_site.ids["episode-12"])
    link = {"cite": citation_id(revision.id, *cite(revision, "bad news arrives early"))}
    before = page(own_site.client(), f"/documents/{revision.document_id}", **link)
    with KnowledgeBase(base.settings, TinyEmbedder("another"), TinyJudge()) as other:
        other.reindex()
    after = page(own_site.client(), f"/documents/{revision.document_id}", **link)
    for shown in (before, after):
        assert '<mark id="cited">bad news arrives early</mark>' in shown
        assert 'id="changed"' not in shown


def test_document_when_deleted_then_its_page_says_which_it_was_and_when_purged_not(own_site: Site) -> None:
    document_id = own_site.ids["episode-12"]
    own_site.base.delete(document_id)
    response = own_site.client().get(f"/documents/{document_id}")
    assert response.status_code == 404
    assert "“Two sides of a delayed batch” was deleted" in response.get_data(as_text=True)
    own_site.base.delete(document_id, purge=True)
    response = own_site.client().get(f"/documents/{document_id}")
    assert response.status_code == 404
    assert "Two sides" not in response.get_data(as_text=True)


def test_document_when_something_is_sought_then_places_are_marked_counted_and_stepped_through(site: Site) -> None:
    address = f"/documents/{site.ids['episode-12']}"
    shown = page(site.client(), address, find="FAILED  batch", hit="3")
    assert len(re.findall(r'data-hit="\d"', shown)) == 3
    assert '<mark class="found here" data-hit="3" id="hit">failed batch</mark>' in shown
    assert re.search(r'<a id="before" href="[^"]*hit=2#hit">', shown)
    assert re.search(r'<a id="following" href="[^"]*hit=1#hit">', shown)
    assert "is not in this document" in page(site.client(), address, find="volcano")
    for odd in ("0", "99999", "-1", "٣", "x"):
        assert 'id="hit"' in page(site.client(), address, find="batch", hit=odd)


def test_document_when_cited_and_sought_words_overlap_then_no_character_is_lost(site: Site) -> None:
    revision = site.base.library.current(site.ids["episode-12"])
    start, end = cite(revision, "rebuilt when the bad news")
    address = f"/documents/{revision.document_id}"
    shown = page(site.client(), address, cite=citation_id(revision.id, start, end), find="is rebuilt when")
    assert "Trust is rebuilt when the bad news arrives" in plain(shown)
    assert shown.count('id="cited"') == shown.count('id="hit"') == 1


def test_find_when_it_is_hostile_then_it_is_only_text(client: FlaskClient, site: Site) -> None:
    shown = page(client, f"/documents/{site.ids['hostile-1']}", find=samples.SCRIPT)
    assert "<script>" not in shown
    assert "data-hit" in shown


def test_outline_when_there_are_no_headings_then_the_hosts_questions_are_in_it(site: Site) -> None:
    shown = page(site.client(), f"/documents/{site.ids['episode-12']}")
    assert (
        '<a href="#s2"><span class="clock">12:28</span> And how do you rebuild trust after a failed batch?</a>' in shown
    )
    asked = questions(site.base.library.current(site.ids["episode-12"]))
    assert [one.number for one in asked] == [0, 2]
    assert questions(site.base.library.current(site.ids["article-1"])) == []


def test_margin_when_passages_carry_themes_then_each_is_marked_and_leads_to_the_next(site: Site) -> None:
    revision = site.base.library.current(site.ids["episode-12"])
    carried = [p for p in site.base.library.passages_of(revision.id) if "trust" in p.themes]
    shown = page(site.client(), f"/documents/{revision.document_id}")
    assert carried
    assert len(re.findall(r'id="trust-\d+"', shown)) == len(carried)
    assert shown.count('class="theme-mark" id="trust-1"><a href="/themes/trust">') == 1
    for target in re.findall(r'href="#(trust-\d+)"', shown):
        assert f'id="{target}"' in shown


def test_related_when_asked_for_then_only_other_documents_are_there_by_nearness(site: Site) -> None:
    for passage in site.base.library.passages_of(site.base.library.current(site.ids["episode-12"]).id):
        found = site.client().get(f"/api/v1/passages/{passage.id}/related").get_json()
        assert passage.document_id not in [one["document"] for one in found["related"]]
        cosines = [one["cosine"] for one in found["related"]]
        assert cosines == sorted(cosines, reverse=True)
    shown = page(site.client(), f"/passages/{passage.id}/related")
    assert "<h1>Related passages" in shown
    part = site.client().get(f"/passages/{passage.id}/related", headers={"HX-Request": "true"})
    assert "HX-Request" in part.vary
    assert "<html" not in part.get_data(as_text=True)
    assert site.client().get("/passages/nothing/related").status_code == 404


def test_player_when_there_is_a_recording_then_answers_lead_to_its_second_and_to_the_recording(site: Site) -> None:
    shown = page(site.client(), "/ask", q=TRUST, side="cdmo")
    link = re.search(r'href="(/documents/[^"]*&amp;t=751#cited)"', shown)
    assert link
    read = page(site.client(), link.group(1).replace("&amp;", "&").partition("#")[0])
    assert f'preload="none" src="{samples.AUDIO}" data-start="751"' in read
    assert f'href="{samples.AUDIO}#t=751"' in read
    assert "<audio" not in page(site.client(), f"/documents/{site.ids['hostile-1']}")
