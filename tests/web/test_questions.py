"""Host questions on pages, in the API and in the ask box: always a host's words, always with the way to the answer."""

from __future__ import annotations

from flask.testing import FlaskClient

from tests.web import samples
from tests.web.conftest import Site, prepare_host_questions
from web.questions import SUGGESTIONS

QUESTION = "And how do you rebuild trust after a failed batch?"
ASKS = "asks Richard Roe"


def test_an_answer_when_hosts_asked_the_like_then_each_leads_to_the_guests_answer(site: Site) -> None:
    client = site.client()
    page = client.get("/ask?q=how+to+rebuild+trust+after+a+failed+batch").get_data(as_text=True)
    part = page[page.index('id="host-questions-title"') :]
    assert QUESTION in part
    assert ASKS in part
    [found] = client.get("/api/v1/questions?q=rebuild+trust+failed+batch&limit=1").get_json()["questions"]
    answer = site.base.library.resolve_citation(found["answer"])
    assert answer.speaker == "Richard Roe"
    assert f"/documents/{found['document']}?cite={found['answer']}#cited" in part


def test_a_question_that_nothing_answers_when_asked_then_shows_host_questions_too(site: Site) -> None:
    page = site.client().get("/ask", query_string={"q": samples.NOT_HERE}).get_data(as_text=True)
    assert 'id="not-found"' in page
    assert "Questions that hosts asked" in page


def test_the_list_when_narrowed_to_a_show_then_holds_only_its_questions(site: Site) -> None:
    client = site.client()
    assert QUESTION in client.get("/questions").get_data(as_text=True)
    other = client.get("/questions", query_string={"show": "Nothing of the kind"}).get_data(as_text=True)
    assert QUESTION not in other
    assert client.get("/questions?theme=nothing").status_code == 400
    assert client.get("/questions?page=x").status_code == 400


def test_what_is_typed_when_a_host_asked_the_like_then_it_is_suggested_and_nonsense_gets_nothing(site: Site) -> None:
    client = site.client()
    [first, *_] = client.get("/suggest?q=rebuild+tru").get_json()["questions"]
    assert first["question"] == QUESTION
    for typed in ("", "re", "\x00", "x" * 5_000):
        assert client.get("/suggest", query_string={"q": typed}).get_json() == {"questions": []}


def test_typing_when_it_goes_on_then_leaves_what_asking_is_allowed_and_ends_at_its_own_limit(own_site: Site) -> None:
    client = own_site.client()
    most = int(SUGGESTIONS.split()[0])
    assert {client.get("/suggest?q=ab").status_code for _ in range(most)} == {200}
    assert client.get("/suggest?q=ab").status_code == 429
    assert client.get("/ask?q=trust").status_code == 200


def test_a_document_when_deleted_then_its_questions_are_gone_from_pages_at_once(own_site: Site) -> None:
    prepare_host_questions(own_site.base)
    client = own_site.client()
    assert QUESTION in client.get("/questions").get_data(as_text=True)
    own_site.base.delete(own_site.ids["episode-12"])
    assert QUESTION not in client.get("/questions").get_data(as_text=True)


def test_the_front_page_when_a_theme_has_no_host_question_then_shows_the_themes_own(site: Site) -> None:
    page = site.client().get("/").get_data(as_text=True)
    for theme in site.base.themes.values():
        column = page[page.index(theme.title) :].partition("</ul>")[0]
        assert "asked-on" in column or theme.questions[0] in column


def test_the_front_page_without_scripts_then_the_box_is_a_plain_search_field(client: FlaskClient) -> None:
    assert 'role="combobox"' not in client.get("/").get_data(as_text=True)
