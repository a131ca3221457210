"""Collections on the pages: saved, noted, ordered, shared, exported and deleted with forms alone."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from kb.assembly import KnowledgeBase
from kb.citing import one_line
from kb.saved import read_token
from tests.tiny import TinyEmbedder, TinyJudge
from tests.web import samples
from tests.web.conftest import Site, site_settings
from web import close_app, create_app
from web.collecting import COOKIE
from web.links import API

ASKED = "/ask?q=How+is+trust+rebuilt+after+a+failed+batch"
OWN = {"Sec-Fetch-Site": "same-origin", "Origin": "null"}  # as browsers send it under no-referrer


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Site]:
    """A site of one's own with no limit of requests."""
    settings = site_settings(tmp_path / "library", collection_quotes=4)
    with KnowledgeBase(settings, TinyEmbedder(), TinyJudge()) as base:
        ids = samples.publish(base, samples.interview(), samples.article())
        app = create_app(settings, base)
        yield Site(app, base, ids)
        close_app(app)


def citations(client: FlaskClient) -> list[str]:
    return re.findall(r'data-citation="([^"]+)"', client.get(ASKED).get_data(as_text=True))


def saved(client: FlaskClient, citation: str, name: str = "") -> str:
    """The token of a new collection with a quote in it."""
    response = client.post("/collections", data={"citation": citation, "name": name}, headers=OWN)
    assert response.status_code == 303
    return token_of(response)


def token_of(response: TestResponse) -> str:
    found = re.fullmatch(r"/collections/([\w-]{32})(?:#saved-\d+)?", response.location)
    assert found is not None
    return found.group(1)


def numbers(client: FlaskClient, token: str) -> list[str]:
    return re.findall(r'id="saved-(\d+)"', shown(client, token))


def shown(client: FlaskClient, token: str) -> str:
    response = client.get(f"/collections/{token}")
    assert response.status_code == 200
    return response.get_data(as_text=True)


def words_of(page: str) -> list[str]:
    return [html.unescape(text) for text in re.findall(r"<blockquote[^>]*>(.*?)</blockquote>", page, re.DOTALL)]


def test_saving_when_pressed_beside_a_quote_then_its_collection_shows_it_word_for_word(place: Site) -> None:
    client = place.client()
    first, second = citations(client)[:2]
    token = saved(client, first, "Trust & batches")
    again = client.post("/collections/current", data={"citation": second}, headers=OWN)
    assert token_of(again) == token
    page = shown(client, token)
    assert "<h1>Trust &amp; batches</h1>" in page
    library = place.base.library
    for citation, words in zip((first, second), words_of(page), strict=True):
        cited = library.resolve_citation(citation)
        assert words == library.read_span(cited.revision_id, cited.start, cited.end)
    assert "Save to “Trust &amp; batches”" not in client.get(f"{ASKED}&side=cdmo").get_data(as_text=True)
    assert client.get(ASKED).get_data(as_text=True).count("It is in <a href=") == 2


def test_the_cookie_when_set_then_no_script_and_no_other_site_gets_it(place: Site) -> None:
    client = place.client()
    made = client.post("/collections", headers=OWN)
    cookie = made.headers["Set-Cookie"]
    for part in (f"{COOKIE}={token_of(made)}", "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age="):
        assert part in cookie
    assert "Secure" not in cookie
    secure = client.post("/collections", headers=OWN, base_url="https://localhost")
    assert "Secure" in secure.headers["Set-Cookie"]


def test_an_edit_link_when_only_opened_then_nothing_is_saved_there_later(place: Site) -> None:
    owner, visitor = place.client(), place.client()
    token = saved(owner, citations(owner)[0], "Not yours")
    assert "Set-Cookie" not in visitor.get(f"/collections/{token}").headers
    assert "Not yours" not in visitor.get(ASKED).get_data(as_text=True)
    visitor.post(f"/collections/{token}/remember", headers=OWN)
    assert "Save to “Not yours”" in visitor.get(ASKED).get_data(as_text=True)
    visitor.post(f"/collections/{token}/forget", headers=OWN)
    assert "Not yours" not in visitor.get(ASKED).get_data(as_text=True)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 303),
        ({"Sec-Fetch-Site": "none"}, 303),
        ({"Origin": "http://localhost"}, 303),
        ({}, 303),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Origin": "http://localhost"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "http://localhost.evil.example"}, 403),
    ],
)
def test_a_form_of_another_site_is_refused(place: Site, headers: dict[str, str], status: int) -> None:
    client = place.client()
    assert client.post("/collections", headers=headers).status_code == status
    token = saved(client, citations(client)[0])
    assert client.post(f"/collections/{token}/forget", headers=headers).status_code == status


