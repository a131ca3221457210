"""Opening a database: pragmas, transactions, and foreign errors translated in one place."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from kb.errors import BusyError, DiskFullError, LibraryError, SettingsError
from kb.settings import Settings

DATABASE_NAME = "library.sqlite"


def database_path(settings: Settings) -> Path:
    return settings.data_folder / DATABASE_NAME


def connect(settings: Settings) -> Engine:
    """An engine on the settings' database; the data folder is made. Raises LibraryError, SettingsError."""
    if settings.database_url:
        try:
            engine = create_engine(settings.database_url)
        except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
            raise SettingsError(f"database_url cannot be used: {error}", where="the settings") from error
    else:
        try:
            settings.data_folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LibraryError(
                f"the data folder cannot be made: {error.strerror}",
                where=str(settings.data_folder),
                way_out="Name a folder that you may write to with --data or KB_DATA.",
            ) from error
        path = database_path(settings).absolute()
        engine = create_engine(f"sqlite:///{path}", pool_size=16, max_overflow=16)
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine, settings.busy_timeout_s)
    return engine


def _prepare_sqlite(engine: Engine, busy_timeout_s: float) -> None:
    @event.listens_for(engine, "connect")
    def _pragmas(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {int(busy_timeout_s * 1000)}")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        immediate = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


@contextmanager
def translated(where: str = "the library") -> Iterator[None]:
    """Errors of the database below, as Counterpart's."""
    try:
        yield
    except DBAPIError as error:
        raise translate(error.orig, where) from error
    except sqlite3.Error as error:
        raise translate(error, where) from error


def translate(error: BaseException | None, where: str) -> LibraryError:
    text = str(error)
    low = text.lower()
    if "disk is full" in low or "no space left" in low or "disk i/o error" in low:
        return DiskFullError(
            "the disk is full, nothing of this step was stored",
            where=where,
            way_out="Free some space and run the command again; what was acknowledged is safe.",
        )
    if "locked" in low or "busy" in low:
        return BusyError(
            "another process is writing to the library",
            where=where,
            way_out="Wait for it to end, or raise busy_timeout_s.",
        )
    if "not a database" in low or "malformed" in low:
        return LibraryError(
            f"the database is damaged ({text})", where=where, way_out="Restore a backup with `kb restore FILE`."
        )
    if "readonly" in low or "unable to open" in low:
        return LibraryError(f"cannot be opened for writing ({text})", where=where, way_out="Check the folder's rights.")
    return LibraryError(text, where=where, way_out="Run `kb check`.")
