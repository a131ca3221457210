"""Plain text and Markdown articles: headings, paragraphs, lists, references, and nothing lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.readers.plain import PlainReader
from ingest.reading import Reading, Source
from kb.errors import InputError

LONG = "A sponsor should talk to its manufacturer early, because the process has to be built by both of them."
SEED = "how-to-build-true-cdmo-biotech-partnerships.txt"


def source(text: str, name: str = "article.txt") -> Source:
    return Source(Path(name), text.encode("utf-8", "surrogatepass"), text, "utf-8")


def read(text: str, name: str = "article.txt") -> Reading:
    return PlainReader().read(source(text, name))


def shape(reading: Reading) -> list[tuple[str, int, str]]:
    return [(block.kind, block.level, block.text) for block in reading.blocks]


def test_plain_when_short_lines_stand_alone_then_they_are_headings() -> None:
    reading = read(f"How to Work Together\n\n{LONG}\n\nTiming Matters\n\n{LONG}\n")
    assert shape(reading) == [
        ("heading", 1, "How to Work Together"),
        ("paragraph", 0, LONG),
        ("heading", 2, "Timing Matters"),
        ("paragraph", 0, LONG),
    ]
    assert reading.metadata == {"title": "How to Work Together"}
    assert [block.line for block in reading.blocks] == [1, 3, 5, 7]


def test_plain_when_a_short_line_ends_like_a_sentence_then_it_is_a_paragraph() -> None:
    assert [kind for kind, _, _ in shape(read(f"{LONG}\n\nIt works.\n\n“We go.”\n\nand so on\n\n{LONG}"))] == [
        "paragraph"
    ] * 5


def test_plain_when_nothing_follows_a_short_line_then_it_is_no_heading() -> None:
    assert shape(read(f"{LONG}\n\nThe End"))[-1] == ("paragraph", 0, "The End")


def test_plain_when_lines_are_hard_wrapped_then_they_are_joined() -> None:
    first = "The process has to be built by both of them and the long-\nterm plan with it, "
    text = f"{first}since the manufac-\nturing of it is shared."
    assert shape(read(text)) == [
        (
            "paragraph",
            0,
            "The process has to be built by both of them and the long-term plan with it, "
            "since the manufacturing of it is shared.",
        )
    ]


def test_plain_when_short_lines_stand_together_then_they_stay_apart() -> None:
    assert [text for _, _, text in shape(read(f"{LONG}\n\nWho do you rate?\nRecommend a Supplier"))][1:] == [
        "Who do you rate?",
        "Recommend a Supplier",
    ]


def test_plain_when_each_line_is_a_paragraph_then_each_stays_one() -> None:
    assert [text for _, _, text in shape(read(f"{LONG} {LONG}\n{LONG} {LONG} {LONG}"))] == [
        f"{LONG} {LONG}",
        f"{LONG} {LONG} {LONG}",
    ]


def test_plain_when_items_are_listed_then_each_is_a_paragraph() -> None:
    reading = read(f"{LONG}\n\n- first thing\n  goes on\n- second thing\n* third\n1. fourth\n")
    assert [text for _, _, text in shape(reading)][1:] == ["first thing goes on", "second thing", "third", "1. fourth"]


def test_markdown_when_headings_have_levels_then_they_are_kept() -> None:
    reading = read(f"# Title #\n\n{LONG}\n\n### Deep\n{LONG}\nUnder *one*\n---\n\nSetext\n======\n\n{LONG}", "a.md")
    assert shape(reading)[:4] == [
        ("heading", 1, "Title"),
        ("paragraph", 0, LONG),
        ("heading", 3, "Deep"),
        ("paragraph", 0, f"{LONG} Under one"),
    ]
    assert shape(reading)[4] == ("heading", 1, "Setext")
    assert reading.format == "markdown"


def test_markdown_when_marks_are_inline_then_only_the_words_stay() -> None:
    text = (
        "Read **this** and *that*, [the guide](https://a.example/x_y_z) at 2 * 3 * 4, snake_case_name, "
        "`code`, \\*star\\* &amp; more."
    )
    found = shape(read(f"# T\n\n{text}"))[1][2]
    assert found == "Read this and that, the guide at 2 * 3 * 4, snake_case_name, code, *star* & more."


def test_markdown_when_it_has_front_matter_then_it_is_metadata_and_reported() -> None:
    reading = read(f'---\ntitle: "A Title"\ndate: 2026-01-02\nlayout: x\n---\n\n# Head\n\n{LONG}\n', "a.md")
    assert reading.metadata == {"title": "A Title", "date": "2026-01-02"}
    assert [one.reason for one in reading.dropped] == ["front matter"]


def test_markdown_when_it_holds_code_tables_and_quotes_then_their_words_stay() -> None:
    reading = read(
        "# T\n\n> quoted words\n\n| a | b |\n|---|---|\n| c | d |\n\n```\n# no heading\n```\n\n[1]: http://a.example",
        "a.md",
    )
    assert [text for _, _, text in shape(reading)] == ["T", "quoted words", "a | b", "c | d", "# no heading"]
    assert [one.reason for one in reading.dropped] == ["link definition"]


@pytest.mark.parametrize("title", ["References", "Sources", "Further reading", "Bibliography:"])
def test_plain_when_a_list_of_sources_stands_under_its_heading_then_it_is_reference(title: str) -> None:
    reading = read(f"# T\n\n{LONG}\n\n## {title}\n\n- ICH Q7, 2000\n\n### Older\n\n- ICH Q9\n\n## After\n\n{LONG}")
    assert [block.kind for block in reading.blocks] == [
        "heading",
        "paragraph",
        "heading",
        "reference",
        "heading",
        "reference",
        "heading",
        "paragraph",
    ]


@pytest.mark.parametrize("text", ["", "   \n\t\n", "\ufeff", "\n---\n"])
def test_plain_when_there_are_no_words_then_it_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"article\.txt: holds no text"):
        read(text)


def test_plain_sniff_when_text_is_decoded_then_it_is_the_fallback() -> None:
    assert PlainReader().sniff(source("words")) == 0.2
    assert PlainReader().sniff(source("")) == 0.0
    assert PlainReader().sniff(Source(Path("a.bin"), b"\0\1", "", "")) == 0.0


@pytest.mark.parametrize(
    "mark",
    [
        "#",
        "# ",
        "*",
        "**a ",
        "_",
        "[",
        "![",
        "](",
        "`",
        "<",
        "<!--",
        ">",
        "- ",
        "|",
        "\\",
        "&",
        "a\n",
        "\n",
        "a-\n",
        "===\n",
    ],
)
def test_plain_when_the_input_is_hostile_then_it_is_quick_and_no_word_is_lost(mark: str) -> None:
    text = f"# Title\n\n{mark * (150_000 // len(mark))}\n\nlast words"
    assert read(text, "a.md").blocks[-1].text.endswith("last words")
    assert "last words" in read(text.replace("# ", ""), "a.txt").blocks[-1].text


@given(st.lists(st.text(alphabet="abcdefgh ABC.,-", min_size=1, max_size=90), max_size=20))
def test_plain_whatever_the_lines_then_every_letter_is_kept_in_order(lines: list[str]) -> None:
    text = "\n".join(lines)
    letters = [char for char in text if char.isalpha()]
    if not any(block for block in lines if block.strip(" .,-")):
        return
    assert [char for block in read(text).blocks for char in block.text if char.isalpha()] == letters


@given(st.text(max_size=300), st.sampled_from(["a.txt", "a.md"]))
def test_plain_whatever_the_text_then_it_is_read_or_refused_and_white_space_is_single(text: str, name: str) -> None:
    try:
        reading = read(text, name)
    except InputError:
        return
    assert all(block.text and block.text == " ".join(block.text.split()) for block in reading.blocks)


@pytest.mark.real
def test_plain_on_the_seed_article_then_its_sections_are_kept(real: Path) -> None:
    path = real / "seed" / SEED
    reading = PlainReader().read(Source(path, path.read_bytes(), path.read_text(encoding="utf-8"), "utf-8"))
    headings = [(block.level, block.text) for block in reading.blocks if block.kind == "heading"]
    assert headings[:9] == [
        (1, "How to Build True CDMOs-Biotech Partnerships"),
        (2, "Building Relationships on Mutual Investment"),
        (2, "Breadth Vs Depth"),
        (2, "Timing CDMO Engagement"),
        (2, "Trust as the Partnership Foundation"),
        (2, "Sweden’s Collaborative Infrastructure Advantage"),
        (2, "Future Integration Models"),
        (2, "PharmaSource Podcast"),
        (2, "Download wherever you get your podcasts: Apple Spotify Youtube"),
    ]
    assert len(headings) == 9
    assert reading.metadata["title"] == "How to Build True CDMOs-Biotech Partnerships"
    words = " ".join(block.text for block in reading.blocks).split()
    assert words == path.read_text(encoding="utf-8").split()


def test_plain_on_our_own_articles_then_sections_and_references_are_kept(corpus: Path) -> None:
    for path in sorted((corpus / "articles").glob("*.md")):
        text = path.read_text(encoding="utf-8")
        blocks = PlainReader().read(Source(path, path.read_bytes(), text, "utf-8")).blocks
        assert sum(block.kind == "heading" for block in blocks) == sum(
            line.startswith("#") for line in text.split("\n")
        )
        assert sum(block.kind == "reference" for block in blocks) >= 5, path.name
