"""Who a quotation belongs to, read from the words beside it: the clause after it, the words before it. Pure."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.lexicon import ROLE, RUN, SPEECH
from ingest.people import Mention, Mentions, Person
from ingest.quotations import Quotation

GAP = r"[\s,—–-]*"
ADVERBS = r"(?:\s+(?:also|then|later|further|once|again|often|has|had|would|goes on to|went on to|\w+ly))*"
# What may stand between a name and its verb: ", CEO of Example Biologics," "(head of CMC)" "of Acme".
BESIDE_NAME = r"(?:\s*\([^()“”]{1,120}\)|,[^“”]{1,160}?,|\s+(?:of|at|from)\s+[^,“”]{1,60}?)?"
VERB_AFTER_NAME = re.compile(rf"{BESIDE_NAME}{ADVERBS}\s+{SPEECH}")
PRONOUN_SAYS = re.compile(rf"\b(he|she|they)\b{ADVERBS}\s+{SPEECH}", re.IGNORECASE)
ROLE_SAYS = re.compile(rf"\b[Tt]he\s+(?:[\w-]+\s+){{0,2}}?({ROLE}){ADVERBS}\s+{SPEECH}")
SAYS_FIRST = re.compile(rf"{GAP}(?:\w+ly\s+)?{SPEECH}\s*")
ACCORDING = re.compile(r"\b[Aa]ccording to\s+")
THING_SAYS = re.compile(rf"(?:(?:the|a|an|its|our|their|one)\s+(?:[\w’'-]+\s+){{1,4}}?|(?:{RUN.pattern})\s+){SPEECH}")
WEAK_PRONOUN = re.compile(r"\b(he|she|they|her|his)\b", re.IGNORECASE)
OTHER_SUBJECT = re.compile(r"\b(?:which|who|that|whose|where|while)\b")
SPEECH_WORD = re.compile(rf"\b{SPEECH}")
ENDS_IN_SPEECH = re.compile(rf"(?<![\w-]){SPEECH}(?:\s+that)?\s*[,:]?\s*$")
# `calls it a "hub"`, `so-called "hub"`: names that are given, not words that were said.
NAMING = re.compile(r"\b(?:call|describe|define|refer)\w*\s*$")
ROLE_ONLY = re.compile(rf"the\s+(?:[\w-]+\s+){{0,2}}?({ROLE})\b")
REACH = 100
MEMORY = 20  # mentions that a pronoun looks back over


@dataclass(frozen=True, slots=True)
class Clause:
    """What is said of a quotation's source. end: where the clause ends; verb_end: where its verb does.

    person: None where the source is a thing, or is not named; said tells the two apart.
    named_before: a person named earlier in the paragraph. continues: it stands in the sentence of another quotation.
    """

    person: Person | None
    end: int = 0
    verb_end: int = 0
    said: bool = False
    named_before: Person | None = None
    continues: bool = False


class Beside:
    """A paragraph, its text with quotations blanked out (outside), and who is mentioned there."""

    def __init__(self, text: str, outside: str, mentions: Mentions, recent: Sequence[Person]) -> None:
        self.text = text
        self.outside = outside
        self.found = mentions.find(outside, recent)
        self._recent = list(recent)
        self._everybody = mentions.people
        self._starts = [mention.start for mention in self.found]

    def before(self, at: int) -> list[Person]:
        """Persons named before the offset, earlier paragraphs included, latest first."""
        index = bisect_left(self._starts, at)
        here = [mention.person for mention in self.found[max(0, index - MEMORY) : index]]
        return [*reversed(here), *reversed(self._recent)]

    def by_pronoun(self, pronoun: str, at: int) -> Person | None:
        unlike = {"he": "f", "his": "f", "she": "m", "her": "m"}.get(pronoun.lower(), "-")
        people = self.before(at) or (self._everybody if len(self._everybody) == 1 else [])
        return next((person for person in people if person.gender != unlike), None)

    def by_role(self, role: str, at: int) -> Person | None:
        """ "the CEO says": whoever was named with that role last, else the only one who has it in the article."""
        holders = [person for person in self._everybody if role.lower() in person.role.lower()]
        return next(
            (person for person in self.before(at) if person in holders), holders[0] if len(holders) == 1 else None
        )

    def within(self, start: int, end: int) -> list[Mention]:
        """Mentions that begin in [start, end)."""
        return self.found[bisect_left(self._starts, start) : bisect_left(self._starts, end)]

    def last_named(self, at: int) -> Person | None:
        """The person named last in this paragraph before the offset."""
        index = bisect_left(self._starts, at)
        return self.found[index - 1].person if index else None

    def first_in(self, start: int, end: int) -> tuple[int, int, Person] | None:
        index = bisect_left(self._starts, start)
        if index < len(self.found) and self.found[index].end <= end:
            one = self.found[index]
            return one.start, one.end, one.person
        return None


def read_clause(beside: Beside, span: Quotation, ends: Sequence[int], stop: int) -> Clause | None:
    """The attribution that directly follows a quotation, to its sentence's end or the next quotation."""
    if not span.closed:
        return None
    end = min(ends[min(bisect_right(ends, span.end), len(ends) - 1)], stop)
    after = beside.outside[span.end : end]
    found = _speaker_after(beside, after, span.end)
    if found is None:
        return None
    person, verb_end = found
    last = beside.text[span.start + 1 : span.end - 1].rstrip()[-1:]
    first = re.search(r"\w", after)
    goes_on = first is not None and first.group().islower()
    short = len(beside.outside[verb_end:end].split()) == 0 or beside.outside[verb_end:end].strip(" .") == ""
    # After a full stop, "Janet says this often." is the next sentence, "she says." still this one.
    if last in ".…" and not (goes_on or short or after.lstrip().startswith((",", "—", "–"))):
        return None
    if (
        last in "?!"
        and not goes_on
        and not short
        and first
        and after[first.start() :].startswith(("He ", "She ", "They "))
    ):
        return None
    while end > verb_end and end < stop and beside.text[end - 1].isspace():
        end -= 1
    return Clause(person, end, verb_end, said=True)


