"""Where quotation marks open and close in a paragraph, and where its sentences end. Pure, linear in the text."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

MARKS = re.compile("[\"'“”„«»‘’]")
PAIRS = {"“": "”", "«": "»"}
CLOSERS = "\"”“»«’'"
SENTENCE_END = re.compile(rf"[.!?…]+[{CLOSERS})\]]*(?=\s|$)")
ABBREVIATION = re.compile(
    r"(?:\b(?:Dr|Mr|Mrs|Ms|Prof|St|Inc|Ltd|Co|Corp|vs|No|Jr|Sr|approx|e\.g|i\.e|etc|al|U\.S|U\.K)|\b[A-Z])\.$"
)
# ’ or ' closes a single-quoted speech where a sentence or clause ends before it; elsewhere it is an apostrophe.
SINGLE_CLOSE = {"‘": re.compile(r"(?<=[.,!?…;—])’(?!\w)"), "'": re.compile(r"(?<=[.,!?…])'(?!\w)")}
# An apostrophe that looks like an opening mark must not swallow a page.
SINGLE_CHARS = 1500


@dataclass(frozen=True, slots=True)
class Quotation:
    """[start, end) of a text, marks included; closed: False where the paragraph ends before the quotation does."""

    start: int
    end: int
    closed: bool = True

    def content(self, text: str) -> str:
        return text[self.start + 1 : self.end - 1 if self.closed else self.end].strip()


def quotations(text: str) -> list[Quotation]:
    """The outermost quotations of a paragraph, in order, none within another."""
    marks = [match.start() for match in MARKS.finditer(text)]
    partners = _partners(text, marks)
    found: list[Quotation] = []
    dead: set[str] = set()  # marks that close nowhere from here on: looking again would find nothing again
    at = 0
    for start in marks:
        mark = text[start]
        if start < at or mark in dead or not _opens(text, start):
            continue
        end = partners.get(start) if mark in PAIRS else _closing(text, start)
        if end is None:
            if mark not in PAIRS and mark not in SINGLE_CLOSE:
                dead.add(mark)
            if mark in '“«"' and not _closed_later(marks, start, partners):
                found.append(Quotation(start, len(text), closed=False))
                break
            continue
        found.append(Quotation(start, end + 1))
        at = end + 1
    return found


def _closed_later(marks: list[int], start: int, partners: dict[int, int]) -> bool:
    """Whether a later pair closes: then the mark at start is a stray, not a speech that goes on."""
    index = bisect_right(marks, start)
    return any(mark in partners for mark in marks[index : index + 200])


def opens_with_mark(text: str) -> bool:
    """Whether a paragraph goes on with a speech that the one before did not close."""
    return text[:1] in '“«"'


def sentence_ends(text: str) -> list[int]:
    """Offsets just after each sentence, closing marks included, ascending; the last is len(text)."""
    ends = [
        match.end()
        for match in SENTENCE_END.finditer(text)
        if not ABBREVIATION.search(text[max(0, match.start() - 12) : match.start() + 1])
    ]
    return ends if ends and ends[-1] == len(text) else [*ends, len(text)]


def _partners(text: str, marks: list[int]) -> dict[int, int]:
    """Opening to closing offset of marks that have a direction, matched as brackets are."""
    partners: dict[int, int] = {}
    for opening, closing in PAIRS.items():
        stack: list[int] = []
        for at in marks:
            if text[at] == opening and not (stack and _closes(text, at)):
                stack.append(at)
            elif text[at] in (opening, closing) and stack:
                partners[stack.pop()] = at
    return partners


def _opens(text: str, at: int) -> bool:
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    mark = text[at]
    if mark in "“«„":
        return not before.isalnum()
    if not after or after.isspace() or mark == "’":
        return False
    free = not before or before.isspace() or before in '([{—–-/:“"'
    if mark == "‘":
        return free and not after.isdigit()
    if mark == "'":
        return free and after.isalpha() and before not in ("-", "/")
    return free


def _closes(text: str, at: int) -> bool:
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    return bool(before) and not before.isspace() and not after.isalnum()


def _closing(text: str, start: int) -> int | None:
    """Offset of the mark that closes the one at start, or None."""
    mark = text[start]
    if mark in SINGLE_CLOSE:
        found = SINGLE_CLOSE[mark].search(text, start + 2, start + SINGLE_CHARS)
        return found.start() if found else None
    closing = {'"': '"', "”": "”", "»": "«", "„": "“”"}[mark]
    at = start + 1
    while at < len(text):
        found = re.compile(f"[{closing}]").search(text, at)
        if found is None:
            return None
        at = found.start()
        if _closes(text, at) and not (mark == '"' and _inches(text, at)):
            return at
        at += 1
    return None


def _inches(text: str, at: int) -> bool:
    """A 5" pipe: a mark after a digit, in the midst of a sentence, with one that closes after it."""
    if not text[at - 1].isdigit() or not re.match(r"\s+[a-z]", text[at + 1 : at + 4]):
        return False
    later = text.find('"', at + 1)
    return later > 0 and _closes(text, later) and not _opens(text, later)
