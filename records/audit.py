"""Events: what was done, by whom, to what, with which outcome. They enter the log with the change itself.

The event form, version 1 (canonical JSON, see `canonical`; what does not apply is left out):

    v, seq, id, ts, actor {kind, id, session}, on_behalf, run {id, flow, commit, config}, action,
    item {id, process, key, from, to, version, payload}, doc [{sha256, role}], where {system, origin, screen},
    before, after, evidence [{sha256, kind}], outcome, reason {code, where, facts}, prev_item_seq, approval,
    began (when the transaction began before the event in front of it, whose time it then takes)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from orjson import Fragment
from sqlalchemy import select

from config.errors import Reason
from records import schema
from records.canonical import check, parse, plain, written
from records.clock import from_text
from records.event_rows import item_rows
from records.transaction import Transaction
from records.values import Actor, DocumentRef, Evidence, Outcome, Session, Where, WorkItem

__all__ = ["VERSION", "Event", "append", "of_item", "read"]

VERSION = 1


@dataclass(frozen=True, slots=True)
class Event:
    """One event as stored: its number, its bytes (never re-serialised), and what they say."""

    seq: int
    bytes: bytes
    body: Mapping[str, Any]

    @property
    def action(self) -> str:
        """What was done, as `room.verb`."""
        return str(self.body["action"])

    @property
    def at(self) -> datetime:
        """When, in UTC."""
        return from_text(self.body["ts"])


def append(
    tx: Transaction,
    *,
    action: str,
    item: WorkItem | Mapping[str, Any] | None = None,
    documents: Sequence[DocumentRef] = (),
    where: Where | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    evidence: Sequence[Evidence] = (),
    outcome: Outcome = "ok",
    reason: Reason | None = None,
    approval: Mapping[str, Any] | None = None,
    actor: Actor | None = None,
    on_behalf: str = "",
) -> None:
    """Append an event to the log; it is there when the transaction commits, and only then.

    Args:
        item: the work item it is about, or the event's `item` object itself (with at least `id`).
        before, after: values (JSON, no floats) that were changed; of a very large one, its digest is kept.
        approval: who agreed, for what a person had to approve.

    Raises:
        OficioError: OF708, a value does not fit the profile of JSON (no floats, keys in ASCII).
    """
    if tx.log is None:
        raise RuntimeError("this transaction only reads")
    body = (tx.frame or _frame(tx)).copy()
    body["action"] = action
    if outcome != "ok":
        body["outcome"] = outcome
    if actor is not None:
        body["actor"] = _by(actor)
    if on_behalf:
        body["on_behalf"] = on_behalf
    about: str | None = None
    if isinstance(item, WorkItem):
        about = item.id
        body["item"] = {"id": about, "process": item.process}
    elif item is not None:
        about = item["id"]
        body["item"] = dict(item)
    if documents:
        body["doc"] = [{"sha256": one.sha256, "role": one.role} for one in documents]
    if where is not None:
        body["where"] = {"system": where.system, "origin": where.origin, "screen": where.screen}
    if before:
        body["before"] = before if plain(before) else _checked(before, f"{action}.before")
    if after:
        body["after"] = after if plain(after) else _checked(after, f"{action}.after")
    if approval:
        body["approval"] = _checked(approval, f"{action}.approval")
    if evidence:
        body["evidence"] = [{"sha256": one.sha256, "kind": one.kind} for one in evidence]
    if reason is not None:
        body["reason"] = _checked(reason.to_json(), f"{action}.reason")
    tx.log.add(about, body)


def _frame(tx: Transaction) -> dict[str, Any]:
    """What all events of a transaction say alike."""
    tx.frame = {"v": VERSION, "ts": tx.stamp, "outcome": "ok", **_signature(tx.session)}
    return tx.frame


_signed: tuple[Session, Mapping[str, Any]] | None = None  # a process signs nearly all with one session


def _signature(session: Session) -> Mapping[str, Any]:
    """What all events of a session say alike, its larger parts encoded once."""
    global _signed
    signed = _signed
    if signed is None or signed[0] is not session:
        signature: dict[str, Any] = {"actor": Fragment(written(_by(session.actor)))}
        if (run := session.run) is not None:
            told = {"id": run.id, "flow": run.flow, "commit": run.commit, "config": run.config}
            signature["run"] = Fragment(written(told))
        if session.on_behalf:
            signature["on_behalf"] = session.on_behalf
        signed = _signed = (session, signature)
    return signed[1]


def _by(actor: Actor) -> dict[str, str]:
    return {"kind": actor.kind, "id": actor.id, "session": actor.session}


def _checked(value: Mapping[str, Any], where: str) -> dict[str, Any]:
    checked = dict(value)
    check(checked, where)
    return checked


def read(tx: Transaction, start: int = 0, limit: int = 1000) -> list[Event]:
    """Events in order from number `start`."""
    events = schema.events
    query = select(events.c.seq, events.c.bytes).where(events.c.seq >= start).order_by(events.c.seq).limit(limit)
    return [Event(seq, data, parse(data)) for seq, data in tx.connection.execute(query)]


def of_item(tx: Transaction, item_id: str) -> list[Event]:
    """Everything that happened to one work item, oldest first."""
    return [Event(seq, data, parse(data)) for seq, data in item_rows(tx.connection, item_id)]
