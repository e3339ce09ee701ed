"""Giving events their places in the log.

SQLite has one writer at a time, so a transaction places its own events when it commits.  On PostgreSQL many write at
once: each leaves its events in `pending` inside its own transaction, and whoever gets the advisory lock moves them to
the log in order.  An event in `pending` is committed: it is never lost, it only has no number yet.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import timedelta
from typing import Any

import orjson
from sqlalchemy import Connection, text

from records.canonical import written
from records.clock import from_text
from records.ids import ascending_ids
from records.transaction import Draft, Transaction

__all__ = ["EVERY_SECONDS", "SLACK", "keep", "sequence"]

_LOCK = 712_002
_BATCH = 5000
_TAKE = """DELETE FROM pending WHERE id IN (SELECT id FROM pending ORDER BY id LIMIT %s) RETURNING id, item, body"""
SLACK = timedelta(minutes=5)
"""Longer than any transaction: times that go back further come from a clock that was set back."""
EVERY_SECONDS = 0.5
"""How often a process that writes looks after what is pending; whoever reads the log does so at once."""
_MOST, _LARGE = 65_535, 12_000
"""Bytes of an event, and of one value of an event that is too large."""


def keep(tx: Transaction) -> None:
    """Store a transaction's events, as the last thing before it commits."""
    if not tx.drafts:
        return
    if tx.connection.dialect.name == "sqlite":
        _place(tx.connection, [draft.item for draft in tx.drafts], tx.drafts)
        return
    items, bodies = [draft.item for draft in tx.drafts], [written(draft.body) for draft in tx.drafts]
    with closing(tx.connection.connection.cursor()) as cursor:
        cursor.execute(
            "INSERT INTO pending (item, body) SELECT * FROM unnest(%b::text[], %b::bytea[])", (items, bodies)
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
                _place(connection, [item for _, item, _ in rows], (Draft(item, orjson.loads(b)) for _, item, b in rows))
        if len(rows) < _BATCH:
            return


def _cursor(connection: Connection) -> Any:
    """The driver's own cursor: psycopg's takes `binary`, which DBAPI does not know."""
    return connection.connection.cursor()


def _locked(connection: Connection, wait: bool) -> bool:
    if wait:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        return True
    return bool(connection.execute(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": _LOCK}).scalar())


def _place(connection: Connection, items: Iterable[str | None], drafts: Iterable[Draft]) -> None:
    """Number events and store them, as the only one who does so now; by the driver itself: this is the hot path.

    Args:
        items: the items of the drafts, known before the first draft is looked at.
        drafts: taken one at a time: thousands of parsed events at once cost more in garbage collection than in parsing.
    """
    sqlite = connection.dialect.name == "sqlite"
    with closing(connection.connection.cursor()) as cursor:
        cursor.execute("SELECT seq, bytes FROM events ORDER BY seq DESC LIMIT 1")
        row = cursor.fetchone()
        seq, stamp = (row[0] + 1, orjson.loads(row[1])["ts"]) if row is not None else (0, "")
        previous = _last_of(cursor, [item for item in set(items) if item is not None], sqlite=sqlite)
        rows = []
        for place, (draft, event_id) in enumerate(zip(_in_time(drafts, stamp), ascending_ids()), seq):  # noqa: B905 - ids never end
            body = draft.body
            body["seq"] = place
            body["id"] = event_id
            if draft.item is not None:
                before = previous[draft.item]
                if before is not None:
                    body["prev_item_seq"] = before
                previous[draft.item] = place
            rows.append((place, draft.item, _entry(body)))
        if sqlite:
            cursor.executemany("INSERT INTO events (seq, item, bytes) VALUES (?, ?, ?)", rows)
            return
        with cursor.copy("COPY events (seq, item, bytes) FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(["int8", "text", "bytea"])
            for row in rows:
                copy.write_row(row)


def _in_time(drafts: Iterable[Draft], stamp: str) -> Iterator[Draft]:
    """The events with times that never go back, after an event of time `stamp`.

    One that began while others were placed takes their time and keeps its own as `began`; a clock that was set back
    by more than `SLACK` gets an event that says so.
    """
    for draft in drafts:
        own = draft.body["ts"]
        if own < stamp:
            if from_text(stamp) - from_text(own) > SLACK:
                yield Draft(None, _set_back(stamp, own))
            else:
                draft.body |= {"ts": stamp, "began": own}
        stamp = draft.body["ts"]
        yield draft


def _set_back(before: str, after: str) -> dict[str, Any]:
    return {
        "v": 1, "ts": after, "action": "clock.set_back", "outcome": "ok", "before": {"ts": before},
        "after": {"ts": after}, "actor": {"kind": "system", "id": "clock", "session": ""},
    }  # fmt: skip


def _entry(body: dict[str, Any]) -> bytes:
    """An event's bytes; of values too large for an entry of a tile, their digests."""
    data = written(body)
    if len(data) <= _MOST:
        return data
    for name in ("after", "before", "approval", "reason"):
        content = written(body.get(name))
        if len(content) > _LARGE:
            body[name] = {"digest": hashlib.sha256(content).hexdigest(), "size": len(content)}
    return written(body)


def _last_of(cursor: Any, items: Sequence[str], *, sqlite: bool) -> dict[str, int | None]:
    """Each item's last event so far."""
    found: dict[str, int | None] = {}
    if sqlite:
        for item in items:
            cursor.execute("SELECT max(seq) FROM events WHERE item = ?", (item,))
            found[item] = cursor.fetchone()[0]
    else:
        cursor.execute("SELECT i, (SELECT max(seq) FROM events WHERE item = i) FROM unnest(%s::text[]) i", (items,))
        found.update(cursor.fetchall())
    return found
