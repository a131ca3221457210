"""Names: whatever a sentence spells with a capital must stand in the quote or in what is known of its source. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from kb.summary.wording import stem
from kb.words import STOP_WORDS

_NAME = re.compile(r"[^\W_](?:[^\W_]|[&/.'’](?=[^\W_]))*(?:\(R\d+\))?")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_REVISION = re.compile(r"\(r\d+\)$")
# Words of the trade that are no names, however they are written.
_TRADE = frozenset(
    """cdmo cdmos cmo cmos cmc gmp cgmp r&d rna mrna dna atmp eu qa qc api pdf it ip i i'm i'd i've i'll
    tox biotech biotechs""".split()  # noqa: SIM905
)
# What a sentence may begin with and is no name.
_OPENERS = frozenset(
    """according companies company sponsors sponsor manufacturers manufacturer leaders teams boards board investors
    investor regulators regulator consultants consultant executives clients customers suppliers supplier
    biotechs biotech cdmos cdmo people experts reviewers inspectors auditors partners trust communication timing
    quality contracts agreements good bad early late many most several some another different regular clear open
    honest closed direct small large new old whoever anyone everyone nobody someone somebody everybody instead
    ahead little much rather even also still yet however therefore moreover finally first second third next then
    thus otherwise
    overall similarly meanwhile today often usually sometimes rarely never always only just perhaps although
    though while whereas because since unless until if when where whether despite unlike like without within
    under upon among across keep take make ask tell give put write choose hire plan build begin start stop avoid
    use consider involve talk engage discuss agree share show bring let set leave hold moving using keeping
    making having being writing opening talking asking waiting working sharing planning choosing switching
    changing splitting dividing reading retesting testing conversations discussions one two three four five six
    seven eight nine ten both each every all few fewer more less much such same other others batch batches
    process processes project projects programmes programme plants plant sites site transfer transfers change
    changes delays delay surprise money cost costs time repair integration capacity forecasts forecast audits
    audit notice involving respondents speakers guests sources articles interviewees seasoned nearly almost
    roughly about around changing executives strained monoclonal joint after before during from with by at in on
    for as to of it its they their there this material materials data documents document deviations deviation
    findings finding results result records record reports milestones budget budgets fee fees terms clauses
    clause meetings meeting assumptions scope governance escalation exit rights labels toxicology clinical
    manufacturing commercial technology technical inspection inspections comparability visibility principles
    chapter platform platforms scientists staff operators preliminary full half sourcing selection preparing
    knowing hearing seeing bringing paying booking reserving auditing visiting validation potency stability
    inventory stock slots slot reservation cancellation review reviews approvals approval responsibility
    responsibilities decisions decision disputes problems problem issues issue risk risks failure failures
    success advice expertise experience knowledge confidentiality candour honesty silence equipment supply
    preclinical biologics antibodies vectors plasmids cells cell vaccines medicines patients trials studies
    study phase beside besides behind beyond near throughout towards against concerning regarding given provided
    past amid above below beneath between except following including off onto opposite out outside over per
    since through till toward up via whatever whichever wherever whenever staff employees workers lawyers
    engineers quotes bids offers contract agreement agreements lots lot stocks relations relationship
    relationships parties party companies firms firm founders funds fund doses dose drugs drug substances
    substance raw custom viral gene small-molecule page pages rows row lists list plans plan questions question
    answers answer numbers number names name facts fact words word dates date deadlines deadline weeks week
    months month years year days day hours quarters early-stage later sooner longer shorter better worse best
    worst most least nobody's everyone's guidance guidelines rules rule law laws regulation regulations
    responsible proposals proposal price prices pricing ownership licences licence samples banks methods method
    assay assays specifications yield yields characterising characterisation moderately believable commonly
    typically generally normally ideally especially particularly simply clearly adding adopting agreeing naming
    setting showing hiding leaving buying selling team members member person roles role that these those he she
    his her we our you your an a the and but or so not no what who why how which""".split()  # noqa: SIM905
)
# Forms that open a sentence and are hardly ever a name.
_FORM = re.compile(r"[a-z]{3,}(?:ing|tion|tions|ment|ments|ness|ity|ities|ance|ence|ally|ately|fully|ously)")
_SAME = {
    "us": "united states", "usa": "united states", "american": "united states", "america": "united states",
    "eu": "european union", "uk": "united kingdom", "british": "united kingdom", "swedish": "sweden",
    "european": "europe", "swiss": "switzerland", "german": "germany", "french": "france", "japanese": "japan",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Name:
    """key: lower case, without a revision's mark; code: like Q5E; body: like FDA; start: in characters."""

    key: str
    start: int
    code: bool
    body: bool


