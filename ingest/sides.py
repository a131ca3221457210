"""On which side of the table an organisation sits, guessed from the words about it. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from ingest.quotations import sentence_ends

# In a name, these decide at once.
NAME_CUES = (
    (
        "regulator",
        r"\b(?:FDA|EMA|MHRA|PMDA|Swissmedic|Medicines Agency|Food and Drug Administration|Läkemedelsverket)\b",
    ),
    (
        "academic",
        r"\b(?:University|Universität|College|Institute of Technology|School of|Academy|ETH|MIT|KTH|Karolinska)\b",
    ),
    ("investor", r"\b(?:Ventures?|Venture Partners|Capital|Invest|Investments?|Equity|Fund)\b"),
    ("consultant", r"\b(?:Consulting|Consultancy|Consultants|Advisory|Advisors)\b"),
    ("cdmo", r"\b(?:CDMO|CMO|Contract Manufacturing|Contract Services)\b"),
    ("sponsor", r"\b(?:Therapeutics|Biotech|Biopharma|Oncology|Medicines)\b"),
)
# A noun that says what an organisation is.
NOUN_CUES = (
    (
        "cdmo",
        r"CDMO|contract (?:development and )?manufactur(?:er|ing organi[sz]ation)|manufacturing partner",
    ),
    (
        "sponsor",
        r"biotech(?:nology)?(?: (?:company|firm|start-?up))?|bio ?pharma(?:ceutical)? company|drug developer|"
        r"(?:clinical|preclinical)-stage company|sponsor|therapeutics company|pharmaceutical company",
    ),
    ("consultant", r"consultancy|consulting firm|consultant|advisory firm"),
    ("investor", r"venture (?:capital )?(?:firm|fund|investor)|investment (?:firm|fund)|venture capitalist|investor"),
    ("regulator", r"regulator|regulatory (?:agency|authority)|medicines agency"),
    ("academic", r"university|research institute|academic (?:centre|center|hospital)"),
)
ROLE_CUES = (
    ("consultant", r"consultant|adviser|advisor"),
    ("investor", r"investor|venture partner|general partner"),
    ("academic", r"professor|lecturer|dean"),
    ("regulator", r"inspector|commissioner|reviewer"),
)
ADJECTIVES = r"(?:(?!(?:that|which|of|for|to|and|in|with|by|from)\b)[\w’'-]+[ ]){0,3}?"
# "looked for a CDMO": what an organisation wants, it is not.
WANTS = re.compile(
    r"\b(?:look\w*|search\w*|need\w*|wait\w*|want\w*|ask\w*|pa(?:y|id|ys)|hunt\w*|seek\w*|sought|chose|choos\w+)\s+(?:for\s+)?$"
)


def guess_side(role: str, organisation: str, texts: Sequence[str]) -> str:
    """A side of kb.records.SIDES: by the organisation's name, what the texts call it, the role; else "unknown"."""
    for side, pattern in NAME_CUES:
        if organisation and re.search(pattern, organisation):
            return side
    votes = _votes(organisation, texts) if organisation else Counter()
    best = votes.most_common(2)
    if best and (len(best) == 1 or best[0][1] > best[1][1]):
        return best[0][0]
    return next((side for side, pattern in ROLE_CUES if re.search(pattern, role, re.IGNORECASE)), "unknown")


def _votes(organisation: str, texts: Sequence[str]) -> Counter[str]:
    """How often each side's noun is said of the organisation, in the sentences that name it."""
    names = {re.escape(organisation), re.escape(organisation.split()[0])}
    called = re.compile(rf"\b(?:{'|'.join(sorted(names, key=len, reverse=True))})\b")
    votes: Counter[str] = Counter()
    for text in texts:
        if not called.search(text):
            continue
        start = 0
        for end in sentence_ends(text):
            sentence = text[start:end]
            start = end
            name = called.search(sentence)
            if name:
                votes.update(_said_of(sentence, name.start(), called.pattern))
    return votes


def _said_of(sentence: str, name_at: int, called: str) -> list[str]:
    """Sides whose noun stands as the name's predicate or apposition in the sentence."""
    said: list[str] = []
    for side, nouns in NOUN_CUES:
        beside = rf"\b(?:{nouns}),?[ ]{called}|{called}(?:[’']s)?,[ ](?:the|an?)[ ]{ADJECTIVES}(?:{nouns})\b"
        if re.search(beside, sentence, re.IGNORECASE):
            said += [side, side]
        # "Acme is a mid-sized CDMO", "a broad range for a CDMO", but not "Acme looked for a CDMO".
        predicate = rf"(?:\b(?:is|was|as|for|being|remains|like|became)\s+|[—–-]\s*)an?\s+{ADJECTIVES}(?:{nouns})\b"
        for match in re.finditer(predicate, sentence[name_at:], re.IGNORECASE):
            if not WANTS.search(sentence[: name_at + match.start()]):
                said.append(side)
    return said
