"""RSS and Atom from a file: each item's metadata, and its transcript beside the feed. Never the network."""

from __future__ import annotations

import io
import re
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import feedparser

from ingest.feed_files import beside, chapters_beside
from ingest.feed_xml import FeedXml, ItemXml, TranscriptLink, read_xml
from ingest.header import person
from ingest.readers.json_input import language_hint
from ingest.reading import Source
from kb.errors import InputError

_ROOT = re.compile(
    r"(?:\s|<\?[^>]{0,300}\?>|<!--(?:(?!-->).){0,4000}-->|<!DOCTYPE[^>\[]{0,300}(?:\[[^\]]{0,9000}\]\s{0,99})?>)*<(?:rss|feed|rdf:RDF)(?=[\s>])",
    re.DOTALL,
)
# Best first: VTT keeps voices and times, plain text keeps neither.
_KINDS = (("vtt",), ("json",), ("srt", "subrip"), ("html", "htm"), ("txt", "plain", "md", "markdown"))


@dataclass(frozen=True, slots=True)
class FeedItem:
    """One episode. transcript_path: the best transcript beside the feed; None: see reason.

    hints: as Reading.metadata, with "key" (guid). faults: odd but survivable.
    """

    transcript_path: Path | None
    reason: str
    hints: Mapping[str, Any]
    faults: tuple[str, ...] = ()


@dataclass(slots=True)
class _Found:
    """An item while its files are looked for. exact: found under more of its address than the file name."""

    hints: dict[str, Any]
    path: Path | None = None
    exact: bool = False
    reason: str = ""
    url: str = ""
    faults: list[str] = field(default_factory=list)


def is_feed(source: Source) -> bool:
    """Whether the text's first element is that of RSS or Atom."""
    return _ROOT.match(source.text[:20_000].lstrip("\ufeff")) is not None


def read_feed(source: Source) -> list[FeedItem]:
    """Items in the feed's order. Raises InputError, with the line, for XML that is broken or hostile."""
    xml = read_xml(source)
    parsed = feedparser.parse(io.BytesIO(xml.data), sanitize_html=True, resolve_relative_uris=False)
    entries = parsed.entries
    if len(entries) != len(xml.items):
        raise InputError(
            f"its {len(xml.items)} items read as {len(entries)}",
            where=f"{source.path.name}, line 1",
            way_out="Check that the feed is valid RSS or Atom.",
        )
    show = _show(xml, parsed.feed)
    found = [_item(source, xml, item, entry, show) for item, entry in zip(xml.items, entries, strict=True)]
    _settle_claims(found)
    return [FeedItem(one.path, one.reason, one.hints, tuple(one.faults)) for one in found]


def _show(xml: FeedXml, feed: Mapping[str, Any]) -> dict[str, Any]:
    """What is true of every item: show, language, licence."""
    hints: dict[str, Any] = {"kind": "episode"}
    if title := _plain(xml.title or feed.get("title")):
        hints["show"] = title
    hints.update(language_hint(feed.get("language") or xml.language))
    return {**hints, "licence": xml.licence} if xml.licence else hints


def _item(source: Source, xml: FeedXml, item: ItemXml, entry: Any, show: Mapping[str, Any]) -> _Found:
    hints = {**show, **_entry_hints(entry)}
    if item.licence:
        hints["licence"] = item.licence
    people = item.people or xml.people
    if people:
        hints["speakers"] = [person(one.name, one.host, one.role) for one in people]
    found = _Found(hints)
    chapters, fault = chapters_beside(source.path, item.chapters)
    if chapters:
        hints["chapters"] = chapters
    if fault:
        found.faults.append(fault)
    _find_transcript(source.path, item.transcripts, found)
    return found


def _entry_hints(entry: Any) -> dict[str, Any]:
    """Title, date, link, audio and key of a feedparser entry; only what is there."""
    link = _web(entry.get("link"))
    audio = [
        link_of.get("href")
        for link_of in entry.get("links", ())
        if link_of.get("rel") == "enclosure" and str(link_of.get("type", "audio")).startswith("audio")
    ]
    values = {
        "key": _plain(entry.get("id")) or link,
        "title": _plain(entry.get("title")),
        "date": _date(entry.get("published_parsed") or entry.get("updated_parsed")),
        "url": link,
        "audio": _web(audio[0]) if audio else "",
    }
    return {key: value for key, value in values.items() if value}


def _plain(value: object) -> str:
    return " ".join(str(value).split())[:2000] if value else ""


def _web(value: object) -> str:
    text = _plain(value)
    return text if text.lower().startswith(("http://", "https://")) else ""


def _date(value: object) -> str:
    return time.strftime("%Y-%m-%d", value) if isinstance(value, time.struct_time) and value.tm_year > 1900 else ""


def _find_transcript(feed: Path, links: Sequence[TranscriptLink], found: _Found) -> None:
    """The best of the item's transcripts that lie beside the feed; the show's own language first."""
    language = found.hints.get("language")
    for link in sorted(links, key=lambda one: (_rank(one), _foreign(one, language))):
        path, exact = beside(feed, link.url)
        if path:
            found.path, found.exact, found.url = path, exact, link.url
            found.hints.update(language_hint(link.language))
            return
    if not links:
        found.reason = "the feed names no transcript for it"
    else:
        named = ", ".join(sorted({link.url.rsplit("/", 1)[-1][:100] or link.url[:100] for link in links}))
        found.reason = f"none of its transcripts lies beside the feed: {named}"


def _rank(link: TranscriptLink) -> int:
    """Place among _KINDS by the type said, else by the address's ending."""
    said = link.type.lower().split(";")[0].rsplit("/", 1)[-1].removeprefix("x-")
    ending = link.url.split("?")[0].split("#")[0].rsplit(".", 1)[-1].lower()
    for name in (said, ending):
        for rank, names in enumerate(_KINDS):
            if name in names:
                return rank
    return len(_KINDS)


def _foreign(link: TranscriptLink, language: object) -> bool:
    said = language_hint(link.language).get("language")
    return said is not None and said != language


def _settle_claims(items: Sequence[_Found]) -> None:
    """A file that several items claim is its who found it by more than the name; else nobody's."""
    claims = Counter(item.path for item in items if item.path)
    exact = Counter(item.path for item in items if item.path and item.exact)
    for item in items:
        if item.path and claims[item.path] > 1 and not (item.exact and exact[item.path] == 1):
            item.reason = f"{item.path.name} beside the feed is claimed by {claims[item.path]} items"
            item.path = None
