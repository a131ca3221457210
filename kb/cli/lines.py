"""Results as lines for a reader: pure functions of the very body that --json prints."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Body = Mapping[str, Any]
WIDTH = 88


def answer_lines(body: Body) -> Iterator[str]:
    if body["taken_to_mean"]:
        yield f"Taken to mean: {body['taken_to_mean']}"
        yield ""
    if body["status"] == "answered":
        for number, quote in enumerate(body["quotes"], start=1):
            yield from _quote_lines(number, quote)
        return
    yield "Not found: nothing in the library answers this."
    if body["nearest"]:
        yield "The nearest passages:"
        yield from hits_lines({"hits": body["nearest"]})


def _quote_lines(number: int, quote: Body) -> Iterator[str]:
    yield from _wrapped(f"“{quote['text'].strip()}”", f"{number:>2}. ")
    yield f"    {byline(quote)}"
    marks = [quote["title"], clock(quote.get("start_s")), quote.get("theme") or ""]
    marks += [mark for mark in ("composed", "sponsored") if quote.get(mark)]
    yield "    " + " · ".join(mark for mark in marks if mark)
    yield f"    {quote['url'] or quote['citation']}"
    yield ""


def byline(quote: Body) -> str:
    """ "Jane Doe, COO, Acme Bio (sponsor)"; narration has no speaker and is its publication's."""
    if not quote.get("speaker"):
        return "(the article's own words)"
    parts = [quote["speaker"], quote.get("role"), quote.get("organisation")]
    side = quote.get("side")
    return ", ".join(part for part in parts if part) + (f" ({side})" if side and side != "unknown" else "")


def hits_lines(body: Body) -> Iterator[str]:
    yield from _hits_lines(body["hits"], explain=False)


def explain_lines(body: Body) -> Iterator[str]:
    """As hits_lines, and under each hit every part of its score."""
    yield from _hits_lines(body["hits"], explain=True)


def _hits_lines(hits: Iterable[Body], *, explain: bool) -> Iterator[str]:
    number = 0
    for number, hit in enumerate(hits, start=1):
        yield from _wrapped(" ".join(hit["text"].split()), f"{number:>2}. ")
        told = (hit.get("speaker"), hit["document"], f"{hit['score']:.3f}")
        yield "    " + " · ".join(part for part in told if part)
        if explain:
            yield "    " + "  ".join(f"{name} {value:.4f}" for name, value in hit["parts"].items())
        yield ""
    if not number:
        yield "Nothing was found."


def list_lines(body: Body) -> Iterator[str]:
    documents = body["documents"]
    if not documents:
        yield "The library is empty. `kb ingest corpus` fills it."
        return
    width = max(len(document["id"]) for document in documents)
    for document in documents:
        date, kind, words = document["date"] or "-", document["kind"], document["words"]
        yield f"{document['id']:<{width}}  {kind:<8} {date:<10} {words:>7,} words  {document['title']}"


def show_lines(body: Body) -> Iterator[str]:
    yield body["title"]
    yield " · ".join(part for part in (body["show"], body["kind"], body["date"], f"{body['words']:,} words") if part)
    if body["composed"]:
        yield "Composed: written for this project; the speakers are roles, not people."
    if body["sponsored"]:
        yield "Sponsored."
    for segment in body["segments"]:
        yield ""
        yield from _segment_lines(segment)


def _segment_lines(segment: Body) -> Iterator[str]:
    text = segment["text"].strip()
    head = " ".join(part for part in (clock(segment["start_s"]), segment["speaker"] or "") if part)
    if head:
        yield f"[{head}]"
    elif segment["kind"] not in ("paragraph", "narration", "turn"):
        yield f"[{segment['kind']}]"
    for line in text.splitlines():
        yield from textwrap.wrap(line, WIDTH) or [""]


def themes_lines(body: Body) -> Iterator[str]:
    for theme in body["themes"]:
        yield f"{theme['name']}: {theme['title']}"
        yield from textwrap.wrap(theme["description"], WIDTH, initial_indent="    ", subsequent_indent="    ")
        yield f"    for example: {'; '.join(theme['phrases'][:3])}"


def faults_lines(body: Body) -> Iterator[str]:
    if body["clean"]:
        yield "Clean: no fault was found."
    for fault in body["faults"]:
        yield f"fault: {fault}"


def done_lines(body: Body) -> Iterator[str]:
    """ "deleted: document 0f3a", out of {"done": "deleted", "document": "0f3a"}."""
    rest = ", ".join(f"{name} {value}" for name, value in body.items() if name != "done")
    yield f"{body['done']}: {rest}"


def table_lines(rows: Iterable[tuple[str, str, str]]) -> Iterator[str]:
    """Rows of name, value, remark, in columns as wide as they must be."""
    kept = list(rows)
    name_width = max((len(row[0]) for row in kept), default=0)
    value_width = max((len(row[1]) for row in kept), default=0)
    for name, value, remark in kept:
        yield f"{name:<{name_width}}  {value:<{value_width}}  {remark}".rstrip()


def clock(second: float | None) -> str:
    """Seconds as 1:02:03 or 2:03; "" for an unknown second."""
    if second is None:
        return ""
    minutes, seconds = divmod(int(second), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def _wrapped(text: str, head: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=head, subsequent_indent=" " * len(head))
