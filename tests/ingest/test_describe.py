from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.describe import Described, canonical, describe, web_address
from ingest.fields import Stated
from ingest.reading import Block
from kb.records import Chapter

BLOCKS = [Block("The heading", "heading", level=1), Block("Words.", "paragraph")]


def _described(
    stated: dict[str, Any] | None = None,
    feed: dict[str, Any] | None = None,
    reading: dict[str, Any] | None = None,
    blocks: list[Block] = BLOCKS,
) -> Described:
    return describe(
        Path("some/a-file_name.md"), blocks, stated=Stated(stated or {}), feed=feed or {}, reading=reading or {}
    )


def test_metadata_when_all_sources_speak_follows_the_editor_then_the_feed_then_the_reader() -> None:
    done = _described(
        {"title": "Stated"}, {"title": "Feed", "show": "Feed show"}, {"title": "R", "show": "R", "date": "2026-01-02"}
    )
    meta = done.metadata
    assert (meta.title, meta.show, meta.date) == ("Stated", "Feed show", "2026-01-02")


def test_the_title_when_nobody_gives_one_is_the_first_heading_else_the_file_name() -> None:
    assert _described().metadata.title == "The heading"
    assert _described(blocks=[Block("Words.", "paragraph")]).metadata.title == "a file name"


def test_the_kind_when_nobody_says_is_episode_where_people_speak_in_turns() -> None:
    assert _described().metadata.kind == "article"
    assert _described(blocks=[Block("Hello.", "turn", "A")]).metadata.kind == "episode"
    assert _described({"kind": "notes"}).metadata.kind == "notes"


@pytest.mark.parametrize(
    ("stated", "feed", "reading", "key"),
    [
        ({"key": "m", "url": "https://a.example/x"}, {"key": "guid"}, {"key": "r"}, "guid"),
        ({"key": "m", "url": "https://A.example:443/x/?utm_source=q#top"}, {}, {"key": "r"}, "https://a.example/x"),
        ({"key": "m"}, {}, {"key": "r"}, "m"),
        ({"key": "m", "url": "https://a.example/"}, {}, {}, "m"),
        ({}, {}, {"key": "r"}, "r"),
        ({}, {}, {}, ""),
    ],
)
def test_the_source_key_when_several_are_known_is_the_feeds_then_the_address_then_the_manifests(
    stated: dict[str, Any], feed: dict[str, Any], reading: dict[str, Any], key: str
) -> None:
    assert _described(stated, feed, reading).source_key == key


def test_an_address_when_it_is_no_http_is_a_fault_and_the_next_source_is_taken() -> None:
    done = _described({"url": "javascript:alert(1)"}, {"url": "https://a.example/x"}, {"audio": "file:///etc/passwd"})
    assert done.metadata.url == "https://a.example/x"
    assert done.metadata.audio == ""
    assert done.faults == (
        "the url 'javascript:alert(1)' is no http or https address and was left out",
        "the audio 'file:///etc/passwd' is no http or https address and was left out",
    )


@pytest.mark.parametrize(
    "text", ["ftp://a.example/x", "//a.example", "http://", "http://a.example/\nx", "http://a:b:c/", "http://[1", "x"]
)
def test_an_address_when_it_cannot_be_followed_is_none(text: str) -> None:
    assert web_address(text) == ""


@given(st.text(max_size=60))
def test_an_address_when_any_text_is_given_raises_nothing(text: str) -> None:
    for url in (text, f"http://a.example/{text}", f"https://{text}"):
        address = web_address(url)
        assert canonical(address) == canonical(canonical(address))


def test_hints_when_of_the_wrong_form_are_left_out() -> None:
    reading = {
        "title": ["no"],
        "kind": "song",
        "date": "last week",
        "phase": ["phase 1", "phase 7"],
        "modality": 3,
        "chapters": [{"start_s": 5, "title": "B"}, {"start_s": "x"}, {"start_s": float("nan"), "title": "C"}, 7],
        "composed": "yes",
    }
    done = _described(reading=reading)
    assert done.metadata.title == "The heading"
    assert done.metadata.phase == ("phase 1",)
    assert done.metadata.modality == ()
    assert done.metadata.chapters == (Chapter(5.0, "B"),)
    assert not done.metadata.composed
    assert done.faults == ("the date 'last week' is none and was left out",)


def test_a_flag_when_the_editor_denies_it_stays_denied() -> None:
    assert not _described({"sponsored": False}, {"sponsored": True}).metadata.sponsored
    assert _described({}, {"sponsored": True}).metadata.sponsored
