"""The API's description, OpenAPI 3.1: made of the types that the answers are made of, and of the views' own limits.

https://spec.openapis.org/oas/v3.1.0
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, NotRequired

from pydantic import TypeAdapter
from typing_extensions import TypedDict

from kb.answer.render import AnswerJson, HitsJson
from kb.records import DOCUMENT_KINDS, PHASES, SIDES
from web.collection_paths import Call, calls
from web.filters import DATES, LISTS, LONGEST_VALUE, MOST_VALUES
from web.limits import ASKED, HITS, LISTED, MOST_ASKED, MOST_HITS, MOST_LISTED
from web.links import API, Links
from web.payloads import DocumentPage, DocumentsJson, EntriesJson, PassageJson, RelatedJson, ThemesJson
from web.question_cards import HostQuestionsJson
from web.summarising import SummaryJson

Json = dict[str, Any]
VERSION = "3.1.0"
_MODELS = "#/components/schemas/{model}"
_KNOWN: Mapping[str, Sequence[str]] = {"kind": DOCUMENT_KINDS, "side": SIDES, "phase": PHASES}
# What is left empty does not count: a form sends all of its fields.
_DATE = "^([0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?)?$"
_ABOUT = {
    "theme": "A theme's name.",
    "show": "A podcast or publication.",
    "kind": "The kind of document.",
    "speaker": "Who says it.",
    "side": "On which side of the table.",
    "organisation": "Whom the speaker works for.",
    "phase": "The clinical phase.",
    "modality": "The modality.",
    "since": "From this year, month or day on.",
    "until": "Up to this year, month or day.",
}
_QUESTION: Json = {"type": "string", "minLength": 1, "pattern": r"\S"}
_SEVERAL = f"Several, at most {MOST_VALUES} different ones, are alternatives."
_PROBLEMS = {
    304: "It is as the reader has it already (ETag).",
    400: "Something in the request will not do; the problem says what.",
    403: "The link only reads.",
    404: "There is no such thing.",
    409: "It was changed since the version that was said.",
    413: "The request is too large.",
    415: "The body is no JSON.",
    429: "Too many questions in a short time.",
    503: "The library cannot answer now.",
}

_PLACES = {
    "token": "The token of the collection's edit link, or where it is only read of its read link.",
    "saved_id": "The saved quote's number.",
}


class ProblemJson(TypedDict):
    """An error, in the form of RFC 9457. way_out: what to do about it; where: the place that it is about."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    way_out: NotRequired[str]
    where: NotRequired[str]


@dataclass(frozen=True)
class Operation:
    """An address of the API. answer: the type of what it gives; asks: it may be asked by POST as well."""

    path: str
    name: str
    summary: str
    answer: Any
    parameters: tuple[Json, ...] = ()
    problems: tuple[int, ...] = (400,)
    asks: bool = False


def operations(most_quotes: int, themes: Sequence[str]) -> list[Operation]:
    """most_quotes: of an answer, by the settings."""
    return [
        *_questions(most_quotes, themes),
        *_documents(),
        *_lists(),
        _questions_of_hosts(themes),
        Operation("/themes", "themes", "The themes that passages are assigned to", ThemesJson, (), ()),
    ]


def _questions(most_quotes: int, themes: Sequence[str]) -> list[Operation]:
    asking = (400, 413, 415, 429, 503)
    answered, searched = _asked(themes, most_quotes), _asked(themes, MOST_HITS, HITS)
    following = (*answered, *_FOLLOWING)
    return [
        Operation("/ask", "ask", "Cited quotes, or not found", AnswerJson, following, asking, asks=True),
        Operation("/summary", "summary", "A checked summary and its quotes", SummaryJson, answered, asking, asks=True),
        Operation("/search", "search", "Passages, best first", HitsJson, searched, asking, asks=True),
    ]


def _documents() -> list[Operation]:
    document_id = _parameter("document_id", "A document's id.", {"type": "string"}, place="path")
    passage_id = _parameter("passage_id", "A passage's id.", {"type": "string"}, place="path")
    after = _parameter("after", "Begin after the document of this id.", {"type": "string"})
    listed = (_limit(MOST_LISTED, LISTED), after)
    related = "Passages of other documents nearest to it"
    return [
        Operation("/documents", "documents", "What the library holds, by id", DocumentsJson, listed),
        Operation("/documents/{document_id}", "document", "A document, whole", DocumentPage, (document_id,), (404,)),
        Operation("/passages/{passage_id}", "passage", "A passage and its place", PassageJson, (passage_id,), (404,)),
        Operation("/passages/{passage_id}/related", "related", related, RelatedJson, (passage_id,), (404, 503)),
    ]


def _lists() -> list[Operation]:
    after = _parameter("after", "Begin after the entry of this id.", {"type": "string"})
    listed = {
        "speakers": "Who speaks in the library",
        "organisations": "Whom the speakers work for",
        "shows": "Podcasts and publications",
    }
    return [
        Operation(f"/{kind}", kind, f"{what}, by id", EntriesJson, (_limit(MOST_LISTED, LISTED), after))
        for kind, what in listed.items()
    ]


def _questions_of_hosts(themes: Sequence[str]) -> Operation:
    takes = _asked(themes, MOST_ASKED, ASKED)
    summary = "Questions that hosts asked, nearest first"
    return Operation("/questions", "questions", summary, HostQuestionsJson, takes, (400, 429, 503))


