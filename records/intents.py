"""Intents: 'I am about to enter this there', written before the save, settled when it is known what became of it.

The database refuses a second intent for the same system, form and key while one is open or confirmed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Row, select, update
from sqlalchemy.dialects import postgresql, sqlite

from config.errors import OficioError
from records import audit, schema
from records.clock import from_micros
from records.ids import new_id
from records.transaction import Transaction
from records.values import Evidence, Outcome, Where, WorkItem

__all__ = ["Intent", "IntentState", "find", "open", "settle"]

IntentState = Literal["open", "confirmed", "absent", "conflict"]
_intents = schema.intents
_OUTCOMES: dict[str, Outcome] = {"confirmed": "ok", "absent": "failed", "conflict": "refused"}


@dataclass(frozen=True, slots=True)
class Intent:
    """One entry meant for a system.

    Attributes:
        key: what the system's record can be found by.
        values_hash: SHA-256 of the values that were to be typed.
        state: `open` until it is known; `confirmed` it is there; `absent` it is not there and never will be;
            `conflict` something is there that is not ours.
    """

    id: str
    item_id: str
    system: str
    form: str
    key: str
    values_hash: str
    state: IntentState
    opened_at: datetime
    settled_at: datetime | None


def open(
    tx: Transaction, item: WorkItem, *, system: str, form: str, key: str, values_hash: str, where: Where | None = None
) -> Intent:
    """Write down what is about to be entered; it must be committed before the save is submitted.

    Raises:
        OficioError: OF712, one for the same system, form and key is open, confirmed or in conflict.
    """
    upsert = sqlite.insert if tx.connection.dialect.name == "sqlite" else postgresql.insert
    intent = Intent(new_id(), item.id, system, form, key, values_hash, "open", tx.now, None)
    row = {
        "id": intent.id, "item_id": item.id, "system": system, "form": form, "key": key,
        "values_hash": values_hash, "state": "open", "opened_at": tx.micros,
    }  # fmt: skip
    insertion = upsert(_intents).values(row).on_conflict_do_nothing().returning(_intents.c.id)
    if tx.connection.execute(insertion).first() is None:
        there = next(one for one in find(tx, system=system, form=form, key=key) if one.state != "absent")
        raise OficioError("OF712", item=item.id, system=system, key=key, state=there.state, other=there.item_id)
    audit.append(
        tx, action="intent.opened", item=item, where=where or Where(system),
        after={"intent": intent.id, "form": form, "key": key, "values": values_hash},
    )  # fmt: skip
    return intent


def settle(
    tx: Transaction,
    intent: Intent,
    *,
    outcome: Literal["confirmed", "absent", "conflict"],
    evidence: Sequence[Evidence] = (),
    after: Mapping[str, Any] | None = None,
    where: Where | None = None,
) -> Intent:
    """Note what became of an entry.

    Args:
        after: what was read back, for the event.

    Raises:
        OficioError: OF712, it is settled already with another outcome.
    """
    done = tx.connection.execute(
        update(_intents)
        .where(_intents.c.id == intent.id, _intents.c.state.in_(["open", "conflict"]))
        .values(state=outcome, settled_at=tx.micros)
    ).rowcount
    now = _one(tx, intent.id)
    if not done and now.state != outcome:
        raise OficioError(
            "OF712", item=intent.item_id, system=intent.system, key=intent.key, state=now.state, other=now.item_id
        )
    if done:
        audit.append(
            tx, action=f"intent.{outcome}", item=_about(tx, intent), where=where or Where(intent.system),
            before={"intent": intent.id, "state": intent.state}, after={"key": intent.key, **(after or {})},
            evidence=evidence, outcome=_OUTCOMES[outcome],
        )  # fmt: skip
    return now


def find(
    tx: Transaction,
    *,
    item: str | None = None,
    system: str | None = None,
    form: str | None = None,
    key: str | None = None,
    state: IntentState | None = None,
) -> list[Intent]:
    """Intents that fit everything given, oldest first."""
    given = {"item_id": item, "system": system, "form": form, "key": key, "state": state}
    where = [_intents.c[name] == value for name, value in given.items() if value is not None]
    return [_intent(row) for row in tx.connection.execute(select(_intents).where(*where).order_by(_intents.c.id))]


def _one(tx: Transaction, intent_id: str) -> Intent:
    row = tx.connection.execute(select(_intents).where(_intents.c.id == intent_id)).first()
    if row is None:
        raise OficioError("OF707", what="intent", name=intent_id)
    return _intent(row)


def _about(tx: Transaction, intent: Intent) -> dict[str, str]:
    process = tx.connection.execute(
        select(schema.work_items.c.process).where(schema.work_items.c.id == intent.item_id)
    ).scalar_one()
    return {"id": intent.item_id, "process": process}


def _intent(row: Row[Any]) -> Intent:
    return Intent(
        row.id, row.item_id, row.system, row.form, row.key, row.values_hash, row.state, from_micros(row.opened_at),
        from_micros(row.settled_at) if row.settled_at is not None else None,
    )  # fmt: skip
