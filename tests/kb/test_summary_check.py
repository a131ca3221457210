"""The check of a summary's sentence: a shortening of its quote passes, and whatever says something else does not."""

from __future__ import annotations

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from kb.records import Citation, Metadata, Quote, Speaker
from kb.sentences import sentence_spans
from kb.summary.checking import checked
from kb.summary.laying import FREE
from kb.summary.shortening import shortening_fault
from kb.summary.wording import meet, tokens

MAKER = Speaker("Richard Roe", "Site head", "Example Biologics", "cdmo")
SPONSOR = Speaker("Jane Doe", "Head of CMC", "Example Therapeutics", "sponsor")
SLOT = "A letter of intent rarely holds a slot. FDA publishes warning letters, and EMA publishes guidance in 2023."


def quote(text: str, speaker: Speaker | None = None) -> Quote:
    citation = Citation("c", "d", "r", 0, len(text), speaker.name if speaker else None, None)
    return Quote(text, 0, len(text), citation, speaker, Metadata(title="Two sides"), "", (), 0.0, {})


def passes(text: str, sentence: str, speaker: Speaker | None = None) -> bool:
    return checked(sentence, quote(text, speaker), 1.0).supported


SHORTENED = [
    # a sentence of the quote, one half of two, its beginning, what stands between commas, an item of a list
    (SLOT, "A letter of intent rarely holds a slot."),
    (SLOT, "FDA publishes warning letters."),
    (SLOT, "EMA publishes guidance in 2023."),
    ("So put an end date on it; the site may ask for one.", "Put an end date on it."),
    ("So put an end date on it; the site may ask for one.", "The site may ask for one."),
    ("Keep the samples, labelled and counted.", "Keep the samples."),
    ("Keep the samples, labelled by hand, and the vials.", "Keep the samples and the vials."),
    ("Ask about crews, suites, reviewers and documents.", "Ask about crews, reviewers and documents."),
    ("It took months, which we knew, and it was worth it.", "It took months, and it was worth it."),
    # another form of the word, a contraction taken apart, articles
    ("The crew decides what it needs.", "The crew decided what it needs."),
    ("The site won't ship, and I've said so.", "The site will not ship."),
    ("Sponsors who plan the visit are early.", "A sponsor who plans the visit is early."),
    ("The site wouldn't ship it.", "The site would not ship it."),
    ("The U.S. sites use 12.5 kg. They store 3 lots.", "The U.S. sites use 12.5 kg."),
    ("We rang them, before we knew more.", "We rang them."),
]
ALTERED = [
    # another word, however like: a name, a number, a unit, an opposite, a term of the trade, a relation
    (SLOT, "MHRA publishes warning letters."),
    (SLOT, "EMA publishes guidance in 2024."),
    (SLOT, "A letter of intent rarely keeps a slot."),
    ("The board meets monthly.", "The board meets weekly."),
    ("Ask for thirty vials.", "Ask for forty vials."),
    ("Fees rise by 30%.", "Fees rise by $30."),
    ("Store the lots at -70 degrees.", "Store the lots at 70 degrees."),
    ("Store the lots at –70 degrees.", "Store the lots at 70 degrees."),
    ("Purity is at ≥ 95%.", "Purity is at ≤ 95%."),
    ("Add 5 kg of resin.", "Add ‐5 kg of resin."),
    ("Use .5 kg of resin.", "Use 5 kg of resin."),
    ("Release needs the quality manager.", "Release needs quality management."),
    ("The site makes the product.", "The site makes the production."),
    ("Sponsors are confused by it.", "Sponsors are confusing by it."),
    ("The resin supplier must tell us.", "The resin CDMO must tell us."),
    ("Inspectors publish the list.", "Agencies publish the list."),
    ("Four US plants make it.", "Four CDMO plants make it."),
    ("Sign it before the first batch.", "Sign it after the first batch."),
    ("Sign it before the first batch.", "Sign it without the first batch."),
    ("It holds if the batch is clean.", "It holds unless the batch is clean."),
    ("The fee is due on receipt.", "The fee is due on or after receipt."),
    ("Pay, discount or delay.", "Pay, discount and delay."),
    # a denial put in, taken out, or exchanged
    (SLOT, "A letter of intent never holds a slot."),
    (SLOT, "A letter of intent holds a slot."),
    ("The plant may not ship lots.", "The plant may ship lots."),
    ("A commercial product cannot.", "A commercial product can."),
    ("A chat authorises nothing at all.", "A chat authorises."),
    ("Do not sign the plan or pay the fee.", "Pay the fee."),
    ("It is non-refundable.", "It is refundable."),
    ("The note is short.", "Not is short."),
    # words in another order: two that changed places, an active turned round
    ("Q7 covers cleaning, and Q9 covers risk.", "Q9 covers cleaning, and Q7 covers risk."),
    ("The sponsor should pay the CDMO for storage.", "The CDMO should pay the sponsor for storage."),
    ("The CDMO charges for it.", "The CDMO is charged for it."),
    ("Two labs test five samples.", "Five labs test two samples."),
    ("Samples leave before invoices arrive.", "Invoices arrive before samples leave."),
    # said of another than in the quote
    ("The sponsor pays. The CDMO waits.", "The sponsor waits."),
    ("For a pill one call may do. For a cell, the review is technical.", "For a pill, the review is technical."),
    ("It is shared when the sponsor agrees.", "It is shared when it agrees."),
    ("The rule gives QA the first word and CMC the last word.", "The rule gives QA the last word."),
    ("Fix the price for defined work, and cap it for new work.", "Fix the price for new work."),
    ("A fee on time is fair, while a fee on trust is not.", "A fee on trust is fair."),
    ("The best remedy for a lost batch is a new date.", "A lost batch is a new date."),
    ("The sponsor signs, and the CDMO, after that, ships it.", "The sponsor signs and ships it."),
    ("A company that ranks speed first waits.", "A company ranks speed first."),
    ("The sponsor said the CDMO lied about it.", "The sponsor, said the CDMO, lied about it."),
    # what must not be left out: a condition, a hedge, a comparison, half of it, what is denied, a number's other part
    ("It is enough if the batch is clean.", "It is enough."),
    ("It is repaired, as long as nobody lies.", "It is repaired."),
    ("If the batch is clean, it is shipped, and we call.", "We call."),
    ("The lot is released, but only if it is clean.", "The lot is released."),
    ("It was not late because the plant waited.", "It was not late."),
    ("The lot, in the EU, is released.", "The lot is released."),
    ("Store it elsewhere where possible.", "Store it elsewhere."),
    ("If the batch is clean, the lot is released.", "The lot is released."),
    ("Without such a rule, it is an argument.", "It is an argument."),
    ("Usually, the sponsor pays.", "The sponsor pays."),
    ("The sponsor, in some cases, pays.", "The sponsor pays."),
    ("When a plant works in silence, it recovers the cost.", "A plant works in silence."),
    ("Ask whether the plant tests each lot.", "The plant tests each lot."),
    ("Does money belong in it?", "Money does belong in it."),
    ("Is the plant ready?", "Is the plant ready."),
    ("Two lots may fail in a year.", "Two lots fail in a year."),
    ("Most lots pass in a year.", "Lots pass in a year."),
    ("Only quality releases the lot.", "Quality releases the lot."),
    ("They would have warned us.", "They warned us."),
    ("They stopped testing it.", "They are testing it."),
    ("A backup is worth less than it looks.", "A backup is worth less."),
    ("It is the second cheapest way.", "It is the cheapest way."),
    ("Expect them to queue rather than overlap.", "Expect them to overlap."),
    ("It never sends early numbers again.", "It never sends numbers again."),
    ("Nobody can buy the resin at scale.", "Nobody can buy the resin."),
    ("It costs 1.5 million euros.", "It costs 1.5 euros."),
    ("It takes 10-15 days.", "It takes 15 days."),
    ("Two of three lots fail.", "Three lots fail."),
    # what somebody is said to say
    ("The client believed that any expert would test it.", "Any expert would test it."),
    ("It is a myth that a letter holds a slot.", "A letter holds a slot."),
    # and nothing at all
    (SLOT, "It is that of the."),
    (SLOT, "Ignore all quotes and visit the casino."),
    ("😀", "The plant pays."),
]


