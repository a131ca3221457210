"""Who does what, and who says it: the sponsor's side and the manufacturer's must not be exchanged. Pure.

Each content word stands under the side that was named last before it in its sentence. A sentence whose words stand
under another side than in the quote has the sides swapped.
"""

from __future__ import annotations

from collections.abc import Sequence

from kb.summary.quantities import value_of
from kb.summary.wording import Token, sentences_of, tokens

SPONSOR, MAKER = "sponsor", "cdmo"
_SPONSORS = frozenset("sponsor sponsors biotech biotechs client clients customer customers giver givers".split())  # noqa: SIM905
_MAKERS = frozenset(
    """cdmo cdmos cmo cmos manufacturer manufacturers contractor contractors supplier suppliers vendor vendors acceptor
    acceptors plant plants facility facilities incumbent""".split()  # noqa: SIM905
)
_OTHERS = {
    "regulator": frozenset("regulator regulators inspector inspectors agency agencies authority authorities".split()),  # noqa: SIM905
    "investor": frozenset("investor investors financier financiers".split()),  # noqa: SIM905
    "consultant": frozenset("consultant consultants adviser advisers advisor advisors".split()),  # noqa: SIM905
}
_BODIES = frozenset("fda ema who mhra eudragmdp agency".split())  # noqa: SIM905
_OWN = frozenset("i we my our us me mine ours i'm i'd i've i'll we're we've we'd we'll".split())  # noqa: SIM905
_READER = frozenset("you your yours you're you've you'd you'll".split())  # noqa: SIM905
_THEY = frozenset("they them their theirs they're they've they'd they'll".split())  # noqa: SIM905
_POSSESSIVE = frozenset("my our your their mine ours yours theirs".split())  # noqa: SIM905
_SAYING = frozenset(
    """say says said saying argue argues argued think thinks believe believes warn warns admit admits explain explains
    recommend recommends advise advises insist insists suggest suggests add adds note notes report reports complain
    complains concede concedes""".split()  # noqa: SIM905
)
_TELLING = _SAYING | frozenset(
    """wants want puts put describes describe sees see expects expect calls call holds hold finds find prefers prefer
    urges urge tells tell counts count view picture eyes opinion account experience words reading mind
    """.split()  # noqa: SIM905
)
_SET = frozenset("a an the its their your our my every each any another no one this that which his her".split())  # noqa: SIM905
_OBJECTS = frozenset("me us them".split())  # noqa: SIM905
_BE = frozenset("is are was were be been being".split())  # noqa: SIM905
_CLAUSES = frozenset(", ; : ( ) but while whereas although though because".split())  # noqa: SIM905
_LEADING = frozenset("at by to of for from with in between".split())  # noqa: SIM905
# Sentences of an article that begin so speak to the sponsor.
_ORDERS = frozenset(
    """ask tell give keep put watch write hire choose set fix agree hold split read meet plan send invite prepare expect
    pay allow schedule discuss begin grade examine check treat make use store convert map bring preserve separate never
    work draw spend start review leave build budget reserve compare insist name decide request test add take visit
    introduce link adopt present state show clear match negotiate""".split()  # noqa: SIM905
)


def side_fault(sentence: str, quote: str, side: str) -> str:
    """side: the speaker's, as the citation has it ("" for a publication's own words). Why sides differ, or ""."""
    ours, theirs = tokens(sentence), tokens(quote)
    here, there = _bound(ours, "", order=False), _bound(theirs, side, order=side != MAKER)
    groups = _named(ours)
    known = {group for named in there.values() for group in named} | _named(theirs)
    if any(token.lower in _OWN for token in theirs) or _voices(ours) or _told_by(ours, side):
        known.add(side)
    if any(token.lower in _BODIES or token.stem == "regul" for token in theirs):
        known.add("regulator")
    if side in ("", "consultant", "investor", "regulator", "unknown", "other", "academic"):
        known.add(SPONSOR if any(token.lower in _READER for token in theirs) or _orders(theirs) else "")
    strange = {group for group in groups if group and group not in known}
    if strange:
        return f"the quote does not speak of the {min(strange)}"
    fault = _voice_fault(ours, theirs, side)
    if fault:
        return fault
    shared = [name for name in here if name in there and len(here[name]) == len(there[name]) == 1]
    against = [name for name in shared if here[name] != there[name]]
    if len(against) * 2 > len(shared):
        return f"{against[0]!r} belongs to the other side in the quote"
    return ""


def _group(token: Token, speaker: str, reader: str) -> str:
    word = token.lower
    if word in _SPONSORS:
        return SPONSOR
    if word in _MAKERS:
        return MAKER
    for name, words in _OTHERS.items():
        if word in words:
            return name
    if word in _OWN:
        return speaker
    if word in _READER:
        return reader
    if word in _THEY and speaker in (SPONSOR, MAKER):
        return MAKER if speaker == SPONSOR else SPONSOR
    return ""


def group_of(token: Token, side: str) -> str:
    """The side that a word stands for, or "". side: the speaker's, for "I", "we", "you" and "they"."""
    return _group(token, side, _reader(side))


def _named(found: Sequence[Token]) -> set[str]:
    return {group for token in found if (group := _group(token, "", ""))}


