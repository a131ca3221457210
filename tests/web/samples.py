"""A small library of our own: an interview, two states of an article, a composed roundtable, a hostile page."""

from __future__ import annotations

from dataclasses import dataclass

from kb.assembly import KnowledgeBase
from kb.indexing import Item
from kb.records import Chapter, Draft, Metadata, Segment, Speaker, TimeMark, content_hash

AUDIO = "https://audio.example/episode-12.mp3"
SCRIPT = "<script>alert('cleanroom')</script>"
NOT_HERE = "Which submarine volcano erupted during the tournament in Reykjavik?"

SPONSOR = Speaker("Jane Doe", "Chief operating officer", "Example Therapeutics", "sponsor")
CDMO = Speaker("Richard Roe", "Site head", "Example Biologics", "cdmo")
PRESENTER = Speaker("Mary Major", "Presenter", "", "host", host=True, guessed=True)
QUOTED = Speaker("John Stiles", "Head of manufacturing", "Acme Bio", "sponsor")
LEAD = Speaker("CDMO programme lead", "", "", "cdmo")
HOST = Speaker("Host", "", "", "host", host=True)


@dataclass(frozen=True)
class Part:
    """One segment to be: its words without the white space that follows; end: what follows."""

    kind: str
    words: str
    speaker: str | None = None
    second: float | None = None
    level: int = 0
    end: str = "\n\n"


def draft(key: str, metadata: Metadata, parts: list[Part]) -> Draft:
    text = ""
    segments = []
    for part in parts:
        start = len(text)
        text += part.words + part.end
        segments.append(Segment(start, len(text), part.kind, part.speaker, part.second, None, part.level))
    marks = tuple(TimeMark(s.start, s.start_s) for s in segments if s.start_s is not None)
    return Draft(key, metadata, text, tuple(segments), marks)


def interview() -> Draft:
    metadata = Metadata(
        title="Two sides of a delayed batch",
        show="Example Hour",
        kind="episode",
        date="2025-10-01",
        url="https://show.example/12",
        audio=AUDIO,
        licence="CC BY 4.0",
        phase=("phase 2",),
        modality=("viral vector",),
        speakers=(PRESENTER, SPONSOR, CDMO),
        chapters=(Chapter(0.0, "Opening"), Chapter(751.0, "Repairing trust")),
    )
    return draft(
        "episode-12",
        metadata,
        [
            Part("turn", "Welcome back. How did the two of you begin?", PRESENTER.name, 3.0),
            Part(
                "turn",
                "We called the manufacturer eighteen months before the toxicology batch. That early conversation "
                "cost us nothing and it saved a whole season of waiting.",
                SPONSOR.name,
                9.5,
            ),
            Part("turn", "And how do you rebuild trust after a failed batch?", PRESENTER.name, 748.0),
            Part(
                "turn",
                "Trust is rebuilt when the bad news arrives early and the cause arrives later. "
                "We rang the sponsor within two hours of the failed batch, before we had any explanation.",
                CDMO.name,
                751.0,
            ),
            Part(
                "turn",
                "That phone call mattered more to us than the root cause report. "
                "After a failed batch we judge a partner by how quickly the silence ends.",
                SPONSOR.name,
                3790.0,
            ),
        ],
    )


def article(edited: bool = False) -> Draft:
    metadata = Metadata(
        title="Sitting in the same room",
        show="Example Weekly",
        kind="article",
        date="2026-03",
        url="https://paper.example/same-room",
        sponsored=True,
        speakers=(QUOTED,),
    )
    closing = "Weekly joint meetings replaced the long quarterly reviews."
    return draft(
        "article-1",
        metadata,
        [
            Part("heading", "Sitting in the same room", level=1),
            Part("heading", "One plan for both companies", level=2),
            Part("narration", "Integrating the teams of a sponsor and a CDMO begins with a shared plan.", end=" "),
            Part("quote", "“We gave their scientists a desk beside ours,”", QUOTED.name, end=" "),
            Part("narration", "Stiles explains.", end=" "),
            Part("quote", "“Joint teams stop writing letters and begin talking.”", QUOTED.name),
            Part("heading", "What changed", level=2),
            Part("paragraph", closing if not edited else "Daily joint meetings replaced the quarterly reviews."),
            Part("promotion", "Subscribe at https://paper.example/subscribe and listen on your phone."),
            Part("heading", "Sources", level=2),
            Part("reference", "Guidance on shared plans, https://agency.example/guidance?a=1&b=2."),
        ],
    )


def roundtable() -> Draft:
    metadata = Metadata(
        title="Who pays for a reserved slot",
        show="Counterpart Roundtables",
        kind="episode",
        date="2026",
        composed=True,
        speakers=(HOST, LEAD),
    )
    return draft(
        "roundtable-1",
        metadata,
        [
            Part("turn", "Why are cancellation fees so hated?", HOST.name, 1.0),
            Part(
                "turn",
                "A cancellation fee protects the sponsor who keeps its dates from the sponsor who moves them. "
                "A reserved manufacturing slot that stands empty is paid for by somebody.",
                LEAD.name,
                6.0,
            ),
        ],
    )


def hostile() -> Draft:
    metadata = Metadata(
        title=f"Cleanroom gowning {SCRIPT}",
        show='"><img src=x onerror=alert(1)>',
        kind="article",
        url="javascript:alert(1)",
        audio="data:text/html,<script>alert(1)</script>",
        licence="<b>none</b>",
        speakers=(Speaker(f"Eve {SCRIPT}", "<i>role</i>", "<u>organisation</u>", "academic"),),
    )
    return draft(
        "hostile-1",
        metadata,
        [
            Part("heading", f"Gowning {SCRIPT}", level=2),
            Part("turn", f"Gowning in a cleanroom takes practice {SCRIPT} every morning.", f"Eve {SCRIPT}", 5.0),
            Part("reference", "javascript:alert(1) and https://ok.example/page, nothing else."),
        ],
    )


def publish(base: KnowledgeBase, *drafts: Draft) -> dict[str, str]:
    """Publish and follow: source key -> document id."""
    items = [
        Item(one, f"{one.source_key}.txt", content_hash(one.content()), len(one.text), "samples") for one in drafts
    ]
    outcomes = list(base.publisher().publish_all(items))
    base.follow()
    return {one.source_key: outcome.document_id for one, outcome in zip(drafts, outcomes, strict=True)}
