"""Opening the database: SQLite (WAL, synchronous FULL, one writer) or PostgreSQL, and what its errors mean."""

from __future__ import annotations

import sqlite3
import time
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry

from config.errors import ApplicationException, ConfigError

__all__ = ["LOCK_SECONDS", "Typed", "as_typed", "connect", "place_of"]

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
    options = connection.get_execution_options()
    if not options.get("writing"):  # `writing` begins and ends its transactions by itself
        connection.exec_driver_sql("BEGIN" if options.get("reading") else "BEGIN IMMEDIATE")


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


def place_of(engine: Engine) -> str:
    """The database as errors name it, without its password."""
    return engine.url.render_as_string(hide_password=True)


class Typed:
    """Turns the driver's errors inside a block into ours; threads may share it, and blocks may stand in blocks."""

    def __init__(self, engine: Engine):
        self._errors = (DBAPIError, engine.dialect.loaded_dbapi.Error)
        self._place = place_of(engine)

    def __enter__(self) -> None:
        """Nothing to do."""

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, self._errors):
            typed = as_typed(error, self._place)
            if typed is not None:
                raise typed from error


def as_typed(error: Exception, where: str) -> ApplicationException | None:
    """The typed error of a database error that a person or a retry can heal; None for a mistake in the code.

    Args:
        error: SQLAlchemy's error around the driver's, or the driver's own.
    """
    cause = error.orig if isinstance(error, DBAPIError) else error
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
    lost = isinstance(error, DBAPIError) and error.connection_invalidated
    if lost or state.startswith(("08", "57")) or not state:
        return ApplicationException("OF701", where, why=text)
    return None
