"""Words that tell persons, roles, organisations, places and speech apart. Data and patterns only."""

from __future__ import annotations

import re


def words(text: str) -> frozenset[str]:
    """The words of a list written as text."""
    return frozenset(text.split())


UPPER = "".join(chr(code) for code in (*range(0x250), *range(0x370, 0x530)) if chr(code).isupper())
CAP = rf"[{UPPER}][^\W\d_]*(?:[’'-](?!s\b)[^\W\d_]+)*"
INITIAL = rf"[{UPPER}]\."
PARTICLE = r"(?:van|von|der|den|de|del|della|di|da|dos|du|la|le|bin|ibn|al|el|ter|ten|af|av|zu)"
TITLE = r"(?:Dr|Mr|Mrs|Ms|Prof)\."
# A run of capitalised words: a name, an organisation, a place, or the start of a sentence.
_WORD = rf"(?:{TITLE}|{INITIAL}|{CAP})"
RUN = re.compile(rf"(?<![\w’'-]){_WORD}(?:[ ](?:(?:{PARTICLE}[ ]){{0,2}}{_WORD}))*")

HONORIFICS = words("Dr Dr. Mr Mr. Mrs Mrs. Ms Ms. Prof Prof. Professor Sir Dame Madam")
FEMALE_HONORIFICS = words("Mrs Mrs. Ms Ms. Dame Madam")
MALE_HONORIFICS = words("Mr Mr. Sir")

ROLE_WORDS = words(
    """
    CEO CSO CTO COO CFO CMO CBO CIO CCO CPO VP SVP EVP chief president vice director head founder cofounder
    co-founder partner manager lead leader professor chair chairman chairwoman chairperson principal consultant
    adviser advisor scientist engineer officer analyst investor executive commissioner reviewer inspector
    regulator editor researcher fellow lecturer owner specialist expert associate chemist biologist physician
    economist strategist dean moderator auditor spokesman spokeswoman spokesperson journalist reporter author
    """
)
ROLE = r"(?:" + "|".join(sorted((re.escape(word) for word in ROLE_WORDS), key=lambda word: (-len(word), word))) + r")"
# Up to three words ("the company's global ...") stand before the word that makes a phrase a role.
ROLE_START = re.compile(
    rf"(?:(?:the|a|an|its|our|their|his|her|who\s+is)\s+)?(?:[\w’'&/-]+\s+){{0,3}}?{ROLE}\b", re.IGNORECASE
)

# Beginnings of sentences and connecting words that stand capitalised before a name.
STARTERS = words(
    """
    a an the and but or so yet for nor if when while where as at after before although though because since
    until in on of by to from with without like unlike both either neither not now then today yesterday tomorrow
    later earlier recently meanwhile however moreover still also even only here there this that these those it
    he she they we you i his her their our its my your who what why how which whose says said asked listen
    according looking speaking guest host interview author photo image source editor ceo dear thanks meet let
    will may can should would could did does do is are was were has have had be being been more most many some
    any all each every no yes
    """
)
NOT_NAMES = words(
    """
    inc ltd llc plc gmbh ag ab sa nv bv oy aps corp corporation company group holding holdings limited biologics
    therapeutics pharma pharmaceutical pharmaceuticals biotech biotechnology biosciences bioscience biopharma
    biosimilars biosolutions biomanufacturing sciences science life laboratories labs lab diagnostics genomics
    medicines medicine health healthcare vaccines oncology medical systems technologies technology solutions
    services partners capital ventures venture fund funds investments consulting consultants advisors university
    college institute institut school academy hospital clinic centre center foundation association society
    council committee commission agency authority administration office department ministry board union forum
    summit conference days day week podcast magazine journal news times review report network international
    global national european american british swedish german french chinese indian nordic north south east west
    northern southern city street road january february march april june july august september october november
    december monday tuesday wednesday thursday friday saturday sunday cdmo cdmos cmo cro cmc gmp fda ema mhra
    ich phase annex chapter guidance guideline regulation directive act quality process technology manufacturing
    development production clinical regulatory engineering supply operations research project programme program
    team platform portfolio gene cell therapy antibody protein data digital innovation strategy business
    industry market series part table figure step section question questions answer answers
    """
)
PLACES = words(
    """
    africa america asia australia austria belgium brazil britain canada china denmark england europe finland
    france germany india ireland israel italy japan korea mexico netherlands norway poland portugal scotland
    singapore spain sweden switzerland taiwan turkey ukraine wales amsterdam barcelona basel beijing berlin
    boston brussels cambridge chicago copenhagen dublin geneva gothenburg helsinki lisbon london lyon madrid
    malmo malmö milan munich oslo oxford paris philadelphia prague rome seoul shanghai stockholm sydney tokyo
    toronto uppsala vienna visp washington zurich zürich francisco diego york jersey kingdom states zealand
    carolina california massachusetts
    """
)
# Companies whose names look like a person's.
COMPANY_NAMES = frozenset(
    (
        "eli lilly",
        "boehringer ingelheim",
        "johnson matthey",
        "charles river",
        "thermo fisher",
        "fisher scientific",
        "bristol myers",
        "ernst young",
        "merck kgaa",
        "goldman sachs",
        "morgan stanley",
        "wells fargo",
        "jp morgan",
        "novo nordisk",
        "daiichi sankyo",
        "roche genentech",
        "arthur little",
        "silicon valley",
        "hugging face",
        "practical ai",
        "big pharma",
        "google cloud",
        "amazon web",
    )
)

