"""What an HTML page says of itself: JSON-LD first, then OpenGraph and meta tags, then the markup."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from bs4 import BeautifulSoup
from bs4.element import Tag

from ingest.readers.prose import squeeze

ARTICLE_TYPES = re.compile(r"(?:\w*Article|BlogPosting|PodcastEpisode|Report|Interview|WebPage)")
LD_CHARS = 1_000_000
LD_NODES = 10_000
VALUE_CHARS = 500
URL_CHARS = 2_000
META = {
    "title": ("og:title", "twitter:title", "dc.title", "citation_title"),
    "show": ("og:site_name", "citation_journal_title", "application-name"),
    "date": (
        "article:published_time",
        "og:published_time",
        "datepublished",
        "date",
        "dc.date",
        "citation_publication_date",
    ),
    "author": ("article:author", "author", "dc.creator", "citation_author"),
    "language": ("og:locale", "language", "dc.language"),
    "url": ("og:url",),
}


def page_metadata(soup: BeautifulSoup) -> dict[str, Any]:
    """Keys of kb.records.Metadata as far as the page gives them, "author", and "key": the canonical URL.

    date: ISO 8601 day; language: two letters; url: http or https, else left out.
    """
    linked = _json_ld(soup)
    tags = _meta_tags(soup)
    values: dict[str, Any] = {}
    for name in META:
        candidates = [linked.get(name, ""), *(tags.get(key, "") for key in META[name]), _markup(soup, name)]
        clean = (_cleaned(name, candidate) for candidate in candidates)
        value = next((candidate for candidate in clean if candidate), "")
        if value:
            values[name] = value
    canonical = _cleaned("url", _canonical(soup)) or values.get("url", "")
    if canonical:
        values["url"] = values["key"] = canonical
    return values


def safe_url(url: str) -> str:
    """The URL if it is http or https with a host and no credentials, else ""."""
    url = url.strip()
    if len(url) > URL_CHARS or re.search(r"[\s\x00-\x1f\"<>\\]", url):
        return ""
    try:
        parts = urlsplit(url)
        usable = parts.scheme.lower() in ("http", "https") and parts.hostname and not parts.username
    except ValueError:
        return ""
    return url if usable else ""


def _cleaned(name: str, value: str) -> str:
    if name == "url":
        return safe_url(value)
    value = squeeze(value[: 4 * VALUE_CHARS])
    if name == "date":
        found = re.match(r"(\d{4})[-/](\d{2})[-/](\d{2})(?!\d)", value)
        return "-".join(found.groups()) if found and "01" <= found[2] <= "12" and "01" <= found[3] <= "31" else ""
    if name == "language":
        found = re.match(r"([A-Za-z]{2})(?:[-_]|$)", value)
        return found[1].lower() if found else ""
    if name == "author" and value.lower().startswith(("http:", "https:", "javascript:")):
        return ""
    return value if len(value) <= VALUE_CHARS else ""


def _meta_tags(soup: BeautifulSoup) -> dict[str, str]:
    tags: dict[str, str] = {}
    for tag in soup.find_all("meta", limit=1000):
        name = tag.get("property") or tag.get("name") or tag.get("itemprop")
        content = tag.get("content")
        if isinstance(name, str) and isinstance(content, str):
            tags.setdefault(name.strip().lower(), content)
    return tags


def _canonical(soup: BeautifulSoup) -> str:
    for link in soup.find_all("link", limit=1000):
        rel = link.get("rel") or ()
        href = link.get("href")
        if "canonical" in (rel.split() if isinstance(rel, str) else rel) and isinstance(href, str):
            return href
    return ""


def _markup(soup: BeautifulSoup, name: str) -> str:
    """What plain HTML says where no metadata does."""
    if name == "language":
        root = soup.find("html")
        return str(root.get("lang") or "") if isinstance(root, Tag) else ""
    if name == "title":
        heading = soup.find("h1") or soup.find("title")
        return heading.get_text(" ")[: 2 * VALUE_CHARS] if isinstance(heading, Tag) else ""
    if name == "date":
        time = soup.find("time", attrs={"datetime": True})
        return str(time.get("datetime")) if isinstance(time, Tag) else ""
    return ""


def _json_ld(soup: BeautifulSoup) -> dict[str, str]:
    """Values of the first description of an article; other descriptions fill what it leaves out."""
    found: dict[str, str] = {}
    for script in soup.find_all(
        "script", attrs={"type": re.compile(r"^application/ld\+json", re.IGNORECASE)}, limit=50
    ):
        body = script.string or script.get_text()
        if len(body) > LD_CHARS:
            continue
        try:
            data = json.loads(body)
        except (ValueError, RecursionError):
            continue
        for node in _nodes(data):
            kind = node.get("@type")
            kinds = kind if isinstance(kind, list) else [kind]
            if any(isinstance(one, str) and ARTICLE_TYPES.fullmatch(one) for one in kinds):
                for name, value in _article_values(node).items():
                    if value:
                        found.setdefault(name, value)
    return found


def _nodes(data: Any) -> Iterator[dict[str, Any]]:
    """Every object of a JSON-LD value, outer ones first, at most LD_NODES."""
    waiting = [data]
    for _ in range(LD_NODES):
        if not waiting:
            return
        node = waiting.pop(0)
        if isinstance(node, dict):
            yield node
            waiting += [value for value in node.values() if isinstance(value, (dict, list))]
        elif isinstance(node, list):
            waiting += node[:LD_NODES]


def _article_values(node: dict[str, Any]) -> dict[str, str]:
    def named(value: Any) -> str:
        if isinstance(value, list):
            return ", ".join(filter(None, (named(one) for one in value[:10] if not isinstance(one, list))))
        if isinstance(value, dict):
            value = value.get("name") or value.get("@id") or ""
        return value if isinstance(value, str) else ""

    page = node.get("mainEntityOfPage")
    return {
        "title": named(node.get("headline") or node.get("name")),
        "date": named(node.get("datePublished")),
        "author": named(node.get("author")),
        "show": named(node.get("partOfSeries") or node.get("isPartOf") or node.get("publisher")),
        "language": named(node.get("inLanguage")),
        "url": named(node.get("url")) or named(page),
    }
