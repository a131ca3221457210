"""Whether a sentence says yes where its quote says no. Pure.

Each "not", and each word like it, reaches over the next few content words of its clause. A negation of the sentence
must be one of the quote's, and the other way round, as far as both speak of the same words. A word whose opposite
stands in the quote counts as a negation of that.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kb.summary.wording import BREAKS, Token, stem, tokens

REACH = 4
_NEGATORS = frozenset(
    """not no never nobody none nothing neither nor without cannot rarely seldom hardly barely scarcely unable unlikely
    refuse refuses refused lack lacks lacking avoid avoids avoided fails decline declines forbid forbids forbidden
    forbade prohibit prohibits prohibited prevent prevents stop stops stopped impossible wrong deny denies denied
    reject rejects rejected nowhere few little unwilling
    reluctant beware useless pointless unhelpful unnecessary needless""".split()  # noqa: SIM905
)
_PAIRS = """before:after more:less more:fewer early:late earlier:later first:last always:never always:rarely
allow:forbid allow:prohibit permit:forbid permit:prohibit accept:reject accept:refuse increase:decrease rise:fall
grow:shrink high:low higher:lower large:small larger:smaller big:small fast:slow faster:slower easy:hard
easy:difficult easier:harder cheap:expensive cheap:dear cheaper:dearer same:different begin:end start:stop
start:finish open:closed success:failure succeed:fail gain:lose keep:lose strong:weak strength:weakness good:bad
better:worse best:worst useful:useless willing:unwilling likely:unlikely possible:impossible include:exclude
separate:combine separate:together apart:together full:empty minimum:maximum least:most above:below over:under
inside:outside all:none every:no many:few both:neither both:only all:only long:short longer:shorter win:lose
trust:distrust honest:dishonest formal:informal mandatory:optional usually:rarely often:rarely often:seldom
usually:seldom frequently:rarely sometimes:never sometimes:always rarely:always seldom:always assume:doubt
safe:unsafe suitable:unsuitable fair:unfair necessary:unnecessary ready:unready clear:unclear known:unknown
written:unwritten acceptable:unacceptable able:unable helpful:unhelpful important:unimportant agree:disagree
encourage:discourage protect:expose improve:worsen help:hinder help:harm build:destroy repair:damage
careful:careless certain:uncertain reliable:unreliable public:secret slower:faster worth:worthless support:oppose
forget:remember ignore:notice ignore:consider hide:show reveal:hide disclose:hide narrow:wide simple:complex
strict:loose tight:loose binding:indicative internal:external joint:separate calm:angry credible:incredible
beginning:end advantage:disadvantage praise:blame raise:lower faster:later sooner:later quicker:slower
more:equal later:before previously:afterwards normal:abnormal accident:purpose cannot:can less:greater
rare:common rarely:commonly seldom:frequently minor:major necessary:needless wait:hurry
before:once fail:work reduce:more reduce:increase reduce:raise
concentrate:spread cause:prevent create:prevent enable:prevent shorten:lengthen shorten:extend faster:slow slow:fast
fewer:increase less:increase cut:add add:remove hasten:delay speed:delay speed:slow accelerate:delay
optimistic:realistic optimistic:pessimistic certain:doubtful welcome:unwelcome respect:ignore
everybody:nobody everyone:nobody everything:nothing someone:nobody anyone:nobody exceed:below most:least
largest:smallest highest:lowest longest:shortest heavier:lighter heavy:light earliest:latest
must:optional equally:less equally:more equally:fewer mature:immature independent:dependent depend:independent"""
_UP = frozenset(
    "more increase increases increased raise raises rise rises grow grows greater higher larger extra".split()  # noqa: SIM905
)
_DOWN = frozenset(
    """less fewer reduce reduces reduced decrease decreases lower lowers fall falls shrink shrinks smaller
    cut cuts""".split()  # noqa: SIM905
)
OPPOSITES: dict[str, frozenset[str]] = {}
for _pair in _PAIRS.split():
    _one, _other = _pair.split(":")
    for _a, _b in ((_one, _other), (_other, _one)):
        OPPOSITES[_a] = OPPOSITES.get(_a, frozenset()) | {_b}
_BY_STEM: dict[str, frozenset[str]] = {}
for _word, _others in OPPOSITES.items():
    _BY_STEM[stem(_word)] = _BY_STEM.get(stem(_word), frozenset()) | {stem(other) for other in _others}


@dataclass(frozen=True, slots=True)
class Negation:
    """stems: what it reaches over, nearest first."""

    word: str
    stems: tuple[str, ...]


def negations(found: Sequence[Token]) -> list[Negation]:
    """Every negation of a text, in order. "rather than", "instead of" and "no longer" are some."""
    made = []
    for number, token in enumerate(found):
        following = found[number + 1].lower if number + 1 < len(found) else ""
        pair = (token.lower, following) in {("rather", "than"), ("instead", "of")}
        if pair or token.lower in _NEGATORS or token.lower.endswith("n't"):
            if token.lower in {"few", "little"} and number and found[number - 1].lower == "a":
                continue
            if number and found[number - 1].lower == "or":
                continue
            reached = _reached(found, number + 1 + pair)
            made.append(Negation(token.lower, reached or _left(found, number)))
    return made


def _left(found: Sequence[Token], number: int) -> tuple[str, ...]:
    """What a clause's last word denies: "the press release is not"."""
    stems: list[str] = []
    for token in reversed(found[:number]):
        if token.lower in BREAKS or len(stems) == 2:
            break
        if token.content:
            stems.append(token.stem)
    return tuple(stems)


