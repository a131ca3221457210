"""The pages, as a browser without scripts gets them."""

from __future__ import annotations

import html
import re
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

from kb.records import citation_id
from tests.web import samples
from tests.web.conftest import Site

TRUST = "How is trust rebuilt after a failed batch?"


def page(client: FlaskClient, address: str, **query: str) -> str:
    response = client.get(f"{address}?{urlencode(query)}" if query else address)
    assert response.status_code == 200
    assert response.content_type == "text/html; charset=utf-8"
    return response.get_data(as_text=True)


def plain(fragment: str) -> str:
    """The text of a fragment of a page."""
    return html.unescape(re.sub(r"<[^>]+>", "", fragment))


def quotes(shown: str) -> list[tuple[str, str]]:
    """(citation id, text) of each quote on a page."""
    found = re.findall(r'data-citation="([^"]+)".*?<blockquote[^>]*>(.*?)</blockquote>', shown, re.DOTALL)
    return [(cite, plain(text)) for cite, text in found]


def test_home_when_opened_then_it_asks_and_says_what_the_library_holds(client: FlaskClient) -> None:
    shown = page(client, "/")
    assert 'name="q"' in shown
    assert "4 documents" in shown
    assert "5 named speakers" in shown
    assert "What should we do in the first 48 hours after a CDMO reports a failed batch?" in shown


def test_answer_when_something_answers_then_each_quote_stands_so_in_the_library(site: Site) -> None:
    shown = quotes(page(site.client(), "/ask", q=TRUST))
    assert shown
    for cite, text in shown:
        citation = site.base.library.resolve_citation(cite)
        assert site.base.library.revision(citation.revision_id).text[citation.start : citation.end] == text


def test_answer_when_something_answers_then_who_where_and_when_are_told(client: FlaskClient) -> None:
    shown = page(client, "/ask", q=TRUST)
    for part in ("Richard Roe", "Site head", "Example Biologics", "Example Hour", "1 October 2025", "12:31", "#cited"):
        assert part in shown
    assert '<span class="badge side side-cdmo">CDMO</span>' in shown
    assert f'href="{samples.AUDIO}#t=751"' in shown
    assert '<strong class="key">' in shown


def test_answer_when_quotes_are_real_then_the_evidence_line_counts_people_by_side(client: FlaskClient) -> None:
    shown = plain(page(client, "/ask", q=TRUST, show="Example Hour"))
    assert "2 speakers from 2 organisations: 1 sponsor and 1 CDMO; 2025." in shown


def test_answer_when_a_quote_is_composed_then_it_is_marked_and_not_counted(client: FlaskClient) -> None:
    shown = page(
        client, "/ask", q="What does a cancellation fee protect the sponsor from?", show="Counterpart Roundtables"
    )
    assert quotes(shown)
    assert "<strong>Composed.</strong>" in shown
    assert "no evidence is counted" in shown


def test_answer_when_a_source_is_sponsored_then_the_card_says_so(client: FlaskClient) -> None:
    shown = page(client, "/ask", q="What do joint teams stop writing and begin talking?")
    assert quotes(shown)
    assert "<strong>Sponsored.</strong>" in shown
    assert "John Stiles" in shown


def test_answer_when_shown_then_each_quote_can_be_copied_with_its_source_in_four_forms(site: Site) -> None:
    shown = page(site.client(), "/ask", q=TRUST, show="Example Hour")
    forms = [plain(text) for text in re.findall(r'<textarea class="copyable"[^>]*>(.*?)</textarea>', shown, re.DOTALL)]
    assert len(forms) == 4 * len(quotes(shown))
    cite, text = quotes(shown)[0]
    for form in forms[:4]:
        assert f"http://localhost/documents/{site.ids['episode-12']}?cite={cite}#cited" in form
    assert forms[0].startswith(f"“{text}”")


def test_answer_when_grouped_side_by_side_then_the_same_quotes_stand_in_columns(client: FlaskClient) -> None:
    usual = quotes(page(client, "/ask", q=TRUST))
    shown = page(client, "/ask", q=TRUST, group="side")
    assert sorted(quotes(shown)) == sorted(usual)
    assert re.findall(r'<section class="group" aria-label="(\w+)">', shown) == ["Sponsors", "CDMOs", "Others"]
    assert 'aria-current="true">Side by side</a>' in shown


