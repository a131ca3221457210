"""What answers, hits and nearest passages hold, as the documentation has it."""

from __future__ import annotations

ANSWER_KEYS = {"question", "taken_to_mean", "status", "quotes", "nearest"}
QUOTE_KEYS = {
    "text",
    "speaker",
    "role",
    "organisation",
    "side",
    "document",
    "title",
    "start_s",
    "theme",
    "citation",
    "url",
}
HIT_KEYS = {"passage", "document", "text", "speaker", "score", "parts"}
NEAREST_KEYS = {"passage", "document", "text", "speaker", "score"}
