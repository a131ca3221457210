"""The persons that an article names: full name, role, organisation; and where each is mentioned. Pure.

Nobody is a person for a capital letter alone: a role beside the name, a verb of speech, an honorific or a known
given name must say so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ingest.lexicon import (
    COMPANY_NAMES,
    FEMALE,
    FEMALE_HONORIFICS,
    GIVEN,
    HONORIFICS,
    MALE,
    MALE_HONORIFICS,
    NOT_NAMES,
    PLACES,
    ROLE,
    ROLE_START,
    ROLE_WORDS,
    RUN,
    SPEECH,
    STARTERS,
    UPPER,
)

ROLE_CHARS = 160
ROLE_SET = frozenset(word.lower() for word in ROLE_WORDS)
AFTER_ROLE = re.compile(r"(?:\s*\(|,\s+|\s+[–—-]\s+)(?:who\s+(?:is|was|serves as|works as)\s+)?")
AFTER_IS = re.compile(r"\s+(?:is|was|serves as|served as|works as|became|joined as)\s+")
LEADS = re.compile(r",\s+who\s+(?:leads|runs|heads|founded|directs|chairs)\s+")
AS_ROLE = re.compile(rf"\s+as\s+(?:its|their|the)\s+({ROLE}(?:\s+officer)?)", re.IGNORECASE)
SAYS_AFTER = re.compile(rf"(?:\s+(?:also|then|later|further|has|had|\w+ly))*\s+{SPEECH}")
SAYS_BEFORE = re.compile(
    rf"(?:\b{SPEECH}|\baccording to|\b(?:interview|interviewed|spoke|speaks|spoken|talked|conversation|sat down)"
    r"(?:\s+(?:with|to))?)\s+$"
)
BEFORE_OWNER = re.compile(
    rf"([{UPPER}][\w&.-]*(?:\s+(?:[{UPPER}&][\w&.-]*))*)(?:[’']s|s[’'])\s+([^,.;:“”\"]{{2,80}}),?\s*$"
)
BEFORE_ROLE = re.compile(rf"\b((?:chief\s+\w+(?:\s+officer)?|(?:[a-z-]+\s+){{0,2}}{ROLE}))\s*,?\s*$", re.IGNORECASE)
OF_ORGANISATION = re.compile(r"\s+(?:of|at|from|with)\s+(?:the\s+)?")
ORGANISATION = re.compile(
    rf"[{UPPER}][\w&.’'-]*(?:\s+(?:(?:of|for|and|the|&)\s+(?:the\s+)?)?(?:[{UPPER}][\w&.’'-]*|\d+))*(?:,\s+(?:Inc|Ltd|LLC)\.?)?"
)
ROLE_END = re.compile(rf"[;:()“”\"]|[.](?=\s|$)|,|\s+(?:who|and)\s+(?!co-?founder|(?:[\w-]+\s+){{0,2}}{ROLE}\b)")


@dataclass(frozen=True, slots=True)
class Person:
    """gender: "f", "m" or "" where nothing tells."""

    name: str
    role: str = ""
    organisation: str = ""
    gender: str = ""


@dataclass(frozen=True, slots=True)
class Mention:
    start: int
    end: int
    person: Person


def find_people(texts: Iterable[str]) -> tuple[Person, ...]:
    """Persons in order of appearance; what later texts add to role and organisation is added."""
    found: dict[tuple[str, str], Person] = {}
    texts = list(texts)
    common = {word for text in texts for word in re.findall(r"\b[^\W\d_]{3,}\b", text) if word.islower()}
    for text in texts:
        for run in RUN.finditer(text):
            person = _person(text, run.start(), run.end(), common)
            if person is None:
                continue
            words = person.name.split()
            key = (words[0], words[-1])
            before = found.get(key)
            found[key] = _merged(before, person) if before else person
    parts = {word for person in found.values() if " " in person.name for word in person.name.split()}
    people = [person for person in found.values() if " " in person.name or person.name not in parts]
    return tuple(_with_later_roles(people, texts))


def _with_later_roles(people: Sequence[Person], texts: Sequence[str]) -> list[Person]:
    """Roles that stand beside a short form of the name: "Doe, who leads Acme as its CEO"."""
    mentions = Mentions(people)
    known = {person.name: person for person in people}
    for text in texts:
        for mention in mentions.find(text):
            role, organisation = _role_after(text[mention.end : mention.end + ROLE_CHARS])
            before = known[mention.person.name]
            if role and not before.role:
                known[before.name] = _merged(before, Person(before.name, role, organisation))
    return [known[person.name] for person in people]


class Mentions:
    """Finds the persons by full name, given name or surname."""

    def __init__(self, people: Sequence[Person]) -> None:
        self.people = tuple(people)
        self._people: dict[str, list[Person]] = {}
        for person in people:
            words = person.name.split()
            for alias in dict.fromkeys(
                (person.name, words[0], words[-1], " ".join(words[1:]), f"{words[0]} {words[-1]}")
            ):
                if alias and alias.lower() not in STARTERS and not (alias.endswith(".") and len(alias) < 3):
                    self._people.setdefault(alias, []).append(person)
        aliases = sorted(self._people, key=lambda alias: (-len(alias), alias))
        names = "|".join(re.escape(alias) for alias in aliases)
        self._pattern = re.compile(rf"(?<![\w’'-])(?:{names})(?!\w)") if aliases else None

    def find(self, text: str, recent: Sequence[Person] = ()) -> list[Mention]:
        """In order. recent: latest last; decides between two persons of the same given name."""
        found: list[Mention] = []
        earlier = list(recent)
        for match in self._pattern.finditer(text) if self._pattern else ():
            if self._someone_else(text, match.start(), match.end()):
                continue
            choices = self._people[match.group()]
            person = choices[0]
            if len(choices) > 1:
                person = next((one for one in reversed(earlier) if one in choices), person)
            earlier.append(person)
            found.append(Mention(match.start(), match.end(), person))
        return found

    def _someone_else(self, text: str, start: int, end: int) -> bool:
        """Part of a longer name that is not this person's: "Jane Smith", "Doe Holdings"."""
        after = re.match(rf"[ ]([{UPPER}][\w’'-]*)", text[end : end + 60])
        if after and after.group(1).lower().removesuffix("’s") not in ROLE_SET:
            return True
        before = re.search(rf"([{UPPER}][\w’'.-]*)[ ]$", text[max(0, start - 60) : start])
        if before is None:
            return False
        word = before.group(1)
        known = word.lower() in STARTERS or word.lower() in ROLE_SET or word in HONORIFICS
        opens = start - len(word) - 1 == 0 or re.search(r"[.!?]\s+$", text[: start - len(word) - 1][-4:])
        return not (known or opens or word.lower() in NOT_NAMES)


