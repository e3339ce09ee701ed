"""Writing transactions: on SQLite one at a time over one connection that stays, on PostgreSQL as many as there are."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from types import TracebackType
from typing import Any, Protocol

from sqlalchemy import Connection, Engine

from records.sequencer import Pending, Places, sequence
from records.transaction import Appender

__all__ = ["Begun", "Writer", "writer_of"]

_SEQUENCE_SECONDS = 0.5
"""How often a process that writes looks after what is pending; whoever reads the log does so at once."""

Begun = tuple[Connection, Appender]
"""A connection in a writing transaction, and where its events go."""


class Writer(Protocol):
    """Begins the transactions that write; threads may share it."""

    def transaction(self) -> AbstractContextManager[Begun]:
        """A connection and where the events go: committed at the end of the block, nothing of it when that raises."""

    def close(self) -> None:
        """Close what is kept open; the next transaction opens it again."""


def writer_of(engine: Engine) -> Writer:
    """The writer for an engine's database."""
    return _SqliteWriter(engine) if engine.dialect.name == "sqlite" else _PostgresqlWriter(engine)


class _SqliteWriter:
    """One thread of this process writes at a time: waiting here is cheaper and fairer than SQLite's busy handler.

    SQLAlchemy takes its connection for one that is always in a transaction; the driver begins and ends the real ones.
    Borrowing and returning a connection each time, and beginning through SQLAlchemy, took as long as twenty events.
    """

    def __init__(self, engine: Engine):
        self._engine = engine
        self._lock = threading.Lock()
        self._owner = 0
        self._connection: Connection | None = None
        self._driver: Any = None
        self._execute: Any = None
        self._places: Any = None

    def transaction(self) -> AbstractContextManager[Begun]:
        """See `Writer`; RuntimeError for a transaction inside one of the same thread."""
        return self

    def __enter__(self) -> Begun:
        me = threading.get_ident()
        if self._owner == me:
            raise RuntimeError("a transaction was begun inside a transaction of the same thread")
        self._lock.acquire()
        try:
            if self._connection is None:
                connection = self._engine.connect().execution_options(writing=True)
                self._driver = connection.connection.dbapi_connection
                self._execute = self._driver.cursor().execute
                self._places = Places(self._driver)
                self._connection = connection  # last: with it, all the rest is there
            self._execute("BEGIN IMMEDIATE")
        except BaseException:
            self._lock.release()
            raise
        self._owner = me
        self._places.begin()
        return self._connection, self._places

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._places.store()
                self._execute("COMMIT")
        finally:
            try:
                if self._driver.in_transaction:  # a full disk has rolled back already: a second one would hide it
                    self._execute("ROLLBACK")
            finally:
                self._owner = 0
                self._lock.release()

    def close(self) -> None:
        """See `Writer`."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None


class _PostgresqlWriter:
    """A connection of the pool each time."""

    def __init__(self, engine: Engine):
        self._engine = engine
        self._sequenced = 0.0

    @contextmanager
    def transaction(self) -> Iterator[Begun]:
        """See `Writer`; now and then what is pending gets its places afterwards."""
        with self._engine.connect() as connection:
            with connection.begin():
                pending = Pending(connection.connection)
                yield connection, pending
                pending.store()
            if pending.count and time.monotonic() - self._sequenced >= _SEQUENCE_SECONDS:
                self._sequenced = time.monotonic()
                sequence(connection, wait=False)

    def close(self) -> None:
        """See `Writer`: the pool is the engine's."""
