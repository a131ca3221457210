"""Speakers, organisations, shows, episodes and themes to browse."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from tests.web import samples
from tests.web.conftest import Site
from tests.web.samples import SCRIPT
from tests.web.test_pages import plain
from web.chart import HEIGHT, bars
from web.directory import DirectoryReader
from web.links import Links
from web.slugs import slug_of


def page(client: FlaskClient, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return response.get_data(as_text=True)


@pytest.mark.parametrize("kind", ["speakers", "organisations", "shows", "episodes"])
def test_lists_when_followed_then_every_entry_has_a_page_of_its_own(client: FlaskClient, kind: str) -> None:
    listed = re.findall(rf'href="(/(?:{kind}|documents)/[^"?]+)"', page(client, f"/{kind}"))
    assert listed
    for address in listed:
        assert "<h1>" in page(client, address)
    assert f'href="/{kind}"' in page(client, "/documents")


def test_a_speakers_page_when_opened_then_says_who_that_is_and_what_was_said(client: FlaskClient) -> None:
    shown = page(client, Links().speaker("richard ROE"))
    for part in ("Richard Roe", "Site head", "Example Biologics", "Two sides of a delayed batch", "In their words"):
        assert part in shown
    assert Links().organisation("Example Biologics") in shown
    assert '<input type="hidden" name="speaker" value="Richard Roe">' in shown


def test_roles_and_guessed_names_when_listed_then_they_are_marked(client: FlaskClient) -> None:
    rows = {row.split("</a>")[0].split(">")[-1]: row for row in page(client, "/speakers").split('<li class="row">')[1:]}
    assert "Composed" in rows["CDMO programme lead"]
    assert "Guessed" in rows["Mary Major"]
    assert "Composed" not in rows["Jane Doe"]
    assert "Guessed" not in rows["Jane Doe"]
    assert "not a person" in page(client, Links().speaker("CDMO programme lead", composed=True))
    assert client.get(Links().speaker("CDMO programme lead")).status_code == 404


def test_lists_when_sifted_then_only_what_matches_is_shown(client: FlaskClient) -> None:
    shown = page(client, "/speakers?name=jane&side=sponsor")
    assert "Jane Doe" in shown
    assert "Richard Roe" not in shown
    assert "There is none" in page(client, "/speakers?name=jane&side=cdmo")
    for bad in ("side=nobody", "page=0", "page=x", "name=" + "n" * 300):
        assert client.get(f"/speakers?{bad}").status_code == 400
    assert "There is none" in page(client, "/speakers?page=99")


def test_hostile_names_when_browsed_then_they_are_words_alone(client: FlaskClient) -> None:
    for kind in ("speakers", "organisations", "shows"):
        assert SCRIPT not in page(client, f"/{kind}")
    assert SCRIPT not in page(client, Links().speaker(f"Eve {SCRIPT}"))


def test_quotes_when_shown_then_their_names_lead_to_pages(client: FlaskClient) -> None:
    shown = page(client, "/ask?q=How+is+trust+rebuilt+after+a+failed+batch")
    for address in set(re.findall(r'href="(/(?:speakers|organisations|shows)/[^"]+)"', shown)):
        page(client, address)
    assert Links().speaker("Richard Roe") in shown


def test_an_answers_choices_when_shown_then_say_how_many_passages_have_them(site: Site) -> None:
    question = "How is trust rebuilt after a failed batch?"
    shown = page(site.client(), f"/ask?q={question}")
    facets = site.client().get("/api/v1/search", query_string={"q": question}).get_json()["facets"]
    number = facets["side"]["cdmo"]
    assert re.search(rf'value="cdmo".*?<span class="tally">{number}<', shown, re.DOTALL)
    assert 'value="investor"' not in shown
    assert 'value="investor" checked' in page(site.client(), f"/ask?q={question}&side=investor")
    assert "since=2025&amp;until=2025" in shown


def test_a_themes_page_when_opened_twice_then_says_the_same_and_each_quote_is_the_librarys(site: Site) -> None:
    client = site.client()
    shown = page(client, "/themes/trust")
    assert page(client, "/themes/trust") == shown
    for part in ("By side of the table", "Over time", 'class="bar"', "side=cdmo"):
        assert part in shown
    assert "style=" not in shown
    asked = re.findall(r"<h3><a href=\"/ask\?q=[^\"]+theme=trust\">", shown)
    assert len(asked) == len(site.base.themes["trust"].questions)


def test_a_themes_page_when_it_quotes_then_every_word_is_read_again_and_equal(site: Site) -> None:
    shown, library = page(site.client(), "/themes/trust"), site.base.library
    quotes = re.findall(
        r'<blockquote class="words" cite="[^"]*cite=([^"#]+)#cited">(.*?)</blockquote>', shown, re.DOTALL
    )
    assert quotes
    for cite, words in quotes:
        citation = library.resolve_citation(cite)
        assert plain(words) == library.revision(citation.revision_id).text[citation.start : citation.end]
    cards = re.findall(r'data-passage="(\w+)">(.*?)</article>', shown, re.DOTALL)
    assert cards
    for passage_id, card in cards:
        passage = library.passage(passage_id)
        text = library.revision(passage.revision_id).text[passage.start : passage.end]
        words = "".join(re.findall(r'<p class="words">(.*?)</p>', card, re.DOTALL))
        # White space between two turns is the page's.
        assert "".join(plain(words).split()) == "".join(text.split())


def test_a_themes_page_when_a_quoted_text_is_edited_then_it_quotes_what_stands_there_now(unlimited: Site) -> None:
    client, now = unlimited.client(), samples.interview()
    samples.publish(unlimited.base, samples.roundtable(), samples.hostile())
    before = replace(now, text=now.text.replace("within two hours", "within ten hours"))
    for draft, words in ((before, "within ten hours"), (now, "within two hours")):
        samples.publish(unlimited.base, draft)
        shown = page(client, "/themes/trust")
        assert words in plain("".join(re.findall(r"<blockquote.*?</blockquote>", shown, re.DOTALL)))
        assert ("within ten hours" in plain(shown)) is (draft is before)


def test_the_directory_when_a_conversation_has_two_forms_then_it_counts_once(site: Site) -> None:
    found = DirectoryReader(site.base.library).read()
    jane = found.speakers[slug_of("Jane Doe")]
    assert (jane.interviews, [one.title for one in jane.documents]) == (1, ["Two sides of a delayed batch"])
    assert jane.passages > 0


@pytest.mark.parametrize("kind", ["speakers", "organisations", "shows"])
def test_the_api_when_paged_then_gives_every_entry_once(client: FlaskClient, kind: str) -> None:
    whole = client.get(f"/api/v1/{kind}").get_json()
    seen, address = [], f"/api/v1/{kind}?limit=1"
    while address:
        body = client.get(address).get_json()
        seen += body["entries"]
        address = body["next"]
    assert seen == whole["entries"]
    assert len(seen) == whole["total"] > 0


@pytest.mark.parametrize("name", ["..", "a/b", "Ünal Ø", "", "\ud800", "-" * 500, "漢字"])
def test_slugs_when_made_of_any_name_then_they_are_safe_and_stable(name: str) -> None:
    assert re.fullmatch(r"[a-z0-9-]+", slug_of(name))
    assert slug_of(name) == slug_of(name.upper().lower())
    assert slug_of(name) != slug_of(name, composed=True)


def test_columns_when_drawn_then_they_stay_in_the_chart_and_keep_their_proportions() -> None:
    drawn = bars([(2024, 2), (2025, 0), (2026, 4)])
    assert [bar.height for bar in drawn] == [HEIGHT / 2, 0, HEIGHT]
    assert all(bar.y + bar.height == HEIGHT for bar in drawn)
    assert bars([]) == []
