"""Documents as files to take along: whole, and readable again by our own reader."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from ingest.readers import choose
from ingest.reading import Source
from kb.records import Draft, Revision
from tests.kb.makers import draft
from tests.web import samples
from tests.web.conftest import Site
from web.downloads import as_text, as_vtt, file_name, forms_of

SAID = st.text(alphabet="ab <>&-\n", min_size=1, max_size=30).filter(lambda text: bool(text.strip()))


def revision(made: Draft) -> Revision:
    return Revision("r" * 64, "d1", 1, made.metadata, made.text, made.segments, made.marks, {}, "")


def said(vtt: str) -> str:
    """The words of the cues, by the text of the standard and not by our reader."""
    cues = [block.split("\n", 1)[1] for block in vtt.split("\n\n") if re.match(r"\d\d:", block)]
    bare = re.sub(r"<[^>]*>", " ", "\n".join(cues))
    return bare.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


@given(st.lists(SAID, min_size=1, max_size=5))
def test_captions_hold_every_word_and_nothing_that_could_end_or_change_a_cue(texts: list[str]) -> None:
    made = revision(draft([("Guest", text) for text in texts]))
    captions = as_vtt(made)
    assert said(captions).split() == made.text.split()
    assert captions.count("-->") == len(texts)


def test_captions_are_read_back_with_their_speakers_words_and_times() -> None:
    made = revision(samples.interview())
    captions = as_vtt(made)
    source = Source(Path("interview.vtt"), captions.encode(), captions, "utf-8")
    back = choose(source).read(source)
    assert back.format == "webvtt"
    assert [block.speaker for block in back.blocks] == [segment.speaker for segment in made.segments]
    assert " ".join(block.text for block in back.blocks).split() == made.text.split()
    assert [block.start_s for block in back.blocks] == [segment.start_s for segment in made.segments]


def test_text_without_a_time_is_said_with_what_came_before_it() -> None:
    talk = revision(samples.interview())
    first, second, *rest = talk.segments
    talk = replace(talk, segments=(first, replace(second, start_s=None), *rest))
    assert said(as_vtt(talk)).split() == talk.text.split()
    assert as_vtt(talk).count("-->") == len(talk.segments) - 1


def test_plain_text_holds_the_text_with_speakers_and_times() -> None:
    talk = revision(samples.interview())
    made = as_text(talk)
    assert "Richard Roe (12:31): Trust is rebuilt when" in made
    for segment in talk.segments:
        assert talk.text[segment.start : segment.end].strip() in made


def test_a_composed_conversation_says_so_in_its_files() -> None:
    talk = revision(samples.interview())
    talk = replace(talk, metadata=replace(talk.metadata, composed=True))
    assert "Composed for illustration" in as_text(talk)
    assert "NOTE Composed for illustration" in as_vtt(talk)


def test_an_article_has_no_captions() -> None:
    assert forms_of(revision(samples.article())) == ["text", "json"]


def test_a_files_name_is_plain_whatever_the_title_is() -> None:
    meta = samples.interview().metadata
    assert file_name(meta, "vtt") == "two-sides-of-a-delayed-batch.vtt"
    assert file_name(replace(meta, title='"\r\nX: é/../'), "text") == "x-e.txt"
    assert file_name(replace(meta, title="東京"), "json") == "document.json"


def test_download_when_asked_for_then_a_file_comes_in_each_form(site: Site, client: FlaskClient) -> None:
    address = f"/documents/{site.ids['episode-12']}"
    shown = client.get(address).get_data(as_text=True)
    for form, kind in {"text": "text/plain", "vtt": "text/vtt", "json": "application/json"}.items():
        assert f'href="{address}/{form}" download' in shown
        response = client.get(f"{address}/{form}")
        assert response.status_code == 200
        assert response.mimetype == kind
        assert response.headers["Content-Disposition"].startswith('attachment; filename="two-sides')
    assert client.get(f"{address}/pdf").status_code == 404


def test_download_when_captions_of_an_article_are_asked_for_then_it_says_why_there_are_none(
    site: Site, client: FlaskClient
) -> None:
    response = client.get(f"/documents/{site.ids['article-1']}/vtt")
    assert response.status_code == 404
    assert "no captions of it" in response.get_data(as_text=True)
