"""Quoted speech is cut out exactly and given to the person named beside it, and to nobody else."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.attribution import attribute
from ingest.people import find_people
from ingest.promotion import set_aside
from ingest.quotations import quotations
from ingest.readers.plain import PlainReader
from ingest.reading import Block, Source
from ingest.sides import guess_side

WHO = "Mary Major, head of quality at Acme Therapeutics, met John Stiles, a partner at Example Ventures."
ONE = "Janie Doe, CEO of Example Biologics, runs a Nordic CDMO."


def pieces(*texts: str) -> list[tuple[str, str | None, str]]:
    blocks, _ = attribute([Block(text, "paragraph") for text in texts])
    return [(block.kind, block.speaker, block.text) for block in blocks]


def quotes(*texts: str) -> list[tuple[str | None, str]]:
    return [(speaker, text) for kind, speaker, text in pieces(*texts) if kind == "quote"]


def paragraphs_of(blocks: tuple[Block, ...]) -> list[str]:
    joined: list[str] = []
    for block in blocks:
        if block.joined:
            joined[-1] += block.text
        else:
            joined.append(block.text)
    return joined


def test_attribute_when_the_same_speaker_goes_on_then_it_is_one_piece() -> None:
    text = "“We plan early,” Doe explains. “It saves a year.” The rest is narration."
    assert pieces(ONE, text)[1:] == [
        ("quote", "Janie Doe", "“We plan early,” Doe explains. “It saves a year.” "),
        ("narration", None, "The rest is narration."),
    ]


def test_attribute_when_a_clause_splits_a_sentence_then_it_is_one_piece() -> None:
    text = "“We plan,” Janie says, “before we pour.”"
    assert pieces(ONE, text)[1:] == [("quote", "Janie Doe", text)]


def test_attribute_when_a_fragment_stands_mid_sentence_then_it_is_its_own_piece() -> None:
    text = "She notes that the method “has not really arrived” and gets less room."
    assert pieces(ONE, text)[1:] == [
        ("narration", None, "She notes that the method "),
        ("quote", "Janie Doe", "“has not really arrived” "),
        ("narration", None, "and gets less room."),
    ]


def test_attribute_when_two_persons_speak_in_turn_then_each_has_their_own() -> None:
    text = "“We audit twice,” said Major. “We pay once,” said Stiles."
    assert quotes(WHO, text) == [
        ("Mary Major", "“We audit twice,” said Major. "),
        ("John Stiles", "“We pay once,” said Stiles."),
    ]


def test_attribute_when_two_persons_share_a_sentence_then_the_second_clause_is_not_the_firsts() -> None:
    found = quotes(WHO, "“Yes, we do,” Major says, while Stiles counters, “no, we never did.”")
    assert [speaker for speaker, _ in found] == ["Mary Major", "John Stiles"]
    assert "counters" not in found[0][1]


def test_attribute_when_a_pronoun_tells_the_gender_then_the_right_person_speaks() -> None:
    assert [speaker for speaker, _ in quotes(WHO, "“It works,” she adds.", "“It does,” he replied.")] == [
        "Mary Major",
        "John Stiles",
    ]


def test_attribute_when_the_name_comes_before_then_it_is_found() -> None:
    assert quotes(ONE, "According to Doe, “a contract is only a map of the road.”")[0][0] == "Janie Doe"
    assert quotes(ONE, "In Doe’s view, “a contract is only a map of the road.”")[0][0] == "Janie Doe"
    assert quotes(ONE, 'When asked, Doe said: "Start with the methods."')[0][0] == "Janie Doe"


def test_attribute_when_the_role_speaks_then_it_is_its_holder() -> None:
    assert quotes(ONE, "“Start with the methods,” the CEO says.")[0][0] == "Janie Doe"


def test_attribute_when_name_role_and_verb_follow_then_all_are_in_the_piece() -> None:
    text = "“Start small,” says Acme’s chief executive, Richard Roe. Others wait."
    blocks, speakers = attribute([Block(text, "paragraph")])
    assert blocks[0].text == "“Start small,” says Acme’s chief executive, Richard Roe. "
    assert [(one.name, one.role, one.organisation) for one in speakers] == [("Richard Roe", "chief executive", "Acme")]


def test_attribute_when_a_pull_quote_opens_the_article_then_it_is_the_only_voices() -> None:
    found = quotes("“We care about their journey.”", ONE, "“We plan early,” Doe explains.")
    assert found[0] == ("Janie Doe", "“We care about their journey.”")


def test_attribute_when_a_pull_quote_opens_an_article_of_two_voices_then_nobody_is_guessed() -> None:
    found = quotes("“We care about their journey.”", WHO, "“Yes, we do,” said Major.", "“No, never,” said Stiles.")
    assert found[0][0] is None


def test_attribute_when_a_pull_quote_is_repeated_then_its_speaker_is_known() -> None:
    found = quotes("“No, never.”", WHO, "“Yes, we do,” said Major.", "“No, never,” said Stiles.")
    assert found[0][0] == "John Stiles"


def test_attribute_when_a_quoted_paragraph_follows_then_the_voice_carries_over() -> None:
    found = quotes(WHO, "“Yes, we do,” said Major.", "“And we will do it again next year.”")
    assert found[1][0] == "Mary Major"


def test_attribute_when_a_speech_spans_paragraphs_then_both_parts_are_its_speakers() -> None:
    found = quotes(ONE, "“It took a year.", "“And then it worked,” says Doe.")
    assert found == [("Janie Doe", "“It took a year."), ("Janie Doe", "“And then it worked,” says Doe.")]


def test_attribute_when_a_thing_speaks_then_nobody_is_the_speaker() -> None:
    text = "The guidance says “Owners are responsible for every batch.” "
    assert quotes(ONE, "“We plan early,” Doe explains.", text)[1][0] is None
    assert quotes(ONE, "“We regret it,” the company said in a statement.")[0][0] is None
    assert quotes(ONE, "“We regret it,” Acme said.")[0][0] is None


@pytest.mark.parametrize(
    "text",
    [
        "The so-called “hub” model is common.",
        "Some call it a ‘hub’ and leave.",
        "The clause “reasonable commercial efforts” is vague.",
        "Read “Process Validation: General Principles and Practices” twice.",
        "The companies’ results and the CDMO’s plant aren’t the sponsor’s.",
        "A 5\" pipe and a 6' ladder stood there.",
        "It opens “and never closes, as careless texts do.",
    ],
)
def test_attribute_when_marks_hold_no_speech_then_the_paragraph_stays_whole(text: str) -> None:
    assert pieces(ONE, text)[1] == ("paragraph", None, text)


@pytest.mark.parametrize(
    "speech",
    [
        "“We ‘plan’ it,”",
        '"We plan it,"',
        "«We plan it,»",
        "‘We’re the companies’ partner,’",
        "„We plan it,“",
        "”We plan it,”",
    ],
)
def test_attribute_whatever_the_marks_then_the_speech_is_found(speech: str) -> None:
    assert quotes(ONE, f"{speech} Doe says. Then narration.") == [("Janie Doe", f"{speech} Doe says. ")]


def test_attribute_when_marks_are_nested_then_the_outer_ones_count() -> None:
    text = "“They told us “go on” and we went on,” Doe says."
    assert quotes(ONE, text) == [("Janie Doe", text)]


def test_attribute_when_blocks_are_no_paragraphs_then_they_pass_untouched() -> None:
    blocks = [Block("“Quoted,” Doe says.", kind) for kind in ("heading", "turn", "promotion", "reference")]
    assert attribute(blocks) == (tuple(blocks), ())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Richard Roe, vice president of Quality, Acme Bio, spoke.",
            ("Richard Roe", "vice president of Quality", "Acme Bio"),
        ),
        ("John van der Doe, head of CMC at Acme, agreed.", ("John van der Doe", "head of CMC", "Acme")),
        ("AcmeX CEO Jane Doe explains it.", ("Jane Doe", "CEO", "AcmeX")),
        (
            "Johnny Doe (VP of Manufacturing, Example Therapeutics) adds it.",
            ("Johnny Doe", "VP of Manufacturing", "Example Therapeutics"),
        ),
        ("We met Jane Poe, who leads Acme Bio as its CEO.", ("Jane Poe", "CEO", "Acme Bio")),
        ("Janie Doe is the chief operating officer of Acme Bio.", ("Janie Doe", "chief operating officer", "Acme Bio")),
        (
            "says Jane Poe, the founder and chief executive of Acme.",
            ("Jane Poe", "founder and chief executive", "Acme"),
        ),
        (
            "Dr. Smith, professor of chemistry at Example University, spoke.",
            ("Smith", "professor of chemistry", "Example University"),
        ),
    ],
)
def test_find_people_when_a_role_stands_beside_the_name_then_it_is_read(
    text: str, expected: tuple[str, str, str]
) -> None:
    person = find_people([text])[0]
    assert (person.name, person.role, person.organisation) == expected


@pytest.mark.parametrize(
    "text",
    [
        "AcmeX Biologics says it grows.",
        "Eli Lilly says it buys.",
        "Sweden says no, and New York argues.",
        "Workshop participants said so. Quality Agreements state it.",
        "The tech transfer failed. Tech Transfer says nothing.",
        "BioNTech explains, FDA notes, Phase Two predicts.",
        "Traditional dynamics follow. Maintaining Trust requires effort.",
    ],
)
def test_find_people_when_nobody_is_named_then_nobody_is_found(text: str) -> None:
    assert find_people([text]) == ()


@pytest.mark.parametrize(
    ("role", "organisation", "text", "side"),
    [
        ("CEO", "AcmeX Biologics", "AcmeX spans proteins, a broad range for a medium-sized CDMO.", "cdmo"),
        ("CEO", "Acme", "The contract manufacturer Acme grew.", "cdmo"),
        ("CEO", "Acme", "Acme is a clinical-stage company. Acme looked for a CDMO.", "sponsor"),
        ("CEO", "Example Therapeutics", "", "sponsor"),
        ("partner", "Example Ventures", "", "investor"),
        ("inspector", "FDA", "", "regulator"),
        ("professor", "Example University", "", "academic"),
        ("founder", "Doe & Co", "Doe & Co, a consultancy, advises.", "consultant"),
        ("CMC consultant", "", "", "consultant"),
        ("CEO", "Acme", "Acme was founded in 2019.", "unknown"),
    ],
)
def test_guess_side_when_the_text_says_what_it_is_then_that_side(
    role: str, organisation: str, text: str, side: str
) -> None:
    assert guess_side(role, organisation, [text]) == side


FRAGMENTS = st.sampled_from(
    [
        "“",
        "”",
        '"',
        "'",
        "’",
        "‘",
        "«",
        "»",
        "„",
        " ",
        ". ",
        ", ",
        "Doe",
        "Janie Doe, CEO of Acme,",
        "she",
        "says",
        "We plan.",
        "\n",
    ]
)


@given(st.lists(st.one_of(st.lists(FRAGMENTS, max_size=25).map("".join), st.text(max_size=60)), max_size=5))
def test_attribute_whatever_the_text_then_the_pieces_tile_each_paragraph(texts: list[str]) -> None:
    blocks, speakers = attribute([Block(text, "paragraph") for text in texts])
    assert paragraphs_of(blocks) == texts
    assert all(block.text for block in blocks if block.kind != "paragraph")
    names = {speaker.name for speaker in speakers}
    assert {block.speaker for block in blocks if block.speaker} == names


@given(st.lists(FRAGMENTS, max_size=60).map("".join))
def test_quotations_whatever_the_text_then_they_are_in_order_and_apart(text: str) -> None:
    at = 0
    for one in quotations(text):
        assert at <= one.start < one.end <= len(text)
        at = one.end


@pytest.mark.parametrize(
    "mark",
    ["“", '"', " '", "‘", "«", "„", '" ', "“a” ", "Jane Poe says “We go.” ", "Jane Poe says ", "she says “", '5" '],
)
def test_attribute_when_a_paragraph_is_hostile_then_it_is_quick(mark: str) -> None:
    text = (mark * 100_000)[:100_000]
    assert paragraphs_of(attribute([Block(text, "paragraph")])[0]) == [text]


@pytest.mark.real
def test_attribute_on_the_seed_article_then_every_quotation_is_its_one_voices(real: Path) -> None:
    path = real / "seed" / "how-to-build-true-cdmo-biotech-partnerships.txt"
    data = path.read_bytes()
    reading = PlainReader().read(Source(path, data, data.decode("utf-8"), "utf-8"))
    blocks, speakers = attribute(set_aside(reading.blocks)[0])
    found = [block for block in blocks if block.kind == "quote"]
    assert {block.speaker for block in found} == {"Janet Hoogstraate"}
    assert [(one.name, one.role, one.organisation, one.side) for one in speakers] == [
        ("Janet Hoogstraate", "CEO", "NorthX Biologics", "cdmo")
    ]
    assert sum(block.text.count("“") for block in found) == data.decode("utf-8").count("“")
    assert not any("“" in block.text for block in blocks if block.kind != "quote")
    assert paragraphs_of(blocks) == [block.text for block in reading.blocks]
