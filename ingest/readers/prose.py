"""What the article readers share: white space, headings, wrapped lines, hyphens, reference lists. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from ingest.lexicon import words
from ingest.reading import Block
from kb.errors import InputError

HEADING_WORDS = 14
HEADING_CHARS = 100
# A long article's page has some thousands; a parser takes minutes and gigabytes over the 17 million that 50 MB hold.
MOST_TAGS = 500_000
# Lines are wrapped at some width of this range; outside it a line break was meant.
WRAP_CHARS = (40, 120)
REFERENCE_TITLE = re.compile(
    r"(?:\d+\.?\s+)?(?:references|reference list|bibliography|sources|works cited|further reading|"
    r"notes and references|references and sources|literature cited|endnotes)\W*",
    re.IGNORECASE,
)
# First halves that keep their hyphen ("long-term") when nothing else in the document tells.
HYPHEN_HEADS = words(
    """
    all anti bio co cross de decision end ex face fast fit follow full hand hands high in large late lead line
    long low make mid multi near next non off on one open out over post pre real right risk scale second self
    semi shared short single site small start state third time two up value well work world
    """
)
WORD_BREAK = re.compile(r"([^\W\d_]+)-$")
BULLET = re.compile(r"\s*(?:[-*+•‣◦·–]|\(?\d{1,3}[.)]|\(?[a-z][.)])\s+(?=\S)")


def refuse_endless_markup(html: str, where: str) -> None:
    """Raises InputError where there are more tags than a parser can be given."""
    tags = html.count("<")
    if tags > MOST_TAGS:
        raise InputError(f"holds {tags:,} tags, more than any page", where=where, way_out="Save the page anew.")


def squeeze(text: str) -> str:
    """Single white space, none at the ends; soft hyphens, zero-width and control characters gone."""
    text = re.sub("[\u00ad\u200b\u2060\ufeff]", "", text)
    return " ".join(re.sub(r"[\x00-\x08\x0e-\x1b\x7f-\x9f]", " ", text).split())


def heading_like(line: str) -> bool:
    """A short line that begins like a title and does not end like a sentence."""
    line = line.strip()
    if not line or len(line) > HEADING_CHARS or len(line.split()) > HEADING_WORDS or BULLET.match(line):
        return False
    if line[-1] in ".!?,;:…\"”»'’)" and not line.endswith((")", "’")):
        return False
    return (line[0].isupper() or line[0].isdigit()) and any(char.isalpha() for char in line)


def reference_title(text: str) -> bool:
    return REFERENCE_TITLE.fullmatch(text.strip()) is not None


def mark_references(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """What stands under a heading "References" becomes kind "reference", to the next heading as high or higher."""
    marked: list[Block] = []
    level = 0
    for block in blocks:
        if block.kind == "heading" and (not level or block.level <= level):
            level = max(1, block.level) if reference_title(block.text) else 0
        elif level and block.kind == "paragraph":
            block = replace(block, kind="reference")
        marked.append(block)
    return tuple(marked)


def join_lines(lines: Sequence[str], keeps_hyphen: Callable[[str, str], bool]) -> str:
    """The lines as one, a word broken at a line end made whole; keeps_hyphen(first half, second half) decides."""
    parts: list[str] = []
    for line in lines:
        if parts:
            parts[-1] = _with_joint(parts[-1], line, keeps_hyphen)
        parts.append(line)
    return squeeze("".join(parts))


def _with_joint(before: str, line: str, keeps_hyphen: Callable[[str, str], bool]) -> str:
    before = before.rstrip()
    broken, rest = WORD_BREAK.search(before[-60:]), re.match(r"[^\W\d_]+", line)
    if before.endswith("\u00ad"):
        return before[:-1]
    if broken and rest and rest.group()[0].islower():
        return before if keeps_hyphen(broken.group(1), rest.group()) else before[:-1]
    if broken and rest:
        return before  # "CDMO-" and "Biotech": a compound, whatever broke it
    return before if before.endswith("—") else f"{before} "


def hyphen_judge(text: str) -> Callable[[str, str], bool]:
    """Decides by the document's own words (text) whether "long-" + "term" keeps its hyphen."""
    words = {word.lower() for word in re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", text)}

    def keeps(first: str, second: str) -> bool:
        first, second = first.lower(), second.lower()
        if f"{first}{second}" in words:
            return False
        return f"{first}-{second}" in words or first in HYPHEN_HEADS

    return keeps


def unwrap(lines: Sequence[tuple[int, str]]) -> list[list[tuple[int, str]]]:
    """Lines (number, text) that stand together, cut where the break between two was meant and not a wrap.

    A break is a wrap where the next word would not have fitted (the width is that of the longest line), or where a
    word or sentence goes on.
    """
    width = max((len(text) for _, text in lines), default=0)
    groups: list[list[tuple[int, str]]] = []
    for number, text in lines:
        before = groups[-1][-1][1] if groups else ""
        word = text.split(maxsplit=1)[0] if text else ""
        fits = len(before) + 1 + len(word) <= 0.85 * width and not before.endswith("-") and not word[:1].islower()
        if groups and WRAP_CHARS[0] <= width <= WRAP_CHARS[1] and not fits:
            groups[-1].append((number, text))
        else:
            groups.append([(number, text)])
    return groups