def test_answer_when_the_grouping_is_unknown_then_the_nearest_is_named(client: FlaskClient) -> None:
    response = client.get("/ask", query_string={"q": TRUST, "group": "sides"})
    assert response.status_code == 400
    assert "Did you mean" in plain(response.get_data(as_text=True))


def test_answer_when_nothing_answers_then_the_page_says_so_and_shows_the_nearest(client: FlaskClient) -> None:
    shown = page(client, "/ask", q=samples.NOT_HERE)
    assert "Nothing in the library answers this." in shown
    assert 'id="not-found"' in shown
    assert "data-passage=" in shown
    assert "data-citation=" not in shown


def test_answer_when_narrowed_then_only_that_side_speaks_and_each_filter_can_be_removed(client: FlaskClient) -> None:
    shown = page(client, "/ask", q=TRUST, side="sponsor", show="Example Hour", since="2025")
    assert "Jane Doe" in shown
    assert "Richard Roe" not in "".join(re.findall(r'<div class="who">.*?</div>', shown, re.DOTALL))
    chips = re.search(r'<ul class="chips".*?</ul>', shown, re.DOTALL)
    assert chips
    assert "show=Example%20Hour&amp;since=2025" in chips.group()
    assert len(re.findall("<li>", chips.group())) == 3
    assert '<input type="checkbox" name="side" value="sponsor" checked>' in shown


def test_answer_when_a_theme_is_known_then_it_has_a_badge(client: FlaskClient) -> None:
    assert 'class="badge theme" href="/themes/trust"' in page(client, "/ask", q=TRUST)


def test_ask_when_there_is_no_question_at_all_then_the_front_page_is_shown(client: FlaskClient) -> None:
    response = client.get("/ask")
    assert (response.status_code, response.location) == (302, "/")


def test_documents_when_listed_then_each_is_there_with_its_marks(site: Site) -> None:
    shown = page(site.client(), "/documents")
    for document_id in site.ids.values():
        assert f'href="/documents/{document_id}"' in shown
    assert '<span class="badge composed">Composed</span>' in shown
    assert '<span class="badge sponsored">Sponsored</span>' in shown


def test_document_when_read_then_turns_times_sides_and_chapters_are_there(site: Site) -> None:
    shown = page(site.client(), f"/documents/{site.ids['episode-12']}")
    for part in (
        "Jane Doe",
        "Chief operating officer, Example Therapeutics",
        "1:03:10",
        "12:31 ",
        "taken for the host",
    ):
        assert part in plain(shown)
    assert f'href="{samples.AUDIO}#t=3790"' in shown
    assert "Repairing trust" in shown
    assert "<mark" not in shown


def test_document_when_it_is_an_article_then_sections_speech_and_promotion_are_told_apart(site: Site) -> None:
    shown = page(site.client(), f"/documents/{site.ids['article-1']}")
    assert re.search(
        r'<nav class="outline".*<a href="#s6">What changed</a>.*</nav>.*<h2 id="s6">What changed</h2>', shown, re.S
    )
    assert '<span class="quiet">Quoting</span>' in shown
    assert '<span class="speech">“We gave their scientists a desk beside ours,” </span>' in shown
    assert '<span class="badge">Promotion</span>' in shown
    assert 'href="https://agency.example/guidance?a=1&amp;b=2"' in shown
    assert "John Stiles" in shown


def test_document_when_cited_then_the_cited_words_are_marked_and_nothing_else(site: Site) -> None:
    citation, text = quotes(page(site.client(), "/ask", q=TRUST, side="cdmo"))[0]
    document_id = site.base.library.resolve_citation(citation).document_id
    shown = page(site.client(), f"/documents/{document_id}", cite=citation)
    marked = re.findall(r"<mark[^>]*>(.*?)</mark>", shown, re.DOTALL)
    assert plain("".join(marked)) == text
    assert shown.count('<mark id="cited">') == 1
    assert "Cited: Richard Roe, at 12:31" in shown