def _merged(before: Person, after: Person) -> Person:
    name = max(before.name, after.name, key=len)
    if not before.role:
        before = replace(before, role=after.role)
    if not before.organisation or after.organisation.startswith(f"{before.organisation} "):
        before = replace(before, organisation=after.organisation)
    return replace(before, name=name, gender=before.gender or after.gender)


def _person(text: str, start: int, end: int, common: set[str]) -> Person | None:
    """The person whose name the run of capitalised words [start, end) holds, or None.

    common: words that the article also writes small; "Tech Transfer says" names nobody.
    """
    words = text[start:end].split(" ")
    lead, name, honorific = _split_run(words)
    if not _name_like(name, honorific):
        return None
    before = text[max(0, start - ROLE_CHARS) : end - len(" ".join(name))]
    after = text[end : end + ROLE_CHARS]
    role, organisation = _role_after(after)
    if not role:
        role, organisation = _role_before(before, lead, organisation)
    spoken = bool(SAYS_AFTER.match(after) or SAYS_BEFORE.search(before))
    given = name[0].lower() in GIVEN
    if len(name) == 1 and not (honorific or (given and (spoken or role))):
        return None
    ordinary = any(word.lower() in common for word in name if word[0].isupper())
    if not (role or honorific or given or (spoken and not ordinary)):
        return None
    return Person(" ".join(name), role, organisation, _gender(name[0], honorific))


def _split_run(words: list[str]) -> tuple[list[str], list[str], str]:
    """(what stands before a role, the name, the honorific) out of a run such as "Acme CEO Dr. Jane Doe"."""
    while words and words[0].lower() in STARTERS - ROLE_SET and words[0] not in HONORIFICS:
        words = words[1:]
    lead: list[str] = []
    for index in range(len(words) - 1, -1, -1):
        if words[index].lower() in ROLE_SET and words[index] not in HONORIFICS:
            lead, words = words[: index + 1], words[index + 1 :]
            break
    honorific = ""
    for index in range(len(words) - 1, -1, -1):
        if words[index] in HONORIFICS:
            honorific, words = words[index], words[index + 1 :]
            break
    return lead, words, honorific


