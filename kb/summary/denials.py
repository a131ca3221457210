"""What a text denies: its negations and their reach, those that cancel out, and words that may deny. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from kb.summary.wording import BREAKS, Token, stem

REACH, WIDE = 4, 10
_JOINS = frozenset(("and", "or"))
_ENDS = frozenset(".,;:!?()–—")
_STOPS = frozenset("and or is are was were be has have had".split())  # noqa: SIM905
_CALLED = frozenset("otherwise else".split())  # noqa: SIM905
# These deny what stands before them.
_BEHIND = frozenset("missing absent lacking".split())  # noqa: SIM905
NEGATORS = frozenset(
    """not no never nobody none nothing neither nor without cannot rarely seldom hardly barely scarcely unable unlikely
    refuse refuses refused lack lacks avoid avoids avoided fails decline declines forbid forbids forbidden
    forbade failed prohibit prohibits prohibited prevent prevents stop stops stopped impossible wrong deny denies denied
    reject rejects rejected nowhere few little unwilling
    reluctant beware non useless pointless unhelpful unnecessary needless""".split()  # noqa: SIM905
)


# These deny as well, but mean other things too: they account for a denial of the other text, and need no counterpart.
_SOFT = frozenset(
    """outside beyond except excluding exclude excludes excluded exempt exempts bar bars barred ban bans banned skip
    skips drop drops dropped waive waives waived free spare spares""".split()  # noqa: SIM905
)
# Two of these in one clause are a yes: "never ... without" is "always ... with".
_SECOND = frozenset(("without",))
# "without it" denies what stands before it.
_POINTING = frozenset("it them this that these those".split())  # noqa: SIM905
_WITH_TO = frozenset(stem(word) for word in ("fail", "decline"))


@dataclass(frozen=True, slots=True)
class Negation:
    """stems: what it reaches over, nearest first; places: of these among the tokens; wide: all of its clause's rest.

    before: what stands before it, which a passive turn puts behind."""

    word: str
    stems: tuple[str, ...]
    places: tuple[int, ...]
    wide: frozenset[str]
    before: frozenset[str]


def negations(found: Sequence[Token], plain: Collection[str] = ()) -> list[Negation]:
    """Every negation of a text, in order. "rather than" and "instead of" are some. plain: stems that deny nothing."""
    made = []
    for number, token in enumerate(found):
        following = found[number + 1].lower if number + 1 < len(found) else ""
        pair = (token.lower, following) in {("rather", "than"), ("instead", "of"), ("yet", "to")}
        if not (pair or negates(token)) or (token.content and token.stem in plain):
            continue
        if token.lower in {"few", "little"} and number and found[number - 1].lower == "a":
            continue
        # "refuse or restrict" is not "refuse to restrict".
        if (number and found[number - 1].lower == "or") or (token.content and following == "or"):
            continue
        # "why not try it" says yes.
        if number and found[number - 1].lower == "why":
            continue
        # What fails to hold does not; what fails is only said to fail.
        if token.stem in _WITH_TO and following != "to":
            continue
        most, widest = (1, 1) if token.lower == "non" else (REACH, WIDE)
        reached = () if token.lower in _BEHIND else reached_from(found, number + 1 + pair, most)
        places = reached or _left(found, number)
        wide = frozenset(found[at].stem for at in reached_from(found, number + 1 + pair, widest))
        pointed = _left(found, number - 1, ".", REACH) if following in _POINTING else ()
        stems = tuple(found[at].stem for at in (*places, *pointed))
        wide |= {found[at].stem for at in pointed}
        before = frozenset(found[at].stem for at in _left(found, number, most=REACH))
        made.append(Negation(token.lower, stems, (*places, *pointed), wide, before))
    return made


def negates(token: Token) -> bool:
    return token.lower in NEGATORS or token.lower in _BEHIND or token.lower.endswith("n't")


def _left(found: Sequence[Token], number: int, ends: Collection[str] = BREAKS, most: int = 2) -> tuple[int, ...]:
    """What a clause's last word denies: "the press release is not"."""
    places: list[int] = []
    for at in range(number - 1, -1, -1):
        if found[at].lower in ends or found[at].lower in _JOINS or len(places) == most:
            break
        if found[at].content:
            places.append(at)
    return tuple(places)


def reached_from(found: Sequence[Token], start: int, reach: int = REACH) -> tuple[int, ...]:
    """Up to the clause's end, or to the next "not"."""
    places: list[int] = []
    for at in range(start, len(found)):
        token = found[at]
        if token.lower in BREAKS or len(places) == reach or (not token.content and negates(token)):
            break
        if token.content:
            places.append(at)
    return tuple(places)


def doubled(found: Sequence[Token]) -> list[tuple[int, int]]:
    """Where a clause denies twice, "not permitted without", from the first denial to the clause's end."""
    made = []
    for number, token in enumerate(found):
        if not negates(token) or token.content:
            continue
        end = next((at for at in range(number + 1, len(found)) if found[at].lower in _ENDS), len(found))
        others = [found[at] for at in range(number + 1, end) if not found[at].content and negates(found[at])]
        if any((one.lower in _SECOND) != (token.lower in _SECOND) for one in others):
            made.append((number, end))
    return made


def softly_denied(found: Sequence[Token]) -> set[str]:
    """What stands after a word that may deny, up to the next verb or "and": "bars visitors and releases lots"."""
    made: set[str] = set()
    for number, token in enumerate(found):
        pair = token.lower == "other" and found[number + 1 : number + 2] and found[number + 1].lower == "than"
        if token.lower in _SOFT or pair:
            start = number + 1 + bool(pair)
            end = next((at for at in range(start, len(found)) if found[at].lower in _STOPS), len(found))
            made |= {found[at].stem for at in reached_from(found[:end], start, WIDE)}
    return made


def with_only(found: Sequence[Token]) -> set[str]:
    """The content words of the clauses that say "only"."""
    made: set[str] = set()
    clause: list[Token] = []
    for token in (*found, None):
        if token is not None and token.lower not in _ENDS:
            clause.append(token)
            continue
        if any(one.lower == "only" for one in clause):
            made |= {one.stem for one in clause if one.content}
        clause = []
    return made


def before_otherwise(found: Sequence[Token]) -> set[str]:
    """What "otherwise" takes up as a condition: "a run without methods" is "methods, as otherwise a run"."""
    at = next((n for n, token in enumerate(found) if token.lower in _CALLED), 0)
    return {token.stem for token in found[:at] if token.content}