def test_document_when_a_citation_spans_turns_then_every_part_is_marked_and_one_is_the_target(site: Site) -> None:
    revision = site.base.library.current(site.ids["episode-12"])
    cite = citation_id(revision.id, 20, len(revision.text) - 20)
    shown = page(site.client(), f"/documents/{revision.document_id}", cite=cite)
    marked = "".join(re.findall(r"<mark[^>]*>(.*?)</mark>", shown, re.DOTALL))
    # White space that ends a block is not shown.
    assert "".join(plain(marked).split()) == "".join(revision.text[20 : len(revision.text) - 20].split())
    assert shown.count('id="cited"') == 1


@pytest.mark.parametrize("cite", ["nonsense", "0-0-1", "ffffffffffffffff-0-9", "é-1-2", "a" * 5000])
def test_document_when_the_citation_resolves_to_nothing_then_404(site: Site, cite: str) -> None:
    response = site.client().get(f"/documents/{site.ids['article-1']}", query_string={"cite": cite})
    assert response.status_code == 404
    assert "There is no such thing here" in response.get_data(as_text=True)


def test_document_when_the_citation_is_of_another_document_then_404(site: Site) -> None:
    revision = site.base.library.current(site.ids["episode-12"])
    query = {"cite": citation_id(revision.id, 0, 10)}
    assert site.client().get(f"/documents/{site.ids['article-1']}", query_string=query).status_code == 404


def test_document_when_edited_after_it_was_cited_then_the_old_text_is_shown_and_says_so(own_site: Site) -> None:
    old = own_site.base.library.current(own_site.ids["article-1"])
    at = old.text.index("Weekly joint meetings")
    cite = citation_id(old.id, at, at + 21)
    samples.publish(own_site.base, samples.article(edited=True))
    shown = page(own_site.client(), f"/documents/{old.document_id}", cite=cite)
    assert '<mark id="cited">Weekly joint meetings</mark>' in shown
    assert "it has been edited since" in shown
    now = page(own_site.client(), f"/documents/{old.document_id}")
    assert "Daily joint meetings" in now
    assert "edited since" not in now


def test_document_when_deleted_then_it_is_gone_from_pages_and_answers(own_site: Site) -> None:
    client, document_id = own_site.client(), own_site.ids["episode-12"]
    assert document_id in page(client, "/ask", q=TRUST)
    own_site.base.library.delete(document_id)
    own_site.base.follow()
    assert client.get(f"/documents/{document_id}").status_code == 404
    assert document_id not in page(client, "/ask", q=TRUST)


def test_themes_when_opened_then_each_has_its_page_with_questions(client: FlaskClient) -> None:
    assert 'href="/themes/timing"' in page(client, "/themes")
    shown = page(client, "/themes/trust")
    assert "How can a biotech rebuild trust with a CDMO after a bad year?" in shown
    assert "data-passage=" in shown


def test_theme_when_misspelt_then_404_names_the_nearest(client: FlaskClient) -> None:
    response = client.get("/themes/trast")
    assert response.status_code == 404
    assert "Did you mean &#39;trust&#39;?" in response.get_data(as_text=True)


def test_pages_when_a_document_is_hostile_then_its_words_are_shown_and_never_run(site: Site) -> None:
    hostile = site.ids["hostile-1"]
    for address in (f"/documents/{hostile}", "/documents", "/", "/ask?q=Gowning+in+a+cleanroom+takes+practice"):
        shown = page(site.client(), address)
        assert "<script>" not in shown  # those of ours are files
        assert "<img src=x" not in shown
        assert "<i>role</i>" not in shown
        assert 'href="javascript:' not in shown
        assert 'href="data:' not in shown
    shown = page(site.client(), f"/documents/{hostile}")
    assert "&lt;script&gt;" in shown
    assert 'href="https://ok.example/page"' in shown


def test_library_when_empty_then_the_pages_say_how_to_fill_it(empty_client: FlaskClient) -> None:
    assert "still empty" in page(empty_client, "/")
    assert "kb ingest" in page(empty_client, "/documents")
    assert "Nothing in the library answers this." in page(empty_client, "/ask", q=TRUST)


def test_server_when_something_is_published_then_it_is_found_without_a_restart(own_site: Site) -> None:
    question = "What does a cancellation fee protect the sponsor from?"
    assert "Counterpart Roundtables" not in page(own_site.client(), "/ask", q=question)
    ids = samples.publish(own_site.base, samples.roundtable())
    assert ids["roundtable-1"] in page(own_site.client(), "/ask", q=question)
    assert "Counterpart Roundtables" in page(own_site.client(), "/")
