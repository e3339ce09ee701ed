"""The records of an office: one database, one archive, one audit log, and transactions over them."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, Engine

from records.archive import Archive
from records.engine import Typed, connect, place_of
from records.log import Log
from records.schema_version import migrate
from records.transaction import Transaction
from records.values import Actor, Session
from records.writing import Begun, writer_of

__all__ = ["Records"]


def _machine_clock() -> datetime:
    return datetime.now(UTC)


class Records:
    """Open with `Records.open`; a context manager that closes its connections. Threads may share it."""

    def __init__(self, engine: Engine, home: Path, session: Session, now: Callable[[], datetime] = _machine_clock):
        self.engine = engine
        self.home = home
        self.session = session
        self.now = now
        self.archive = Archive(home / "archive")
        self.log = Log(self)
        self.place = place_of(engine)
        self._postgresql = engine.dialect.name == "postgresql"
        self._writer = writer_of(engine)  # shared by the copies that `acting` makes
        self._typed = Typed(engine)

    @classmethod
    def open(
        cls,
        url: str = "",
        *,
        home: Path,
        session: Session,
        now: Callable[[], datetime] = _machine_clock,
    ) -> Self:
        """Open the database at an SQLAlchemy URL (by default `home/oficio.db`), and bring its tables up to date.

        Args:
            home: the folder of the archive and of the log's key; made when missing.
            session: who acts; every event says so.
            now: the clock; aware datetimes.

        Raises:
            ConfigError: OF701 for a URL that is none; OF717 when the database is newer than this code.
            ApplicationException: OF701 when the database cannot be reached, OF704, OF705.
        """
        home.mkdir(parents=True, exist_ok=True)
        engine = connect(url or f"sqlite:///{home / 'oficio.db'}")
        records = cls(engine, home, session, now)
        with records.typed():
            migrate(engine, home)
        return records

    def acting(self, actor: Actor) -> Self:
        """The same records with another actor: events say that this one did it."""
        other = copy.copy(self)
        other.session = Session(actor, self.session.run, self.session.on_behalf)
        return other

    def begin(self) -> AbstractContextManager[Transaction]:
        """A writing transaction: committed with its events at the end of the block, nothing of it when that raises.

        Raises:
            ApplicationException: OF701 the database is gone, OF704 locked, OF705 the disk is full or failing.
        """
        return _Writing(self, self._writer.transaction(), self._typed)

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """A consistent snapshot that writes nothing; every event committed before it is in its log."""
        if self._postgresql:
            self.log.sequence()
        with self.typed(), self.reading() as connection:
            yield Transaction(connection, self.session, self.now())

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection in a read-only transaction."""
        with self.engine.connect().execution_options(reading=True) as connection, connection.begin():
            yield connection

    def typed(self) -> AbstractContextManager[None]:
        """Turn the driver's errors into ours: gone, locked, full."""
        return self._typed

    def close(self) -> None:
        """Close all connections."""
        self._writer.close()
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Writing:
    """One block of `Records.begin`; a generator in its place takes three times as long."""

    __slots__ = ("_records", "_transaction", "_typed")

    def __init__(self, records: Records, transaction: AbstractContextManager[Begun], typed: Typed):
        self._records, self._transaction, self._typed = records, transaction, typed

    def __enter__(self) -> Transaction:
        records = self._records
        try:
            connection, log = self._transaction.__enter__()
        except Exception as error:
            self._typed.__exit__(None, error, None)
            raise
        try:
            return Transaction(connection, records.session, records.now(), log)
        except BaseException as error:
            self._transaction.__exit__(type(error), error, error.__traceback__)
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._transaction.__exit__(kind, error, trace)
        except Exception as failed:
            self._typed.__exit__(None, failed, None)
            raise
        if error is not None:
            self._typed.__exit__(None, error, None)
