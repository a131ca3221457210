"""The project's pages, and what they state: commands, settings, endpoints, targets, links."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
SHELL = ("sh", "bash", "console")
# `kb` with its options: words, and none of the marks that stand for something ("kb ingest PATH...").
ASSIGNED = re.compile(r"^[A-Z_][A-Z0-9_]*=")


@dataclass(frozen=True)
class Page:
    path: Path
    text: str

    def commands(self, name: str) -> list[list[str]]:
        """The arguments of each call of a command: whole lines of shell blocks, and code in sentences."""
        lines = [line for language, body in FENCE.findall(self.text) if language in SHELL for line in body.splitlines()]
        found = [_arguments(line, name) for line in [*lines, *self.code()]]
        return [arguments for arguments in found if arguments is not None]

    def code(self) -> list[str]:
        return CODE.findall(FENCE.sub("", self.text))

    def links(self) -> list[str]:
        return LINK.findall(self.text)


def pages(root: Path) -> list[Page]:
    """Every Markdown page of ours: the documents of the corpus and what is installed or built are none."""
    left_out = {"corpus", "build", "node_modules"}
    paths = [path for path in sorted(root.rglob("*.md")) if not left_out & set(path.relative_to(root).parts)]
    kept = [path for path in paths if not any(part.startswith(".") for part in path.relative_to(root).parts)]
    return [Page(path, path.read_text(encoding="utf-8")) for path in kept]


def _arguments(line: str, name: str) -> list[str] | None:
    """Arguments after the command, without comment, redirection and environment; None for another command."""
    try:
        words = shlex.split(line, comments=True)
    except ValueError:
        return None
    while words and ASSIGNED.match(words[0]):
        words = words[1:]
    if not words or Path(words[0]).name != name:
        return None
    ends = [number for number, word in enumerate(words) if word in (">", "|", "&&", "<", ";")]
    return words[1 : ends[0]] if ends else words[1:]
