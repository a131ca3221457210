"""Citations to be pasted elsewhere: every form holds the quote as it was said, whatever it is made of."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.citing import FORMS, Cited, cited_as, one_line
from kb.records import Metadata, Speaker

META = Metadata("Two sides of a batch", show="Example Hour", kind="episode", date="2025-10-01")
SPEAKER = Speaker("Jane Doe", "Chief operating officer", "Example Therapeutics", "sponsor")
URL = "http://kb.example/documents/d1?cite=c-0-9#cited"
CITED = Cited("c-0-9", "Call early. It costs nothing.", SPEAKER, META, "12:31", URL, date(2026, 11, 26))
TEXTS = st.text(alphabet='ab \n.\\*_[](){}<>#&%$^~`"!|-', min_size=1, max_size=40).filter(lambda text: text.strip())


def test_plain_text_says_who_where_and_when() -> None:
    assert cited_as("plain", CITED) == (
        "“Call early. It costs nothing.”\n"
        "Jane Doe, Chief operating officer, Example Therapeutics, “Two sides of a batch”, Example Hour, 2025-10-01, at "
        f"12:31.\n{URL}"
    )


def test_bibtex_is_an_entry_with_author_title_date_place_and_quote() -> None:
    made = cited_as("bibtex", CITED)
    assert made.startswith("@misc{janedoe2025-c-0-9,\n")
    for part in ("author = {{Jane Doe}}", "year = {2025}", "month = oct", f"url = {{{URL}}}", "At 12:31. “Call early."):
        assert part in made


def test_csl_json_is_one_item_of_the_schema() -> None:
    [item] = json.loads(cited_as("csl-json", CITED))
    assert item["type"] == "broadcast"
    assert item["author"] == [{"literal": "Jane Doe"}]
    assert item["issued"] == {"date-parts": [[2025, 10, 1]]}
    assert item["accessed"] == {"date-parts": [[2026, 11, 26]]}
    assert item["URL"] == URL


def test_a_publications_own_words_have_no_author() -> None:
    narrated = replace(CITED, speaker=None, clock="")
    assert cited_as("plain", narrated).splitlines()[1] == "Example Hour, “Two sides of a batch”, 2025-10-01."
    assert "author" not in json.loads(cited_as("csl-json", narrated))[0]
    assert "author" not in cited_as("bibtex", narrated)


@pytest.mark.parametrize("form", FORMS)
def test_every_form_says_that_a_speaker_is_composed_and_that_somebody_paid(form: str) -> None:
    made = cited_as(form, replace(CITED, metadata=replace(META, composed=True, sponsored=True)))
    assert "composed for illustration" in made.lower().replace("\\", "")
    assert "sponsored content" in made.lower()


@pytest.mark.parametrize(("iso", "parts"), [("2025", [2025]), ("2025-03", [2025, 3]), ("2025-13", [2025])])
def test_no_date_is_made_finer_than_it_was_given(iso: str, parts: list[int]) -> None:
    [item] = json.loads(cited_as("csl-json", replace(CITED, metadata=replace(META, date=iso))))
    assert item["issued"] == {"date-parts": [parts]}


def test_without_a_date_none_is_told() -> None:
    undated = replace(CITED, metadata=replace(META, date="last spring"))
    assert "issued" not in json.loads(cited_as("csl-json", undated))[0]
    assert "year" not in cited_as("bibtex", undated)


@given(TEXTS)
def test_markdown_reads_as_it_was_said_and_holds_no_markup_of_the_document(text: str) -> None:
    made = cited_as("markdown", replace(CITED, text=text))
    shown = [line.removeprefix("> ") for line in made.split("\n>\n> Jane")[0].split("\n")]
    assert [re.sub(r"\\([^a-zA-Z0-9\s])", r"\1", line) for line in shown] == text.strip().splitlines()
    assert not re.search(r"(?<!\\)(?:\\\\)*[<*_\[`]", "\n".join(shown))


def test_markdown_leaves_dates_and_hyphens_alone_and_no_line_begins_a_list_or_a_heading() -> None:
    made = cited_as("markdown", replace(CITED, text="A mid-size plant.\n- one\n2. two\n# three"))
    assert made.startswith("> A mid-size plant.\n> \\- one\n> 2\\. two\n> \\# three\n")
    assert ", Example Hour, 2025-10-01, at 12:31." in made


@given(TEXTS, TEXTS)
def test_bibtex_has_its_braces_in_pairs_whatever_is_quoted(text: str, title: str) -> None:
    made = cited_as("bibtex", replace(CITED, text=text, metadata=replace(META, title=title)))
    bare = re.sub(r"\\[{}]", "", made)
    depth = 0
    for character in bare:
        depth += {"{": 1, "}": -1}.get(character, 0)
        assert depth >= 0
    assert depth == 0


@given(TEXTS)
def test_csl_json_keeps_the_words(text: str) -> None:
    assert one_line(text) in json.loads(cited_as("csl-json", replace(CITED, text=text)))[0]["note"]
