"""Every task of the pages, and the tests in a real Chromium that do it with the keyboard alone and with scripts off.

A task stands on a line of its own; below it stand its tests, each with the way in which it does the task ("both": it is
run in each way) and the module, test_browser_NAME.py or test_NAME.py, that it is in.

Ask a question, and read a quote of the answer in its place
  both      asking      test_question_when_asked_on_the_front_page_then_a_quote_of_the_answer_is_read_in_its_place
  keyboard  asking      test_ask_when_only_the_keyboard_is_used_then_question_quote_and_place_are_reached
Follow an example, or a suggestion while typing
  both      questions   test_example_when_followed_from_the_front_page_then_it_is_asked
  keyboard  questions   test_the_ask_box_when_typed_in_then_is_a_combobox_that_the_keyboard_drives
  no script questions   test_the_ask_box_when_scripts_are_off_then_it_is_a_plain_field_that_asks
Ask a follow-up, and refuse what it was taken to mean
  keyboard  follow_ups  test_a_follow_up_when_only_the_keyboard_is_used_then_it_is_asked_and_taken_word_for_word
  no script follow_ups  test_a_follow_up_when_scripts_are_off_then_it_is_understood_narrowed_and_taken_word_for_word
  no script follow_ups  test_whole_question_when_typed_below_an_answer_then_it_stays_with_it_when_narrowed
Group an answer by relevance, side, speaker or date
  both      asking      test_quotes_when_grouped_anew_then_the_same_ones_stand_under_other_headings
Copy a citation in each of its forms
  both      asking      test_citation_when_taken_along_then_each_of_its_forms_is_whole
Refine by every facet, and take one back
  both      asking      test_answer_when_every_facet_is_set_then_it_is_narrowed_by_all_and_each_is_taken_back_alone
Give the editors a question that nothing answers, and read what is nearest
  both      asking      test_question_when_nothing_answers_it_then_the_nearest_is_read_and_the_editors_are_given_it
Have a summary written, and go to a quote that it cites
  both      summary     test_summary_when_wanted_then_it_is_read_and_leads_to_the_quote_that_it_cites
Go from a question that a host asked to the guest's answer
  both      questions   test_host_question_when_followed_under_an_answer_then_the_guests_answer_is_marked
  both      questions   test_host_questions_when_listed_by_theme_and_show_then_one_leads_to_its_answer
Save quotes, note, order, rename, share, take along, delete
  keyboard  collections test_collection_when_only_the_keyboard_is_used_then_a_quote_is_saved_noted_moved_and_taken_along
  no script collections test_collection_when_scripts_are_off_then_everything_is_done_with_forms
Go through a theme: its questions, sides, chart, strongest passages and open questions
  both      people      test_theme_when_its_page_is_gone_through_then_all_of_it_is_told_and_each_link_leads_on
Find a speaker, an organisation or a show, read a passage in its place, and ask them
  both      people      test_entry_when_sought_in_its_list_then_its_page_leads_to_words_in_their_place_and_to_an_answer
Find an episode
  both      people      test_episode_when_sought_in_the_list_then_it_opens_and_leads_back_to_its_show
Go through a document by its outline
  both      reader      test_outline_when_an_entry_is_followed_then_its_turn_is_shown
Find words in a document
  both      reader      test_words_when_sought_in_the_page_then_they_are_stepped_through_and_let_go
Follow a theme through a document
  both      reader      test_theme_marks_when_followed_then_they_lead_through_the_document_and_to_the_theme
Read related passages of other documents
  both      reader      test_related_passages_when_opened_then_one_is_read_in_its_own_document
Take a document along as text, WebVTT or JSON
  both      reader      test_document_when_taken_along_then_every_form_holds_all_of_its_words
Go from an old link to where the words stand now
  both      reader      test_old_link_when_the_text_was_edited_since_then_the_present_place_is_reached
Hear the recording from a quote's second
  keyboard  reader      test_player_when_only_the_keyboard_is_used_then_it_plays_stops_and_plays_from_a_turn
  no script reader      test_player_when_scripts_are_off_then_the_recording_is_opened_at_the_quotes_second
Read what the API takes and gives
  both      pages       test_the_apis_page_when_gone_through_then_what_an_address_gives_and_the_description_are_reached
Ask from another site
  keyboard  embed       test_box_when_only_the_keyboard_is_used_then_a_quote_is_asked_for_and_read_in_its_place
  no script embed       test_box_when_scripts_are_off_then_a_link_leads_to_where_the_same_is_asked
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

HERE = Path(__file__).parent
ENTRY = re.compile(r"  (both|keyboard|no script) +(\w+) +(test_\w+)")
WAYS = {"both": {"keyboard", "no script"}, "keyboard": {"keyboard"}, "no script": {"no script"}}
IN_BOTH = {"reader", "way"}


def tasks() -> dict[str, list[tuple[str, str, str]]]:
    """Task -> (way, module, test) of each of its tests."""
    found: dict[str, list[tuple[str, str, str]]] = {}
    for line in (__doc__ or "").split("\n\n", 2)[2].strip().splitlines():
        entry = ENTRY.fullmatch(line)
        assert entry or not line.startswith(" "), line
        if entry:
            found[list(found)[-1]].append((entry[1], entry[2], entry[3]))
        else:
            found[line] = []
    return found


def written(module: str) -> dict[str, set[str]]:
    """Test -> what it is given."""
    path = HERE / f"test_browser_{module}.py"
    path = path if path.exists() else HERE / f"test_{module}.py"
    body = ast.parse(path.read_text(encoding="utf-8")).body
    found = [one for one in body if isinstance(one, ast.FunctionDef) and one.name.startswith("test_")]
    return {one.name: {argument.arg for argument in one.args.args} for one in found}


def test_every_task_when_looked_up_is_done_in_both_ways_by_tests_that_there_are() -> None:
    found = tasks()
    assert found
    for task, entries in found.items():
        assert {way for said, _, _ in entries for way in WAYS[said]} == WAYS["both"], task
        for said, module, test in entries:
            assert test in written(module), test
            assert (said == "both") == bool(written(module)[test] & IN_BOTH), test


def test_every_test_that_is_run_in_both_ways_stands_beside_its_task() -> None:
    told = {test for entries in tasks().values() for said, _, test in entries if said == "both"}
    modules = [path.stem.removeprefix("test_browser_") for path in HERE.glob("test_browser_*.py")]
    run = {test for module in modules for test, given in written(module).items() if given & IN_BOTH}
    assert told == run
