"""Numbers as two texts may write them: digits, words, ordinals, fractions, percents, with their units. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from kb.summary.wording import stem
from kb.words import STOP_WORDS

_ONES = dict(
    zip(
        """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
        seventeen eighteen nineteen""".split(),  # noqa: SIM905
        range(20),
        strict=True,
    )
)
_TENS = dict(zip("twenty thirty forty fifty sixty seventy eighty ninety".split(), range(20, 100, 10), strict=True))  # noqa: SIM905
_SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "dozen": 12}
_ORDINALS = dict(
    zip(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split(),  # noqa: SIM905
        range(1, 13),
        strict=True,
    )
)
_OTHERS = {"once": 1, "twice": 2, "single": 1, "double": 2, "doubles": 2, "thrice": 3, "triple": 3, "trio": 3}
_FRACTIONS = {"half": Fraction(1, 2), "halves": Fraction(1, 2), "thirds": Fraction(1, 3), "fifths": Fraction(1, 5)}
_FRACTIONS |= {"quarters": Fraction(1, 4), "tenths": Fraction(1, 10), "tenth": Fraction(1, 10)}
_UNITS = {
    "hour": "hour hours hourly",
    "minute": "minute minutes",
    "second": "seconds",
    "day": "day days daily",
    "week": "week weeks weekly",
    "fortnight": "fortnight fortnights fortnightly",
    "month": "month months monthly",
    "quarter": "quarter quarters quarterly",
    "year": "year years yearly annual annually",
    "decade": "decade decades",
    "percent": "percent percentage %",
}
_UNIT = {word: unit for unit, words in _UNITS.items() for word in words.split()}
_WHOLE = (("day", 7, "week"), ("month", 12, "year"), ("hour", 24, "day"), ("month", 3, "quarter"))
_LABELS = frozenset(
    """phase phases chapter part annex week page stage step tier level section table day volume appendix article clause
    item figure paragraph report version lot""".split()  # noqa: SIM905
)
_FREQUENT = frozenset("hourly daily weekly fortnightly monthly quarterly yearly annual annually".split())  # noqa: SIM905
_EACH = frozenset("every each per a".split())  # noqa: SIM905
_PAIR = frozenset("both pair couple either neither".split())  # noqa: SIM905
_WORD = re.compile(r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|[^\W\d_]+|%")
# What is a name and no number: ICH Q5E, mRNA-1, ISO 9001 stay with the names.
_CODE = re.compile(r"\b[A-Z]{1,4}\d+[A-Z]?(?:\(R\d\))?|\b[A-Za-z]+\d\w*")


@dataclass(frozen=True, slots=True)
class Quantity:
    """noun: up to three words right after it; unit: of time or percent, or ""; label: "phase" in "phase 2", or ""."""

    value: Fraction
    noun: tuple[str, ...]
    unit: str
    ordinal: bool = False
    label: str = ""


def quantities(text: str) -> list[Quantity]:
    """Every number of a text, in order, "one" and "first" among them."""
    words = _words(text)
    found: list[Quantity] = []
    at = 0
    while at < len(words):
        value, after, ordinal = _number(words, at)
        # "once a month" is "monthly", and no number.
        if value is None or (words[at] == "once" and set(words[at + 1 : at + 2]) & _EACH):
            at += 1
            continue
        label = _label(words, at, [one.label for one in found[-1:]])
        noun = tuple(stem(word) for word in words[after : after + 3])
        found.append(Quantity(value, noun, "", ordinal, label))
        at = after
    found = [_with_unit(one) for one in found]
    for number in range(len(found) - 2, -1, -1):
        # "eighteen to twenty-four months"
        if found[number].noun[:1] in (("to",), ("or",)) and not found[number].unit:
            found[number] = replace(found[number], unit=found[number + 1].unit)
    return found


def numbered(text: str) -> Iterator[tuple[Fraction, str]]:
    """Each number with the three words before it."""
    words = _words(text)
    at = 0
    while at < len(words):
        value, after, _ = _number(words, at)
        if value is not None:
            yield value, " ".join(words[max(0, at - 3) : at])
        at = after if value is not None else at + 1


def value_of(word: str) -> Fraction | None:
    """The number that one lower-case word is, "one" and "first" left out: they say other things as well."""
    value, _, _ = _number([word], 0) if word[:1].isalnum() else (None, 0, False)
    return None if value == 1 else value


def units(text: str) -> set[str]:
    """The units of time that are named at all."""
    words = _words(text)
    return {_UNIT[word] for word in words if word in _UNIT}


def quantity_fault(sentence: str, quote: str) -> str:
    """Why a number of the sentence is not the quote's, or ""."""
    ours, theirs = quantities(sentence), _in_all_units(quantities(quote))
    if _PAIR & set(_words(quote)):
        theirs.append(Quantity(Fraction(2), (), ""))
    times = Counter(one.value for one in theirs)
    for value, number in Counter(one.value for one in ours).items():
        # "three to three" where the quote has "two to three".
        if value != 1 and number > max(1, times[value]):
            return f"the quote has {float(value):g} only once"
    for one in ours:
        if not _held(one, theirs):
            return f"the number {float(one.value):g} is not the quote's"
    missing = (units(sentence) - {"second", "percent"}) - units(quote) - {one.unit for one in theirs}
    if missing:
        return f"the quote does not speak of a {min(missing)}"
    strange = set(_bare_frequencies(sentence)) - units(quote)
    if strange:
        return f"the quote does not say that it is every {min(strange)}"
    return ""


