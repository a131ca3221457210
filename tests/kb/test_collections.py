"""Collections of saved quotes: who may do what, for how long, and what is left of a quote whose document went."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from kb.assembly import KnowledgeBase, restore
from kb.errors import ChangedMeanwhileError, NotFoundError, ReadOnlyError, UsageError
from kb.library import Library
from kb.library.collecting import REPEATED_NOTE, UNNAMED
from kb.library.connection import database_path
from kb.records import Citation, citation_id
from kb.saved import SPAN_CHARS, new_token, proved, read_token, savable
from kb.settings import Settings
from tests.kb.makers import TRUST, draft, item

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
GOOD = "Trust is built by telling bad news early."
OTHER = "Agree who pays for a failed batch before the first batch is made."


@pytest.fixture
def base(knowledge_base: KnowledgeBase) -> KnowledgeBase:
    list(knowledge_base.publisher().publish_all([item(draft(TRUST))]))
    return knowledge_base


def cited(base: KnowledgeBase, words: str) -> str:
    revision = base.library.current(base.library.documents()[0].id)
    start = revision.text.index(words)
    return citation_id(revision.id, start, start + len(words))


def citation(base: KnowledgeBase, words: str) -> Citation:
    return savable(base.library, cited(base, words))


def made(library: Library, name: str = "Mine") -> str:
    token = new_token()
    library.make_collection(token, read_token(token), name, NOW)
    return token


def test_a_saved_quote_when_shown_then_its_words_are_the_librarys(base: KnowledgeBase) -> None:
    token = made(base.library)
    base.library.save_quote(token, citation(base, GOOD), "Say so.", NOW)
    row = base.library.open_collection(token, NOW)
    [saved] = proved(base.library, row.saved)
    assert saved.quote is not None
    assert (saved.state, saved.quote.text, saved.quote.citation.speaker) == ("current", GOOD, "Guest")
    assert (row.name, row.saved[0].note, row.may_edit) == ("Mine", "Say so.", True)


def test_links_when_kept_then_the_database_has_neither_token(base: KnowledgeBase, settings: Settings) -> None:
    token = made(base.library)
    base.library.close()
    raw = b"".join(path.read_bytes() for path in database_path(settings).parent.glob("library.sqlite*"))
    assert token.encode() not in raw
    assert read_token(token).encode() not in raw
    assert len({new_token() for _ in range(100)}) == 100
    assert len(token) == len(read_token(token)) == 32  # of 64 characters each: 192 bits


def test_the_read_link_when_used_to_write_then_it_is_refused_in_every_way(base: KnowledgeBase) -> None:
    library = base.library
    token = made(library)
    saved_id = library.save_quote(token, citation(base, GOOD), "", NOW)
    reading = read_token(token)
    assert library.open_collection(reading, NOW).may_edit is False
    writes: list[Callable[[], object]] = [
        lambda: library.rename_collection(reading, "x", 1, NOW),
        lambda: library.save_quote(reading, citation(base, OTHER), "", NOW),
        lambda: library.note_quote(reading, saved_id, "x", 1, NOW),
        lambda: library.move_quote(reading, saved_id, 1, NOW),
        lambda: library.remove_quote(reading, saved_id, 1, NOW),
        lambda: library.delete_collection(reading, NOW),
    ]
    for write in writes:
        with pytest.raises(ReadOnlyError):
            write()
    assert len(library.open_collection(token, NOW).saved) == 1


def test_a_quotes_number_when_it_is_of_another_collection_then_it_opens_nothing(base: KnowledgeBase) -> None:
    mine, theirs = made(base.library), made(base.library)
    saved_id = base.library.save_quote(theirs, citation(base, GOOD), "secret", NOW)
    with pytest.raises(NotFoundError):
        base.library.note_quote(mine, saved_id, "taken", 1, NOW)
    with pytest.raises(NotFoundError):
        base.library.remove_quote(mine, saved_id, 1, NOW)
    assert base.library.open_collection(theirs, NOW).saved[0].note == "secret"


@pytest.mark.parametrize("token", ["", "x", "\ud800", "é" * 9, "a" * 100_000])
def test_a_token_that_opens_nothing_says_so(base: KnowledgeBase, token: str) -> None:
    with pytest.raises(NotFoundError, match="no such collection"):
        base.library.open_collection(token, NOW)


def test_a_collection_when_nobody_opens_it_for_its_term_then_it_is_deleted(base: KnowledgeBase) -> None:
    days = timedelta(days=base.settings.collection_days)
    used, left = made(base.library, "used"), made(base.library, "left")
    base.library.open_collection(read_token(used), NOW + days / 2)
    with pytest.raises(NotFoundError):
        base.library.open_collection(left, NOW + days)
    assert base.library.open_collection(used, NOW + days).name == "used"
    # The row itself went when another one was opened.
    with pytest.raises(NotFoundError):
        base.library.open_collection(left, NOW)


def test_opening_a_collection_when_it_was_opened_that_day_then_nothing_is_written(base: KnowledgeBase) -> None:
    token = made(base.library)
    first = base.library.open_collection(token, NOW + timedelta(hours=20)).expires_at
    assert base.library.open_collection(token, NOW + timedelta(hours=21)).expires_at == first
    base.library.open_collection(token, NOW + timedelta(hours=30))
    assert base.library.open_collection(token, NOW + timedelta(hours=31)).expires_at > first


def test_caps_when_reached_then_the_error_says_which(base: KnowledgeBase) -> None:
    settings = base.settings.with_values(collections=2, collection_quotes=1, collection_note_chars=5)
    library = Library(settings)
    token = made(library)
    made(library)
    with pytest.raises(UsageError, match="no more collections"):
        made(library)
    with pytest.raises(UsageError, match="6 characters"):
        library.save_quote(token, citation(base, GOOD), "longer", NOW)
    first = library.save_quote(token, citation(base, GOOD), "short", NOW)
    assert library.save_quote(token, citation(base, GOOD), "again", NOW) == first
    with pytest.raises(UsageError, match="holds 1 quotes"):
        library.save_quote(token, citation(base, OTHER), "", NOW)
    with pytest.raises(UsageError, match="name has 121"):
        library.rename_collection(token, "n" * 121, 1, NOW)
    library.close()


def test_two_tabs_when_both_write_then_nothing_acknowledged_is_lost(base: KnowledgeBase) -> None:
    token = made(base.library)
    saved_id = base.library.save_quote(token, citation(base, GOOD), "", NOW)
    base.library.note_quote(token, saved_id, "first tab", 1, NOW)
    with pytest.raises(ChangedMeanwhileError):
        base.library.note_quote(token, saved_id, "second tab", 1, NOW)
    with pytest.raises(ChangedMeanwhileError):
        base.library.remove_quote(token, saved_id, 1, NOW)
    base.library.note_quote(token, saved_id, "first tab", 1, NOW)  # the same press twice is no quarrel
    base.library.rename_collection(token, "One", 1, NOW)
    with pytest.raises(ChangedMeanwhileError):
        base.library.rename_collection(token, "Two", 1, NOW)
    row = base.library.open_collection(token, NOW)
    assert (row.name, row.saved[0].note) == ("One", "first tab")


def test_many_writers_when_they_save_at_once_then_every_acknowledged_quote_is_there(base: KnowledgeBase) -> None:
    token = made(base.library)
    revision = base.library.current(base.library.documents()[0].id)
    start = revision.text.index(GOOD)
    spans = [citation_id(revision.id, start, start + length) for length in range(6, len(GOOD))]
    acknowledged: list[int] = []

    def save(part: list[str]) -> None:
        library = Library(base.settings)
        for one in part:
            saved_id = library.save_quote(token, savable(library, one), one, NOW)
            library.move_quote(token, saved_id, -2, NOW)
            acknowledged.append(saved_id)
        library.close()

    threads = [threading.Thread(target=save, args=(spans[first::4],)) for first in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    saved = base.library.open_collection(token, NOW).saved
    assert {one.id for one in saved} == set(acknowledged)
    assert sorted(one.note for one in saved) == sorted(spans)


def test_order_when_quotes_are_moved_then_the_ends_hold_them(base: KnowledgeBase) -> None:
    token = made(base.library)
    quotes = [base.library.save_quote(token, citation(base, words), "", NOW) for words in (GOOD, OTHER, "It saves")]

    def order() -> list[int]:
        return [quotes.index(one.id) for one in base.library.open_collection(token, NOW).saved]

    base.library.move_quote(token, quotes[0], -1, NOW)
    assert order() == [0, 1, 2]
    base.library.move_quote(token, quotes[0], 1, NOW)
    assert order() == [1, 0, 2]
    base.library.move_quote(token, quotes[2], -9, NOW)
    assert order() == [2, 1, 0]


def test_a_quote_when_its_document_was_edited_then_the_cited_revision_is_shown_and_said(base: KnowledgeBase) -> None:
    token = made(base.library)
    base.library.save_quote(token, citation(base, GOOD), "", NOW)
    list(base.publisher().publish_all([item(draft(TRUST[2:]))]))
    [saved] = proved(base.library, base.library.open_collection(token, NOW).saved)
    assert saved.quote is not None
    assert (saved.state, saved.quote.text, saved.revision) == ("edited", GOOD, 1)


def test_a_quote_when_its_document_was_taken_out_then_it_is_not_shown_until_it_is_back(base: KnowledgeBase) -> None:
    token = made(base.library)
    base.library.save_quote(token, citation(base, GOOD), "mine", NOW)
    base.library.delete(base.library.documents()[0].id)
    [saved] = proved(base.library, base.library.open_collection(token, NOW).saved)
    assert (saved.state, saved.quote, saved.row.note) == ("missing", None, "mine")
    list(base.publisher().publish_all([item(draft(TRUST))]))
    assert proved(base.library, base.library.open_collection(token, NOW).saved)[0].state == "current"


def test_a_purge_when_quotes_were_saved_then_no_word_of_the_document_is_left_in_a_collection(
    base: KnowledgeBase, settings: Settings
) -> None:
    token = made(base.library)
    list(base.publisher().publish_all([item(draft(TRUST[2:], key="second", title="Another"))]))
    rows = {row.source_key: row for row in base.library.documents()}
    start = base.library.current(rows["second"].id).text.index(OTHER)
    kept = citation_id(rows["second"].revision_id, start, start + len(OTHER))
    gone = base.library.current(rows["episode-1"].id)
    at = gone.text.index(GOOD)
    base.library.save_quote(
        token, savable(base.library, citation_id(gone.id, at, at + len(GOOD))), f"They say: {GOOD}", NOW
    )
    base.library.save_quote(token, savable(base.library, kept), "stays", NOW)
    repeating = made(base.library, "Nobody remembers the good news for long")
    base.library.save_quote(repeating, savable(base.library, kept), "Compare: by TELLING bad news, early. Nobody!", NOW)
    base.library.delete(gone.document_id, purge=True)
    row = base.library.open_collection(repeating, NOW)
    assert (row.name, row.saved[0].note, row.saved[0].version) == (UNNAMED, REPEATED_NOTE, 2)
    assert row.version == 2
    first, second = proved(base.library, base.library.open_collection(token, NOW).saved)
    assert (first.state, first.quote, first.row.note, first.row.citation) == ("purged", None, "", "")
    assert (second.state, second.row.note) == ("current", "stays")
    assert base.check_deleted(gone.document_id) == []
    base.library.close()
    raw = b"".join(path.read_bytes() for path in database_path(settings).parent.glob("library.sqlite*"))
    for words in (b"telling bad news early", b"TELLING", b"good news for long"):
        assert words not in raw


def test_check_when_a_saved_quote_is_of_no_document_then_it_is_a_fault(base: KnowledgeBase) -> None:
    token = made(base.library)
    base.library.save_quote(token, citation(base, GOOD), "", NOW)
    assert base.library.faults() == []
    with base.library.writing() as connection:
        connection.exec_driver_sql("UPDATE collected SET document_id = 'd0'")
    assert base.library.faults() == ["saved quote 1 is of no document"]


def test_saving_when_the_document_was_purged_since_it_was_read_then_nothing_is_kept(base: KnowledgeBase) -> None:
    token, read_before = made(base.library), citation(base, GOOD)
    base.library.delete(read_before.document_id, purge=True)
    with pytest.raises(NotFoundError, match="purged meanwhile"):
        base.library.save_quote(token, read_before, GOOD, NOW)
    assert base.library.open_collection(token, NOW).saved == ()


def test_saving_when_a_hosts_question_is_mixed_with_an_answer_then_it_is_refused(base: KnowledgeBase) -> None:
    with pytest.raises(UsageError, match="several people speak"):
        savable(base.library, cited(base, "manufacturer built?\n\nTrust is built by telling bad news early. Nobody"))


@pytest.mark.parametrize("bad", ["", "x", "a-1-2", "0123456789abcdef-5-4", "0123456789abcdef--1-4", "-" * 5000])
def test_saving_when_there_is_no_such_citation_then_it_is_not_found(base: KnowledgeBase, bad: str) -> None:
    with pytest.raises(NotFoundError):
        savable(base.library, bad)


def test_saving_when_the_span_is_a_document_or_promotion_then_it_is_refused(knowledge_base: KnowledgeBase) -> None:
    turns = [("Guest", "A plain sentence about resin supply. " * 200)]
    list(knowledge_base.publisher().publish_all([item(draft(turns))]))
    revision = knowledge_base.library.current(knowledge_base.library.documents()[0].id)
    with pytest.raises(UsageError, match=f"longer than {SPAN_CHARS}"):
        savable(knowledge_base.library, citation_id(revision.id, 0, SPAN_CHARS + 1))
    plain = draft(TRUST, key="promoted")
    sold = replace(plain, segments=tuple(replace(part, kind="promotion", speaker=None) for part in plain.segments))
    list(knowledge_base.publisher().publish_all([item(sold)]))
    revision = knowledge_base.library.current(
        next(row.id for row in knowledge_base.library.documents() if row.source_key == "promoted")
    )
    with pytest.raises(UsageError, match="promotion"):
        savable(knowledge_base.library, citation_id(revision.id, 0, 20))


def test_what_is_written_by_hand_is_kept_as_plain_lines(base: KnowledgeBase) -> None:
    token = made(base.library, "  Two\n words\x00 ")
    base.library.save_quote(token, citation(base, GOOD), "one\r\ntwo\x07\ud800 \n", NOW)
    row = base.library.open_collection(token, NOW)
    assert (row.name, row.saved[0].note) == ("Two words�", "one\ntwo��")


def test_a_copy_when_made_from_the_read_link_then_it_holds_the_same_and_stands_alone(base: KnowledgeBase) -> None:
    token, copied = made(base.library), new_token()
    for words in (OTHER, GOOD):
        base.library.save_quote(token, citation(base, words), f"on {words}", NOW)
    base.library.copy_collection(read_token(token), copied, read_token(copied), NOW)
    base.library.delete_collection(token, NOW)
    row = base.library.open_collection(copied, NOW)
    assert [one.note for one in row.saved] == [f"on {OTHER}", f"on {GOOD}"]
    assert row.may_edit


def test_a_backup_when_restored_then_the_links_open_what_was_saved(base: KnowledgeBase, tmp_path: Path) -> None:
    token = made(base.library)
    base.library.save_quote(token, citation(base, GOOD), "kept", NOW)
    base.backup(tmp_path / "copy.sqlite")
    base.library.delete_collection(token, NOW)
    base.close()
    restore(base.settings, tmp_path / "copy.sqlite")
    library = Library(base.settings)
    [saved] = proved(library, library.open_collection(read_token(token), NOW).saved)
    assert saved.quote is not None
    assert (saved.quote.text, saved.row.note) == (GOOD, "kept")
    library.close()


def test_a_library_of_an_older_schema_when_opened_then_it_can_hold_collections(base: KnowledgeBase) -> None:
    with base.library.writing() as connection:
        for statement in (
            "DROP TABLE collected",
            "DROP TABLE collections",
            "UPDATE facts SET value = '4' WHERE name = 'schema_version'",
        ):
            connection.exec_driver_sql(statement)
    library = Library(base.settings)
    assert library.open_collection(made(library), NOW).name == "Mine"
    library.close()


STEPS = st.lists(
    st.tuples(st.sampled_from(("save", "move", "note", "remove")), st.integers(0, 7), st.integers(-8, 8)), max_size=25
)


@given(STEPS)
@hypothesis_settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_collection_when_anything_is_done_to_it_then_it_is_the_list_that_one_would_keep_by_hand(
    base: KnowledgeBase, steps: list[tuple[str, int, int]]
) -> None:
    library, token = base.library, made(base.library)
    quotes = [citation(base, GOOD[: 20 + n]) for n in range(8)]
    kept: list[tuple[str, str]] = []
    for step, which, amount in steps:
        saved = library.open_collection(token, NOW).saved
        if step == "save":
            library.save_quote(token, quotes[which], f"first {amount}", NOW)
            if quotes[which].id not in dict(kept):
                kept.append((quotes[which].id, f"first {amount}"))
        elif kept:
            here = which % len(kept)
            if step == "move":
                library.move_quote(token, saved[here].id, amount, NOW)
                kept.insert(max(0, min(len(kept) - 1, here + amount)), kept.pop(here))
            elif step == "note":
                library.note_quote(token, saved[here].id, f"note {amount}", saved[here].version, NOW)
                kept[here] = (kept[here][0], f"note {amount}")
            else:
                library.remove_quote(token, saved[here].id, saved[here].version, NOW)
                kept.pop(here)
        assert [(one.citation, one.note) for one in library.open_collection(token, NOW).saved] == kept
