"""A collection as Markdown (CommonMark, https://spec.commonmark.org/). Pure."""

from __future__ import annotations

from kb.citing import escaped, markdown
from web import words
from web.export import EMPTY, PROMISE, Export, Item


def write(made: Export) -> bytes:
    """UTF-8. Quotes are block quotes under a heading each; what was noted stands beneath, as plain words."""
    head = [f"# {escaped(made.name)}", f"{words.date(made.day.isoformat())}. {PROMISE}"]
    parts = [*head, *([EMPTY] if not made.items else []), *map(_item, made.items)]
    return ("\n\n".join(parts) + "\n").encode()


def _item(item: Item) -> str:
    parts = [f"## {item.number}"]
    if item.cited:
        parts.append(markdown(item.cited))
    parts += [f"*{escaped(remark)}*" for remark in item.remarks]
    if item.note:
        # Two spaces end a line within a paragraph; an empty line ends the paragraph.
        noted = "  \n".join(escaped(line) for line in item.note.splitlines())
        parts.append(f"**Note:** {noted}")
    parts += [escaped(fact) for fact in item.facts()]
    return "\n\n".join(parts)