def names(text: str) -> list[Name]:
    """Every word with a capital or, like a guideline's number, with letters and digits, that is no ordinary word."""
    found = []
    opening = True
    at = 0
    for match in _NAME.finditer(text):
        word = match.group()
        opening = opening or bool(re.search(r"[.!?:]\s", text[at : match.start()]))
        at = match.end()
        if _named(word, opening):
            key = _key(word)
            found.append(Name(key, match.start(), any(c.isdigit() for c in word), word.isupper() and word.isalpha()))
        opening = False
    return found


def name_fault(sentence: str, quote: str, known: Iterable[str]) -> str:
    """known: what is told of the source besides its words. Why a name is not the quote's, or "" where all are."""
    whole = " ".join((quote, *known))
    held = _spellings(whole) | _initials(whole)
    for name in names(sentence):
        if name.key not in held and not all(part in held for part in _SAME.get(name.key, name.key).split()):
            if not name.code and _ordinary(sentence, name, quote):
                continue
            return f"the name {name.key!r} is not the quote's"
    return ""


def _named(word: str, opening: bool) -> bool:
    bare = word.lower().replace("’", "'")
    bare = bare.removesuffix("'s")
    if bare in _TRADE or not any(c.isupper() for c in word):
        return False
    if any(c.isupper() for c in word[1:]) or any(c.isdigit() for c in word):
        return True
    return not (opening and (bare in _OPENERS or bare in STOP_WORDS or _FORM.fullmatch(bare)))


def _ordinary(sentence: str, name: Name, quote: str) -> bool:
    """Whether a capital is that of the sentence's first word, which the quote has, in another form, as a plain word."""
    if sentence[: name.start].strip(" “\"'"):
        return False
    plain = {stem(word) for word in re.findall(r"(?<![^\W_])[a-z]+", quote)}
    return stem(name.key) in plain


def _spellings(text: str) -> set[str]:
    found: set[str] = set()
    for match in _NAME.finditer(text):
        key = _key(match.group())
        found.update((key, *key.split("/")))
        found.update(_SAME.get(key, "").split())
        if key.endswith("s"):
            found.add(key[:-1])
    return found


def _initials(text: str) -> set[str]:
    """ "Food and Drug Administration" is FDA: the first letters of each run of capitalised words, from each word on."""
    found: set[str] = set()
    for run in re.findall(r"[A-Z][a-z]+(?:[\s-]+(?:(?:and|of|for|the|on|in)\s+)*[A-Z][a-z]+)+", text):
        letters = "".join(word[0] for word in re.findall(r"[A-Z][a-z]+", run)).lower()
        found |= {letters[at:end] for at in range(len(letters)) for end in range(at + 3, len(letters) + 1)}
    return found


def _key(word: str) -> str:
    key = word.lower().replace("’", "'").removesuffix("'s")
    return _REVISION.sub("", key)


def repeated_fault(sentence: str, quote: str) -> str:
    """Why a name stands more often than in the quote, with another of its kind left out, or ""."""
    mine, its = (Counter(name.key for name in names(text) if name.code or name.body) for text in (sentence, quote))
    for name, number in mine.items():
        if number > max(1, its[name]) and len(its) > 1:
            return f"the quote has {name!r} only once"
    return ""


def dated_fault(sentence: str, quote: str) -> str:
    """Why a year stands with another guideline than in the quote, or ""."""
    here, there = _dated(sentence), _dated(quote)
    known = {code for codes in there.values() for code in codes}
    for year, codes in here.items():
        if year in there and codes <= known and not codes & there[year]:
            return f"{year} is the year of {min(there[year])!r} in the quote"
    return ""


def _dated(text: str) -> dict[str, set[str]]:
    """Each year with the code that was named last before it."""
    codes = [name for name in names(text) if name.code]
    found: dict[str, set[str]] = {}
    for match in _YEAR.finditer(text):
        before = [code.key for code in codes if code.start < match.start()]
        if before:
            found.setdefault(match.group(), set()).add(before[-1])
    return found