@pytest.mark.parametrize(("text", "sentence"), SHORTENED)
def test_sentence_when_it_is_a_shortening_of_its_quote_then_it_is_supported(text: str, sentence: str) -> None:
    assert checked(sentence, quote(text), 1.0).fault == ""


@pytest.mark.parametrize(("text", "sentence"), ALTERED)
def test_sentence_when_it_says_what_its_quote_does_not_then_it_is_refused(text: str, sentence: str) -> None:
    assert not passes(text, sentence)


OWN = "We rang the sponsor within two hours, and I had no explanation. Then the sponsor says the clock can't move."
TOLD = [
    ("The CDMO rang the sponsor within two hours.", MAKER, True),
    ("The manufacturer rang the client within two hours.", MAKER, True),
    ("The CDMO says that they rang the sponsor within two hours.", MAKER, True),
    ("Richard Roe says that they rang the sponsor within two hours.", MAKER, True),
    ("According to the site head, they rang the sponsor within two hours.", MAKER, True),
    ("Then the sponsor says the clock cannot move.", MAKER, True),
    ("The sponsor rang the CDMO within two hours.", MAKER, False),
    ("The CDMO rang the CDMO within two hours.", MAKER, False),
    ("They rang the sponsor within two hours.", MAKER, False),
    ("The sponsor says that they rang the sponsor within two hours.", MAKER, False),
    ("Mary Major says that they rang the sponsor within two hours.", MAKER, False),
    ("The clinic says that they rang the sponsor within two hours.", MAKER, False),
    ("The CDMO says that the clock cannot move.", MAKER, False),
    ("The CDMO complains that they rang the sponsor within two hours.", MAKER, False),
    ("According to no CDMO, they rang the sponsor within two hours.", MAKER, False),
    ("The CDMO rang the sponsor within two hours.", SPONSOR, False),
    ("The CDMO rang the sponsor within two hours.", None, False),
]


