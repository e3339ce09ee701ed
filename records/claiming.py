"""Who works on an item now: claimed with a lease, renewed, given back, taken over when the lease has run out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, select, update

from config.errors import OficioError
from records import item_rows, schema
from records.clock import to_micros
from records.transaction import Transaction
from records.values import WorkItem

__all__ = ["check", "claim", "refusal", "release", "renew"]

_items = schema.work_items


def claim(
    tx: Transaction,
    process: str,
    states: Sequence[str],
    *,
    limit: int = 50,
    lease: timedelta = timedelta(minutes=5),
    worker: str,
) -> list[WorkItem]:
    """Take work that nobody holds: most urgent first, then by due date, then the largest amount.

    Two workers never get the same item. An item whose lease has run out is taken over.

    Args:
        states: which states to take from.
        limit: at most so many.
        worker: names the process that takes it, as in `host:pid:...`.
    """
    found: list[Row[Any]] = []
    for state in dict.fromkeys(states):
        query = (
            select(_items.c.id, _items.c.priority, _items.c.due, _items.c.amount_rank)
            .where(
                _items.c.process == process,
                _items.c.state == state,
                _items.c.available_at <= tx.micros,
                _items.c.lease_until <= tx.micros,
            )
            .order_by(_items.c.priority, _items.c.due, _items.c.amount_rank, _items.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        found += tx.connection.execute(query)
    chosen = [row.id for row in sorted(found, key=lambda row: (row.priority, row.due, row.amount_rank, row.id))[:limit]]
    if not chosen:
        return []
    tx.connection.execute(
        update(_items)
        .where(_items.c.id.in_(chosen))
        .values(
            lease_owner=worker,
            lease_until=to_micros(tx.now + lease),
            lease_token=_items.c.lease_token + 1,
        )
    )
    items = {item.id: item for item in item_rows.load(tx, _items.c.id.in_(chosen), mine=worker)}
    return [items[item_id] for item_id in chosen]


def renew(tx: Transaction, item: WorkItem, lease: timedelta) -> WorkItem:
    """Keep a claimed item for so long from now.

    Raises:
        OficioError: OF702, the lease was taken over.
    """
    done = tx.connection.execute(
        update(_items).where(*_held(item)).values(lease_until=to_micros(tx.now + lease))
    ).rowcount
    if not done:
        raise refusal(tx, item)
    return item_rows.load_one(tx, item.id, mine=item.held_by)


def check(tx: Transaction, item: WorkItem) -> None:
    """Refuse when a claimed item is no longer held; nothing is written.

    Raises:
        OficioError: OF702, the lease was taken over or has run out.
    """
    if tx.connection.execute(select(_items.c.id).where(*_held(item), _items.c.lease_until > tx.micros)).first() is None:
        raise refusal(tx, item)


def release(tx: Transaction, item: WorkItem) -> None:
    """Give a claimed item back untouched; nothing happens when the lease is gone already."""
    tx.connection.execute(update(_items).where(*_held(item)).values(lease_owner=None, lease_until=0))


def _held(item: WorkItem) -> tuple[Any, ...]:
    token = item.lease.token if item.lease is not None else -1
    return (_items.c.id == item.id, _items.c.lease_token == token, _items.c.lease_owner.is_not(None))


def refusal(tx: Transaction, item: WorkItem) -> OficioError:
    """Why an item cannot be changed by who holds this value of it: OF702."""
    now = item_rows.load_one(tx, item.id)
    why = (
        f"it is at version {now.version} ({now.state}), not {item.version} ({item.state})"
        if now.version != item.version
        else f"{now.held_by or 'another worker'} holds it"
    )
    return OficioError("OF702", item=item.id, why=why)
