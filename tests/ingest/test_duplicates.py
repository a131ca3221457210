from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.assemble import assemble
from ingest.duplicates import CONTAINED, SIMILAR, Neighbourhood, near, signature
from ingest.reading import Block

SYLLABLES = ["ba", "do", "ke", "li", "mu", "na", "po", "ri", "sa", "te", "vo", "zu"]


def _sentences(seed: int, count: int, words: int = 14) -> list[str]:
    rng = random.Random(seed)
    names = ["".join(rng.choices(SYLLABLES, k=3)) for _ in range(400)]
    return [" ".join(rng.choices(names, k=words)) + "." for _ in range(count)]


def _signed(texts: list[str], kind: str) -> bytes:
    return signature(assemble([Block(text, kind, "A" if kind in {"turn", "quote"} else None) for text in texts]))


def test_a_text_when_compared_with_itself_is_wholly_similar() -> None:
    mine = _signed(_sentences(1, 40), "turn")
    assert near(mine, [("d1", mine), ("d2", _signed(_sentences(2, 40), "turn"))]) == [("d1", 1.0)]


def test_a_transcript_when_each_tenth_word_differs_is_near() -> None:
    rng = random.Random(3)
    texts = _sentences(1, 100)
    heard = [" ".join(word if rng.random() > 0.1 else "zzz" for word in text.split()) for text in texts]
    [(name, similarity)] = near(_signed(heard, "turn"), [("d1", _signed(texts, "turn"))])
    assert name == "d1"
    assert SIMILAR < similarity < 1


def test_an_article_when_it_quotes_an_interview_is_linked_to_that_interview_only() -> None:
    interview, other = _sentences(1, 600), _sentences(2, 600)
    library = [("talk", _signed(interview, "turn")), ("other", _signed(other, "turn"))]
    article = signature(
        assemble(
            [
                block
                for number, quoted in enumerate(interview[40:400:20])
                for block in (
                    Block(_sentences(100 + number, 4)[0], "paragraph"),
                    Block(f"“{quoted}”", "quote", "A"),
                )
            ]
        )
    )
    [(name, similarity)] = near(article, library)
    assert name == "talk"
    assert similarity >= CONTAINED
    assert near(library[0][1], [("article", article)]) == [("article", similarity)]


def test_an_article_when_it_only_retells_is_not_linked() -> None:
    interview = _sentences(1, 300)
    assert near(_signed(interview[:30], "paragraph"), [("talk", _signed(interview, "turn"))]) == []


def test_a_promotion_when_two_documents_share_it_links_nothing() -> None:
    shared = [Block(text, "promotion") for text in _sentences(9, 30)]
    one = assemble([*shared, Block("Only a line about buffers.", "turn", "A")])
    two = assemble([*shared, Block("Something else about audits.", "turn", "B")])
    assert near(signature(one), [("two", signature(two))]) == []


def test_a_neighbourhood_when_a_document_is_itself_there_leaves_it_out() -> None:
    mine = _signed(_sentences(1, 40), "turn")
    known = Neighbourhood([("d1", mine)])
    known.add("d2", mine)
    assert known.near(mine, without="d1") == [("d2", 1.0)]


def test_bytes_when_they_are_no_signature_are_left_out() -> None:
    mine = _signed(_sentences(1, 40), "turn")
    assert near(mine, [("empty", b""), ("short", mine[:-1]), ("other", b"XXXX" + mine[4:])]) == []
    assert near(b"", [("d1", mine)]) == []


def test_a_text_when_shorter_than_a_shingle_is_near_its_equal_only() -> None:
    mine = _signed(["Two words"], "turn")
    assert near(mine, [("same", _signed(["two words"], "turn")), ("not", _signed(["Few words"], "turn"))]) == [
        ("same", 1.0)
    ]


def test_a_signature_when_made_under_another_hash_seed_is_the_same_bytes() -> None:
    code = (
        "from ingest.assemble import assemble; from ingest.reading import Block; "
        "from ingest.duplicates import signature; import sys; "
        "sys.stdout.write(signature(assemble([Block('one two three four five six seven', 'turn')])).hex())"
    )
    here = signature(assemble([Block("one two three four five six seven", "turn")])).hex()
    root = str(Path(__file__).resolve().parents[2])
    environ = {**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": root}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environ, cwd=root, capture_output=True, text=True, check=True
    )
    assert done.stdout == here


@pytest.mark.real
def test_ninety_nine_interviews_of_one_show_when_compared_are_never_linked(real: Path) -> None:
    known = Neighbourhood()
    for path in sorted((real / "practical-ai" / "iqr" / "docs").glob("*.md")):
        turns = [Block(part, "turn") for part in path.read_text(encoding="utf-8").split("\n\n") if part.strip()]
        mine = signature(assemble(turns))
        assert known.near(mine) == []
        known.add(path.name, mine)
