"""The examinations of `kb doctor`. Each gives a finding; none stops the others."""

from __future__ import annotations

import platform
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from kb.errors import CounterpartError, LibraryError, ModelError
from kb.settings import Settings

PACKAGES = (
    "counterpart",
    "torch",
    "sentence-transformers",
    "faiss-cpu",
    "tantivy",
    "onnxruntime",
    "SQLAlchemy",
)
ROOM_BYTES = 1 << 30


@dataclass(frozen=True, slots=True)
class Finding:
    """check: what was examined; detail: what was found; exit_code: what a fault of it means."""

    check: str
    detail: str
    ok: bool = True
    exit_code: int = LibraryError.exit_code


def diagnose(settings: Settings) -> list[Finding]:
    checks: list[tuple[str, Callable[[Settings], str], int]] = [
        ("python", _python, LibraryError.exit_code),
        *((package, _version_of(package), ModelError.exit_code) for package in PACKAGES),
        ("sqlite", _sqlite, LibraryError.exit_code),
        ("embedding model", _embedding_model, ModelError.exit_code),
        ("judge", _judge, ModelError.exit_code),
        ("data folder", _data_folder, LibraryError.exit_code),
        ("library and index", _library, LibraryError.exit_code),
    ]
    return [_examined(check, look, settings, exit_code) for check, look, exit_code in checks]


def _examined(check: str, look: Callable[[Settings], str], settings: Settings, exit_code: int) -> Finding:
    try:
        return Finding(check, look(settings))
    except CounterpartError as error:
        return Finding(check, str(error), ok=False, exit_code=error.exit_code)
    except Exception as error:
        # A doctor who faints at the sight of the disease is of no use: whatever is wrong is a finding.
        return Finding(check, f"{type(error).__name__}: {error}", ok=False, exit_code=exit_code)


def _python(_settings: Settings) -> str:
    return f"{platform.python_version()} on {platform.system()} {platform.machine()}"


def _version_of(package: str) -> Callable[[Settings], str]:
    def look(_settings: Settings) -> str:
        try:
            return metadata.version(package)
        except metadata.PackageNotFoundError as error:
            raise ModelError(f"{package} is not installed", way_out="Run `make setup`.") from error

    return look


def _sqlite(_settings: Settings) -> str:
    return sqlite3.sqlite_version


def _embedding_model(settings: Settings) -> str:
    from kb.embedding.backends import backend_named
    from kb.embedding.models import model_folder, weights_sha256

    backend = backend_named(settings.backend).name
    folder = model_folder(settings.model)
    if folder is None:
        return f"{settings.model}: found by name when it is first used, not examined here"
    return f"{settings.model}, backend {backend}, SHA-256 {weights_sha256(settings.model, folder)}"


def _judge(settings: Settings) -> str:
    from kb.judging.judge import PACKAGED_JUDGE, PACKAGED_SHA256, load_judge

    judge = load_judge(settings)
    if judge is None:
        return "none: the rule uses what is left"
    judge.load()
    return f"{judge.name}, SHA-256 {PACKAGED_SHA256}" if judge.name == PACKAGED_JUDGE else judge.name


def _data_folder(settings: Settings) -> str:
    folder = settings.data_folder
    standing = _standing(folder)
    try:
        with tempfile.TemporaryFile(dir=standing):
            free = shutil.disk_usage(standing).free
    except OSError as error:
        raise LibraryError(f"cannot be written: {error}", where=str(standing)) from error
    if free < ROOM_BYTES:
        raise LibraryError(f"only {free / 1e9:.1f} GB are free", where=str(folder), way_out="Make room.")
    return f"{folder}, {'there' if folder.exists() else 'not made yet'}, {free / 1e9:.1f} GB free"


def _standing(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists."""
    folder = folder.absolute()
    return next((path for path in (folder, *folder.parents) if path.is_dir()), folder)


def _library(settings: Settings) -> str:
    if not settings.database_url and not settings.data_folder.exists():
        return "none yet: `kb ingest corpus` makes one"
    from kb.assembly import open_knowledge_base

    with open_knowledge_base(settings) as base:
        base.follow()
        state = base.ready()
    return ", ".join(f"{name} {value}" for name, value in state.items())
