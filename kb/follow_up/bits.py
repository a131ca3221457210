"""Questions that are whole in form and leave out what they are about: "who pays?", "what are the risks?". Pure."""

from __future__ import annotations

import re

from kb.follow_up.wording import ASKING_WORD, AUXILIARY, content

# Asks for more of the same, and names nothing.
_MORE = re.compile(
    r"^(?:please\s+)?(?:(?:can|could) you\s+)?(?:(?:tell|show|give) (?:me|us)\s+)?"
    r"(?:(?:a bit |a little |a few |some |any |two |three |an?\s+|for\s+|more\s+)*(?:more|details?|examples?|instance)"
    r"|go on|explain|elaborate"
    r"|(?:what|who|anything|anyone|something) else|such as(?: what)?|like (?:what|who|how|when|where)"
    r"|says? who|who says(?: so| that)?"
    r"|(?:how|why) so|really|are you sure|in (?:short|practice|detail)"
    r"|what (?:exactly|precisely|do you mean|does that mean))$",
    re.IGNORECASE,
)
# Sides of a thing, which are nothing without it.
_SIDE = (
    r"(?:risks?|downsides?|upsides?|benefits?|advantages?|disadvantages?|drawbacks?|pros|cons|costs?|price|alternatives?"
    r"|options?|exceptions?|reasons?|consequences?|limits?|limitations?|steps?|items?|parts?|points?|rules?|way|ways"
    r"|difference|trade-offs?|pitfalls?|mistakes?|traps?|signs?|goals?|purpose|deadline|timeline|minimum|maximum|catch|point"
    r"|problems?|challenges?|order|owner|result|outcome|remedy|solution|topics?|questions?|criteria|role|roles|impact|effect|effects)"
)
# "The biggest risks" are those of what was asked about; "the offside rule" is a thing of its own.
_USUAL = (
    r"(?:main|usual|typical|key|common|real|likely|possible|hidden|first|second|next|last|best|worst|right|other|cheaper"
    r"|better|faster|simpler|\w{2,}est|most\s+\w+)"
)
_SIDES = re.compile(
    rf"^(?:{ASKING_WORD}['’]s\s+|(?:{ASKING_WORD}\s+)?{AUXILIARY}\s+)(?:there\s+)?(?:the|an?|any|some|other)\s+(?:{_USUAL}\s+){{0,2}}{_SIDE}$",
    re.IGNORECASE,
)
_DEFINES = re.compile(r"^(?:what|who)(?:\s+(?:is|are|was|were)|['’]s)\s", re.IGNORECASE)
# "Who is responsible", "what happens otherwise".
_NOTHING_NAMED = re.compile(
    rf"^(?:who(?:['’]s|\s+{AUXILIARY})(?:\s+be)?\s+(?:in charge|responsible|involved|liable"
    r"|accountable|affected|right|best)"
    r"|what\s+(?:happens|changes|matters|comes|follows)\s+(?:otherwise|instead|next|then|first|most|now|after(?:wards?)?))$",
    re.IGNORECASE,
)
_HOW_MUCH = re.compile(r"^how\s+(?:much|many|long|often|early|late|soon|far|fast|quickly)\b", re.IGNORECASE)
_PARTY = (
    r"(?:CD?MOs?|sponsors?|boards?|investors?|regulators?|lawyers?|auditors?|CEO|consultants?|executives?|scientists?)"
)
# "What should the lawyers check": of what, was said before.
_PARTY_DOES = re.compile(
    rf"^(?:(?:what|when|where|why|how)\s+)?{AUXILIARY}\s+(?:(?:the|our|their)\s+)?{_PARTY}\s+[\w-]+$", re.IGNORECASE
)
# Said of anything, so that a question of nothing else is about what was said before: "who has the last word".
_SAID_OF_ANYTHING = frozenset(
    """ask avoid away bad best better call care case chance change choice common cost costs decide decides decision
    deal differ different difference do else enough everybody everyone exactly example examples expect fair far fast
    fault final find first get gets give go goes good happen happens help idea important job kind know last later least
    less likely long look lot lots make makes many matter matters mean means money most much need needs next nobody
    normal number number often okay one others pay pays people person place point possible problem put question ready
    realistic reasonable recommend right risk safe say says see should side soon sort start stop suggest sure take takes
    tell thing things think time true try turn turns typical unusual use used useful usual usually way week well word
    work works worse worst worth wrong""".split()  # noqa: SIM905
)
_ONE_IS = re.compile(rf"^{AUXILIARY}\s+(?:one|two|three|some|none|both|all|most)\s+(?:be\s+)?[\w-]+$", re.IGNORECASE)


_SIDE_ALONE = re.compile(rf"^(?:(?:the|any|some|other|what|which)\s+)?(?:{_USUAL}\s+){{0,2}}{_SIDE}$", re.IGNORECASE)


def names_a_side(phrase: str) -> bool:
    """ "the risks", "any downsides"."""
    return bool(_SIDE_ALONE.match(phrase))


def asks_for_more(question: str) -> bool:
    return bool(_MORE.match(question))


def leaves_out(question: str) -> bool:
    """Whether a question, whole in form, does not say what it is about."""
    if (
        _NOTHING_NAMED.match(question)
        or _SIDES.match(question)
        or _ONE_IS.match(question)
        or _PARTY_DOES.match(question)
    ):
        return True
    if _SAID_OF_ANYTHING.issuperset(content(question)) and content(question):
        return True
    return len(content(_HOW_MUCH.sub("", question))) == 1 and not _DEFINES.match(question)