FEMALE = words(
    """
    alexandra alice amanda amelia amy ana andrea angela anita ann anna anne annika astrid barbara beatrice
    birgit camilla carla caroline catherine charlotte christina christine claire claudia deborah diana eleanor
    elena elin elisabeth elizabeth ella emily emma eva fatima fiona frida grace hanna hannah helen helena ingrid
    irene isabel jane janet jennifer jessica joanna julia julie karen karin katarina kate katherine kathleen
    kerstin laura lena linda lisa louise lucia lucy maja malin margaret maria marie marta martha mary megan
    melissa mia michelle monica nadia nancy natalie nicole nina olivia patricia paula petra priya rachel rebecca
    renata rosa ruth sandra sara sarah sofia sophia sophie stephanie susan susanna tanja teresa ulrika ursula
    valerie vera victoria yasmin
    """
)
MALE = words(
    """
    adam alan albert alexander ali anders andreas andrew anthony antonio arjun arthur benjamin bernard bob brian
    bruno carl carlos charles christian christopher daniel david dennis dominic edward eric erik felix francis
    frank fredrik gary george gerald giovanni gregory gustav hans harold henrik henry hugo ian ivan jack jacob
    jakob james jan jason javier jeff jens jeremy joe johan johannes john jonas jonathan jorge jose joseph juan
    karl keith kenneth kevin klaus lars leif leo liam luca lucas luis magnus marcel marco marcus mario markus
    martin matthew mats michael miguel mikael mike mohammed nicholas niklas nils noah olaf oliver omar oscar
    pablo patrick paul pedro per peter philip pierre rafael rahul ralf raymond richard robert roger roland
    ronald samuel scott sean sebastian simon stefan stephen steven sven theo thomas tim tobias tom tomas victor
    vincent walter wei william wolfgang
    """
)
GIVEN = FEMALE | MALE


def _forms(verbs: frozenset[str]) -> set[str]:
    """Present, past and -ing forms of regular verbs."""
    forms: set[str] = set()
    for verb in sorted(verbs):
        stem = verb[:-1] if verb.endswith("e") else verb
        if verb.endswith("y") and verb[-2] not in "aeiou":
            forms |= {verb, f"{verb[:-1]}ies", f"{verb[:-1]}ied", f"{verb}ing"}
        else:
            third = f"{verb}es" if verb.endswith(("s", "sh", "ch")) else f"{verb}s"
            forms |= {verb, third, f"{stem}ed", f"{stem}ing"}
    return forms


SPEECH_VERBS = frozenset(
    _forms(
        words(
            """
    explain note advise observe emphasize emphasise predict add recall warn argue point stress state
    continue conclude recommend suggest describe believe comment remark caution acknowledge agree ask reply
    respond insist reflect claim maintain recognize recognise reveal mention declare call joke laugh quip
    summarize summarise highlight underline underscore counsel confirm announce urge elaborate contend muse
    assert report share express outline concede advocate envision anticipate answer object wonder remember
    clarify deny offer lament complain hope expect request define
    """
        )
    )
    | words(
        """
    say says said saying tell tells told telling think thinks thought put puts putting admit admits
    """
    )
    | words(
        """
    admitted admitting write writes wrote writing written speaks spoke foresee foresees foresaw quipped
    """
    )
)
SPEECH = r"(?:" + "|".join(sorted(SPEECH_VERBS, key=lambda word: (-len(word), word))) + r")\b"
