"""Promotion is recognised where it is nothing else, and advice about the same words is left alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.promotion import set_aside
from ingest.readers.plain import PlainReader
from ingest.reading import Block, Source

BODY = "Talk to the manufacturer before the process is locked, and write down what both sides expect of the first year."


def paragraphs(*texts: str, kind: str = "paragraph") -> list[Block]:
    return [Block(text, kind, line=number) for number, text in enumerate(texts, 1)]


def read(path: Path) -> tuple[Block, ...]:
    data = path.read_bytes()
    return PlainReader().read(Source(path, data, data.decode("utf-8"), "utf-8")).blocks


def promoted(blocks: list[Block]) -> list[str]:
    marked, report, flagged = set_aside(blocks)
    found = [block.text for block in marked if block.kind == "promotion"]
    assert [one.text for one in report] == found
    assert not flagged
    assert [block.text for block in marked] == [block.text for block in blocks]
    return found


@pytest.mark.parametrize(
    "call",
    [
        "Listen to the Example Hour Podcast to stay informed.",
        "Listen on Spotify or wherever you like.",
        "Download wherever you get your podcasts: Apple Spotify",
        "Subscribe to our weekly newsletter for more.",
        "Sign up for the Bioprocess newsletter today.",
        "Recommend a Supplier",
        "Who do you rate? Recommend a Supplier",
        "Share this article: LinkedIn | X | Email",
        "Follow us on LinkedIn and YouTube",
        "We use cookies to improve your visit.",
        "You might also like",
        "© 2026 Example Weekly. All rights reserved.",
        "Back to top",
    ],
)
def test_set_aside_when_a_block_is_a_call_to_action_then_it_is_promotion(call: str) -> None:
    assert promoted(paragraphs(BODY, call, BODY, BODY)) == [call]


@pytest.mark.parametrize(
    "advice",
    [
        "Recommend a supplier only after you have audited it twice.",
        "Listen to the quality team before you sign; they have read the batch record.",
        "Listening is the cheapest tool that a programme lead has.",
        "Subscribe to the regulator's newsletter, because guidance changes without notice.",
        "Review the quality agreement before each management review.",
        "Rate every supplier on the same five questions.",
        "Share the failures in writing with the new site.",
        "Marketing authorisation holders share the article 57 data with the agency.",
        "Follow us through the four stages of a transfer.",
        "A podcast about manufacturing taught the team to ask better questions.",
        "Download the guidance from the agency and read it twice.",
        "Cookies, coffee and candour made the governance meeting work.",
        "Help us find the root cause, the sponsor wrote, and nobody answered.",
        "Join the project team of your CDMO in the first month.",
        "Every week, the two leads talk for half an hour.",
    ],
)
def test_set_aside_when_advice_uses_the_same_words_then_it_stays(advice: str) -> None:
    assert promoted(paragraphs(BODY, advice, BODY)) == []
    assert promoted(paragraphs(BODY, BODY, advice)) == []


def test_set_aside_when_calls_end_the_document_then_their_heading_goes_along() -> None:
    blocks = [
        *paragraphs(BODY, BODY),
        Block("Keep in touch", "heading", level=2),
        *paragraphs("Subscribe to our newsletter.", "A short line between the two.", "Follow us on LinkedIn"),
    ]
    assert promoted(blocks) == [block.text for block in blocks[2:]]


def test_set_aside_when_a_lone_hint_stands_before_the_calls_then_it_is_content() -> None:
    blocks = paragraphs(BODY, BODY, "Every week, the two leads talk for half an hour.", "Subscribe now")
    assert promoted(blocks) == ["Subscribe now"]


def test_set_aside_when_content_ends_in_a_podcast_heading_then_nothing_goes() -> None:
    blocks = [*paragraphs(BODY), Block("About the podcast", "heading", level=2), *paragraphs(BODY)]
    assert promoted(blocks) == []


def test_set_aside_when_most_of_the_words_would_go_then_all_stay_and_it_is_flagged() -> None:
    blocks = paragraphs("Two words", "Subscribe to our weekly newsletter for more.", "Follow us on LinkedIn")
    marked, report, flagged = set_aside(blocks)
    assert (marked, report, flagged) == (tuple(blocks), [], True)


def test_set_aside_when_a_turn_is_a_sponsor_read_then_it_is_promotion() -> None:
    read_out = "This episode is brought to you by Acme, makers of fine glass. Visit their page to learn more."
    turns = paragraphs("Welcome to the show. My guest is a chemist.", read_out, BODY, kind="turn")
    assert promoted(turns) == [read_out]


def test_set_aside_when_a_turn_goes_on_to_the_guest_then_it_stays() -> None:
    mixed = "This episode is brought to you by Acme. Welcome, Ann. What surprised you most?"
    assert promoted(paragraphs(mixed, BODY, BODY, kind="turn")) == []


def test_set_aside_when_a_guest_talks_about_sponsors_then_the_turn_stays() -> None:
    turns = paragraphs("Our sponsor was a biotech of nine people and it paid late.", BODY, BODY, kind="turn")
    assert promoted(turns) == []


def test_set_aside_when_references_end_the_document_then_they_stay_references() -> None:
    blocks = [*paragraphs(BODY), *paragraphs("Copyright 2019, Guide to Everything", kind="reference")]
    assert promoted(blocks) == []


def test_set_aside_when_there_are_no_blocks_then_nothing_happens() -> None:
    assert set_aside([]) == ((), [], False)


@given(
    st.lists(st.tuples(st.sampled_from(["paragraph", "heading", "turn", "quote"]), st.text(max_size=80)), max_size=12)
)
def test_set_aside_whatever_the_blocks_then_every_text_stays_in_its_place(parts: list[tuple[str, str]]) -> None:
    blocks = [Block(text, kind) for kind, text in parts]
    marked, report, flagged = set_aside(blocks)
    assert [block.text for block in marked] == [block.text for block in blocks]
    assert len(report) == sum(block.kind == "promotion" for block in marked)
    assert not (flagged and report)


@pytest.mark.real
def test_set_aside_on_the_seed_article_then_exactly_its_tail_goes(real: Path) -> None:
    blocks = read(real / "seed" / "how-to-build-true-cdmo-biotech-partnerships.txt")
    marked, report, flagged = set_aside(blocks)
    first = next(index for index, block in enumerate(blocks) if block.text == "PharmaSource Podcast")
    assert all(block.kind == "promotion" for block in marked[first:])
    assert marked[:first] == blocks[:first]
    assert len(report) == len(blocks) - first
    assert not flagged


@pytest.mark.real
@pytest.mark.parametrize("kind", ["paragraph", "turn"])
def test_set_aside_on_the_transcripts_then_no_talk_goes(real: Path, kind: str) -> None:
    for path in sorted((real / "practical-ai").glob("*.md")):
        blocks = [Block(block.text.partition(": ")[2] or block.text, kind) for block in read(path)]
        assert set_aside(blocks) == (tuple(blocks), [], False), path.name


def test_set_aside_on_our_own_articles_then_nothing_goes(corpus: Path) -> None:
    for path in sorted(corpus.glob("*/*.md")):
        assert set_aside(read(path))[1:] == ([], False), path.name
