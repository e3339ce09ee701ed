"""Giving events their places in the log.

SQLite has one writer at a time, so a transaction places its own events.  On PostgreSQL many write at once: each leaves
its events in `pending` inside its own transaction, and whoever gets the advisory lock moves them to the log in order.
An event in `pending` is committed: it is never lost, it only has no number yet.

`events` holds nothing but numbers and bytes.  The events of a work item are found by the last one, which `last_events`
knows, and from there back, since each names the one before: that costs a row an item and transaction, not an index
entry an event.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from functools import cache
from typing import Any

import orjson
from sqlalchemy import Connection, text

from records.canonical import written
from records.clock import from_text
from records.ids import AscendingIds

__all__ = ["SLACK", "Pending", "Places", "sequence"]

_LOCK = 712_002
_BATCH = 5000
_TAKE = """DELETE FROM pending WHERE id IN (SELECT id FROM pending ORDER BY id LIMIT %s) RETURNING id, item, body"""
_KNOWN = "SELECT item, seq FROM last_events WHERE item = ANY(%s)"
_KEEP = "INSERT INTO last_events (item, seq) VALUES (?, ?) ON CONFLICT (item) DO UPDATE SET seq = excluded.seq"
_KEEP_MANY = """INSERT INTO last_events (item, seq) SELECT * FROM unnest(%s::text[], %s::int8[])
    ON CONFLICT (item) DO UPDATE SET seq = excluded.seq"""
SLACK = timedelta(minutes=5)
"""Longer than any transaction: times that go back further come from a clock that was set back."""
_REMEMBERED = 10_000
"""Items whose last events a writer remembers from one transaction to the next."""
_MOST, _LARGE = 65_535, 12_000
"""Bytes of an event, and of one value of an event that is too large."""


@cache
def _insert(count: int) -> str:
    places = ", ".join(["(?, ?)"] * count)
    return f"INSERT INTO events (seq, bytes) VALUES {places}"  # noqa: S608 - no values in it


class Places:
    """The next places of the log, in the hands of the only one who writes to it now; it may have them many times.

    Args:
        connection: the driver's own, inside a transaction when a method is called: this is the hot path.

    Attributes:
        chunk: events that go to the database in one statement; SQLite then takes two thirds of the time of one each.
    """

    __slots__ = ("_cursor", "_end", "_ids", "_known", "_names", "_new", "_next", "_room", "_rows", "_stamp")

    chunk = 50

    def __init__(self, connection: Any):
        self._cursor = connection.cursor()
        self._ids = AscendingIds()
        self._names = self._ids.names()
        self._room = self.chunk
        self._rows: list[Any] = []  # number, bytes, number, bytes, ...
        self._new: dict[str, int] = {}  # the items of this transaction with their last events
        self._known: dict[str, int | None] = {}  # those of the log up to `_end`
        self._end: tuple[int, bytes] | None = None  # the last event as we left it
        self._next = -1
        self._stamp = ""

    def begin(self) -> None:
        """A transaction has begun: what others wrote since the last one counts."""
        self._ids.begin()
        self._rows.clear()
        self._room = self.chunk
        self._new.clear()
        self._next = -1

    def add(self, item: str | None, body: dict[str, Any]) -> None:
        """Place an event after all others (see `transaction.Appender`).

        Times never go back: one that began while others were placed takes their time and keeps its own as `began`.
        A clock that was set back by more than `SLACK` gets an event that says so.
        """
        if self._next < 0:
            self._find_end()
        if (stamp := body["ts"]) is not self._stamp:
            if stamp < self._stamp:
                self._mind_the_clock(body)
            else:
                self._stamp = stamp
        place = body["seq"] = self._next
        body["id"] = next(self._names)
        if item is not None:
            before = self._new[item] if item in self._new else self._before(item)
            if before is not None:
                body["prev_item_seq"] = before
        data = written(body)
        if len(data) > _MOST:
            data = _cut(body)
        if item is not None:
            self._new[item] = place
        self._rows += (place, data)
        self._next = place + 1
        self._room -= 1
        if not self._room:
            self._write()

    def _find_end(self) -> None:
        self._cursor.execute("SELECT seq, bytes FROM events ORDER BY seq DESC LIMIT 1")
        row = self._cursor.fetchone()
        if row != self._end or len(self._known) > _REMEMBERED:  # somebody else wrote, or a commit of ours failed
            self._known.clear()
        self._next, self._stamp = (row[0] + 1, _time_of(row[1])) if row is not None else (0, "")

    def _mind_the_clock(self, body: dict[str, Any]) -> None:
        before, stamp = self._stamp, body["ts"]
        if from_text(before) - from_text(stamp) > SLACK:
            self._stamp = stamp
            self.add(None, _set_back(before, stamp))
        else:
            body |= {"ts": before, "began": stamp}

    def _before(self, item: str) -> int | None:
        if item in self._known:
            return self._known[item]
        self._cursor.execute("SELECT seq FROM last_events WHERE item = ?", (item,))
        row = self._cursor.fetchone()
        return row[0] if row is not None else None

    def _write(self) -> None:
        rows = self._rows
        self._cursor.execute(_insert(len(rows) // 2), rows)
        self._end = (rows[-2], rows[-1])
        rows.clear()
        self._room = self.chunk

    def store(self) -> None:
        """Write the events that were placed."""
        if self._next < 0:
            return
        if self._rows:
            self._write()
        self._keep_last()
        self._known.update(self._new)

    def _keep_last(self) -> None:
        for row in self._new.items():
            self._cursor.execute(_KEEP, row)


class _ManyPlaces(Places):
    """The places of what many left in `pending`, on PostgreSQL: asks and writes in bulk."""

    chunk = 1000

    def expect(self, items: Sequence[str]) -> None:
        """Learn the last events of all items at once."""
        self._find_end()
        self._known = dict.fromkeys(items)
        self._cursor.execute(_KNOWN, (list(self._known),))
        self._known.update(self._cursor.fetchall())

    def _write(self) -> None:
        with self._cursor.copy("COPY events (seq, bytes) FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(["int8", "bytea"])
            for row in zip(self._rows[::2], self._rows[1::2], strict=True):
                copy.write_row(row)
        self._rows.clear()
        self._room = self.chunk

    def _keep_last(self) -> None:
        self._cursor.execute(_KEEP_MANY, (list(self._new), list(self._new.values())))


class Pending:
    """The events of one transaction among many, on PostgreSQL: they get their places later.

    Args:
        connection: the driver's own, inside a transaction.
    """

    def __init__(self, connection: Any):
        self._connection = connection
        self._items: list[str | None] = []
        self._bodies: list[bytes] = []

    @property
    def count(self) -> int:
        """How many events it has taken."""
        return len(self._items)

    def add(self, item: str | None, body: dict[str, Any]) -> None:
        """Take an event (see `transaction.Appender`)."""
        self._bodies.append(written(body))
        self._items.append(item)

    def store(self) -> None:
        """Leave the events in `pending`."""
        if self._items:
            with closing(self._connection.cursor()) as cursor:
                cursor.execute(
                    "INSERT INTO pending (item, body) SELECT * FROM unnest(%b::text[], %b::bytea[])",
                    (self._items, self._bodies),
                )


def sequence(connection: Connection, *, wait: bool = True) -> None:
    """Place all pending events, in transactions of its own; nothing to do on SQLite."""
    if connection.dialect.name != "postgresql":
        return
    while True:
        with connection.begin():
            if not connection.exec_driver_sql("SELECT EXISTS (SELECT FROM pending)").scalar():
                return
            if not _locked(connection, wait):
                return
            with closing(_cursor(connection)) as cursor:
                # Not yet on the disk is no loss: a move that a power cut undoes leaves the events in `pending`.
                cursor.execute("SET LOCAL synchronous_commit = off")
                cursor.execute(_TAKE, (_BATCH,), binary=True)
                rows = sorted(cursor.fetchall())
            if rows:
                _place(connection, rows)
        if len(rows) < _BATCH:
            return


def _place(connection: Connection, rows: Sequence[tuple[int, str | None, bytes]]) -> None:
    places = _ManyPlaces(connection.connection)
    places.begin()
    places.expect([item for _, item, _ in rows if item is not None])
    for _, item, body in rows:
        places.add(item, orjson.loads(body))
    places.store()


def _cursor(connection: Connection) -> Any:
    """The driver's own cursor: psycopg's takes `binary`, which DBAPI does not know."""
    return connection.connection.cursor()


def _locked(connection: Connection, wait: bool) -> bool:
    if wait:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        return True
    return bool(connection.execute(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": _LOCK}).scalar())


def _set_back(before: str, after: str) -> dict[str, Any]:
    return {
        "v": 1, "ts": after, "action": "clock.set_back", "outcome": "ok", "before": {"ts": before},
        "after": {"ts": after}, "actor": {"kind": "system", "id": "clock", "session": ""},
    }  # fmt: skip


def _time_of(data: bytes) -> str:
    """The time of an event, without reading all of it: in a text the quotes would have backslashes before them."""
    return data[data.rindex(b'"ts":"') + 6 :].split(b'"', 1)[0].decode()


def _cut(body: dict[str, Any]) -> bytes:
    """An event's bytes with the digests of values that are too large for an entry of a tile."""
    for name in ("after", "before", "approval", "reason"):
        content = written(body.get(name))
        if len(content) > _LARGE:
            body[name] = {"digest": hashlib.sha256(content).hexdigest(), "size": len(content)}
    return written(body)
