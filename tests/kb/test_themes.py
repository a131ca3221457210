"""Themes: read strictly, assigned by vectors and phrases."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from kb.assembly import KnowledgeBase
from kb.errors import SettingsError
from kb.themes import Themed, ThemeRule, read_themes, themes_path
from kb.themes.wording import Wording, learned
from tests.tiny import vector_of


def test_the_corpus_has_the_three_themes_with_phrases(corpus: Path) -> None:
    themes = read_themes(corpus / "themes.toml")
    assert list(themes) == ["timing", "trust", "integration"]
    assert all(theme.description and len(theme.phrases) >= 10 for theme in themes.values())


@pytest.mark.parametrize(
    ("text", "says"),
    [("[[theme]]\nname = 'a'", "phrases"), ("[[theme]]\nnane = 'a'", "nane"), ("= 1", "cannot be read")],
)
def test_a_themes_file_that_is_wrong_is_refused(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "themes.toml"
    file.write_text(text)
    with pytest.raises(SettingsError, match=says):
        read_themes(file)


def test_a_phrase_itself_is_nearest_to_its_own_theme(knowledge_base: KnowledgeBase) -> None:
    rule: ThemeRule = knowledge_base.theme_rule
    for name, theme in knowledge_base.themes.items():
        vector = vector_of(theme.phrases[0])
        [features] = rule.features([Themed(theme.phrases[0], vector, vector[None, :])])
        assert max(features, key=lambda key: features[key]["sentence_mean"]) == name


def test_without_themes_a_passage_has_none() -> None:
    passage = Themed("trust", vector_of("trust"), vector_of("trust")[None, :])
    assert ThemeRule({}, lambda texts: vector_of("x")[None, :]).assign([passage]) == [()]


def test_the_logistic_of_hand_made_weights_is_the_hand_computed_one(knowledge_base: KnowledgeBase) -> None:
    only = {"bias": -1.0, "threshold": 0.5, "weights": {"words": 2.0}}
    rule = ThemeRule(
        knowledge_base.themes,
        lambda texts: np.zeros((len(texts), 3), dtype=np.float32),
        {"themes": {}, "default": only},
    )
    zero = np.zeros(3, dtype=np.float32)
    [chances] = rule.probabilities([Themed("zebra", zero, zero[None, :])])
    assert chances["trust"] == pytest.approx(1 / (1 + math.exp(1.0)))


def test_the_vectors_are_weighed_only_where_the_model_is_the_one_that_was_calibrated(
    knowledge_base: KnowledgeBase,
) -> None:
    alone = {"bias": 0.0, "threshold": 0.5, "weights": {}}
    vectors = {**alone, "passage": [2.0, 0.0, 0.0], "document": [0.0, 3.0, 0.0]}
    weights = {"themes": {}, "default": alone, "with_vectors": {"model": "one", "themes": {"trust": vectors}}}
    passages = [
        Themed("zebra", np.array(row, dtype=np.float32), np.zeros((1, 3), dtype=np.float32))
        for row in ([1.0, 0.0, 0.0], [0.0, 1.0, 0.0])
    ]

    def trust(model: str) -> list[float]:
        rule = ThemeRule(
            knowledge_base.themes, lambda texts: np.zeros((len(texts), 3), np.float32), weights, lambda: model
        )
        return [chances["trust"] for chances in rule.probabilities(passages)]

    assert trust("one") == pytest.approx([1 / (1 + math.exp(-3.5)), 1 / (1 + math.exp(-1.5))])
    assert trust("other") == [0.5, 0.5]


def test_the_words_of_a_passage_are_weighed_by_how_rare_and_how_often_they_are() -> None:
    wording = Wording(["batch", "failed", "the"], [2.0, 3.0, 1.0])
    row = wording.of("The batch failed, the batch!")
    expected = np.array([2 * (1 + math.log(2)), 3.0, 1 + math.log(2)])
    assert row == pytest.approx(expected / np.linalg.norm(expected), abs=1e-6)
    assert not wording.of("zebra").any()


def test_words_that_too_few_texts_have_are_not_learned_and_a_word_of_every_text_counts_least() -> None:
    known, rarity = learned(["the batch failed", "the batch", "the slot"], least=2)
    assert known == ["batch", "the"]
    assert rarity == [pytest.approx(1.29), 1.0]


def test_a_calibrated_theme_weighs_words_whatever_the_model_and_an_added_theme_does_not(
    knowledge_base: KnowledgeBase,
) -> None:
    alone = {"bias": 0.0, "threshold": 0.5, "weights": {}}
    weights = {
        "wording": {"known": ["blame"], "rarity": [1.0]},
        "themes": {"trust": {**alone, "wording": [2.0]}},
        "default": alone,
    }
    rule = ThemeRule(
        knowledge_base.themes, lambda texts: np.zeros((len(texts), 3), np.float32), weights, lambda: "other"
    )
    zero = np.zeros(3, dtype=np.float32)
    [chances] = rule.probabilities([Themed("They blame us", zero, zero[None, :])])
    assert chances["trust"] == pytest.approx(1 / (1 + math.exp(-2.0)))
    assert chances["timing"] == 0.5


def test_the_default_themes_are_found_from_another_folder_and_a_missing_file_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert list(read_themes(themes_path("corpus/themes.toml"))) == ["timing", "trust", "integration"]
    with pytest.raises(SettingsError, match="no such themes file"):
        themes_path(str(tmp_path / "none.toml"))
