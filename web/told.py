"""What the tools give, as text to read: made of the very bodies. Quotes stand in it word for word. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kb.answer.render import AnswerJson, QuoteJson
from kb.payloads import SpeakerJson
from web.parts import FoundJson, PartJson, PartSegmentJson
from web.payloads import ThemesJson
from web.words import clock

COMPOSED = "Composed: written for illustration; the speakers are roles, and nobody said it."
SPONSORED = "Sponsored: somebody paid for this publication."


def answer(body: AnswerJson) -> str:
    meant = [f"Taken to mean: {body['taken_to_mean']}"] if body["taken_to_mean"] else []
    if body["status"] == "answered":
        return "\n\n".join([*meant, *(_quote(number, quote) for number, quote in enumerate(body["quotes"], start=1))])
    nearest = [f"“{near['text']}”\n(document {near['document']})" for near in body["nearest"]]
    return "\n\n".join([*meant, "Not found: nothing in the library answers this.", *_leads(nearest)])


def hits(found: Sequence[FoundJson]) -> str:
    return "\n\n".join(_hit(number, hit) for number, hit in enumerate(found, start=1)) or "Nothing was found."


def part(body: PartJson) -> str:
    people = "; ".join(_person(speaker) for speaker in body["speakers"])
    head = [_joined((body["title"], body["show"], body["kind"], body["date"]))]
    head += [f"Heard: {people}"] if people else []
    head += _notes(body["composed"], body["sponsored"])
    head += [] if body["current"] else ["This is an earlier state of the document: the one that was cited."]
    head += [f"Characters {body['offset']} to {body['end']} of {body['length']}. {_next(body)}", body["url"]]
    return "\n".join(head) + "\n\n" + "".join(_segment(segment) for segment in body["segments"])


def themes(body: ThemesJson) -> str:
    return "\n\n".join(_theme(t["name"], t["title"], t["description"], t["questions"]) for t in body["themes"])


def _quote(number: int, quote: QuoteJson) -> str:
    who = (quote["speaker"] or "the publication's own words", quote["role"], quote["organisation"])
    side = quote["side"] if quote["side"] not in ("", "unknown") else ""
    lines = [
        f"{number}. “{quote['text']}”",
        f"Said by: {_joined(who, ', ')}" + (f" ({side})" if side else ""),
        _joined((quote["title"], quote["show"], quote["date"], _at(quote["start_s"]))),
        *_notes(quote["composed"], quote["sponsored"]),
        f"Citation {quote['citation']}, document {quote['document']}",
        quote["url"],
    ]
    return "\n".join(lines)


def _hit(number: int, hit: FoundJson) -> str:
    people = "; ".join(_person(person) for person in hit["people"])
    lines = [
        f"{number}. “{hit['text']}”",
        f"Heard: {people or 'the publication in its own words'}",
        _joined((hit["title"], hit["show"], hit["date"], _at(hit["start_s"]))),
        *_notes(hit["composed"], hit["sponsored"]),
        f"Citation {hit['citation']}, document {hit['document']}",
        hit["url"],
    ]
    return "\n".join(lines)


def _leads(nearest: Sequence[str]) -> Iterator[str]:
    if nearest:
        yield "What stands nearest to it, as leads and not as answers:"
    yield from nearest


def _person(person: SpeakerJson) -> str:
    known = _joined((person["name"], person["role"], person["organisation"]), ", ")
    return known + (f" ({person['side']})" if person["side"] not in ("", "unknown") else "")


def _segment(segment: PartSegmentJson) -> str:
    kind = "" if segment["kind"] in ("turn", "paragraph", "narration", "quote") else segment["kind"]
    head = _joined((clock(segment["start_s"]), segment["speaker"] or "", kind), " ")
    return (f"[{head}] " if head else "") + segment["text"]


def _theme(name: str, title: str, description: str, questions: Sequence[str]) -> str:
    return "\n".join([f"{name}: {title}", description, *(f"- {question}" for question in questions)])


def _next(body: PartJson) -> str:
    return "This is its end." if body["next_offset"] is None else f"It goes on at offset {body['next_offset']}."


def _notes(composed: bool, sponsored: bool) -> list[str]:
    return [note for holds, note in ((composed, COMPOSED), (sponsored, SPONSORED)) if holds]


def _at(second: float | None) -> str:
    return f"at {clock(second)}" if second is not None else ""


def _joined(parts: Sequence[str], between: str = " · ") -> str:
    return between.join(part for part in parts if part)