def _name_like(name: list[str], honorific: str) -> bool:
    large = [word for word in name if word[0].isupper()]
    if not name or not 1 <= len(large) <= 4 or not name[-1][-1].isalpha():
        return False
    plain = [word.lower() for word in name]
    if any(word in NOT_NAMES or (word in STARTERS and plain.index(word) == 0) for word in plain):
        return False
    if (plain[-1] in PLACES and not honorific) or all(word in PLACES for word in plain):
        return False
    if any(" ".join(plain[:2]) == company for company in COMPANY_NAMES):
        return False
    # BioNTech, mRNA, GMP: capitals inside or throughout are a company's or an abbreviation's.
    return not any(
        len(word) > 1 and sum(char.isupper() for char in re.sub(r"^(?:Mc|Mac|O[’']|D[’'])|[’'-].", "", word)) > 1
        for word in name
    )


def _gender(given: str, honorific: str) -> str:
    given = given.split("-")[0].lower()
    if honorific in FEMALE_HONORIFICS or (given in FEMALE and honorific not in MALE_HONORIFICS):
        return "f"
    return "m" if honorific in MALE_HONORIFICS or given in MALE else ""


def _role_after(after: str) -> tuple[str, str]:
    """Role and organisation out of what follows a name: ", head of CMC at Acme, says"."""
    leads = LEADS.match(after)
    if leads:
        organisation = ORGANISATION.match(after[leads.end() :])
        role = AS_ROLE.match(after[leads.end() :][organisation.end() :]) if organisation else None
        return (role.group(1) if role else "", _tidy(organisation.group()) if organisation else "")
    start = AFTER_ROLE.match(after) or AFTER_IS.match(after)
    if start and ROLE_START.match(after[start.end() :]):
        return split_role(after[start.end() :])
    of = OF_ORGANISATION.match(after)
    organisation = ORGANISATION.match(after[of.end() :]) if of else None
    return "", _tidy(organisation.group()) if organisation else ""


def _role_before(before: str, lead: list[str], organisation: str) -> tuple[str, str]:
    """Role and organisation out of what precedes a name: "Acme's chief executive, ", "Acme CEO "."""
    if lead:
        first = next(index for index, word in enumerate(lead) if word.lower() in ROLE_SET)
        return " ".join(lead[first:]), " ".join(lead[:first]) or organisation
    owner = BEFORE_OWNER.search(before)
    if owner and ROLE_START.match(owner.group(2)):
        return split_role(owner.group(2))[0], _tidy(owner.group(1))
    role = BEFORE_ROLE.search(before)
    if role is None:
        return "", organisation
    phrase = " ".join(word for word in role.group(1).split() if word.lower() not in STARTERS or word.isupper())
    return phrase, organisation


def split_role(phrase: str) -> tuple[str, str]:
    """("head of CMC", "Acme") out of "the head of CMC at Acme, says"."""
    end = ROLE_END.search(phrase)
    clause = phrase[: end.start()] if end else phrase
    clause = re.sub(r"^(?:the|a|an|its|our|their|his|her|who is)\s+", "", clause.strip(), flags=re.IGNORECASE)
    places = list(re.finditer(r"\s+(?:at|with|from|of|for)\s+(?:the\s+)?", clause))
    places.sort(key=lambda place: (place.group().split()[0] not in ("at", "with", "from"), place.start()))
    for place in places:
        organisation = ORGANISATION.match(clause[place.end() :])
        if organisation and not (
            place.group().split()[0] in ("of", "for") and organisation.group().lower() in NOT_NAMES
        ):
            return clause[: place.start()].strip(), _tidy(organisation.group())
    owner = re.match(rf"([{UPPER}][\w&.-]*(?:\s+[{UPPER}][\w&.-]*)*)[’']s\s+(.+)", clause)
    if owner:
        return owner.group(2).strip(), owner.group(1)
    following = ORGANISATION.match(phrase[end.end() :].lstrip()) if end and end.group() == "," else None
    return clause.strip(), _tidy(following.group()) if following else ""


def _tidy(organisation: str) -> str:
    return re.sub(r"(?:[’']s|[’']|\.)$", "", organisation.strip())
