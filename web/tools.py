"""The tools with which a program asks Counterpart: what each takes, and what it gives, typed and as text to read.

Which protocol they are called by is not known here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kb.answer.render import AnswerJson, answer_json
from kb.errors import NotFoundError, UsageError
from kb.follow_up import understood
from kb.records import Filter
from web import parts, payloads, told
from web.filters import DATES, LISTS, filter_from, nearest
from web.limits import HITS, MOST_HITS, MOST_PART_CHARS, PART_CHARS
from web.links import Links
from web.openapi import operations
from web.payloads import ThemesJson

if TYPE_CHECKING:
    from kb.assembly import KnowledgeBase

Json = dict[str, Any]
Arguments = Mapping[str, Any]
LONGEST_OFFSET = 10**9
_TEXT: Json = {"type": "string", "maxLength": 200}


@dataclass(frozen=True)
class Result:
    """body: of the tool's type; text: the same for a reader."""

    body: Mapping[str, Any]
    text: str


@dataclass(frozen=True)
class Tool:
    """takes: a JSON schema of its arguments; gives: the type of a result's body."""

    name: str
    title: str
    about: str
    takes: Json
    gives: Any
    call: Callable[[Arguments], Result]


class Toolbox:
    """The tools over one knowledge base. links: absolute, to the pages where what is cited can be read."""

    def __init__(self, base: KnowledgeBase, links: Links) -> None:
        self._base = base
        self._links = links
        self.tools = {tool.name: tool for tool in self._made()}

    def call(self, name: str, arguments: Arguments) -> Result:
        """Raises NotFoundError for a tool that there is not, UsageError for arguments, and what the kernel raises."""
        if name not in self.tools:
            raise NotFoundError(f"there is no tool {name[:80]!r}", way_out=nearest(name[:80], self.tools))
        tool = self.tools[name]
        for given in arguments:
            if given not in tool.takes["properties"]:
                way_out = nearest(given[:80], tool.takes["properties"])
                raise UsageError(f"{name} takes no {given[:80]!r}", way_out=way_out)
        return tool.call(arguments)

    def _made(self) -> list[Tool]:
        quotes, themes = self._base.settings.quotes, list(self._base.themes)
        parameters = {operation.name: operation.parameters for operation in operations(quotes, themes)}
        # A program that wants a question word for word gives none before it.
        asked = _asked([one for one in parameters["ask"] if one["name"] != "literal"])
        asked["properties"]["follow_up"] = {"type": "boolean", "default": False, "description": _FOLLOW_UP}
        searched = _asked(parameters["search"])
        return [
            Tool(
                "ask",
                "Ask Counterpart",
                "Answer a question about working with a CDMO with verbatim, cited quotes of people who do it, or say "
                "that nothing in the library answers it. Quote word for word and give the citation's link.",
                asked,
                AnswerJson,
                self._ask,
            ),
            Tool(
                "search",
                "Search passages",
                "Find the passages nearest to a question, best first, whether or not they answer it.",
                searched,
                parts.FoundsJson,
                self._search,
            ),
            Tool(
                "get_document",
                "Read a document",
                "Read an episode or article in parts: by its id from the beginning or from an offset, or around a "
                "citation. next_offset is where the next part begins; null at the end.",
                _READING,
                parts.PartJson,
                self._document,
            ),
            Tool(
                "list_themes",
                "List the themes",
                "The themes that passages are assigned to, with questions to begin with.",
                {"type": "object", "properties": {}, "additionalProperties": False},
                ThemesJson,
                self._themes,
            ),
        ]

    def _ask(self, given: Arguments) -> Result:
        most = self._base.settings.quotes
        asked = understood(
            _text(given, "question"),
            _text(given, "after"),
            self._base.settings.question_chars,
            follow_up=_yes(given, "follow_up"),
        )
        answer = self._base.ask(asked.question, self._filter(given), _number(given, "limit", most, 1, most))
        body = answer_json(answer, self._links.citation, self._base.speakers_of, asked.meant)
        return Result(body, told.answer(body))

    def _search(self, given: Arguments) -> Result:
        question, limit = _text(given, "question"), _number(given, "limit", HITS, 1, MOST_HITS)
        found = [
            parts.found(hit, self._base.revision(hit.passage.revision_id), self._links)
            for hit in self._base.search(question, self._filter(given), limit)
        ]
        return Result(parts.FoundsJson(question=question, hits=found), told.hits(found))

    def _document(self, given: Arguments) -> Result:
        cite, document_id = _text(given, "citation"), _text(given, "document")
        if bool(cite) == bool(document_id):
            raise UsageError("give either document or citation", way_out="`ask` and `search` give both.")
        library = self._base.library
        citation = library.resolve_citation(cite) if cite else None
        row = library.document(citation.document_id if citation else document_id)
        revision = self._base.revision(citation.revision_id if citation else row.revision_id)
        beginning = parts.before(revision, citation.start) if citation else 0
        offset = _number(given, "offset", beginning, 0, LONGEST_OFFSET)
        if offset >= max(1, len(revision.text)):
            raise UsageError(f"the document ends at {len(revision.text)}", way_out="Give a smaller offset.")
        limit = _number(given, "limit", PART_CHARS, 1, MOST_PART_CHARS)
        body = parts.part(row, revision, (offset, limit), citation, self._links)
        return Result(body, told.part(body))

    def _themes(self, _given: Arguments) -> Result:
        body = ThemesJson(themes=[payloads.theme(theme, self._links) for theme in self._base.themes.values()])
        return Result(body, told.themes(body))

    def _filter(self, given: Arguments) -> Filter:
        values = {name: _texts(given, name) for name in (*LISTS, *DATES)}
        return filter_from(values, self._base.themes)


