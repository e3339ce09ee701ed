"""Giving events their places in the log.

SQLite has one writer at a time, so a transaction places its own events when it commits.  On PostgreSQL many write at
once: each leaves its events in `pending` inside its own transaction, and whoever gets the advisory lock moves them to
the log in order.  An event in `pending` is committed: it is never lost, it only has no number yet.
"""

from __future__ import annotations

from collections.abc import Sequence

import orjson
from sqlalchemy import Connection, delete, func, insert, select, text

from records import schema
from records.canonical import canonical
from records.ids import new_ids
from records.transaction import Draft, Transaction

__all__ = ["after_commit", "keep", "sequence"]

_events, _pending = schema.events, schema.pending
_LOCK = 712_002
_BATCH = 2000


def keep(tx: Transaction) -> None:
    """Store a transaction's events, as the last thing before it commits."""
    if not tx.drafts:
        return
    if tx.connection.dialect.name == "sqlite":
        _place(tx.connection, tx.drafts)
    else:
        rows = [{"item": draft.item, "body": canonical(draft.body)} for draft in tx.drafts]
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
    last = connection.execute(select(func.max(_events.c.seq))).scalar()
    seq = -1 if last is None else last
    previous = _last_of(connection, sorted({draft.item for draft in drafts if draft.item is not None}))
    rows = []
    for draft, event_id in zip(drafts, new_ids(len(drafts)), strict=True):
        seq += 1
        body = draft.body
        body["seq"] = seq
        body["id"] = event_id
        if draft.item is not None:
            if draft.item in previous:
                body["prev_item_seq"] = previous[draft.item]
            previous[draft.item] = seq
        rows.append({"seq": seq, "item": draft.item, "bytes": canonical(body)})
    connection.execute(insert(_events), rows)


def _last_of(connection: Connection, items: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for start in range(0, len(items), 500):
        query = (
            select(_events.c.item, func.max(_events.c.seq))
            .where(_events.c.item.in_(items[start : start + 500]))
            .group_by(_events.c.item)
        )
        found.update((item, seq) for item, seq in connection.execute(query))
    return found