def described(links: Links, most_quotes: int, themes: Sequence[str], note_chars: int) -> Json:
    """links: absolute, so that whoever reads the description knows which server it is of.

    most_quotes, note_chars: of an answer and of a note, by the settings.
    """
    found, called = operations(most_quotes, themes), calls(note_chars)
    types: list[Any] = [ProblemJson, *(operation.answer for operation in found)]
    types += [call.answer for call in called if call.answer is not None]
    adapters = [(number, "serialization", TypeAdapter(kind)) for number, kind in enumerate(types)]
    schemas, shared = TypeAdapter.json_schemas(adapters, ref_template=_MODELS)  # type: ignore[arg-type]
    named = [schemas[number, "serialization"] for number in range(len(types))]
    answers = iter(named[1:])
    paths: Json = {operation.path: _path(operation, next(answers), named[0]) for operation in found}
    for call in called:
        answer = next(answers) if call.answer is not None else None
        paths.setdefault(call.path, {})[call.method] = _call(call, answer, named[0])
    return {
        "openapi": VERSION,
        "info": {
            "title": "Counterpart",
            "version": version("counterpart"),
            "summary": "What both sides of the table say about working with a CDMO: cited, or not found.",
        },
        "servers": [{"url": f"{links.root}{API}"}],
        "paths": paths,
        "components": {"schemas": shared["$defs"]},
    }


def model_of(schema: Json) -> str:
    """The name of the schema that this one refers to."""
    return str(schema["$ref"]).rpartition("/")[2]


def given_by(operation: Json) -> str:
    """The name of the schema of what an operation gives; "" where that is nothing."""
    given = next(response for status, response in operation["responses"].items() if status.startswith("2"))
    return model_of(given["content"]["application/json"]["schema"]) if "content" in given else ""


def kind_of(schema: Json) -> str:
    """What a field is, in a few words: "text or null", "list of QuoteJson"."""
    if "$ref" in schema:
        return model_of(schema)
    if "anyOf" in schema:
        return " or ".join(kind_of(part) for part in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {kind_of(schema['items'])}"
    names = {"string": "text", "integer": "whole number", "boolean": "true or false", "object": "object of numbers"}
    kind = str(schema.get("type"))
    return names.get(kind, kind)


def _path(operation: Operation, answer: Json, problem: Json) -> Json:
    responses = _responses(200, operation.summary, answer, operation.problems, problem)
    got = {
        "operationId": operation.name,
        "summary": operation.summary,
        "parameters": list(operation.parameters),
        "responses": responses | {"304": {"description": _PROBLEMS[304]}},
    }
    if not operation.asks:
        return {"get": got}
    posted = {
        "operationId": f"{operation.name}_by_post",
        "summary": f"{operation.summary}; the question stands in no address",
        "requestBody": {"required": True, "content": {"application/json": {"schema": _body(operation)}}},
        "responses": responses,
    }
    return {"get": got, "post": posted}


def _call(call: Call, answer: Json | None, problem: Json) -> Json:
    parameters = [
        _parameter(name, _PLACES[name], kind, place="path")
        for name, kind in (("token", {"type": "string"}), ("saved_id", {"type": "integer", "minimum": 0}))
        if f"{{{name}}}" in call.path
    ]
    responses = _responses(call.status, call.summary, answer, call.problems, problem)
    if call.method == "get":
        responses["304"] = {"description": _PROBLEMS[304]}
    made: Json = {"operationId": call.name, "summary": call.summary, "parameters": parameters, "responses": responses}
    if call.takes is not None:
        made["requestBody"] = {"required": True, "content": {"application/json": {"schema": call.body()}}}
    return made


def _responses(status: int, summary: str, answer: Json | None, problems: Sequence[int], problem: Json) -> Json:
    given: Json = {"description": summary}
    if answer is not None:
        given["content"] = {"application/json": {"schema": answer}}
    body = {"application/problem+json": {"schema": problem}}
    refused = {str(number): {"description": _PROBLEMS[number], "content": body} for number in problems}
    return {str(status): given, **refused}


def _body(operation: Operation) -> Json:
    """The same names as in the address; q is called question."""
    fields = {parameter["name"]: parameter["schema"] for parameter in operation.parameters}
    question = fields.pop("q")
    return {
        "type": "object",
        "properties": {"question": question, **fields},
        "required": ["question"],
        "additionalProperties": False,
    }


def _asked(themes: Sequence[str], most: int, usual: int = 0) -> tuple[Json, ...]:
    lists = (
        _parameter(
            name,
            f"{_ABOUT[name]} {_SEVERAL}",
            _values(name, themes),
        )
        for name in LISTS
    )
    dates = (_parameter(name, _ABOUT[name], {"type": "string", "pattern": _DATE}) for name in DATES)
    return (
        _parameter("q", "The question, in plain words.", _QUESTION, required=True),
        _limit(most, usual or most),
        *lists,
        *dates,
    )


def _values(name: str, themes: Sequence[str]) -> Json:
    choices = {**_KNOWN, "theme": themes}
    known: Json = {"enum": ["", *choices[name]]} if choices.get(name) else {"maxLength": LONGEST_VALUE}
    return {"type": "array", "items": {"type": "string", **known}}


def _limit(most: int, usual: int) -> Json:
    return _parameter("limit", "At most so many.", {"type": "integer", "minimum": 1, "maximum": most, "default": usual})


def _parameter(name: str, about: str, schema: Json, *, place: str = "query", required: bool = False) -> Json:
    return {"name": name, "in": place, "description": about, "required": required or place == "path", "schema": schema}


_FOLLOWING = (
    _parameter("after", 'The question before this one, for a follow-up: "and phase 2?".', {"type": "string"}),
    _parameter(
        "follow_up",
        "1, with `after`: it is a follow-up also where it looks whole, so it is taken with the question before it.",
        {"type": "string", "enum": ["", "0", "1"]},
    ),
    _parameter(
        "literal", "1: take the question word for word all the same.", {"type": "string", "enum": ["", "0", "1"]}
    ),
)
