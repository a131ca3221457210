"""Kinds of things of which one can stand in another's place: phases, modalities, parties, regions, spans of time. Pure.

"And for phase 2?" after "How far ahead of phase 3 should we lock the process?" puts the one phase in the other's place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from kb.follow_up.topics import PREDICATE
from kb.follow_up.wording import AUXILIARY, content
from kb.words import STOP_WORDS, words

_NUMBER = r"(?:[1-4]|i{1,3}v?|one|two|three|four)"
_ARTICLE = r"a|an|the|our|your|my|their"
_PLURAL = re.compile(r"[^su]s$|mRNA$|AAV$", re.IGNORECASE)
# Letters that are spoken with a vowel first.
_SPOKEN_VOWEL = re.compile(r"[aeio]|u(?!ni|s[ae])|[FHLMNRSX][A-Z]|mRNA|hour|honest")
_WITHOUT_ARTICLE = ("europe", "america", "japan", "china", "switzerland")
# How much a follow-up may say beside the thing itself, in words that say something.
_MOST_BESIDE = 3


@dataclass(frozen=True)
class _Kind:
    """lead: what may stand before a thing and goes with it: articles, or the prepositions of time."""

    things: str
    lead: str = _ARTICLE

    def found(self, text: str) -> list[re.Match[str]]:
        pattern = rf"(?:\b(?P<lead>{self.lead})\s+)?(?<![\w-])(?P<thing>{self.things})(?![\w-])"
        return list(re.finditer(pattern, text, re.IGNORECASE))


_KINDS = (
    _Kind(
        rf"phases?\s+{_NUMBER}(?:\s*[/-]\s*{_NUMBER})?|(?:early|late|later|earlier)[- ](?:phase|stage)s?"
        r"|pre-?clinical|first[- ]in[- ]human|pivotal|commercial"
    ),
    _Kind(
        r"(?:(?:autologous|allogeneic) )?(?:cell|gene) therap(?:y|ies)|(?:(?:viral|lentiviral) )?vectors?|AAV|mRNA"
        r"|(?:(?:monoclonal|bispecific) )?antibod(?:y|ies)|ADCs?|small[- ]molecules?|biologics?|peptides?|plasmids?"
        r"|oligonucleotides?|vaccines?|exosomes?|(?:extracellular )?vesicles?|(?:recombinant )?proteins?"
    ),
    _Kind(r"sponsors?|CD?MOs?|consultants?|investors?|regulators?|boards?|biotechs?"),
    _Kind(
        r"CEO|COO|CFO|chief executives?|heads? of \w+|(?:quality|site) (?:head|director|lead)s?"
        r"|(?:project|programme) (?:manager|lead)s?|executives?|scientists?|engineers?|operators?|auditors?"
        r"|analysts?|lawyers?|(?:core|project|working|quality) teams?"
    ),
    _Kind(r"United States|USA?|America|Europe(?:an Union)?|EU|UK|United Kingdom|Japan|China|Switzerland"),
    _Kind(r"FDA|EMA|MHRA|PMDA"),
    _Kind(
        r"(?:(?:the )?first )?(?:\d+|an?|one|two|three|four|five|six|ten|twelve) (?:hour|day|week|month|year)s?",
        lead="within|after|in|for|before|by|over|every",
    ),
)


def swapped(before: str, rest: str) -> str | None:
    """The question before with what rest names in the place of its likes; "" where the two have no like.

    None where rest names only what stands there already.
    """
    changes: list[tuple[re.Match[str], re.Match[str]]] = []
    left = rest
    for kind in _KINDS:
        # "The sponsor's side" names a side, and no sponsor.
        here = [match for match in kind.found(rest) if not rest[match.end() :].startswith(("'s", "’s"))]
        there = _counterparts(before, kind.found(before), rest, here)
        if len(here) == 1 and len({_plain(match) for match in there}) == 1:
            changes.append((there[0], here[0]))
            left = left[: here[0].start()] + " " * len(here[0].group()) + left[here[0].end() :]
    if not changes:
        return ""
    if len(changes) == 1:
        made = _phrase_for_phrase(before, rest, *changes[0])
        if made:
            return made
    beside = content(left)
    if beside:
        return _with_the_rest(before, rest, changes) if len(beside) <= _MOST_BESIDE else ""
    changes = [(old, new) for old, new in changes if _plain(old) != _plain(new)]
    if not changes:
        return None
    for old, new in sorted(changes, key=lambda change: -change[0].start()):
        before = before[: old.start()] + _put(old, new, before[old.end() :]) + before[old.end() :]
    return before


_HOLLOW = re.compile(
    r"\s+(?:products?|programmes?|programs?|molecules?|assets?|candidates?|dosing|cell lines?)\b", re.IGNORECASE
)
# The CDMO is in most questions; somebody else takes its place only where it is the one who acts.
_CDMO = re.compile(r"CD?MOs?", re.IGNORECASE)
_ACTS = re.compile(rf"\b{AUXILIARY}\s+$", re.IGNORECASE)
_CONTRASTS = (
    r"critical|major|minor",
    r"autologous|allogeneic",
    r"small|large|big|mid-?sized",
    r"first|second|third|last|next",
    r"new|old|current|former|existing|previous",
    r"early|late|mid",
    r"routine|for-cause",
    r"fixed|variable",
    r"good|bad",
    r"internal|external",
)


def contrasted(before: str, adjective: str) -> str:
    """The question before with an adjective in the place of the one that it is set against; "" where there is none."""
    for contrast in _CONTRASTS:
        pattern = re.compile(rf"(?:\b(?P<lead>an?)\s+)?(?<![\w-])(?P<thing>{contrast})(?![\w-])", re.IGNORECASE)
        there = list(pattern.finditer(before))
        if len(there) == 1 and pattern.fullmatch(adjective) and _plain(there[0]) != adjective.lower():
            lead = article("", there[0].group("lead") or "", f"{adjective} x")
            return f"{before[: there[0].start()]}{f'{lead} {adjective}'.strip()}{before[there[0].end() :]}"
    return ""


def names_one(text: str) -> bool:
    """Whether a thing of any of the kinds is named."""
    return any(kind.found(text) for kind in _KINDS)


def ends_with_one(text: str) -> bool:
    """Whether the last word is of any of the kinds: "for an antibody", and not "about our CDMO contract"."""
    return any(match.end() == len(text) for kind in _KINDS for match in kind.found(text))


def article(named: str, old: str, word: str) -> str:
    """The article to put before a word: the one named with it, or that of what it replaces, as the word is spoken."""
    if named or old.lower() not in ("a", "an"):
        return named or old
    if _PLURAL.search(word.split()[-1]):
        return ""
    return "an" if _SPOKEN_VOWEL.match(word) else "a"


def _with_the_rest(before: str, rest: str, changes: list[tuple[re.Match[str], re.Match[str]]]) -> str:
    """ "for phase 3 of a gene therapy" in the place of "for phase 1": what follows the thing goes with it."""
    if len(changes) > 1:
        return ""
    old, new = changes[0]
    if content(rest[: new.start()]):
        return ""
    more = rest[new.end() :]
    return before[: old.start()] + _put(old, new, more) + more + before[old.end() :]


def _counterparts(before: str, there: list[re.Match[str]], rest: str, here: list[re.Match[str]]) -> list[re.Match[str]]:
    """Of several likes, those that stand after the same word as the new one ("in phase 2"), or have its article."""
    if here and not _CDMO.fullmatch(here[0].group("thing")):
        there = [
            match
            for match in there
            if not _CDMO.fullmatch(match.group("thing")) or _ACTS.search(before[: match.start()])
        ]
    if len(here) != 1 or len({_plain(match) for match in there}) < 2:
        return there
    leading = words(rest[: here[0].start()])[-1:]
    found = [match for match in there if leading and words(before[: match.start()])[-1:] == leading]
    lead = here[0].group("lead")
    return found or [match for match in there if lead and (match.group("lead") or "").lower() == lead.lower()]


def _phrase_for_phrase(before: str, rest: str, old: re.Match[str], new: re.Match[str]) -> str:
    """ "for exosomes" in the place of all of "for an mRNA product": what follows says no more than what it is."""
    lead = words(rest[: new.start()])
    hollow = _HOLLOW.match(before[old.end() :])
    stands = re.search(r"(\w+)\s+$", before[: old.start()])
    if len(lead) != 1 or rest[new.end() :] or not hollow or stands is None or stands.group(1).lower() != lead[0]:
        return ""
    return f"{before[: old.start()]}{new.group()}{before[old.end() + hollow.end() :]}"


def _put(old: re.Match[str], new: re.Match[str], after: str) -> str:
    """after: what stands behind it. An article of the old one stays if a word that it belongs to stands there."""
    thing = new.group("thing")
    named, was = new.group("lead") or "", old.group("lead") or ""
    followed = re.match(r"\s+([\w-]+)", after)
    attributive = followed is not None and followed.group(1).lower() not in STOP_WORDS
    attributive = attributive and not re.match(rf"\s+{PREDICATE}\b", after)
    lead = article(named, was, f"{thing} x" if attributive else thing)
    if lead.lower() == "the" and not new.group("lead") and thing.lower() in _WITHOUT_ARTICLE:
        lead = ""
    return f"{lead} {thing}".strip()


def _plain(match: re.Match[str]) -> str:
    return " ".join(match.group("thing").lower().split())
