"""Opening the database: SQLite (WAL, synchronous FULL, one writer) or PostgreSQL, and what its errors mean."""

from __future__ import annotations

import sqlite3
import threading
import time
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry

from config.errors import ApplicationException, ConfigError

__all__ = ["LOCK_SECONDS", "OneWriter", "as_typed", "connect"]

_IDLE_SECONDS = 2
LOCK_SECONDS = 30
"""How long a writer waits for another one before OF704."""


def connect(url: str) -> Engine:
    """An engine for a database URL.

    Raises:
        ConfigError: OF701, the URL is malformed, or its driver is not installed.
    """
    try:
        parsed = make_url(url)
        if parsed.drivername in ("postgresql", "postgres"):
            parsed = parsed.set(drivername="postgresql+psycopg")
        if parsed.get_backend_name() == "sqlite":
            engine = create_engine(parsed, connect_args={"timeout": LOCK_SECONDS, "check_same_thread": False})
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
        else:
            engine = create_engine(parsed)
            event.listen(engine, "checkout", _ask_first)
            event.listen(engine, "begin", _begin_postgresql)
    except (ModuleNotFoundError, ValueError, DBAPIError) as error:
        raise ConfigError("OF701", url.split("@")[-1], why=error) from error
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver would begin too late, and never IMMEDIATE
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA temp_store = MEMORY")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    mode = "" if connection.get_execution_options().get("reading") else " IMMEDIATE"
    connection.exec_driver_sql(f"BEGIN{mode}")


def _begin_postgresql(connection: Connection) -> None:
    if connection.get_execution_options().get("reading"):
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")


def _ask_first(connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
    """Ask a connection that was idle whether it still lives; asking each time would cost a third of a short one."""
    now = time.monotonic()
    if now - record.info.get("used", now) > _IDLE_SECONDS:
        try:
            connection.execute("SELECT 1")
            connection.rollback()
        except connection.OperationalError as error:
            raise DisconnectionError from error
    record.info["used"] = now


def as_typed(error: DBAPIError, where: str) -> ApplicationException | None:
    """The typed error of a database error that a person or a retry can heal; None for a mistake in the code."""
    cause = error.orig
    text = str(cause).strip().split("\n")[0]
    if isinstance(cause, sqlite3.Error):
        name = getattr(cause, "sqlite_errorname", "")
        if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            return ApplicationException("OF704", where, seconds=LOCK_SECONDS)
        if name.startswith(("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_READONLY")):
            return ApplicationException("OF705", where, why=text)
        if name.startswith(("SQLITE_CANTOPEN", "SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_PERM", "SQLITE_AUTH")):
            return ApplicationException("OF701", where, why=text)
        return None
    state = getattr(cause, "sqlstate", None) or ""
    if state.startswith(("53", "58")):  # insufficient resources (disk full), system error
        return ApplicationException("OF705", where, why=text)
    if state in ("55P03", "40001", "40P01"):  # lock not available, serialization failure, deadlock
        return ApplicationException("OF704", where, seconds=LOCK_SECONDS)
    if error.connection_invalidated or state.startswith(("08", "57")) or not state:
        return ApplicationException("OF701", where, why=text)
    return None


class OneWriter:
    """One thread of this process writes at a time: waiting here is cheaper and fairer than SQLite's busy handler."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._owner = 0

    def __enter__(self) -> None:
        if self._owner == threading.get_ident():
            raise RuntimeError("a transaction was begun inside a transaction of the same thread")
        self._lock.acquire()
        self._owner = threading.get_ident()

    def __exit__(self, *_: object) -> None:
        self._owner = 0
        self._lock.release()
