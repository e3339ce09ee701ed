"""Giving events their places in the log.

SQLite has one writer at a time, so a transaction places its own events when it commits.  On PostgreSQL many write at
once: each leaves its events in `pending` inside its own transaction, and whoever gets the advisory lock moves them to
the log in order.  An event in `pending` is committed: it is never lost, it only has no number yet.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, delete, insert, select, text

from records import schema
from records.canonical import written
from records.ids import new_ids
from records.transaction import Draft, Transaction

__all__ = ["after_commit", "keep", "sequence"]

_pending = schema.pending
_LOCK = 712_002
_BATCH = 2000
_MOST, _LARGE = 65_535, 12_000
"""Bytes of an event, and of one value of an event that is too large."""


def keep(tx: Transaction) -> None:
    """Store a transaction's events, as the last thing before it commits."""
    if not tx.drafts:
        return
    if tx.connection.dialect.name == "sqlite":
        _place(tx.connection, tx.drafts)
    else:
        rows = [{"item": draft.item, "body": written(draft.body)} for draft in tx.drafts]
        tx.connection.execute(insert(_pending), rows)


def after_commit(connection: Connection) -> None:
    """Place what is pending, unless another process is at it."""
    if connection.dialect.name == "postgresql":
        sequence(connection, wait=False)


def sequence(connection: Connection, *, wait: bool = True) -> None:
    """Place all pending events, in a transaction of its own; nothing to do on SQLite."""
    if connection.dialect.name != "postgresql":
        return
    while True:
        with connection.begin():
            if not _locked(connection, wait):
                return
            query = select(_pending.c.id, _pending.c.item, _pending.c.body).order_by(_pending.c.id).limit(_BATCH)
            rows = connection.execute(query).all()
            if rows:
                _place(connection, [Draft(row.item, orjson.loads(row.body)) for row in rows])
                connection.execute(delete(_pending).where(_pending.c.id.in_([row.id for row in rows])))
        if len(rows) < _BATCH:
            return


def _locked(connection: Connection, wait: bool) -> bool:
    if wait:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        return True
    return bool(connection.execute(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": _LOCK}).scalar())


def _place(connection: Connection, drafts: Sequence[Draft]) -> None:
    """Number events and store them, as the only one who does so now; by the driver itself: this is the hot path."""
    cursor = connection.connection.cursor()
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    cursor.execute("SELECT max(seq) FROM events")
    row = cursor.fetchone()
    seq = -1 if row is None or row[0] is None else row[0]
    previous = _last_of(cursor, {draft.item for draft in drafts if draft.item is not None}, mark)
    rows = []
    for draft, event_id in zip(drafts, new_ids(len(drafts)), strict=True):
        seq += 1
        body = draft.body
        body["seq"] = seq
        body["id"] = event_id
        if draft.item is not None:
            before = previous[draft.item]
            if before is not None:
                body["prev_item_seq"] = before
            previous[draft.item] = seq
        rows.append((seq, draft.item, _entry(body)))
    cursor.executemany(f"INSERT INTO events (seq, item, bytes) VALUES ({mark}, {mark}, {mark})", rows)  # noqa: S608 - no values in it
    cursor.close()


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


def _last_of(cursor: Any, items: Iterable[str], mark: str) -> dict[str, int | None]:
    """Each item's last event so far."""
    query = f"SELECT max(seq) FROM events WHERE item = {mark}"  # noqa: S608 - no values in it
    found: dict[str, int | None] = {}
    for item in items:
        cursor.execute(query, (item,))
        row = cursor.fetchone()
        found[item] = row[0] if row is not None else None
    return found
