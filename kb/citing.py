"""A quote with its source, as a reader pastes it elsewhere: plain text, Markdown, BibTeX, CSL-JSON. Pure.

BibTeX: the entry type @misc with `howpublished`, which every style knows. CSL-JSON: the schema of citeproc's items
(https://github.com/citation-style-language/schema), version 1.0; a name is given whole, as the source gives it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from kb.records import Metadata, Speaker

FORMS = ("plain", "markdown", "bibtex", "csl-json")
COMPOSED = "Composed for illustration; the speakers are roles, not people."
SPONSORED = "Sponsored content."
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
# What would be read as markup. A quote must read as it was said, so it is escaped and never left out.
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>|~&$])")
# And what would begin a heading, a list or a rule at the start of a line.
_MARKDOWN_LINE = re.compile(r"^(\s*(?:\d+(?=[.)]))?)([-+=#.)])")
_TEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
}


@dataclass(frozen=True, slots=True)
class Cited:
    """What is cited. text: verbatim; speaker: None for a publication's own words; clock: "12:31" or "".

    id: the citation's; url: of the very place; accessed: the day on which it was read there.
    """

    id: str
    text: str
    speaker: Speaker | None
    metadata: Metadata
    clock: str
    url: str
    accessed: date


def cited_as(form: str, cited: Cited) -> str:
    """form: one of FORMS. Raises KeyError."""
    return {"plain": plain, "markdown": markdown, "bibtex": bibtex, "csl-json": csl_json}[form](cited)


def plain(cited: Cited) -> str:
    return f"“{one_line(cited.text)}”\n{reference(cited)}\n{cited.url}"


def reference(cited: Cited) -> str:
    """Who, where and when, on one line: what stands beneath a quote."""
    return f"{who(cited)}, “{cited.metadata.title}”{_rest(cited)}"


def markdown(cited: Cited) -> str:
    quoted = "\n".join(f"> {escaped(line)}" for line in cited.text.strip().splitlines())
    target = cited.url.replace("(", "%28").replace(")", "%29")
    return f"{quoted}\n>\n> {escaped(who(cited))}, [{escaped(cited.metadata.title)}]({target}){escaped(_rest(cited))}"


def bibtex(cited: Cited) -> str:
    meta = cited.metadata
    year, month, _ = _parts(meta.date)
    fields = {
        "author": f"{{{_tex(cited.speaker.name)}}}" if cited.speaker else "",
        "title": f"{{{_tex(meta.title)}}}",
        "howpublished": _tex(meta.show),
        "year": str(year) if year else "",
        "url": _plain_url(cited.url),
        "urldate": cited.accessed.isoformat(),
        "note": _tex(". ".join(filter(None, [_at(cited), _quoted(cited), *_notices(meta)]))),
    }
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
    if month:
        lines.append(f"  month = {_MONTHS[month - 1]}")
    return f"@misc{{{_key(cited)},\n" + ",\n".join(lines) + "\n}"


def csl_json(cited: Cited) -> str:
    meta = cited.metadata
    item: dict[str, Any] = {
        "id": cited.id,
        "type": {"episode": "broadcast", "article": "article-magazine"}.get(meta.kind, "webpage"),
        "title": meta.title,
        "container-title": meta.show,
        "author": [{"literal": cited.speaker.name}] if cited.speaker else [],
        "issued": {"date-parts": [[part for part in _parts(meta.date) if part]]} if _parts(meta.date)[0] else {},
        "accessed": {"date-parts": [[cited.accessed.year, cited.accessed.month, cited.accessed.day]]},
        "URL": cited.url,
        "language": meta.language,
        "note": ". ".join(filter(None, [_at(cited), _quoted(cited), *_notices(meta)])),
    }
    return json.dumps([{name: value for name, value in item.items() if value}], ensure_ascii=False, indent=1)


def who(cited: Cited) -> str:
    """ "Jane Doe, Chief operating officer, Example Therapeutics"; without a speaker, the publication."""
    speaker, meta = cited.speaker, cited.metadata
    if speaker is None:
        return meta.show or "In its own words"
    role = speaker.role if speaker.role != speaker.name else ""
    return ", ".join(filter(None, [speaker.name, role, speaker.organisation]))


def one_line(text: str) -> str:
    return " ".join(text.split())


def _rest(cited: Cited) -> str:
    """Where, when and what must be known of it, after the title."""
    meta = cited.metadata
    where = [meta.show if cited.speaker else "", meta.date, f"at {cited.clock}" if cited.clock else ""]
    notices = "".join(f" {notice}" for notice in _notices(meta))
    return "".join(f", {part}" for part in where if part) + "." + notices


def _notices(meta: Metadata) -> list[str]:
    return [COMPOSED] * meta.composed + [SPONSORED] * meta.sponsored


def _at(cited: Cited) -> str:
    return f"At {cited.clock}" if cited.clock else ""


def _quoted(cited: Cited) -> str:
    return f"“{one_line(cited.text)}”"


def _parts(iso: str) -> tuple[int, int, int]:
    """Year, month, day; 0 for what is not said."""
    match = _DATE.match(iso)
    year, month, day = (int(part or 0) for part in match.groups()) if match else (0, 0, 0)
    return (year, month, day) if 1 <= month <= 12 else (year, 0, 0)


def escaped(text: str) -> str:
    """A line that Markdown shows as it stands."""
    return _MARKDOWN_LINE.sub(r"\1\\\2", _MARKDOWN.sub(r"\\\1", text))


def _tex(text: str) -> str:
    return "".join(_TEX.get(character, character) for character in one_line(text))


def _plain_url(url: str) -> str:
    """BibTeX reads an address as it stands, but for what would end or begin a group."""
    return url.replace("\\", "%5C").replace("{", "%7B").replace("}", "%7D")


def _key(cited: Cited) -> str:
    name = re.sub(r"[^a-z0-9]", "", (cited.speaker.name if cited.speaker else cited.metadata.show).lower())
    return f"{name[:24] or 'counterpart'}{cited.metadata.date[:4]}-{cited.id}"