def test_quotes_when_noted_moved_and_removed_then_the_page_follows(place: Site) -> None:
    client = place.client()
    first, second = citations(client)[:2]
    token = saved(client, first)
    client.post("/collections/current", data={"citation": second}, headers=OWN)
    one, two = numbers(client, token)
    address = f"/collections/{token}/quotes"
    client.post(f"{address}/{one}/note", data={"note": "<b>Ours</b>\r\ntoo", "version": "1"}, headers=OWN)
    assert "&lt;b&gt;Ours&lt;/b&gt;\ntoo</textarea>" in shown(client, token)
    client.post(f"{address}/{one}/down", headers=OWN)
    assert numbers(client, token) == [two, one]
    client.post(f"{address}/{one}/up", headers=OWN)
    assert numbers(client, token) == [one, two]
    client.post(f"{address}/{two}/top", headers=OWN)
    assert numbers(client, token) == [two, one]
    client.post(f"{address}/{two}/remove", data={"version": "1"}, headers=OWN)
    assert numbers(client, token) == [one]
    client.post(f"/collections/{token}/rename", data={"name": "Renamed", "version": "1"}, headers=OWN)
    assert "<h1>Renamed</h1>" in shown(client, token)


def test_a_note_when_another_tab_was_first_then_both_texts_are_shown_and_neither_is_lost(place: Site) -> None:
    client = place.client()
    token = saved(client, citations(client)[0])
    [one] = numbers(client, token)
    address = f"/collections/{token}/quotes/{one}/note"
    client.post(address, data={"note": "first tab", "version": "1"}, headers=OWN)
    refused = client.post(address, data={"note": "second tab", "version": "1"}, headers=OWN)
    page = refused.get_data(as_text=True)
    assert refused.status_code == 409
    assert "Not written." in page
    assert 'class="words-noted">first tab<' in page
    assert "second tab</textarea>" in page
    # Sent again from that page, by somebody who has read the other one.
    [version] = re.findall(r'/note">\s*<input type="hidden" name="version" value="(\d+)"', page)
    assert client.post(address, data={"note": "both tabs", "version": version}, headers=OWN).status_code == 303
    removal = client.post(f"/collections/{token}/quotes/{one}/remove", data={"version": "1"}, headers=OWN)
    named = client.post(f"/collections/{token}/rename", data={"name": "A", "version": "1"}, headers=OWN)
    late = client.post(f"/collections/{token}/rename", data={"name": "B", "version": "1"}, headers=OWN)
    assert (removal.status_code, named.status_code, late.status_code) == (409, 303, 409)
    assert 'value="B"' in late.get_data(as_text=True)


def test_the_read_link_when_opened_then_it_shows_all_and_changes_nothing(place: Site) -> None:
    owner, reader = place.client(), place.client()
    token = saved(owner, citations(owner)[0], "Shared")
    [one] = numbers(owner, token)
    owner.post(f"/collections/{token}/quotes/{one}/note", data={"note": "See this", "version": "1"}, headers=OWN)
    reading = read_token(token)
    page = shown(reader, reading)
    assert "See this" in page
    assert len(words_of(page)) == 1
    assert token not in page
    assert "textarea" not in page
    for part in (f"quotes/{one}/remove", "rename", "delete", f"quotes/{one}/note"):
        sent = {"version": "1", "sure": "yes", "name": "x", "note": "x"}
        assert reader.post(f"/collections/{reading}/{part}", data=sent, headers=OWN).status_code == 403
    copied = reader.post(f"/collections/{reading}/copy", headers=OWN)
    assert "See this" in shown(reader, token_of(copied))
    assert token_of(copied) != token


def test_deleting_when_nobody_says_that_they_are_sure_then_nothing_is_deleted(place: Site) -> None:
    client = place.client()
    token = saved(client, citations(client)[0])
    assert client.post(f"/collections/{token}/delete", headers=OWN).status_code == 400
    assert shown(client, token)
    assert client.post(f"/collections/{token}/delete", data={"sure": "yes"}, headers=OWN).status_code == 303
    for address in (token, read_token(token), f"{token}/pdf"):
        assert client.get(f"/collections/{address}").status_code == 404
    # The cookie leads nowhere now, and the pages do without.
    assert "Save to a new collection" in client.get(ASKED).get_data(as_text=True)
    assert client.post("/collections/current", data={"citation": "x"}, headers=OWN).status_code == 404


def test_a_document_when_edited_or_purged_then_the_page_says_so(place: Site) -> None:
    client = place.client()
    library = place.base.library
    revision = library.current(place.ids["article-1"])
    start = revision.text.index("Weekly joint meetings")
    token = saved(client, f"{revision.id[:16]}-{start}-{start + 44}")
    samples.publish(place.base, samples.article(edited=True))
    page = shown(client, token)
    assert words_of(page) == ["Weekly joint meetings replaced the long quar"]
    assert "This is revision 1, as it was cited." in page
    place.base.delete(place.ids["article-1"], purge=True)
    page = shown(client, token)
    assert words_of(page) == []
    assert "their document was purged" in page
    assert "Weekly" not in page
    assert "Weekly" not in client.get(f"/collections/{token}/markdown").get_data(as_text=True)


