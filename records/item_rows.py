"""Work items between their rows and their value, with payload, documents and tags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Row, delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from config.errors import OficioError, Reason
from records import schema
from records.clock import from_micros, to_micros
from records.transaction import Transaction
from records.values import DocumentRef, Lease, Payload, WorkItem

__all__ = [
    "NORMAL",
    "columns",
    "due_date",
    "due_text",
    "link_documents",
    "load",
    "load_one",
    "payload_of",
    "rank",
    "set_tags",
]

NORMAL = 5
_NO_DUE = "9999-12-31"
_items, _payloads, _links = schema.work_items, schema.payloads, schema.item_documents
_SELECT = select(_items, _payloads.c.payload).join(
    _payloads, (_payloads.c.item_id == _items.c.id) & (_payloads.c.version == _items.c.payload_version)
)


def due_text(due: date | None) -> str:
    """A due date as the table keeps it: no due date sorts last."""
    return due.isoformat() if due is not None else _NO_DUE


def due_date(text: str) -> date | None:
    """The inverse of `due_text`."""
    return None if text == _NO_DUE else date.fromisoformat(text)


def rank(amount: int | None) -> int:
    """Sorts the largest amount first, credit notes by their size."""
    return -abs(amount or 0)


def payload_of(text: str) -> Payload:
    """A stored payload."""
    payload: Payload = orjson.loads(text)
    return payload


def columns(changes: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of changed attributes; TypeError for an attribute that cannot be changed so."""
    values: dict[str, Any] = {}
    for name, value in changes.items():
        match name:
            case "priority" | "currency" | "attempts":
                values[name] = value
            case "amount":
                values |= {"amount": value, "amount_rank": rank(value)}
            case "due":
                values["due"] = due_text(value)
            case "available_at":
                values["available_at"] = to_micros(value)
            case _:
                raise TypeError(f"a move cannot change {name!r}")
    return values


def load(
    tx: Transaction, *where: ColumnElement[bool], limit: int | None = None, mine: str | None = None
) -> list[WorkItem]:
    """Items by condition, oldest first; `mine` names the worker whose leases they carry."""
    rows = tx.connection.execute(_SELECT.where(*where).order_by(_items.c.id).limit(limit)).all()
    documents = _documents(tx, [row.id for row in rows])
    return [to_item(tx, row, documents.get(row.id, ()), mine) for row in rows]


def load_one(tx: Transaction, item_id: str, mine: str | None = None) -> WorkItem:
    """One item; OF707 when there is none."""
    found = load(tx, _items.c.id == item_id, mine=mine)
    if not found:
        raise OficioError("OF707", what="work item", name=item_id)
    return found[0]


def to_item(tx: Transaction, row: Row[Any], documents: Sequence[DocumentRef], mine: str | None) -> WorkItem:
    """The value of a row of work_items joined with its payload."""
    held = row.lease_owner is not None and row.lease_until > tx.micros
    lease = None
    if held and mine is not None and row.lease_owner == mine:
        lease = Lease(f"item:{row.id}", mine, from_micros(row.lease_until), row.lease_token)
    return WorkItem(
        id=row.id,
        process=row.process,
        key=row.key,
        state=row.state,
        payload=payload_of(row.payload),
        payload_version=row.payload_version,
        priority=row.priority,
        due=due_date(row.due),
        amount=row.amount,
        currency=row.currency,
        attempts=row.attempts,
        available_at=from_micros(row.available_at),
        version=row.version,
        created_at=from_micros(row.created_at),
        updated_at=from_micros(row.updated_at),
        reason=Reason.from_json(orjson.loads(row.reason)) if row.reason else None,
        lease=lease,
        held_by=row.lease_owner if held else "",
        documents=tuple(documents),
    )


def _documents(tx: Transaction, ids: Sequence[str]) -> dict[str, list[DocumentRef]]:
    found: dict[str, list[DocumentRef]] = {}
    for start in range(0, len(ids), 500):
        query = select(_links).where(_links.c.item_id.in_(ids[start : start + 500]))
        for row in tx.connection.execute(query.order_by(_links.c.item_id, _links.c.role, _links.c.sha256)):
            found.setdefault(row.item_id, []).append(DocumentRef(row.sha256, row.role))
    return found


def link_documents(tx: Transaction, item_id: str, documents: Sequence[DocumentRef]) -> None:
    """Note documents as the item's; those it has already stay."""
    if not documents:
        return
    upsert = sqlite.insert if tx.connection.dialect.name == "sqlite" else postgresql.insert
    rows = [{"item_id": item_id, "sha256": one.sha256, "role": one.role} for one in documents]
    tx.connection.execute(upsert(_links).on_conflict_do_nothing(), rows)


def set_tags(tx: Transaction, item_id: str, process: str, tags: Mapping[str, str]) -> None:
    """Set the values that an item is found by; an empty value takes the tag away."""
    if not tags:
        return
    table = schema.item_tags
    tx.connection.execute(delete(table).where(table.c.item_id == item_id, table.c.name.in_(list(tags))))
    rows = [{"item_id": item_id, "name": n, "value": v, "process": process} for n, v in tags.items() if v]
    if rows:
        tx.connection.execute(insert(table), rows)