_FOLLOW_UP = "With `after`: it is a follow-up also where it looks whole, so it is taken with the question before it."
_READING: Json = {
    "type": "object",
    "properties": {
        "document": {**_TEXT, "description": "A document's id."},
        "citation": {**_TEXT, "description": "A citation's id: reads what stands around the quote."},
        "offset": {
            "type": "integer",
            "minimum": 0,
            "maximum": LONGEST_OFFSET,
            "description": "Character at which to begin.",
        },
        "limit": {
            "type": "integer",
            "minimum": 1,
            "maximum": MOST_PART_CHARS,
            "default": PART_CHARS,
            "description": "Most characters of this part.",
        },
    },
    "additionalProperties": False,
}


def _asked(parameters: Sequence[Json]) -> Json:
    """The parameters of an address of the API as one object; q is called question, as in its body."""
    properties = {one["name"]: {**one["schema"], "description": one["description"]} for one in parameters}
    question = properties.pop("q")
    return {
        "type": "object",
        "properties": {"question": question, **properties},
        "required": ["question"],
        "additionalProperties": False,
    }


def _texts(given: Arguments, name: str) -> list[str]:
    value = given.get(name)
    values = value if isinstance(value, list) else [] if value is None else [value]
    if not all(isinstance(item, str) for item in values):
        raise UsageError(f"{name} must be a text or a list of texts")
    if any("\ud800" <= character <= "\udfff" for item in values for character in item):
        raise UsageError(f"{name} is no Unicode text", way_out="It holds half of a surrogate pair.")
    return values


def _text(given: Arguments, name: str) -> str:
    values = _texts(given, name)
    if len(values) > 1:
        raise UsageError(f"more than one {name} is given", way_out="Give one at a time.")
    return values[0] if values else ""


def _yes(given: Arguments, name: str) -> bool:
    value = given.get(name, False)
    if not isinstance(value, bool):
        raise UsageError(f"{name} = {str(value)[:40]!r} will not do", way_out="Give true or false.")
    return value


def _number(given: Arguments, name: str, usual: int, least: int, most: int) -> int:
    value = given.get(name)
    if value is None:
        return usual
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise UsageError(f"{name} = {str(value)[:40]!r} will not do", way_out=f"Give a number from {least} to {most}.")
    return value
