"""What feedparser drops of a feed: every transcript, person and chapter link, read from the XML again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lxml import etree  # type: ignore[import-untyped, unused-ignore]

from ingest.reading import Source
from kb.errors import InputError

# The two addresses that the podcast namespace has gone by.
_PODCAST = (
    "{https://podcastindex.org/namespace/1.0}",
    "{https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/1.0.md}",
)
_SPEAKING = ("host", "co-host", "cohost", "guest host", "guest", "interviewer", "interviewee", "panelist", "moderator")


@dataclass(frozen=True, slots=True)
class TranscriptLink:
    url: str
    type: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class FeedPerson:
    name: str
    role: str
    host: bool


@dataclass(frozen=True, slots=True)
class ItemXml:
    transcripts: tuple[TranscriptLink, ...] = ()
    people: tuple[FeedPerson, ...] = ()
    chapters: str = ""
    licence: str = ""


@dataclass(frozen=True, slots=True)
class FeedXml:
    """data: the feed as UTF-8 without declaration of another charset, for feedparser."""

    data: bytes
    title: str
    language: str
    licence: str
    people: tuple[FeedPerson, ...]
    items: tuple[ItemXml, ...]


def read_xml(source: Source) -> FeedXml:
    """Raises InputError, with the line, for XML that is broken, declares entities or passes libxml2's limits."""
    text = source.text.lstrip("\ufeff \t\r\n")
    if "<!ENTITY" in text:
        line = source.text[: source.text.index("<!ENTITY")].count("\n") + 1
        raise InputError(
            "the feed declares entities, which are not read",
            where=f"{source.path.name}, line {line}",
            way_out="Take the <!ENTITY> declarations out.",
        )
    if text.startswith("<?xml"):
        # Decoded already: a charset declared in the file is no longer true. The line count stays.
        text = '<?xml version="1.0" encoding="utf-8"?>' + text[text.find("?>") + 2 :]
    data = text.encode()
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False, dtd_validation=False
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise InputError(
            f"broken XML: {error.msg}",
            where=f"{source.path.name}, line {error.lineno or 1}",
            way_out="Check that the feed is whole.",
        ) from error
    return _feed(root, data)


def _feed(root: Any, data: bytes) -> FeedXml:
    channel = next((child for child in root if _name(child) == "channel"), root)
    # RSS 1.0 has its items beside the channel, RSS 2.0 inside it, Atom calls them entries.
    holders = [channel] if channel is root else [channel, root]
    items = [child for holder in holders for child in holder if _name(child) in ("item", "entry")]
    return FeedXml(
        data,
        next((_text(child) for child in channel if _name(child) == "title" and not _podcast(child)), ""),
        next((_text(child) for child in channel if _name(child) == "language"), ""),
        _licence(channel),
        _people(channel),
        tuple(_item(item) for item in items),
    )


def _item(item: Any) -> ItemXml:
    transcripts = tuple(
        TranscriptLink(child.get("url", "").strip(), child.get("type", ""), child.get("language", ""))
        for child in item
        if _podcast(child) == "transcript" and child.get("url", "").strip()
    )
    chapters = next((child.get("url", "").strip() for child in item if _podcast(child) == "chapters"), "")
    return ItemXml(transcripts, _people(item), chapters, _licence(item))


def _people(holder: Any) -> tuple[FeedPerson, ...]:
    """Those who speak; who draws the cover does not. A person without a role is a host, says the namespace."""
    people: dict[str, FeedPerson] = {}
    for child in holder:
        if _podcast(child) != "person":
            continue
        name = _text(child)
        role = (child.get("role") or "host").strip().lower()
        if name and role in _SPEAKING and (child.get("group") or "cast").strip().lower() == "cast":
            people.setdefault(name, FeedPerson(name, role, "host" in role or role in ("interviewer", "moderator")))
    return tuple(people.values())


def _licence(holder: Any) -> str:
    return next((_text(child) for child in holder if _podcast(child) == "license"), "")


def _name(element: Any) -> str:
    """An element's name without namespace; "" for comments and the like."""
    return element.tag.rsplit("}", 1)[-1] if isinstance(element.tag, str) else ""


def _podcast(element: Any) -> str:
    """The name of an element of the podcast namespace, or ""."""
    tag = element.tag
    if not isinstance(tag, str) or not tag.startswith(_PODCAST):
        return ""
    return tag.rsplit("}", 1)[-1].lower()


def _text(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())[:2000]
