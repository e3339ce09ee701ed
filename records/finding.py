"""Finding work items: by id, state, key, tag or document; their counts and the versions of their payload."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import func, select

from records import item_rows, schema
from records.clock import from_micros
from records.transaction import Transaction
from records.values import Payload, WorkItem

__all__ = ["counts", "find", "get", "payload_versions", "starting_with"]

_items = schema.work_items


def get(tx: Transaction, item_id: str) -> WorkItem:
    """One item; OF707 when there is none."""
    return item_rows.load_one(tx, item_id)


def find(
    tx: Transaction,
    process: str | None = None,
    *,
    states: Iterable[str] | None = None,
    key: str | None = None,
    tags: Mapping[str, str] | None = None,
    document: str | None = None,
    limit: int = 1000,
    after: str = "",
) -> list[WorkItem]:
    """Items that fit everything given, oldest first.

    Args:
        tags: names with the values they must have.
        document: SHA-256 (hex) of a document of theirs.
        after: only items younger than this id, to page through many.
    """
    where = [_items.c.id > after]
    if process is not None:
        where.append(_items.c.process == process)
    if states is not None:
        where.append(_items.c.state.in_(list(states)))
    if key is not None:
        where.append(_items.c.key == key)
    for name, value in (tags or {}).items():
        tag = schema.item_tags.c
        rows = select(tag.item_id).where(tag.name == name, tag.value == value)
        where.append(_items.c.id.in_(rows if process is None else rows.where(tag.process == process)))
    if document is not None:
        link = schema.item_documents.c
        where.append(_items.c.id.in_(select(link.item_id).where(link.sha256 == document)))
    return item_rows.load(tx, *where, limit=limit)


def starting_with(tx: Transaction, beginning: str, limit: int = 2) -> list[WorkItem]:
    """Items whose id begins so, oldest first."""
    return item_rows.load(tx, _items.c.id >= beginning, _items.c.id < beginning + "~", limit=limit)


def counts(tx: Transaction, process: str | None = None) -> dict[str, int]:
    """How many items are in each state."""
    query = select(_items.c.state, func.count()).group_by(_items.c.state)
    if process is not None:
        query = query.where(_items.c.process == process)
    return {state: count for state, count in tx.connection.execute(query.order_by(_items.c.state))}  # noqa: C416 - rows are no pairs to a type checker


def payload_versions(tx: Transaction, item_id: str) -> list[tuple[int, datetime, str, Payload]]:
    """Every version of an item's payload: its number, when, by whom (`kind:id`), the payload."""
    table = schema.payloads.c
    query = (
        select(table.version, table.written_at, table.written_by, table.payload)
        .where(table.item_id == item_id)
        .order_by(table.version)
    )
    return [
        (row.version, from_micros(row.written_at), row.written_by, item_rows.payload_of(row.payload))
        for row in tx.connection.execute(query)
    ]