def _speaker_after(beside: Beside, after: str, base: int) -> tuple[Person | None, int] | None:
    """(person, offset after the verb) of a clause such as ", she explains" or "says Acme's chief executive, X"."""
    start = re.match(GAP, after)
    at = start.end() if start else 0
    pronoun = PRONOUN_SAYS.match(after, at)
    if pronoun:
        return beside.by_pronoun(pronoun.group(1), base), base + pronoun.end()
    role = ROLE_SAYS.match(after, at)
    if role:
        return beside.by_role(role.group(1), base), base + role.end()
    first = beside.first_in(base, base + len(after))
    if first:
        lead = after[at : first[0] - base]
        verb = VERB_AFTER_NAME.match(after, first[1] - base)
        if len(lead.split()) <= 6 and not re.search(r"[,;:]", lead) and not SPEECH_WORD.search(lead) and verb:
            return first[2], base + verb.end()
        if not lead.strip() and re.match(r"\s*[—–]", after) and len(after) < REACH:
            return first[2], first[1]
    return _inverted(beside, after, base, at, first)


def _inverted(
    beside: Beside, after: str, base: int, at: int, first: tuple[int, int, Person] | None
) -> tuple[Person | None, int] | None:
    """The verb before its subject ("says Janet", "according to Janet"), or a thing as the subject."""
    verb = SAYS_FIRST.match(after) or ACCORDING.match(after, at)
    if verb:
        pronoun = re.match(r"(he|she|they)\b", after[verb.end() :])
        if pronoun:
            return beside.by_pronoun(pronoun.group(1), base), base + verb.end() + pronoun.end()
        role = ROLE_ONLY.match(after, verb.end())
        between = after[verb.end() : first[0] - base] if first else ""
        if first and len(between) <= REACH and not OTHER_SUBJECT.search(between):
            return first[2], first[1]
        if role:
            return beside.by_role(role.group(1), base), base + role.end()
        return (None, base + verb.end()) if after[verb.end() :].strip(" .") else None
    thing = THING_SAYS.match(after, at)
    return (None, base + thing.end()) if thing else None


