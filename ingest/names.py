"""`Name:` at the head of a line: which of these are people speaking, and which are only a colon."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

NAME_CHARS = 60
_NAME_WORDS = 6
_WORD = re.compile(r"[\w.'’&/+-]+\Z")
_LEAD = re.compile(r"(?:>{2,}|[-–—])\s*")
# First words of sentences that happen to have a colon in them.
_SENTENCE_WORDS = frozenset(
    re.findall(
        r"\S+",
        """
        a about after all also an and another any are as at because before but by can could did do does each
        even every finally first for from had has have he her here his how i if in is it its just last let like
        maybe most my next no nor not now of oh on one or our please remember second she so some that the their
        then there these they third this those to two was we well were what when where which while who why will
        with would yes yet you your
        """,
    )
)
# Words that stand before a colon and are nobody.
_LABELS = frozenset(
    re.findall(
        r"\S+",
        """
        agenda appendix best chapter conclusion correction date disclaimer duration episode example goal hint
        key language licence license link links location note notes part phase problem ps result results section
        show solution source sources step summary tags thanks tip title topic transcript update url warning
        website
        """,
    )
)
_ONCE_NOBODY = frozenset(["a", "answer", "answers", "q", "question", "questions"])


def split_name(line: str) -> tuple[str, str]:
    """("J. Doe", "Hello.") of "J. Doe: Hello.", ">> J. Doe: Hello." or "[J. Doe]: Hello."; ("", line) of others."""
    lead = _LEAD.match(line)
    start = lead.end() if lead else 0
    colon = line.find(":", start, start + NAME_CHARS + 3)
    if colon < 0 or (colon + 1 < len(line) and not line[colon + 1].isspace()):
        return "", line
    name = line[start:colon].strip()
    if name[:1] + name[-1:] in ("[]", "()"):
        name = name[1:-1].strip()
    return (name, line[colon + 1 :].strip()) if plausible(name) else ("", line)


def plausible(name: str) -> bool:
    """Whether this could name a speaker: 1 to 6 words, no sentence, no label ("Note", "Step 2")."""
    words = name.split()
    if not words or len(words) > _NAME_WORDS or len(name) > NAME_CHARS or not all(map(_WORD.match, words)):
        return False
    first = words[0].casefold()
    if not (name[0].isupper() or name[0].isdigit()) or not any(char.isalpha() for char in name):
        return False
    # "Q" and "A" ask and answer where they do it again and again.
    if (first in _SENTENCE_WORDS and name != "A") or first in _LABELS:
        return False
    return all(not word.endswith(".") or len(word) <= 4 for word in words)


def speakers_named(names: Iterable[str], opening: str = "") -> set[str]:
    """Which of the names found at heads of lines are speakers, each name given once for each time.

    opening: the name at the head of the first line, or "". A name that recurs is a speaker; one that
    stands once is, where others recur or the text opens with a name, and each of its words is capitalised.
    """
    counted = Counter(name for name in names if name)
    recurring = {name for name, count in counted.items() if count > 1}
    if not recurring and not (opening and _titled(opening)):
        return set()
    return recurring | {name for name in counted if _titled(name)}


def _titled(name: str) -> bool:
    words = name.split()
    return (
        len(words) <= 4
        and name.casefold() not in _ONCE_NOBODY
        and all(
            word[0].isupper() or word[0].isdigit() or word in ("de", "van", "von", "der", "la", "of") for word in words
        )
    )
