from __future__ import annotations

import re
from pathlib import Path

import pytest

from ingest.reading import Block
from ingest.speakers import as_entry, cast, guess_host, tidy_name
from kb.records import Speaker


def _turns(*said: tuple[str, str]) -> list[Block]:
    return [Block(text, "turn", speaker) for speaker, text in said]


INTERVIEW = _turns(
    ("Ann", "Why did you change the resin?"),
    ("Ben", "Who would not? It was worn. We saw it early."),
    ("Ann", "I see. And what did it cost?"),
    ("Ben", "Less than waiting."),
)


def test_the_host_when_nobody_says_is_who_hands_over_with_questions_and_is_marked_as_guessed() -> None:
    ann, ben = cast(INTERVIEW).speakers
    assert ann == Speaker("Ann", side="host", host=True, guessed=True)
    assert ben == Speaker("Ben")


def test_the_host_when_a_source_names_one_is_not_guessed() -> None:
    ann, ben = cast(INTERVIEW, [{"name": "Ben", "host": True}]).speakers
    assert ben == Speaker("Ben", side="host", host=True)
    assert not ann.host


def test_the_host_when_the_manifest_says_that_one_is_none_is_not_guessed() -> None:
    speakers = cast(INTERVIEW, [{"name": "Ann", "host": False}, {"name": "Ben", "host": False}]).speakers
    assert not any(speaker.host for speaker in speakers)


def test_a_host_when_the_side_is_known_keeps_it() -> None:
    ann = cast(INTERVIEW, [{"name": "Ann", "side": "consultant"}]).speakers[0]
    assert (ann.side, ann.host, ann.guessed) == ("consultant", True, True)


def test_the_host_when_few_questions_are_asked_is_who_opens_with_a_welcome() -> None:
    turns = _turns(("Jane", "Welcome to the show."), ("Mary", "Do we need a trailer?"), ("Jane", "We do."))
    assert guess_host(turns) == "Jane"


def test_the_host_when_nobody_stands_out_is_nobody() -> None:
    assert guess_host(_turns(("A", "Rain today."), ("B", "Again."))) is None
    assert guess_host(_turns(("A", "Is it? Is it?"), ("A", "Is it?"))) is None
    tie = [("A", "Is it?"), ("B", "Was it?")] * 3
    assert guess_host(_turns(*tie)) is None


def test_an_audience_member_when_each_of_two_turns_is_a_question_is_no_host() -> None:
    said = [("Host", "What then?"), ("Guest", "We waited."), ("Host", "Right."), ("Guest", "Yes.")] * 5
    said += [("Listener", "How long?"), ("Listener", "And why?"), ("Guest", "A year."), ("Listener", "Really?")]
    assert guess_host(_turns(*said)) == "Host"


def test_names_when_they_differ_in_case_and_spacing_are_one_speaker() -> None:
    blocks = _turns(("Jane Doe", "One."), ("JANE  DOE:", "Two."), ("Jane Doe", "Three."), ("Bo", "Four."))
    done = cast(blocks)
    assert [block.speaker for block in done.blocks] == ["Jane Doe", "Jane Doe", "Jane Doe", "Bo"]
    assert [speaker.name for speaker in done.speakers] == ["Jane Doe", "Bo"]


def test_a_name_when_the_manifest_spells_it_is_spelled_so() -> None:
    done = cast(_turns(("jane doe", "One."), ("jane doe", "Two.")), [{"name": "Jane Doe", "role": "COO"}])
    assert done.speakers == (Speaker("Jane Doe", role="COO"),)
    assert {block.speaker for block in done.blocks} == {"Jane Doe"}


def test_what_is_known_when_sources_differ_is_the_more_trusted_and_gaps_are_filled() -> None:
    stated = [{"name": "Ann", "role": "COO", "side": "sponsor"}]
    feed = [{"name": "ann", "role": "guest", "organisation": "Acme"}]
    [ann] = cast(_turns(("Ann", "Yes.")), stated, feed).speakers
    assert ann == Speaker("Ann", "COO", "Acme", "sponsor")


def test_a_speaker_when_silent_stays_with_a_fault_if_stated_and_goes_if_only_the_feed_has_it() -> None:
    done = cast(_turns(("Ann", "Yes.")), [{"name": "Bo"}], [{"name": "Designer", "role": "cover art"}])
    assert [speaker.name for speaker in done.speakers] == ["Ann", "Bo"]
    assert done.faults == ("Bo is named as a speaker and says nothing here",)


def test_a_side_when_it_is_none_of_ours_is_unknown() -> None:
    assert cast(_turns(("Ann", "Yes.")), [{"name": "Ann", "side": "left"}]).speakers[0].side == "unknown"


def test_an_article_when_it_quotes_questions_has_no_guessed_host() -> None:
    blocks = [Block("“Why?”", "quote", "A"), Block("“How?”", "quote", "A"), Block("“So.”", "quote", "B")]
    assert not any(speaker.host for speaker in cast(blocks).speakers)


def test_an_entry_when_made_of_a_speaker_says_only_what_is_known() -> None:
    assert as_entry(Speaker("Ann", role="CEO")) == {"name": "Ann", "role": "CEO"}


def test_a_name_when_set_off_by_marks_loses_them() -> None:
    assert tidy_name(" **Jane\u00a0 Doe:** ") == "Jane Doe"


@pytest.mark.real
def test_the_host_when_guessed_over_a_hundred_episodes_is_one_of_the_shows_hosts(real: Path) -> None:
    hosts = {"Daniel Whitenack", "Chris Benson"}
    right = wrong = 0
    for path in sorted((real / "practical-ai" / "iqr" / "docs").glob("*.md")):
        blocks: list[Block] = []
        for part in path.read_text(encoding="utf-8").split("\n\n"):
            head = re.match(r"\*\*(.+?):\*\*\s*", part)
            speaker = head[1] if head else blocks[-1].speaker if blocks else None
            blocks.append(Block(part[head.end() :] if head else part, "turn", speaker))
        names = {block.speaker for block in blocks}
        if names & hosts and names - hosts:
            guessed = guess_host(blocks)
            right += guessed in hosts
            wrong += guessed is not None and guessed not in hosts
    assert right >= 70
    assert wrong <= 2