def read_lead(beside: Beside, span: Quotation, ends: Sequence[int], lead_from: int) -> Clause:
    """What the sentence says before the quotation opens: "She notes that ...", "According to Janet, "."""
    index = bisect_right(ends, span.start) - 1
    sentence = ends[index] if index >= 0 else 0
    start = max(sentence, lead_from)
    lead = beside.outside[start : span.start]
    continues = lead_from > sentence
    if not lead.strip(" ,;:—–-("):
        return Clause(None, named_before=beside.last_named(start), continues=continues)
    subject = _first_saying(beside, lead, start) or _nearest(beside, lead, start, continues)
    if subject is None:
        return Clause(None, continues=continues)
    return Clause(subject[1], said=True, continues=continues)


def _first_saying(beside: Beside, lead: str, base: int) -> tuple[int, Person | None] | None:
    """(offset, person) of the first subject with a verb of speech."""
    sayings = [(one.start(), beside.by_pronoun(one[1], base + one.start())) for one in PRONOUN_SAYS.finditer(lead)]
    sayings += [(one.start(), beside.by_role(one[1], base + one.start())) for one in ROLE_SAYS.finditer(lead)]
    for mention in beside.within(base, base + len(lead)):
        said = VERB_AFTER_NAME.match(lead, mention.end - base)
        told = ACCORDING.search(lead[max(0, mention.start - base - 60) : mention.start - base])
        if said or told:
            sayings.append((mention.start - base, mention.person))
    return min(sayings, key=lambda saying: saying[0]) if sayings else None


def _nearest(beside: Beside, lead: str, base: int, continues: bool) -> tuple[int, Person | None] | None:
    """The person that the lead is about where no verb stands beside a name; a thing that speaks is nobody."""
    verbs = list(SPEECH_WORD.finditer(lead))
    stop = verbs[-1].start() if verbs else len(lead)
    mentions = beside.within(base, base + stop)
    pronouns = list(WEAK_PRONOUN.finditer(lead[:stop]))
    if mentions and not (pronouns and pronouns[-1].start() + base > mentions[-1].start):
        return mentions[-1].start, mentions[-1].person
    if pronouns:
        return pronouns[-1].start(), beside.by_pronoun(pronouns[-1].group(1), base + pronouns[-1].start())
    if verbs and not (continues and not re.search(r"\w", lead[:stop])):
        return stop, None
    return None


def is_speech(text: str, span: Quotation, clause: Clause | None, lead: Clause) -> bool:
    """Whether marks hold speech, and not a term, a title or a phrase that nobody is named for."""
    content = span.content(text)
    words = re.findall(r"\w+(?:[’'-]\w+)*", content)
    if not words:
        return False
    if clause:
        return True
    said = bool(ENDS_IN_SPEECH.search(text[max(0, span.start - 40) : span.start]))
    ends = content[-1] in ".!?…" or (len(words) > 2 and content[-1] in ",—–") or not span.closed
    begins = not content[0].islower()
    lead_text = text[max(0, span.start - 40) : span.start].rstrip()
    alone = not lead_text or lead_text[-1] in '.!?…:”"'
    if len(words) <= 2:
        return (said and not NAMING.search(lead_text)) or (alone and begins and ends)
    titled = all(word[0].isupper() or word[0].isdigit() for word in words if len(word) > 3)
    if titled and not ends and not said:
        return False
    if begins and (ends or text[span.end : span.end + 1] in (".", "!", "?")):
        return True
    return said or lead.said or lead.continues
