"""Work items: created once, claimed with a lease, moved with their event, never lost.

`move` is the only function that changes a state.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from config.errors import OficioError, Reason
from records import audit, item_rows, processes, schema
from records.canonical import canonical, digest
from records.claiming import check, claim, refusal, release, renew
from records.clock import to_micros
from records.finding import counts, find, get, payload_versions, starting_with
from records.ids import new_id
from records.item_rows import NORMAL, due_text, rank
from records.retries import RetryPolicy
from records.transaction import Transaction
from records.values import Actor, DocumentRef, Evidence, Outcome, Payload, Where, WorkItem

__all__ = [
    "check",
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
        raise refusal(tx, item)
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
