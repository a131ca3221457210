"""One table of settings: name, default, help; units in the names.

A value comes from, first found: the call, the environment (KB_<NAME>), a TOML file (KB_SETTINGS, or
counterpart.toml in the working folder), the default. An unknown key is an error that names the nearest.
"""

from __future__ import annotations

import difflib
import math
import os
import tomllib
from collections.abc import Mapping
from dataclasses import Field, dataclass, fields
from dataclasses import field as dataclass_field
from pathlib import Path
from typing import Any

from kb.errors import SettingsError

FILE_NAME = "counterpart.toml"
# What is shown of a secret.
SET = "(set)"
# No settings themselves: which file holds them, and whether `kb` shows the trace of an error.
SWITCHES = ("KB_SETTINGS", "KB_DEBUG")


def _setting(default: Any, text: str, least: float = 0, most: float = math.inf, *, secret: bool = False) -> Any:
    """least, most: the smallest and the largest number that the setting takes. secret: its value is never shown."""
    metadata = {"help": text, "least": least, "most": most, "secret": secret}
    return dataclass_field(default=default, metadata=metadata, repr=not secret)


@dataclass(frozen=True)
class Settings:
    data: str = _setting("var", "folder of the embedded library: its database, its index, and models made for backends")
    database_url: str = _setting("", "SQLAlchemy URL of the library; empty: SQLite in the data folder")
    engine: str = _setting("embedded", "search engine behind the library, by name")
    themes_file: str = _setting("corpus/themes.toml", "themes, with descriptions and example phrases")
    corpus: str = _setting("corpus", "folder that `make run` ingests")
    model: str = _setting(
        "all-MiniLM-L6-v2", "sentence-transformers model, by name or folder; the default comes in a package"
    )
    backend: str = _setting(
        "torch-float32", "what runs the embedding model, by name; `kb doctor --benchmark` measures them on this machine"
    )
    models: str = _setting("", "folder of the models that backends make; empty: models in the data folder")
    device: str = _setting("cpu", "torch device of the embedding model: cpu, cuda")
    threads: int = _setting(0, "threads of the models; 0: all cores", most=1024)
    batch_size: int = _setting(
        8, "full passages in one forward pass; larger ones pay on a GPU, and cost memory", least=1
    )
    passage_tokens: int = _setting(250, "longest passage, in the model's own tokens", least=16)
    passage_words: int = _setting(200, "most words of a passage", least=1)
    passage_head: str = _setting("", "what is put before a passage when embedding: empty, title, section or speaker")
    judge: str = _setting(
        "reranker_en", "cross-encoder that judges answers: reranker_en (packaged), a CrossEncoder's name, or none"
    )
    judge_sentences: int = _setting(6, "best sentences that the judge reads for a question", least=1)
    candidates: int = _setting(200, "passages that each retriever finds", least=1)
    keyword_weight: float = _setting(0.7, "weight of z(keywords) beside that of the vectors")
    prior_weight: float = _setting(1.0, "weight of the episode prior")
    reindex_niceness: int = _setting(10, "how far `kb reindex` steps back for others: 0 not at all, 19 most", most=19)
    gate_questions: str = _setting("", "question sets, by comma, on which a re-indexed generation must not be worse")
    gate_tolerance: float = _setting(0.02, "how much a measure may fall when a generation is activated")
    quotes: int = _setting(5, "most quotes of an answer", least=1)
    host: str = _setting("127.0.0.1", "address that the web listens on")
    port: int = _setting(8000, "port that the web listens on", most=65535)
    web_threads: int = _setting(4, "threads that answer requests", least=1, most=1024)
    rate_limit: str = _setting(
        "120 per minute", "requests of one client to ask, search, and make or export collections; empty: no limit"
    )
    trusted_hosts: str = _setting("", "host names that a request may be addressed to, by comma; empty: any")
    cors_origins: str = _setting("", "origins whose pages may ask the API, by comma; empty: none; *: any")
    question_chars: int = _setting(2000, "longest question, in characters", least=1)
    max_file_bytes: int = _setting(64 * 1024 * 1024, "largest file that is ingested, in bytes")
    busy_timeout_s: float = _setting(60.0, "how long a writer waits for another one")
    follow_interval_s: float = _setting(0.5, "how often a server looks for what was published")
    log_questions: bool = _setting(False, "write questions into the log (they are confidential)")
    collections: int = _setting(2_000, "most collections of saved quotes that are kept at once; 0: none can be made")
    collection_days: int = _setting(
        180, "days after which a collection that nobody opens is deleted", least=1, most=36_500
    )
    collection_quotes: int = _setting(200, "most quotes of a collection", least=1, most=1_000)
    collection_note_chars: int = _setting(2_000, "longest note beside a saved quote, in characters", most=20_000)
    summary_url: str = _setting(
        "", "OpenAI-compatible endpoint that writes summaries; questions and quotes are sent to it; empty: none"
    )
    summary_model: str = _setting("", "model that the endpoint is asked for, by its name for it")
    summary_key: str = _setting("", "key of the endpoint; set it in the environment; it is never shown", secret=True)
    summary_timeout_s: float = _setting(20.0, "how long a summary may take in all", least=0.1, most=300)
    summary_tokens: int = _setting(300, "most tokens that the endpoint is asked for", least=1, most=4096)

    @property
    def data_folder(self) -> Path:
        return Path(self.data)

    def with_values(self, **values: Any) -> Settings:
        return _build({**self.values(), **values}, "the call")

    def values(self) -> dict[str, Any]:
        return {entry.name: getattr(self, entry.name) for entry in fields(self)}

    def shown(self) -> dict[str, Any]:
        """The values as they may be printed: a secret that is set is told as set."""
        found = self.values()
        secret = (entry.name for entry in fields(self) if entry.metadata["secret"])
        return found | {name: SET for name in secret if found[name]}


