"""A follow-up on its page and by the API: what it was taken to mean is said, wherever the reader goes from there."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from flask.testing import FlaskClient

from kb.assembly import KnowledgeBase
from tests.tiny import TinyEmbedder, TinyJudge
from tests.web import samples
from tests.web.conftest import Site, site_settings
from tests.web.test_pages import page, plain, quotes
from web import close_app, create_app

BEFORE = "How does the sponsor rebuild trust after a failed batch?"
FOLLOW_UP = "and the CDMO?"
FULL = "How does the CDMO rebuild trust after a failed batch?"
NOTE = re.compile(r'<p class="quiet" id="taken-to-mean">(.*?)</p>', re.DOTALL)


def note(shown: str) -> str:
    """What the page says of what the follow-up was taken to mean; "" where it says nothing."""
    found = NOTE.search(shown)
    return plain(found.group(1)) if found else ""


def addresses(shown: str, pattern: str) -> list[str]:
    """Where the links lead that stand in a part of the page."""
    part = re.search(pattern, shown, re.DOTALL)
    assert part, pattern
    return [html.unescape(url) for url in re.findall(r'<a[^>]* href="([^"]+)"', part.group())]


def test_a_follow_up_when_asked_then_it_is_answered_as_the_full_question_and_the_page_says_so(
    client: FlaskClient,
) -> None:
    shown = page(client, "/ask", q=FOLLOW_UP, after=BEFORE)
    assert quotes(shown) == quotes(page(client, "/ask", q=FULL)) != []
    assert f'<h1 class="asked">{FULL}</h1>' in shown
    assert f"You asked “{FOLLOW_UP}”" in note(shown)
    assert f'<input type="hidden" name="after" value="{FULL}">' in shown


@pytest.mark.parametrize("question", ["What is CMC?", FULL, BEFORE])
def test_a_question_when_it_stands_by_itself_then_the_page_says_nothing_of_a_follow_up(
    client: FlaskClient, question: str
) -> None:
    shown = page(client, "/ask", q=question, after=BEFORE)
    assert f'<h1 class="asked">{question}</h1>' in shown
    assert note(shown) == ""


def test_a_follow_up_when_asked_word_for_word_then_it_is_left_as_it_is_and_stays_narrowed(client: FlaskClient) -> None:
    shown = page(client, "/ask", q=FOLLOW_UP, after=BEFORE, side="cdmo", group="speaker")
    [literal] = addresses(shown, NOTE.pattern)
    given = parse_qs(urlsplit(literal).query)
    assert given == {"q": [FOLLOW_UP], "side": ["cdmo"], "group": ["speaker"]}
    there = page(client, literal)
    assert f'<h1 class="asked">{FOLLOW_UP}</h1>' in there
    assert note(there) == ""


@pytest.mark.parametrize(
    ("part", "count"),
    [
        (r'<nav class="groupings".*?</nav>', 4),
        (r'<ul class="chips".*?</ul>', 2),
        (r'<div class="years">.*?</div>', 2),
    ],
)
def test_links_of_an_answer_when_followed_then_they_still_say_what_it_was_taken_to_mean(
    client: FlaskClient, part: str, count: int
) -> None:
    shown = page(client, "/ask", q=FOLLOW_UP, after=BEFORE, side="cdmo", since="2025")
    found = addresses(shown, part)
    assert len(found) == count
    for url in found:
        assert note(page(client, url)) == note(shown) != "", url


def test_links_of_an_answer_when_followed_then_each_changes_one_thing_and_keeps_the_others(client: FlaskClient) -> None:
    shown = page(client, "/ask", q=FOLLOW_UP, after=BEFORE, side="cdmo", since="2025", group="speaker")
    kept = {"q": [FOLLOW_UP], "after": [BEFORE], "side": ["cdmo"], "since": ["2025"], "group": ["speaker"]}
    chips = [parse_qs(urlsplit(url).query) for url in addresses(shown, r'<ul class="chips".*?</ul>')]
    assert chips == [{k: v for k, v in kept.items() if k != gone} for gone in ("side", "since")]
    years = [parse_qs(urlsplit(url).query) for url in addresses(shown, r'<div class="years">.*?</div>')]
    assert years == [kept | {"since": [year], "until": [year]} for year in ("2026", "2025")]
    groups = addresses(shown, r'<nav class="groupings".*?</nav>')
    assert parse_qs(urlsplit(groups[1]).query) == kept | {"group": ["side"]}


def test_a_full_question_when_its_links_are_followed_then_they_hold_it_alone(client: FlaskClient) -> None:
    shown = page(client, "/ask", q=f"  {FULL}", after="When should we call?", side="cdmo")
    for url in addresses(shown, r'<nav class="groupings".*?</nav>'):
        assert parse_qs(urlsplit(url).query)["q"] == [FULL]
        assert "after" not in parse_qs(urlsplit(url).query)


def test_a_follow_up_when_nothing_answers_it_then_the_way_to_the_whole_library_keeps_what_it_means(
    client: FlaskClient,
) -> None:
    shown = page(client, "/ask", q="and the CDMO?", after="Does the sponsor play the harpsichord?", side="cdmo")
    [whole] = addresses(shown, r'<div class="nothing".*?</div>')
    assert "side" not in parse_qs(urlsplit(whole).query)
    assert note(page(client, whole)) == note(shown) != ""


def test_a_follow_up_when_a_summary_is_asked_for_then_its_page_says_what_it_means(tmp_path: Path) -> None:
    settings = site_settings(tmp_path / "library", summary_url="http://127.0.0.1:9/v1", summary_timeout_s=0.2)
    with KnowledgeBase(settings, TinyEmbedder(), TinyJudge()) as base:
        samples.publish(base, samples.interview())
        app = create_app(settings, base)
        client = app.test_client()
        shown = page(client, "/ask", q=FOLLOW_UP, after=BEFORE)
        [url] = addresses(shown, r'<p class="summary-ask">.*?</p>')
        written = page(client, url.partition("#")[0])
        close_app(app)
    assert "summary-note" in written
    assert note(written) == note(shown) != ""


# Looks like a question of its own: the rules leave it, and only its asker can say that it follows.
WHOLE = "Does the plant tell anybody the cause?"
JOINED = "Does the plant tell anybody the cause: how does the sponsor rebuild trust after a failed batch?"


def fields(shown: str, form: str) -> dict[str, list[str]]:
    """What a form of the page sends as it stands, by name."""
    found = re.search(rf'<form class="{form}".*?</form>', shown, re.DOTALL)
    assert found, form
    given: dict[str, list[str]] = {}
    for tag in re.findall(r'<input (?:id="q"|type="hidden")[^>]*>', found.group()):
        name, value = (html.unescape(re.findall(rf' {part}="([^"]*)"', tag)[0]) for part in ("name", "value"))
        given.setdefault(name, []).append(value)
    return given


def test_whole_question_when_typed_where_follow_ups_are_asked_then_it_is_taken_with_the_one_before(
    client: FlaskClient,
) -> None:
    box = fields(page(client, "/ask", q=BEFORE), "follow-up")
    shown = page(client, "/ask", q=WHOLE, **{name: value[0] for name, value in box.items()})
    assert box == {"after": [BEFORE], "follow_up": ["1"]}
    assert f'<h1 class="asked">{JOINED}</h1>' in shown
    assert f"You asked “{WHOLE}”" in note(shown)
    assert note(page(client, "/ask", q=WHOLE, after=BEFORE)) == ""


def test_follow_up_when_the_rules_know_it_then_it_means_the_same_wherever_it_is_typed(client: FlaskClient) -> None:
    assert note(page(client, "/ask", q=FOLLOW_UP, after=BEFORE, follow_up="1")) != ""
    assert f'<h1 class="asked">{FULL}</h1>' in page(client, "/ask", q=FOLLOW_UP, after=BEFORE, follow_up="1")


def test_follow_up_when_it_is_the_question_before_again_then_it_is_asked_alone_and_the_page_says_so(
    client: FlaskClient,
) -> None:
    shown = page(client, "/ask", q=BEFORE, after=BEFORE, follow_up="1")
    assert f'<h1 class="asked">{BEFORE}</h1>' in shown
    assert note(shown).startswith("This is asked by itself")


def test_follow_up_when_nothing_was_asked_before_then_nothing_is_said_of_it(client: FlaskClient) -> None:
    assert note(page(client, "/ask", q=BEFORE, follow_up="1")) == ""


def test_follow_up_box_when_an_answer_is_narrowed_and_grouped_then_it_keeps_both(client: FlaskClient) -> None:
    shown = page(client, f"/ask?q={quote(BEFORE)}&side=cdmo&side=sponsor&since=2025&group=speaker")
    kept = {"side": ["cdmo", "sponsor"], "since": ["2025"], "group": ["speaker"]}
    assert fields(shown, "follow-up") == kept | {"after": [BEFORE], "follow_up": ["1"]}


@pytest.mark.parametrize("given", [{"q": FOLLOW_UP}, {"q": WHOLE, "follow_up": "1"}])
def test_form_when_an_answer_to_a_follow_up_is_narrowed_with_it_then_it_still_says_what_it_was_taken_to_mean(
    client: FlaskClient, given: dict[str, str]
) -> None:
    shown = page(client, "/ask", after=BEFORE, group="speaker", **given)
    narrowed = client.get("/ask", query_string=fields(shown, "ask") | {"side": "cdmo"}, follow_redirects=True)
    there = parse_qs(urlsplit(narrowed.request.full_path).query)
    assert note(narrowed.get_data(as_text=True)) == note(shown) != ""
    assert there == {
        "q": [given["q"]],
        "after": [BEFORE],
        "follow_up": ["1"],
        "side": ["cdmo"],
        "group": ["speaker"],
    }


@pytest.mark.parametrize("changed", [{"q": "What is CMC?"}, {"asked": "and phase 2?"}, {"asked_after": ""}])
def test_form_when_it_sends_another_question_then_nothing_is_said_of_the_follow_up_before(
    client: FlaskClient, changed: dict[str, str]
) -> None:
    sent = fields(page(client, "/ask", q=FOLLOW_UP, after=BEFORE), "ask") | changed
    response = client.get("/ask", query_string=sent, follow_redirects=True)
    there = parse_qs(urlsplit(response.request.full_path).query)
    assert note(response.get_data(as_text=True)) == ""
    assert there == {"q": [sent["q"]] if isinstance(sent["q"], str) else sent["q"], "after": [FULL]}


def test_follow_up_when_it_is_too_long_to_be_taken_with_the_question_before_then_the_page_says_that_it_is_not(
    client: FlaskClient,
) -> None:
    shown = page(
        client, "/ask", q="Does the plant tell anybody the cause " + "again " * 320, after=BEFORE, follow_up="1"
    )
    assert note(shown).startswith("This is asked by itself")


def test_follow_ups_when_they_go_on_and_on_then_each_is_taken_with_the_question_that_all_began_with(
    client: FlaskClient,
) -> None:
    after = BEFORE
    for asked_next in (
        "Does the plant tell anybody the cause?",
        "Is the price lowered?",
        "Is it ever written down?",
    ) * 3:
        shown = page(client, "/ask", q=asked_next, after=after, follow_up="1")
        found = re.search(r'<h1 class="asked">(.*?)</h1>', shown)
        assert found
        after = html.unescape(found.group(1))
    assert len(after) < 300
    assert after.endswith(": how does the sponsor rebuild trust after a failed batch?")


def asked(client: FlaskClient, **given: Any) -> Any:
    by_address = client.get("/api/v1/ask", query_string=given)
    posted = client.post("/api/v1/ask", json={("question" if name == "q" else name): v for name, v in given.items()})
    assert by_address.get_json() == posted.get_json()
    assert by_address.status_code == posted.status_code == 200
    return by_address.get_json()


def test_the_api_when_a_follow_up_is_asked_then_it_says_what_was_asked_of_the_library(client: FlaskClient) -> None:
    answer, full = asked(client, q=FOLLOW_UP, after=BEFORE), asked(client, q=FULL)
    assert (answer["question"], answer["taken_to_mean"]) == (FULL, FULL)
    assert answer["quotes"] == full["quotes"] != []
    assert full["taken_to_mean"] == ""


@pytest.mark.parametrize(
    "given",
    [
        {"q": FULL, "after": BEFORE},
        {"q": FOLLOW_UP, "after": BEFORE, "literal": "1"},
        {"q": FOLLOW_UP, "after": ""},
        {"q": FOLLOW_UP, "after": "long " * 500},
    ],
)
def test_the_api_when_a_question_is_taken_as_it_stands_then_nothing_is_said_of_another(
    client: FlaskClient, given: dict[str, str]
) -> None:
    answer = asked(client, **given)
    assert (answer["question"], answer["taken_to_mean"]) == (given["q"], "")


def test_the_api_when_a_whole_question_is_said_to_follow_then_both_are_asked_unless_it_is_to_be_literal(
    client: FlaskClient,
) -> None:
    assert asked(client, q=WHOLE, after=BEFORE, follow_up="1")["taken_to_mean"] == JOINED
    assert asked(client, q=WHOLE, after=BEFORE)["taken_to_mean"] == ""
    assert asked(client, q=WHOLE, after=BEFORE, follow_up="1", literal="1")["taken_to_mean"] == ""
    assert asked(client, q=WHOLE, follow_up="1")["taken_to_mean"] == ""


@pytest.mark.parametrize("name", ["literal", "follow_up"])
def test_the_api_when_yes_or_no_is_neither_then_it_says_what_to_give(client: FlaskClient, name: str) -> None:
    response = client.get("/api/v1/ask", query_string={"q": FOLLOW_UP, "after": BEFORE, name: "perhaps"})
    assert response.status_code == 400
    assert "Give 1" in response.get_json()["way_out"]


def test_the_api_when_two_questions_stand_before_then_it_refuses(client: FlaskClient) -> None:
    response = client.get("/api/v1/ask", query_string={"q": FOLLOW_UP, "after": [BEFORE, FULL]})
    assert response.status_code == 400


@pytest.mark.parametrize("address", ["/api/v1/search", "/api/v1/summary"])
def test_what_takes_no_follow_up_when_given_one_then_says_that_there_is_no_such_parameter(
    client: FlaskClient, address: str
) -> None:
    response = client.get(address, query_string={"q": FOLLOW_UP, "after": BEFORE})
    assert response.status_code == 400
    assert "after" in response.get_json()["detail"]


def test_a_follow_up_when_asked_by_page_and_by_api_then_the_same_is_quoted(site: Site) -> None:
    by_page = [cite for cite, _ in quotes(page(site.client(), "/ask", q=FOLLOW_UP, after=BEFORE))]
    by_api = [quote["citation"] for quote in asked(site.client(), q=FOLLOW_UP, after=BEFORE)["quotes"]]
    assert by_page == by_api
