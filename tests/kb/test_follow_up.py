"""Follow-ups are understood from the question before, and what stands by itself is left alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kb.follow_up import stands_by_itself, taken_to_mean, understood
from kb.words import words

QUESTIONS = Path(__file__).resolve().parents[2] / "benchmarks" / "questions"
BEFORE = "How far ahead of phase 3 should we lock the process?"
CHOOSING = "How do we choose a CDMO for an antibody?"
LONGEST = 2000


@pytest.mark.parametrize(
    ("before", "question", "meant"),
    [
        (BEFORE, "and what about phase 2?", "How far ahead of phase 2 should we lock the process?"),
        (BEFORE, "phase 2?", "How far ahead of phase 2 should we lock the process?"),
        (BEFORE, "phase 2", "How far ahead of phase 2 should we lock the process?"),
        (BEFORE, "What about for an antibody?", "How far ahead of phase 3 should we lock the process for an antibody?"),
        (BEFORE, "or only in Europe?", "How far ahead of phase 3 should we lock the process or only in Europe?"),
        ("When should we call in phase 1 of an antibody?", "and phase 2 of a gene therapy?",
         "When should we call in phase 2 of a gene therapy?"),
        ("What is needed for phase 2 and gene therapy?", "for phase 3 and cell therapy?",
         "What is needed for phase 3 and cell therapy?"),
        ("What is needed in phase 1?", "and in phase 3 of a plasmid?", "What is needed in phase 3 of a plasmid?"),
        ("When should a firm in phase 1 book its commercial site?", "in phase 2?",
         "When should a firm in phase 2 book its commercial site?"),
        ("What do regulators in the US expect?", "in Europe?", "What do regulators in Europe expect?"),
        ("Should we tell investors about it?", "the board too?", "Should we tell the board about it?"),
        ("How soon is a critical deviation told?", "and a major one?", "How soon is a major deviation told?"),
        ("When do we need stability data?", "and toxicology data?", "When do we need toxicology data?"),
        ("Do we write about the budget?", "or about the date?", "Do we write about the budget or about the date?"),
        ("Do we write about the budget?", "and about the date?", "Do we write about the date?"),
        ("Who owns process improvements?", "and the raw data?", "Who owns the raw data?"),
        ("Should we accept retraining as a cause?", "variability?", "Should we accept variability as a cause?"),
        ("Do we tell investors while we raise money?", "after that?", "Do we tell investors after that?"),
        ("Should we pay if it is late?", "and if it is lost?", "Should we pay if it is lost?"),
        ("What do we review each year on risk?", "before launch?", "What do we review before launch on risk?"),
        ("How long does a transfer of a biologic usually take?", "a small one?",
         "How long does a small transfer of a biologic usually take?"),
        ("How do we escalate problems with a CDMO?", "small ones?", "How do we escalate small problems with a CDMO?"),
        ("Should we embed a scientist in our team?", "the other way round?",
         "Should we embed a scientist in our team: the other way round?"),
        ("What should we ask a lab that tests vectors?", "and one that tests cells?",
         "What should we ask a lab that tests cells?"),
        ("Should we tell every lab at once?", "the ones in Japan too?", "Should we tell every lab in Japan at once?"),
        ("What do we do in the first week of it?", "and in the second?", "What do we do in the second week of it?"),
        ("What do we ask before we sign?", "and after?", "What do we ask after we sign?"),
        ("Who in our lab should sign tests?", "what about small ones?", "Who in our lab should sign small tests?"),
        ("How do we pack a frozen vial?", "for a large one?", "How do we pack a large frozen vial?"),
        ("What should we ask for a plasmid product?", "for exosomes?", "What should we ask for exosomes?"),
        ("When should we bring in a second CDMO?", "and the sponsor's side?",
         "When should we bring in a second CDMO: the sponsor's side?"),
        ("How soon should the CDMO answer?", "the sponsor?", "How soon should the sponsor answer?"),
        ("How long does a move of a biologic take?", "same but for mRNA", "How long does a move of mRNA take?"),
        ("How do we pack a vial?", "thanks, and for AAV?", "How do we pack a vial for AAV?"),
        ("How do we pack a vial?", "I mean for AAV", "How do we pack a vial for AAV?"),
        ("How do we choose a CDMO for a viral vector?", "ok, and suppose it was an antibody",
         "How do we choose a CDMO for an antibody?"),
        ("How do we pack a vial?", "give me a few examples", "How do we pack a vial: give me a few examples?"),
        ("How do we check its plan?", "its capacity?", "How do we check its capacity?"),
        ("Who owns the line that they made for us?", "and the data?", "Who owns the data that they made for us?"),
        ("What do we ask before signing?", "and afterwards?", "What do we ask afterwards?"),
        ("What do we plot each year?", "and each month?", "What do we plot each month?"),
        ("What do they ask about our CDMO contract?", "about lost lots?", "What do they ask about lost lots?"),
        ("What should we tell investors about our CDMO?", "and the regulators?",
         "What should we tell the regulators about our CDMO?"),
        ("Who should lead a move?", "our side or theirs?", "Who should lead a move: our side or theirs?"),
        ("How do we check a lab?", "its capacity?", "How do we check a lab: its capacity?"),
        ("Should the CEO call their site head?", "the executives?", "Should the executives call their site head?"),
    ],
)  # fmt: skip
def test_a_follow_up_when_it_names_something_else_then_asks_the_same_of_that(
    before: str, question: str, meant: str
) -> None:
    assert taken_to_mean(before, question) == meant


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("and for a small molecule?", "How do we choose a CDMO for a small molecule?"),
        ("small molecules?", "How do we choose a CDMO for small molecules?"),
        ("gene therapy?", "How do we choose a CDMO for a gene therapy?"),
        ("mRNA?", "How do we choose a CDMO for mRNA?"),
    ],
)
def test_a_swap_when_an_article_stands_before_it_then_the_article_fits(question: str, meant: str) -> None:
    assert taken_to_mean(CHOOSING, question) == meant


def test_a_swap_when_the_new_word_is_spoken_with_a_vowel_then_a_becomes_an() -> None:
    before = "How do we choose a CDMO for a small molecule?"

    assert taken_to_mean(before, "antibody?") == "How do we choose a CDMO for an antibody?"


@pytest.mark.parametrize(
    ("before", "question", "meant"),
    [
        ("What should a repair plan contain?", "who should own it?", "Who should own a repair plan?"),
        ("How long does a transfer take?", "Can that be shortened?", "Can a transfer be shortened?"),
        ("How do we set up a joint team?", "How often should they meet?", "How often should a joint team meet?"),
        ("What is an engineering run?", "When should we do one?", "When should we do an engineering run?"),
        ("When should we lock the process?", "and how do we do that?", "How do we lock the process?"),
        ("When is it right to leave?", "who decides that?", "Who decides that: when is it right to leave?"),
        ("Who pays for a lost batch?", "why is that?", "Why is that: who pays for a lost batch?"),
        ("Why does the scope of CDMO work change?", "can we limit it?", "Can we limit the scope of CDMO work?"),
        ("Does a new firm need a quality unit?", "who runs it?", "Who runs it: a new firm need a quality unit?"),
        ("Who starts the talk?", "where do they meet?", "Where do they meet: starts the talk?"),
        ("Which one is better, A or B?", "which one wins?", "Which one wins: which one is better, A or B?"),
        ("How do we choose a CDMO?", "and what would regulators say?",
         "What would regulators say: choose a CDMO?"),
        ("How do we prepare an audit?", "What matters when we are there?",
         "What matters when we are there: prepare an audit?"),
        ("When is it right to leave a partner?", "and what does that cost?", "What does that cost: leave a partner?"),
        ("What should be in the protocol for a plasmid?", "does it also need limits?",
         "Does the protocol for a plasmid also need limits?"),
        ("How do we train operators?", "is it enough?", "Is it enough: train operators?"),
        ("How do we set up a pilot line?", "how do we see that it works?",
         "How do we see that it works: set up a pilot line?"),
        ("What does release of a lot involve?", "whose job is that?", "Whose job is release of a lot?"),
        ("What does the guideline ask when we move a test?", "when should we do that?", "When should we move a test?"),
        ("How long does release of a lot take?", "can we speed that up?", "Can we speed release of a lot up?"),
    ],
)  # fmt: skip
def test_a_question_when_it_points_back_then_names_what_it_points_to_or_stands_beside_it(
    before: str, question: str, meant: str
) -> None:
    assert taken_to_mean(before, question) == meant


@pytest.mark.parametrize(
    ("before", "question", "meant"),
    [
        (BEFORE, "Why?", "Why: how far ahead of phase 3 should we lock the process?"),
        ("Should we audit the CDMO?", "How often?", "How often should we audit the CDMO?"),
        ("When should we lock the process?", "how?", "How should we lock the process?"),
        ("What makes a good contract?", "Tell me more", "What makes a good contract: tell me more?"),
        ("Should the lab be ours?", "says who?", "Should the lab be ours: says who?"),
        ("Which tests are slow?", "Can you give me an example?", "Which tests are slow: can you give me an example?"),
        ("When should we start a search?", "why not earlier?", "Why not earlier: when should we start a search?"),
        ("Is it worth sending a person?", "for how long?", "For how long is it worth sending a person?"),
        ("How do we report a lost vial?", "to whom?", "To whom: report a lost vial?"),
        ("Do we need a second lab?", "when then?", "When do we need a second lab?"),
        ("What are the tiers?", "Which is the first?", "Which is the first: what are the tiers?"),
    ],
)
def test_a_bit_of_a_question_when_asked_then_is_asked_of_what_was_asked_before(
    before: str, question: str, meant: str
) -> None:
    assert taken_to_mean(before, question) == meant


@pytest.mark.parametrize(
    ("before", "question", "meant"),
    [
        ("How do we move a test?", "What are the biggest risks?", "What are the biggest risks: move a test?"),
        ("How do we move a test?", "and the risks?", "The risks: move a test?"),
        ("How do we move a test?", "How long should we wait?", "How long should we wait: move a test?"),
        ("How do we move a test?", "should the lab go too?", "Should the lab go: move a test?"),
        ("How do we move a test?", "Who is responsible?", "Who is responsible: move a test?"),
        ("How do we move a test?", "what's the first step?", "What's the first step: move a test?"),
        ("How do we move a test?", "what happens otherwise?", "What happens otherwise: move a test?"),
        ("How do we move a test?", "do investors care?", "Do investors care: move a test?"),
        ("How do we move a test?", "who should go?", "Who should go: move a test?"),
        ("What should a good protocol contain?", "Is there a better way?", "Is there a better way: a good protocol?"),
        ("When is it right to close a lab?", "What should the board do?", "What should the board do: close a lab?"),
        ("How is a lot sampled?", "is one enough?", "Is one enough: a lot sampled?"),
    ],
)
def test_a_whole_question_when_it_leaves_out_what_it_is_about_then_is_asked_of_what_was_asked_before(
    before: str, question: str, meant: str
) -> None:
    assert taken_to_mean(before, question) == meant


@pytest.mark.parametrize(
    "question",
    [
        "What if the CDMO refuses to show us its batch records?",
        "What is the offside rule?",
        "What else can we do when there is a dispute?",
        "How much of a rolling forecast should be binding?",
        "Give me an example of a change order",
        "And what are the risks of a joint team?",
        "How many CDMOs should receive our request for proposal?",
        "Is it worth having two CDMOs?",
        "What is CMC?",
        "And how should we store the cell bank?",
        "So when does trust break?",
        "What about quality agreements makes them fail?",
        "What about when trust breaks, who should call first?",
        "If the CDMO hides a deviation, should we leave it?",
        "Is it fair that the CDMO keeps the fee for a slot that it has resold?",
        "tech transfer",
        "for phase 3?",
        "and phase 3",
        "it " * 400,
        BEFORE,
        "",
        "?",
    ],
)
def test_a_question_when_it_stands_by_itself_then_is_no_follow_up(question: str) -> None:
    assert taken_to_mean(BEFORE, question) == ""


@pytest.mark.parametrize("name", ["own", "hard"])
def test_full_questions_when_another_was_asked_before_then_none_is_taken_for_a_follow_up(name: str) -> None:
    lines = (QUESTIONS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    asked = [json.loads(line)["question"] for line in lines]

    assert len(asked) > 100
    assert [question for question in asked if taken_to_mean(CHOOSING, question)] == []


def test_what_stands_by_itself_when_asked_of_one_question_then_needs_none_before_it() -> None:
    assert stands_by_itself("What is CMC?")
    assert not stands_by_itself("And what about phase 2?")


def test_a_follow_up_when_there_is_nothing_before_it_or_it_would_be_too_long_then_stands_as_it_is() -> None:
    meant = "How far ahead of phase 2 should we lock the process?"

    assert understood("phase 2?", BEFORE, LONGEST).question == meant
    assert understood("phase 2?", BEFORE, len(meant)).meant == meant
    assert understood("phase 2?", BEFORE, len(BEFORE) - 1).question == "phase 2?"
    assert understood("Why?", BEFORE, len(BEFORE)).meant == ""
    assert understood("phase 2?", "", LONGEST).meant == ""
    assert understood("phase 2?", " \n", LONGEST).meant == ""


def test_a_follow_up_when_it_is_to_be_taken_word_for_word_then_stands_as_it_is() -> None:
    assert understood("phase 2?", BEFORE, LONGEST, literal=True).question == "phase 2?"


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("And phase 2?", "How far ahead of phase 2 should we lock the process?"),
        ("And does the plant tell us?", "Does the plant tell us: how far ahead of phase 3 should we lock the process?"),
        ("Does the plant tell us? We never hear.", "Does the plant tell us? We never hear: how far ahead of phase 3"),
        (BEFORE.lower(), ""),
        ("?!", ""),
        ("", ""),
    ],
)
def test_a_question_when_it_is_said_to_follow_then_what_no_rule_knows_is_put_before_the_other(
    question: str, meant: str
) -> None:
    found = understood(question, BEFORE, LONGEST, follow_up=True)

    assert found.meant.startswith(meant) if meant else found.meant == ""
    assert found.question == (found.meant or question)
    assert understood(question, "", LONGEST, follow_up=True).meant == ""
    assert understood(question, BEFORE, LONGEST, follow_up=True, literal=True).meant == ""
    assert not meant or understood(question, BEFORE, len(found.meant) - 1, follow_up=True).meant == ""


SAID = "what,who,how,long,should,is,it,that,one,do,we,and,about,for,in,the,a,an,of,phase 1,phase 2,antibody,mRNA,CDMO"
WORDS = st.lists(st.sampled_from([*SAID.split(","), "board", "EU", "process", "pay", ",", "?"]), max_size=12).map(
    " ".join
)


@given(WORDS | st.text(max_size=80), WORDS | st.text(max_size=80))
@example("What is needed for an antibody?", "small molecules?")
def test_what_is_meant_when_composed_then_has_no_words_but_the_two_questions_own(before: str, question: str) -> None:
    own = set(words(before)) | set(words(question))
    articles = {"a", "an"} if own & {"a", "an"} else set()

    for meant in (taken_to_mean(before, question), understood(question, before, LONGEST, follow_up=True).meant):
        assert set(words(meant)) <= own | articles


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("we're only 20 people", "We're only 20 people: how often should the board meet?"),
        ("our asset is a plasmid", "Our asset is a plasmid: how often should the board meet?"),
        ("not every week", "Not every week: how often should the board meet?"),
        ("they refused", "They refused: how often should the board meet?"),
        ("when exactly?", "When exactly should the board meet?"),
    ],
)
def test_a_remark_or_a_bit_when_it_asks_nothing_by_itself_then_it_is_put_before_the_question(
    question: str, meant: str
) -> None:
    assert taken_to_mean("How often should the board meet?", question) == meant


def test_a_problem_when_it_is_told_at_length_then_it_stands_by_itself() -> None:
    told = "The last plant that we visited had no spare slots and our board wants a second one before spring."

    assert taken_to_mean("How often should the board meet?", told) == ""


def test_they_when_nothing_before_it_is_several_then_it_points_back() -> None:
    before = "How do we judge deviation reports?"

    assert taken_to_mean(before, "does the CEO need to see them?") == "Does the CEO need to see deviation reports?"
    assert taken_to_mean(before, "Who would buy an electronic nose, and what would they do with it?") == ""


@pytest.mark.parametrize(
    ("before", "question", "meant"),
    [
        (
            "Where should our cell bank be kept?",
            "could they refuse to send it back",
            "Could the CDMO refuse to send it",
        ),
        ("How much contingency should we keep?", "do we tell them that number?", "Do we tell the CDMO that number"),
        ("What is a fair cancellation fee?", "if they're the ones who bump us?", "if the CDMO is the one who bumps us"),
        ("Does the plant share raw data?", "they say no", "The CDMO says no"),
        ("Should the manufacturer share raw data?", "they never reply", "The manufacturer never replies"),
        ("Who decides on the release?", "them or us?", "the CDMO or us"),
        (
            "Who keeps the records?",
            "Which documents do they have to hand over?",
            "Which documents does the CDMO have to hand",
        ),
        # Somebody else may be meant, or a thing.
        ("What do investors want to know?", "do they ask about slots?", "Do they ask"),
        ("Is a person in plant of use?", "can they tell operators what to do", "Can they tell operators"),
        ("How do we choose a CDMO?", "our scientists left, do they tell it?", "do they tell it"),
        ("How long should samples be kept?", "how cold should they be?", "How cold should they be"),
        ("When do insurers cover a lost batch?", "can they refuse a claim?", "Can they refuse a claim"),
        ("Are single-use bags reliable?", "do they hold 2,000 litres?", "Do they hold 2,000 litres"),
        ("Should cells be frozen in vials?", "how long can we let them sit?", "let them sit"),
        ("Where is the cell bank kept?", "why should they call the CDMO?", "why should they call the CDMO"),
    ],
)
def test_they_when_they_do_what_only_somebody_does_and_nobody_else_is_named_then_they_are_the_cdmo(
    before: str, question: str, meant: str
) -> None:
    assert meant.lower() in understood(question, before, LONGEST, follow_up=True).meant.lower()


@given(WORDS | st.text(max_size=80), st.sampled_from(["they refuse it", "can they tell us", "we tell them so"]))
def test_they_when_they_are_named_then_nothing_but_the_cdmo_is_new(before: str, question: str) -> None:
    own = set(words(before)) | set(words(question))
    new = set(words(understood(question, before, LONGEST, follow_up=True).meant)) - own

    assert new <= {"the", "cdmo", "does", "is", "refuses", "tells", "a", "an"}