def load_settings(overrides: Mapping[str, Any] | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Settings out of file, environment and overrides. Raises SettingsError, naming key and source."""
    environ = os.environ if environ is None else environ
    values: dict[str, Any] = {}
    path = Path(environ.get("KB_SETTINGS", FILE_NAME))
    if path.is_file():
        values.update(_read_file(path))
    elif "KB_SETTINGS" in environ:
        raise SettingsError(f"there is no settings file {path}", way_out="Mend KB_SETTINGS.")
    for name, value in environ.items():
        if name.startswith("KB_") and name not in SWITCHES:
            values[_known(name[3:].lower(), f"the environment variable {name}")] = value
    for name, value in (overrides or {}).items():
        if value is not None:
            values[_known(name, "the call")] = value
    return _build(values, "the settings")


def describe() -> list[tuple[str, Any, str]]:
    """(name, default, help) of each setting, in the table's order."""
    return [(entry.name, entry.default, str(entry.metadata["help"])) for entry in fields(Settings)]


def _read_file(path: Path) -> dict[str, Any]:
    try:
        body = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"cannot be read: {error}", where=str(path)) from error
    return {_known(name, str(path)): value for name, value in body.items()}


def _known(name: str, where: str) -> str:
    names = [entry.name for entry in fields(Settings)]
    if name in names:
        return name
    near = difflib.get_close_matches(name, names, n=1)
    hint = f"Did you mean {near[0]!r}?" if near else "`kb settings` lists them all."
    raise SettingsError(f"there is no setting {name!r}", where=where, way_out=hint)


def _build(values: Mapping[str, Any], where: str) -> Settings:
    clean: dict[str, Any] = {}
    for entry in fields(Settings):
        if entry.name in values:
            clean[entry.name] = _convert(entry, values[entry.name], where)
    return Settings(**clean)


def _convert(entry: Field[Any], value: Any, where: str) -> Any:
    name: str = entry.name
    kind: type = type(entry.default)
    try:
        if kind is bool:
            return value if isinstance(value, bool) else _flag(str(value))
        if kind is str:
            return str(value)
        number = kind(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise SettingsError(f"{name} = {value!r} is no {kind.__name__}", where=where) from error
    if isinstance(number, float) and not math.isfinite(number):
        raise SettingsError(f"{name} = {value!r} is no number to work with", where=where)
    if number < 0:
        raise SettingsError(f"{name} = {value!r} is negative", where=where)
    if number < entry.metadata["least"]:
        raise SettingsError(
            f"{name} = {value!r} is too small", where=where, way_out=f"It is {entry.metadata['least']} or more."
        )
    if number > entry.metadata["most"]:
        raise SettingsError(
            f"{name} = {value!r} is too large", where=where, way_out=f"It is {entry.metadata['most']} or less."
        )
    return number


def _flag(value: str) -> bool:
    table = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    return table[value.strip().lower()] if value.strip().lower() in table else _bad_flag(value)


def _bad_flag(value: str) -> bool:
    raise ValueError(value)