def _in_all_units(found: Sequence[Quantity]) -> list[Quantity]:
    """With each time also in the units that it is whole in: 14 days are two weeks, a year is twelve months."""
    made = list(found)
    for one in found:
        for small, count, large in _WHOLE:
            if one.unit == small and one.value % count == 0:
                made.append(replace(one, value=one.value / count, noun=(stem(large),), unit=large))
            elif one.unit == large:
                made.append(replace(one, value=one.value * count, noun=(stem(small),), unit=small))
    return made


def _label(words: Sequence[str], at: int, last: Sequence[str]) -> str:
    before = words[at - 1] if at else ""
    if before in _LABELS:
        return stem(before)
    return last[0] if last and before in ("to", "and", "or") else ""


def _bare_frequencies(text: str) -> set[str]:
    return {_UNIT[word] for word in _words(text) if word in _FREQUENT}


def _held(one: Quantity, theirs: Sequence[Quantity]) -> bool:
    same = [other for other in theirs if other.value == one.value]
    rivals = [other for other in theirs if other.noun[:1] == one.noun[:1] and one.noun]
    if one.label:
        # "the first day" is day one; where the quote has phases, phase 3 must be one of them.
        labelled = [other for other in same if one.label in (other.label, *other.noun[:1])]
        return bool(labelled) if one.label in {other.label for other in theirs} else bool(same)
    if one.value == 1 and not one.unit:
        # "one" is a pronoun too, and "first" an adverb: wrong only where the quote counts the same thing otherwise.
        return not rivals or any(other.value == 1 for other in rivals)
    if one.value == 1 and one.unit and not same:
        return False
    if not one.unit:
        # Where the quote counts the same thing, it must count as many.
        counted = bool(rivals) and one.noun[0] not in STOP_WORDS
        # "all twelve are needed" counts what was named before.
        return any(other in rivals or _bare(other) for other in same) if counted else bool(same)
    # A bare number may be of this unit, unless the quote has another number of it.
    counted = one.value != 1 and any(other.unit == one.unit for other in theirs)
    return any(other.unit == one.unit or not (other.unit or counted) for other in same)


def _bare(one: Quantity) -> bool:
    return not one.noun or one.noun[0] in STOP_WORDS


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(_CODE.sub(" ", text.replace("per cent", "percent")))]


def _number(words: Sequence[str], at: int) -> tuple[Fraction | None, int, bool]:
    """The number that begins here, the place after it, and whether it is an ordinal."""
    word = words[at]
    if word[0].isdigit():
        return Fraction(word.replace(",", "")), at + 1, False
    if word in _ORDINALS:
        if at and word not in ("first", "second") and words[at - 1] in ("a", "one"):
            return Fraction(1, _ORDINALS[word]), at + 1, False
        return Fraction(_ORDINALS[word]), at + 1, True
    if word in _FRACTIONS:
        return _FRACTIONS[word], at + 1, False
    if word in _OTHERS:
        return Fraction(_OTHERS[word]), at + 1, False
    value, after = _counted(words, at)
    if value is None:
        return None, at, False
    if after < len(words) and words[after] in _FRACTIONS and words[after] != "half":
        return value * _FRACTIONS[words[after]], after + 1, False
    return value, after, False


def _counted(words: Sequence[str], at: int) -> tuple[Fraction | None, int]:
    """ "nine hundred", "twenty one", "eleven": a cardinal in words."""
    total, part, start = 0, 0, at
    while at < len(words):
        word = words[at]
        if word in _TENS and part == 0:
            part = _TENS[word]
        elif word in _ONES and (part == 0 or (part >= 20 and part % 10 == 0 and 0 < _ONES[word] < 10)):
            part += _ONES[word]
        elif word in _SCALES and at > start:
            total, part = total + part * _SCALES[word], 0
        else:
            break
        at += 1
    return (Fraction(total + part), at) if at > start else (None, at)


def _with_unit(one: Quantity) -> Quantity:
    for word in one.noun:
        if word in _UNIT:
            return replace(one, unit=_UNIT[word])
    return one
