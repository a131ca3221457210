"""Themes: read strictly, assigned by vectors and phrases."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.assembly import KnowledgeBase
from kb.errors import SettingsError
from kb.themes import ThemeRule, read_themes
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
        features = rule.features(theme.phrases[0], vector_of(theme.phrases[0]))
        assert max(features, key=lambda key: features[key]["phrase"]) == name


def test_without_themes_a_passage_has_none() -> None:
    assert ThemeRule({}, lambda texts: vector_of("x")[None, :]).assign("trust", vector_of("trust")) == ()