def test_pages_of_collections_when_read_then_no_copy_is_kept_and_no_one_is_told_the_address(place: Site) -> None:
    client = place.client()
    token = saved(client, citations(client)[0])
    for address in (
        "/collections",
        f"/collections/{token}",
        f"/collections/{token}/docx",
        f"{API}/collections/{token}",
    ):
        headers = client.get(address).headers
        assert headers["X-Robots-Tag"] == "noindex, nofollow"
        assert (headers["Cache-Control"], headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert '<meta name="robots" content="noindex">' in shown(client, token)


def test_tokens_when_things_go_well_or_wrong_then_they_are_in_no_log_and_no_metric(
    place: Site, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = place.client()
    token = saved(client, citations(client)[0])
    with caplog.at_level("DEBUG"):
        client.get(f"/collections/{token}")
        client.get(f"/collections/{token}x")
        client.post(f"/collections/{token}/rename", data={"version": "x"}, headers=OWN)
        client.get(f"/api/v1/collections/{token}")
        with monkeypatch.context() as broken:
            broken.setattr("web.collecting.proved", lambda *_: 1 / 0)
            assert client.get(f"/collections/{token}").status_code == 500
    assert "ZeroDivisionError in collecting.collection" in caplog.text
    told = caplog.text + client.get("/metrics").get_data(as_text=True)
    assert token not in told
    assert read_token(token) not in told


@pytest.mark.parametrize("version", ["", "x", "-1", "1" * 40, "٣"])
def test_a_version_that_is_no_number_is_refused(place: Site, version: str) -> None:
    client = place.client()
    token = saved(client, citations(client)[0])
    response = client.post(f"/collections/{token}/rename", data={"name": "x", "version": version}, headers=OWN)
    assert response.status_code == 400


def test_hostile_input_when_sent_then_it_is_refused_with_a_page(place: Site) -> None:
    client = place.client()
    token = saved(client, citations(client)[0])
    [one] = numbers(client, token)
    mixed = place.base.library.current(place.ids["episode-12"])
    for citation in ("<script>", "0" * 16 + "-1-2", f"{mixed.id[:16]}-0-{len(mixed.text)}", "9" * 6000):
        assert client.post("/collections", data={"citation": citation}, headers=OWN).status_code in (400, 404)
    for address in (f"{2**63 - 1}/up", f"{2**80}/up", "0/up", f"{one}/sideways"):
        assert client.post(f"/collections/{token}/quotes/{address}", headers=OWN).status_code == 404
    long = {"note": "n" * 2001, "version": "1"}
    assert client.post(f"/collections/{token}/quotes/{one}/note", data=long, headers=OWN).status_code == 400
    assert client.post("/collections", data={"name": "n" * 121}, headers=OWN).status_code == 400
    assert client.post("/collections", data={"name": "n" * 200_000}, headers=OWN).status_code == 413
    other = place.client()
    other.set_cookie(COOKIE, "no-such-token")
    assert other.get(ASKED).status_code == 200


def test_making_collections_when_done_too_often_then_it_waits(own_site: Site) -> None:
    client = own_site.client()
    statuses = [client.post("/collections", headers=OWN).status_code for _ in range(4)]
    assert statuses == [303, 303, 303, 429]


def test_pages_when_no_collections_are_kept_then_they_offer_none(place: Site) -> None:
    app = create_app(place.base.settings.with_values(collections=0), place.base)
    page = app.test_client().get(ASKED).get_data(as_text=True)
    assert "data-citation" in page
    assert '"/collections' not in page
    close_app(app)


def test_a_hosts_question_when_saved_then_the_page_says_whose_it_is(place: Site) -> None:
    client = place.client()
    revision = place.base.library.current(place.ids["episode-12"])
    start = revision.text.index("And how do you rebuild")
    token = saved(client, f"{revision.id[:16]}-{start}-{start + 51}")
    assert "A host says this, who asks the questions." in shown(client, token)
    assert "A host says this" not in shown(client, saved(client, citations(client)[0]))


def test_the_saved_page_when_opened_then_it_leads_to_ones_own_collection(place: Site) -> None:
    client = place.client()
    assert "remembers no collection" in client.get("/collections").get_data(as_text=True)
    token = saved(client, citations(client)[0], "My own")
    page = client.get("/collections").get_data(as_text=True)
    assert f'href="/collections/{token}">My own</a>' in page
    assert one_line(re.sub(r"<[^>]*>", " ", page)).count("1 quote") == 1
