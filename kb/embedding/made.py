"""Models that are made on first use and kept: a folder each, known by what it was made of, proved when it is read."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock

from kb.embedding.runner import Facts
from kb.errors import ModelError

_RECORD = "made.json"
_WAY_OUT = "Set `models` to a folder that may be written, or backend = torch-float32, which needs none."


@dataclass(frozen=True, slots=True)
class Recipe:
    """variant: the backend's name; sha256: of the reference's weights; tools: what else decides the result."""

    variant: str
    sha256: str
    tools: Mapping[str, str]

    def key(self) -> str:
        said = json.dumps({**self.tools, "variant": self.variant, "sha256": self.sha256}, sort_keys=True)
        return f"{self.variant}-{self.sha256[:16]}-{hashlib.sha256(said.encode()).hexdigest()[:12]}"


@dataclass(frozen=True, slots=True)
class Made:
    """folder: where the files lie."""

    folder: Path
    facts: Facts


def made_model(models: Path, recipe: Recipe, make: Callable[[Path], Facts]) -> Made:
    """The model of the recipe, made by make(empty folder) if it is not there, or is damaged. Raises ModelError.

    Of several processes that want it at once one makes it, and the others wait for that. A kill leaves nothing that
    would be taken for a model.
    """
    folder = models / recipe.key()
    try:
        models.mkdir(parents=True, exist_ok=True)
        with FileLock(models / f"{recipe.key()}.lock"):
            return _sound(folder) or _make(folder, recipe, make)
    except OSError as error:
        raise ModelError(f"the model cannot be kept: {error}", where=str(folder), way_out=_WAY_OUT) from error


def _make(folder: Path, recipe: Recipe, make: Callable[[Path], Facts]) -> Made:
    making = folder.with_name(f"{folder.name}.making")
    for left in (making, folder):  # what a kill left, what is damaged
        if left.exists():
            shutil.rmtree(left)
    making.mkdir()
    try:
        facts = make(making)
        files = {file.name: file_sha256(file) for file in sorted(making.iterdir())}
        record = {"made_of": {"variant": recipe.variant, "sha256": recipe.sha256, **recipe.tools}}
        body = json.dumps({**record, "facts": asdict(facts), "files": files}, indent=1)
        (making / _RECORD).write_text(body, encoding="utf-8")
        making.rename(folder)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return Made(folder, facts)


def _sound(folder: Path) -> Made | None:
    """The model, if all of its files are what they were when they were made."""
    try:
        record = json.loads((folder / _RECORD).read_text(encoding="utf-8"))
        sound = all(file_sha256(folder / name) == value for name, value in record["files"].items())
        return Made(folder, Facts(**record["facts"])) if sound and record["files"] else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def file_sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