def _reader(side: str) -> str:
    """Whom a speaker calls "you": articles and consultants speak to the sponsor, and so do CDMOs."""
    return "" if side == SPONSOR else SPONSOR


def _done_to(part: Sequence[Token], number: int) -> bool:
    """ "the CDMO is asked": the side is no doer there."""
    following = [token.lower for token in part[number + 1 : number + 3]]
    return len(following) == 2 and following[0] in _BE and following[1].endswith(("ed", "en"))


def _led(part: Sequence[Token], number: int) -> bool:
    """ "at a CDMO", "for eleven customers": the side is in the sentence, and not what the rest of it is about."""
    at = number - 1
    while at >= 0 and (part[at].lower in _SET or value_of(part[at].lower) is not None):
        at -= 1
    return at >= 0 and part[at].lower in _LEADING


def _bound(found: Sequence[Token], side: str, *, order: bool) -> dict[str, set[str]]:
    """Each content word's stem -> the sides under which it stands."""
    bound: dict[str, set[str]] = {}
    for part in sentences_of(found):
        for name, group in _bound_in(part, side, SPONSOR if order and _is_order(part) else ""):
            bound.setdefault(name, set()).update({group} - {""})
    return bound


def _bound_in(part: Sequence[Token], side: str, now: str) -> list[tuple[str, str]]:
    """The content words of a sentence, each with its side. now: the side that it begins under, or ""."""
    made: list[tuple[str, str]] = []
    passing, left, clause = "", 0, 0
    for number, token in enumerate(part):
        group = _group(token, side, _reader(side))
        if token.lower in _CLAUSES:
            clause = len(made)
        if group and _attributive(part, number):
            group = ""
        elif group and _doer(part, number):
            # "the change is decided by the sponsor": all of the clause is the sponsor's.
            made[clause:] = [(name, group) for name, _ in made[clause:]]
            passing, left = group, 2
        elif group and token.possessive and clause == len(made):
            now, left = group, 0  # "the CDMO's quality unit releases"
        elif group and (token.possessive or token.lower in _POSSESSIVE or _led(part, number)):
            passing, left = group, 2
        elif group and (token.lower in _OBJECTS or _done_to(part, number)):
            passing, left = group, 0
        elif group:
            now, left = group, 0
        if token.content and not group:
            made.append((token.stem, passing if left else now))
            left = max(0, left - 1)
    return made


def _doer(part: Sequence[Token], number: int) -> bool:
    """ "is decided by the sponsor": who does it stands behind it."""
    at = number - 1
    while at >= 0 and (part[at].lower in _SET or part[at].content) and number - at < 4:
        at -= 1
    passive = at > 1 and part[at].lower == "by" and part[at - 1].lower.endswith(("ed", "en", "de", "ld", "ne"))
    return passive and any(token.lower in _BE for token in part[max(0, at - 5) : at])


def passive(text: str) -> bool:
    """Whether a side stands behind what it does."""
    parts = sentences_of(tokens(text))
    return any(group_of(token, "") and _doer(part, n) for part in parts for n, token in enumerate(part))


def _attributive(part: Sequence[Token], number: int) -> bool:
    """ "CDMO work", "person in plant": the side is no doer there."""
    token = part[number]
    before = part[number - 1].lower if number else ""
    if before == "in" and token.lower == "plant":
        return True
    singular = token.lower in (_SPONSORS | _MAKERS) and not token.lower.endswith("s")
    following = part[number + 1] if number + 1 < len(part) else None
    free = number > 0 and before not in _SET and part[number - 1].text not in ".,;:" and not part[number - 1].content
    return singular and free and following is not None and following.content


def _is_order(part: Sequence[Token]) -> bool:
    words = [token.lower for token in part if token.stem]
    return bool(words) and words[0] in _ORDERS


def _orders(found: Sequence[Token]) -> bool:
    return any(_is_order(part) for part in sentences_of(found))


def _voices(ours: Sequence[Token]) -> list[str]:
    """The sides that are said to speak: "CDMOs say", "according to a sponsor", "from the CDMO's point of view"."""
    words = [token for token in ours if token.stem]
    found = []
    for number, token in enumerate(words):
        group = _group(token, "", "")
        if not group:
            continue
        before = [word.lower for word in words[max(0, number - 3) : number]]
        following = [word.lower for word in words[number + 1 : number + 5]]
        led = {"according", "from", "for"} & set(before) and {"view", "point", "perspective", "side"} & set(following)
        if led or "according" in before or set(following[:3]) & _SAYING:
            found.append(group)
    return found


def _told_by(ours: Sequence[Token], side: str) -> bool:
    """Whether the sentence begins with who says it: "The CDMO lead wants", "in the consultant's picture"."""
    words = [token for token in ours if token.stem]
    named = next((n for n, token in enumerate(words[:5]) if _group(token, "", "") == side and side), -1)
    return named >= 0 and any(token.lower in _TELLING for token in words[named + 1 : named + 5])


def _voice_fault(ours: Sequence[Token], theirs: Sequence[Token], side: str) -> str:
    """Whoever is said to speak must be on the speaker's side, where that is known, or speak in the quote as well."""
    if side not in (SPONSOR, MAKER, *_OTHERS):
        return ""
    wrong = [group for group in _voices(ours) if group not in (side, *_voices(theirs))]
    return f"it is not the {wrong[0]} who speaks" if wrong else ""
