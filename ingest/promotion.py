"""What in a document is not content: subscribe and share calls, "listen on", supplier votes, cookie notes. Pure.

Blocks so recognised get the kind "promotion": they stay in the text, are in no passage, and are reported. Run on
blocks as read, before quoted speech is cut into pieces. In the midst of a document only a short block that can be
nothing else is marked; at its end, a run of such blocks takes the heading over it and what lies between along.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ingest.reading import Block, Dropped

MOST_WORDS = 45  # a block longer than this has something to say
GAP_WORDS = 30  # of a block between two calls to action, at the end of a document
SPONSOR_WORDS = 150
REASON = "promotion"
_SERVICES = r"(?:apple(?: podcasts)?|spotify|you\s?tube|google podcasts|amazon music|overcast|stitcher|deezer|itunes)"
_NETWORKS = r"(?:facebook|twitter|x|linkedin|instagram|whatsapp|reddit|email|e-mail|bluesky|mastodon|youtube)"
_UP_TO_4 = r"(?:[\w&’'.-]+[ ]){0,4}"
_MEDIUM = r"(?:podcast|newsletter|channel|mailing list|show|feed|blog)"

# Each is matched at the start of a block, and nothing but a call to action reads like it. Advice must not: "Subscribe
# to the regulator's newsletter", "Recommend a supplier only after an audit", "Review the contract" are content.
_CALLS = (
    # podcasts
    rf"listen to (?:the |our |this )?{_UP_TO_4}{_MEDIUM}\b.{{0,60}}\b(?:to stay|on {_SERVICES}|here|for more)\b",
    rf"(?:listen|watch|available|find us|subscribe|follow us|stream)(?: now| it| this episode)?(?: on|:)[ ]+"
    rf"{_SERVICES}\b",
    r"(?:download|listen|subscribe|available|find us|get it|follow)\b.{0,40}\bwherever you (?:get|find|listen to)\b"
    r".{0,10}\bpodcasts",
    r"(?:rate|review) (?:us|(?:this|the|our) (?:podcast|show))\b",
    r"(?:leave|give) us (?:a|five|5)[ -](?:stars?|review|rating)\b",
    # subscriptions
    rf"(?:please )?(?:subscribe|sign up)\b.{{0,30}}\b(?:to|for|via) (?:our|this|my) {_UP_TO_4}{_MEDIUM}\b",
    rf"(?:subscribe|sign up) (?:to|for) the {_UP_TO_4}{_MEDIUM}.{{0,3}} (?:to (?:stay|get|receive)|today|for free)\b",
    r"subscribe(?: now| today| here| for free)?[.!]?$|sign up (?:now|today|here|for free)\b",
    rf"join our (?:\w+[ ]){{0,3}}(?:{_MEDIUM}|community)\b",
    # votes for suppliers
    r"recommend a supplier[.!]?$|who do you rate\?(?: recommend a supplier[.!]?)?$",
    r"help us (?:to )?find the (?:most|best)\b",
    # sharing
    r"(?:share|like|tweet|pin)(?: (?:this|on|via|the|article|post|page|story|episode))*:?"
    rf"(?:[ |,·/]*{_NETWORKS})+[.!]?$",
    r"share(?: this)?(?: article| post| page| story| episode)?$",
    rf"follow us(?: on)?:?(?:[ |,·/&]*(?:and )?{_NETWORKS})+[.!]?$|follow us[.!]?$",
    # the page's own furniture
    r"(?:we|this (?:site|website)) uses? cookies\b|(?:accept|reject|manage) (?:all )?cookies\b",
    r"cookie (?:settings|policy|notice)$|print this page$|copy link$|back to top$|skip to (?:main )?content$",
    r"(?:read (?:more|next)|you (?:may|might) also (?:like|enjoy)|recommended for you|most read)[:.]?$",
    r"(?:related (?:articles|posts|stories|episodes|content)|more from (?:this|the) (?:author|show))[:.]?$",
    r"(?:privacy policy|terms (?:of (?:use|service)|and conditions)|contact us|about us|advertise with us)[.]?$",
    r"(?:leave|post) a comment[.]?$|all rights reserved[.]?$|©|copyright (?:©|\d{4})",
    r"(?:(?:book|request) a demo|get in touch today)\b.{0,60}$",
    r"download (?:our|your) (?:free )?(?:white ?paper|e-?book|app)\b.{0,60}$",
)
CALLS = tuple(re.compile(pattern, re.IGNORECASE) for pattern in _CALLS)
# These say nothing by themselves; beside a call they are more of the same.
HINTS = re.compile(
    rf"(?:every|each|in every|in each) (?:week|month|episode)\b|about (?:the|this) (?:podcast|show|author)$|"
    rf"(?:[\w&’'.-]+[ ]){{0,4}}(?:podcast|newsletter)$|(?:{_SERVICES}[ |,·/]*)+$|(?:{_NETWORKS}[ |,·/]*)+$|"
    r"new episodes\b|stay (?:up[- ]to[- ]date|informed|connected|tuned)\b|never miss\b|enjoyed (?:this|the)\b|tags?:",
    re.IGNORECASE,
)
_TODAY = r"(?:this|today['’]?s)"
SPONSOR_READ = re.compile(
    rf"(?:[^.!?]{{0,40}}[.!?]\s+)?(?:{_TODAY} (?:episode|podcast|show)(?: of [^.!?]{{1,60}})? is "
    r"(?:brought to you|sponsored|supported) by|"
    rf"(?:support|sponsorship) for {_TODAY} (?:episode|podcast|show) comes from|"
    r"(?:today['’]?s|our) (?:episode )?sponsor (?:today |this week )?is|"
    r"(?:and )?(?:now )?a (?:quick )?word from our sponsors?)\b",
    re.IGNORECASE,
)
CONVERSATION = re.compile(
    r"\?|\b(?:welcome|my guest|our guest|joining me|joins me|today we|let['’]?s (?:talk|start|begin))\b", re.IGNORECASE
)


def set_aside(blocks: Sequence[Block]) -> tuple[tuple[Block, ...], list[Dropped], bool]:
    """(blocks with promotion marked, a report of each block marked, flagged).

    flagged: more than half of the words would go; then all blocks stay as they were and the report is empty.
    """
    chosen = _mid_document(blocks) | _tail(blocks)
    if not chosen:
        return tuple(blocks), [], False
    words = sum(len(block.text.split()) for block in blocks)
    if 2 * sum(len(blocks[index].text.split()) for index in chosen) > words:
        return tuple(blocks), [], True
    marked = tuple(
        replace(block, kind="promotion", level=0) if index in chosen else block for index, block in enumerate(blocks)
    )
    return marked, [Dropped(REASON, blocks[index].text, blocks[index].line) for index in sorted(chosen)], False


def _mid_document(blocks: Sequence[Block]) -> set[int]:
    return {
        index
        for index, block in enumerate(blocks)
        if (block.kind in ("paragraph", "heading") and _is_call(block)) or _is_sponsor_read(block)
    }


def _is_call(block: Block) -> bool:
    text = block.text.strip()
    if block.kind not in ("paragraph", "heading") or len(text.split()) > MOST_WORDS:
        return False
    return any(call.match(text) for call in CALLS)


def _is_hint(block: Block) -> bool:
    text = block.text.strip()
    return block.kind in ("paragraph", "heading") and len(text.split()) <= MOST_WORDS and HINTS.match(text) is not None


def _is_sponsor_read(block: Block) -> bool:
    """A turn or paragraph that is all advertisement: opened like one, short, and no talk with a guest in it."""
    text = block.text.strip()
    if block.kind not in ("turn", "paragraph") or len(text.split()) > SPONSOR_WORDS:
        return False
    return SPONSOR_READ.match(text) is not None and not CONVERSATION.search(text)


def _tail(blocks: Sequence[Block]) -> set[int]:
    """Indexes of the promotion that the document ends with; empty where its last blocks are content."""
    start = len(blocks)
    calls = gap = 0
    for index in range(len(blocks) - 1, -1, -1):
        block = blocks[index]
        if _is_call(block) or _is_hint(block):
            calls += _is_call(block)
            start, gap = index, 0
        elif gap or not _bridges(block) or start == len(blocks):
            break
        else:
            gap = 1
    while start < len(blocks) and not _is_call(blocks[start]) and blocks[start].kind != "heading":
        start += 1  # a lone hint ("Every week the team ...") is the last of the content
    if 0 < start < len(blocks) and blocks[start].kind != "heading" and blocks[start - 1].kind == "heading":
        start -= 1
    tail = range(start, len(blocks))
    return set(tail) if calls and 2 * calls >= len(tail) - 1 else set()


def _bridges(block: Block) -> bool:
    """A short block that may lie between two calls to action without ending the run of them."""
    return block.kind in ("paragraph", "heading") and len(block.text.split()) <= GAP_WORDS
