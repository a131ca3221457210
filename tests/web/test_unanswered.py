"""What the library cannot answer goes to the editors, if the reader says so, and nothing else does."""

from __future__ import annotations

import json
import re

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from kb.cli.main import cli
from kb.errors import UsageError
from kb.library import unanswered as module
from kb.library.schema import unanswered
from tests.web.conftest import Site
from tests.web.samples import NOT_HERE


def given(site: Site) -> list[tuple[str, int]]:
    return [(row.question, row.times) for row in site.base.library.unanswered(100)]


def test_not_found_when_the_reader_agrees_then_the_question_is_on_the_editors_list(own_site: Site) -> None:
    client = own_site.client()
    page = client.get("/ask", query_string={"q": NOT_HERE}).get_data(as_text=True)
    assert 'action="/unanswered" method="post"' in page
    assert given(own_site) == []
    for question in (NOT_HERE, f"  {NOT_HERE.upper()} "):
        page = client.post("/unanswered", data={"q": question})
        assert page.status_code == 200
        assert "The editors have your question." in page.get_data(as_text=True)
    assert given(own_site) == [(NOT_HERE, 2)]


def test_an_answer_when_it_is_found_then_nothing_is_offered_to_the_editors(own_site: Site) -> None:
    page = own_site.client().get("/ask?q=How+is+trust+rebuilt+after+a+failed+batch").get_data(as_text=True)
    assert "quote-1" in page
    assert "/unanswered" not in page


def test_what_is_kept_when_a_question_is_taken_down_is_its_words_a_count_and_days(own_site: Site) -> None:
    own_site.client().post("/unanswered", data={"q": NOT_HERE}, headers={"User-Agent": "Browser of Jane"})
    with own_site.base.library.reading() as connection:
        [row] = connection.execute(select(unanswered)).mappings().all()
    assert set(row) == {"id", "question", "times", "first_on", "last_on"}
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", row["last_on"])


@pytest.mark.parametrize("question", ["", "   ", "x" * 5000])
def test_taking_down_when_it_is_no_question_then_it_is_refused(own_site: Site, question: str) -> None:
    assert own_site.client().post("/unanswered", data={"q": question}).status_code == 400
    assert given(own_site) == []


def test_a_full_list_when_another_question_comes_then_it_says_so_and_still_counts_known_ones(
    own_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_UNANSWERED", 1)
    library = own_site.base.library
    library.take_down("What is missing?")
    library.take_down("What is missing?")
    with pytest.raises(UsageError, match="full"):
        library.take_down("What else is missing?")
    assert given(own_site) == [("What is missing?", 2)]


def test_taking_down_when_another_site_sends_it_then_it_is_refused(own_site: Site) -> None:
    response = own_site.client().post("/unanswered", data={"q": NOT_HERE}, headers={"Sec-Fetch-Site": "cross-site"})
    assert response.status_code == 403
    assert given(own_site) == []


def test_kb_unanswered_when_called_lists_the_most_asked_first_and_drops_one(own_site: Site) -> None:
    for question in ("Rarely asked?", "Often asked?", "Often asked?"):
        own_site.base.library.take_down(question)
    called = ["--data", own_site.base.settings.data]
    listed = CliRunner().invoke(cli, [*called, "unanswered", "--json"])
    body = json.loads(listed.output)["unanswered"]
    assert [row["question"] for row in body] == ["Often asked?", "Rarely asked?"]
    assert CliRunner().invoke(cli, [*called, "unanswered", "--drop", body[0]["id"]]).exit_code == 0
    assert given(own_site) == [("Rarely asked?", 1)]
    assert CliRunner().invoke(cli, [*called, "unanswered", "--drop", "nonesuch"]).exit_code == 2
