"""Work items: created once, claimed with a lease, moved with their event, never lost.

`move` is the only function that changes a state.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from config.errors import OficioError, Reason
from records import audit, item_rows, processes, schema
from records.canonical import canonical, digest
from records.clock import from_micros, to_micros
from records.ids import new_id
from records.item_rows import NORMAL, due_text, rank
from records.retries import RetryPolicy
from records.transaction import Transaction
from records.values import Actor, DocumentRef, Evidence, Outcome, Payload, Where, WorkItem

__all__ = [
    "claim",
    "counts",
    "create",
    "find",
    "get",
    "move",
    "payload_versions",
    "postpone",
    "release",
    "renew",
    "starting_with",
]

_items = schema.work_items


def create(
    tx: Transaction,
    *,
    process: str,
    payload: Payload,
    documents: Sequence[DocumentRef] = (),
    key: str | None = None,
    due: date | None = None,
    amount: int | None = None,
    currency: str | None = None,
    priority: int = NORMAL,
    tags: Mapping[str, str] | None = None,
    available_at: datetime | None = None,
    action: str = "item.created",
    after: Mapping[str, Any] | None = None,
    actor: Actor | None = None,
) -> WorkItem:
    """Create work in the process's first state.

    Args:
        key: the work's own name in its process: a second one of the same key is refused; by default the id.
        tags: names and values to find it by (`find(tags=...)`).

    Raises:
        OficioError: OF706, there is one of this key already (fact `item` names it); OF708, a float in the payload.
    """
    declared = processes.get(process)
    item_id = new_id()
    row = {
        "id": item_id,
        "process": process,
        "key": key or item_id,
        "state": declared.initial,
        "payload_version": 1,
        "priority": priority,
        "due": due_text(due),
        "amount": amount,
        "currency": currency,
        "amount_rank": rank(amount),
        "attempts": 0,
        "available_at": to_micros(available_at or tx.now),
        "version": 1,
        "created_at": tx.micros,
        "updated_at": tx.micros,
    }
    upsert = sqlite.insert if tx.connection.dialect.name == "sqlite" else postgresql.insert
    insertion = upsert(_items).values(row).on_conflict_do_nothing().returning(_items.c.id)
    if tx.connection.execute(insertion).first() is None:
        there = tx.connection.execute(
            select(_items.c.id).where(_items.c.process == process, _items.c.key == row["key"])
        ).scalar()
        raise OficioError("OF706", process=process, key=row["key"], item=there)
    sha256 = _keep_payload(tx, item_id, 1, payload, tx.actor(actor))
    item_rows.link_documents(tx, item_id, documents)
    item_rows.set_tags(tx, item_id, process, tags or {})
    about = {
        "id": item_id, "process": process, "key": row["key"], "to": declared.initial, "version": 1, "payload": sha256,
    }  # fmt: skip
    audit.append(tx, action=action, item=about, documents=documents, after=after, actor=actor)
    return get(tx, item_id)


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
        raise _refusal(tx, item)
    return item_rows.load_one(tx, item.id, mine=item.held_by)


def release(tx: Transaction, item: WorkItem) -> None:
    """Give a claimed item back untouched; nothing happens when the lease is gone already."""
    tx.connection.execute(update(_items).where(*_held(item)).values(lease_owner=None, lease_until=0))


def _held(item: WorkItem) -> tuple[Any, ...]:
    token = item.lease.token if item.lease is not None else -1
    return (_items.c.id == item.id, _items.c.lease_token == token, _items.c.lease_owner.is_not(None))


def move(
    tx: Transaction,
    item: WorkItem,
    to: str,
    *,
    action: str,
    payload: Payload | None = None,
    reason: Reason | None = None,
    documents: Sequence[DocumentRef] = (),
    evidence: Sequence[Evidence] = (),
    where: Where | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    outcome: Outcome = "ok",
    approval: Mapping[str, Any] | None = None,
    actor: Actor | None = None,
    tags: Mapping[str, str] | None = None,
    keep: bool = False,
    **changes: Any,
) -> WorkItem:
    """Change an item's state and append the event of it: the one function that does.

    Args:
        to: the new state; the same state for a change of the payload alone.
        payload: the next version of the payload; without it the payload stays.
        reason: why, kept on the item until the next move.
        documents: further documents of the item.
        keep: keep the lease, because the same worker goes on.
        changes: any of `priority`, `due`, `amount`, `currency`, `attempts`, `available_at`.

    Returns:
        The item as it is now; the one given is out of date.

    Raises:
        OficioError: OF702 another worker holds it or it has changed; OF703, OF709 the process does not allow it.
    """
    who = tx.actor(actor)
    processes.get(item.process).check(item.state, to, person=who.kind == "person", item=item.id)
    version = item.payload_version
    sha256 = ""
    if payload is not None:
        version += 1
        sha256 = digest(payload)
    values = {
        "state": to,
        "version": item.version + 1,
        "payload_version": version,
        "reason": canonical(reason.to_json()).decode() if reason is not None else None,
        "attempts": item.attempts if to == item.state else 0,
        "available_at": tx.micros,
        "updated_at": tx.micros,
        **item_rows.columns(changes),
    }
    if not keep:
        values |= {"lease_owner": None, "lease_until": 0}
    if tx.connection.execute(update(_items).where(*_mine(tx, item)).values(values)).rowcount == 0:
        raise _refusal(tx, item)
    if payload is not None:
        _keep_payload(tx, item.id, version, payload, who)
    item_rows.link_documents(tx, item.id, documents)
    item_rows.set_tags(tx, item.id, item.process, tags or {})
    about = {
        "id": item.id, "process": item.process, "from": item.state, "to": to, "version": item.version + 1,
    }  # fmt: skip
    if sha256:
        about["payload"] = sha256
    if values["attempts"]:
        about["attempts"] = values["attempts"]
    audit.append(
        tx, action=action, item=about, documents=documents, where=where, before=before, after=after,
        evidence=evidence, outcome=outcome, reason=reason, approval=approval, actor=actor,
    )  # fmt: skip
    return item_rows.load_one(tx, item.id, mine=item.held_by if keep and item.lease is not None else None)


def _mine(tx: Transaction, item: WorkItem) -> tuple[Any, ...]:
    held = _items.c.lease_token == item.lease.token if item.lease is not None else (_items.c.lease_until <= tx.micros)
    return (_items.c.id == item.id, _items.c.version == item.version, held)


def _refusal(tx: Transaction, item: WorkItem) -> OficioError:
    now = item_rows.load_one(tx, item.id)
    why = (
        f"it is at version {now.version} ({now.state}), not {item.version} ({item.state})"
        if now.version != item.version
        else f"{now.held_by or 'another worker'} holds it"
    )
    return OficioError("OF702", item=item.id, why=why)


def _keep_payload(tx: Transaction, item_id: str, version: int, payload: Payload, who: Actor) -> str:
    text = canonical(payload).decode()
    sha256 = digest(payload)
    tx.connection.execute(
        insert(schema.payloads).values(
            item_id=item_id,
            version=version,
            payload=text,
            sha256=sha256,
            written_at=tx.micros,
            written_by=f"{who.kind}:{who.id}",
        )
    )
    return sha256


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


def postpone(
    tx: Transaction,
    item: WorkItem,
    *,
    error: OficioError,
    now: datetime | None = None,
    policy: RetryPolicy | None = None,
    evidence: Sequence[Evidence] = (),
    to: str | None = None,
    actor: Actor | None = None,
) -> WorkItem:
    """Count a failed attempt and try again later; after the last attempt the item is set aside as `failed`.

    Args:
        error: what went wrong; kept as the item's reason.
        to: the state to wait in, when not the present one (`ready` after a failed `entering`).

    Raises:
        OficioError: as `move`.
    """
    policy = policy or RetryPolicy()
    attempts = item.attempts + 1
    if attempts >= policy.attempts:
        return move(
            tx, item, "failed", action="item.set_aside", reason=error.reason, outcome="failed",
            evidence=evidence, attempts=attempts, actor=actor,
        )  # fmt: skip
    wait = policy.delay(attempts, random.random())  # noqa: S311 - jitter is no secret
    return move(
        tx, item, to or item.state, action="item.postponed", reason=error.reason, outcome="failed",
        evidence=evidence, attempts=attempts, available_at=(now or tx.now) + wait, actor=actor,
    )  # fmt: skip
