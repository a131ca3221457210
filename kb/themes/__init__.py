"""Which themes a passage is about: vectors and phrases, weighed by a calibrated rule."""

from kb.themes.reading import read_themes, themes_path
from kb.themes.rule import Themed, ThemeRule

__all__ = ["ThemeRule", "Themed", "read_themes", "themes_path"]