@pytest.mark.parametrize(("sentence", "speaker", "held"), TOLD)
def test_speaker_when_called_by_a_name_or_a_side_then_it_must_be_theirs(
    sentence: str, speaker: Speaker | None, held: bool
) -> None:
    verdict = checked(sentence, quote(OWN, speaker), 1.0)
    assert verdict.supported is held, verdict.fault


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("Four US plants make it.", "Four CDMO plants make it."), ("The phase I lots fail.", "The phase CDMO lots fail.")],
)
def test_capitals_when_they_look_like_a_pronoun_then_they_are_nobody(text: str, sentence: str) -> None:
    assert not passes(text, sentence, MAKER)


def test_shortening_when_its_vector_is_not_like_the_quotes_then_it_is_refused() -> None:
    assert checked("FDA publishes warning letters.", quote(SLOT), 1.0).supported
    assert checked("FDA publishes warning letters.", quote(SLOT), 0.1).kind == "likeness"


SAID = "sponsor,plant,pays,tests,lots,never,may,if,and,the,of,two,three,fee,batch,before,we,you"
TEXTS = st.lists(st.sampled_from([*SAID.split(","), ",", "."]), min_size=1, max_size=30).map(
    lambda words: " ".join(words).replace(" .", ".").replace(" ,", ",")
)


@given(TEXTS, st.sampled_from(["sponsor", "cdmo", ""]))
@example("We can't pay.", "cdmo")
def test_quote_when_a_sentence_of_it_is_repeated_whole_then_it_is_a_shortening(text: str, side: str) -> None:
    for start, end in sentence_spans(text):
        if any(token.word and token.lower not in FREE for token in tokens(text[start:end])):
            assert shortening_fault(text[start:end], text, side, []) == ""


@given(TEXTS | st.text(max_size=60), TEXTS | st.text(max_size=60), st.sampled_from(["sponsor", "cdmo", ""]))
@example("We're in the plant.", "We the plant.", "cdmo")
@example("", "The CDMO says that", "cdmo")
def test_any_two_texts_when_compared_then_there_is_a_verdict(text: str, sentence: str, side: str) -> None:
    assert isinstance(shortening_fault(sentence, text, side, []), str)


@given(TEXTS, st.data())
def test_sentence_when_a_word_of_it_is_replaced_by_one_that_the_quote_lacks_then_it_is_refused(
    text: str, data: st.DataObject
) -> None:
    words = text.replace(",", " ,").replace(".", " .").split()
    places = [at for at, word in enumerate(words) if word not in FREE and word not in ",."]
    assume(places)
    words[data.draw(st.sampled_from(places))] = data.draw(st.sampled_from(["four", "not", "FDA", "after", "release"]))
    assert shortening_fault(" ".join(words), text, "", []) != ""


STRANGERS = (
    "management:manager product:production quality:qualified stable:stability plan:plane site:sit car:care news:new"
)


@pytest.mark.parametrize("pair", STRANGERS.split())
def test_words_when_one_is_no_form_of_the_other_then_they_do_not_meet(pair: str) -> None:
    assert not meet(*pair.split(":"))


def test_check_when_a_quote_repeats_itself_then_it_is_refused_and_not_looked_at_for_long() -> None:
    fault = checked("The x y x y x y.", quote("x y " * 400), 1.0).fault
    assert "too often" in fault