def _reached(found: Sequence[Token], start: int) -> tuple[str, ...]:
    stems: list[str] = []
    for token in found[start:]:
        if token.lower in BREAKS or len(stems) == REACH:
            break
        if token.content:
            stems.append(token.stem)
    return tuple(stems)


def polarity_fault(sentence: str, quote: str) -> str:
    """Why the sentence may say the opposite of the quote, or ""."""
    ours, theirs = tokens(_compared(sentence)), tokens(_compared(quote))
    mine, its = negations(ours), negations(theirs)
    here = {token.stem for token in ours if token.content}
    there = {token.stem for token in theirs if token.content}
    denied_here = {name for one in mine for name in one.stems}
    denied_there = {name for one in its for name in one.stems}
    for name in sorted(here & there):
        # "never fails to hold" denies twice; which way that turns is not worked out.
        if sum(name in one.stems for one in mine) > max(1, sum(name in one.stems for one in its)):
            return f"it denies {name!r} twice"
    free = [one for one in its if not here & set(one.stems)]
    for one in mine:
        shared = [name for name in one.stems if name in there]
        if shared and not denied_there & set(shared) and not _opposed(one.stems, there):
            return f"it denies {shared[0]!r}, which the quote does not"
        if not shared and not free and not its:
            return f"{one.word!r} has no counterpart in the quote"
    for one in its:
        shared = [name for name in one.stems if name in here]
        telling = len(shared) > 1 or len(shared) * 2 >= len(one.stems)
        if shared and telling and not denied_here & set(shared) and not _opposed(one.stems, here):
            return f"the quote denies {shared[0]!r}, and it does not"
    return (
        _opposite_fault(ours, theirs, denied_here, denied_there)
        or _turned_fault(ours, theirs)
        or _compared_fault(ours, theirs)
    )


def _compared_fault(ours: Sequence[Token], theirs: Sequence[Token]) -> str:
    """ "more from A than from B" is not "more from B than from A"; and what grows does not shrink."""
    here, there = _after_than(ours), _after_than(theirs)
    mine, its = {token.stem for token in ours if token.content}, {token.stem for token in theirs if token.content}
    if here and there and (here & its) - there and (there & mine) - here:
        return f"{min((there & mine) - here)!r} stands on the other side of a comparison"
    up, down = ({token.lower for token in found} for found in (ours, theirs))
    for one, other in ((_UP, _DOWN), (_DOWN, _UP)):
        if (
            up & one
            and not up & other
            and down & other
            and not down & one
            and not (negations(ours) or negations(theirs))
        ):
            return f"{min(up & one)!r} has the other direction in the quote"
    return ""


def _after_than(found: Sequence[Token]) -> set[str]:
    return {name for n, token in enumerate(found) if token.lower == "than" for name in _reached(found, n + 1)}


def _compared(text: str) -> str:
    """ "not as much as" says "less", "as much as" says "equally"."""
    text = re.sub(r"\bnot (?:quite |nearly |at all )?as (?:much|many|good|\w+) as\b", "less", text, flags=re.IGNORECASE)
    return re.sub(r"\bas (?:much|many) as\b", "equally", text, flags=re.IGNORECASE)


def _turned_fault(ours: Sequence[Token], theirs: Sequence[Token]) -> str:
    """ "after the batch is made" where the quote has "before the batch is made", and "after" elsewhere."""
    there = _leading(theirs)
    for word, stems, denied in _leading(ours):
        others = OPPOSITES[word]
        same = {name for other, names, its in there if other == word and its == denied for name in names[:2]}
        turned = {name for other, names, its in there if other in others and its == denied for name in names[:2]}
        if stems and stems[0] in turned - same:
            return f"{word!r} stands where the quote has its opposite"
    return ""


def _leading(found: Sequence[Token]) -> list[tuple[str, tuple[str, ...], bool]]:
    """Each word that has an opposite, with what follows it, and whether a negation stands right before it."""
    words = [token.lower for token in found]
    return [
        (word, _reached(found, n + 1), any(before in _NEGATORS for before in words[max(0, n - 3) : n]))
        for n, word in enumerate(words)
        if word in OPPOSITES
    ]


def _opposite_fault(
    ours: Sequence[Token], theirs: Sequence[Token], denied_here: set[str], denied_there: set[str]
) -> str:
    here = {token.stem for token in ours if token.stem} | {token.lower for token in ours}
    there = {token.stem for token in theirs if token.stem} | {token.lower for token in theirs}
    for token in ours:
        for other in sorted(_BY_STEM.get(token.stem, ())):
            if token.stem in there or other not in there or other in here:
                continue
            if (token.stem in denied_here) == (other in denied_there):
                return f"{token.lower!r} is the opposite of what the quote says"
    return ""


def _opposed(stems: Sequence[str], other: set[str]) -> bool:
    """Whether an opposite of a denied word stands on the other side: "not early" beside "late"."""
    return any(_BY_STEM.get(name, frozenset()) & other for name in stems)
