"""How much is given where nothing is asked for, and how much at most: for the API's views and for its description."""

from __future__ import annotations

HITS, MOST_HITS = 10, 100
LISTED, MOST_LISTED = 100, 1000
# Questions that hosts asked.
ASKED, MOST_ASKED = 5, 50
# How far a saved quote may be moved at once.
MOST_STEPS = 1000
# Characters of a document that a program is given at once.
PART_CHARS, MOST_PART_CHARS = 16_000, 64_000
