"""Review tasks as values, and reading them: which are open, whose they are, what was decided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

import orjson
from sqlalchemy import Row, func, select

from config.errors import OficioError, Reason
from records import schema
from records.clock import from_micros
from records.item_rows import due_date
from records.transaction import Transaction

__all__ = [
    "Decision", "DecisionMade", "ReviewTask", "Routes", "count_open", "decisions", "get", "list_open", "of_item",
]  # fmt: skip

Decision = Literal["accept", "correct", "reject", "postpone"]
_tasks, _decisions = schema.review_tasks, schema.decisions


@dataclass(frozen=True, slots=True)
class Routes:
    """The state a work item goes to when the task is accepted, corrected or rejected."""

    accept: str = "ready"
    correct: str = "read"
    reject: str = "rejected"


@dataclass(frozen=True, slots=True)
class ReviewTask:
    """A question to a person.

    Attributes:
        state: `open`, or how it ended: `accepted`, `corrected`, `rejected`.
        role: who may decide: `reviewer`, `approver`.
        needs: how many different persons.
        four_eyes: whether who corrected the item may not approve it.
        proposal: the answer that the bot proposes (JSON).
        changes: what a corrector changed while a second person is awaited: path -> value.
        corrected_by: the last person who changed the item, here or in a task before.
        approved_by: the persons who agreed so far.
        held_by: who is at it now.
    """

    id: str
    item_id: str
    process: str
    state: str
    role: str
    needs: int
    four_eyes: bool
    reasons: tuple[Reason, ...]
    proposal: Mapping[str, Any]
    changes: Mapping[str, Any]
    routes: Routes
    corrected_by: str | None
    approved_by: tuple[str, ...]
    held_by: str
    available_at: datetime
    due: date | None
    opened_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class DecisionMade:
    """One decision of one person on a task."""

    person: str
    decision: Decision
    changes: Mapping[str, Any]
    comment: str
    decided_at: datetime


def get(tx: Transaction, task_id: str) -> ReviewTask:
    """One task; OF707 when there is none."""
    row = tx.connection.execute(select(_tasks).where(_tasks.c.id == task_id)).first()
    if row is None:
        raise OficioError("OF707", what="review task", name=task_id)
    return _task(tx, row)


def list_open(
    tx: Transaction,
    *,
    process: str | None = None,
    roles: Iterable[str] | None = None,
    postponed: bool = False,
    limit: int = 1000,
) -> list[ReviewTask]:
    """Open tasks, by due date and then by age.

    Args:
        roles: only tasks for these roles.
        postponed: also those whose time has not come.
    """
    where = [_tasks.c.state == "open"]
    if process is not None:
        where.append(_tasks.c.process == process)
    if roles is not None:
        where.append(_tasks.c.role.in_(list(roles)))
    if not postponed:
        where.append(_tasks.c.available_at <= tx.micros)
    query = select(_tasks).where(*where).order_by(_tasks.c.due, _tasks.c.opened_at, _tasks.c.id).limit(limit)
    return [_task(tx, row) for row in tx.connection.execute(query)]


def of_item(tx: Transaction, item_id: str) -> list[ReviewTask]:
    """All tasks of an item, oldest first."""
    query = select(_tasks).where(_tasks.c.item_id == item_id).order_by(_tasks.c.id)
    return [_task(tx, row) for row in tx.connection.execute(query)]


def decisions(tx: Transaction, task: ReviewTask | str) -> list[DecisionMade]:
    """What persons decided on a task, oldest first."""
    task_id = task if isinstance(task, str) else task.id
    query = select(_decisions).where(_decisions.c.task_id == task_id).order_by(_decisions.c.id)
    return [
        DecisionMade(
            row.person, row.decision, orjson.loads(row.changes or "{}"), row.comment, from_micros(row.decided_at)
        )
        for row in tx.connection.execute(query)
    ]


def count_open(tx: Transaction, process: str | None = None) -> int:
    """How many tasks wait."""
    query = select(func.count()).select_from(_tasks).where(_tasks.c.state == "open")
    if process is not None:
        query = query.where(_tasks.c.process == process)
    return tx.connection.execute(query).scalar_one()


def _task(tx: Transaction, row: Row[Any]) -> ReviewTask:
    held = row.lease_owner is not None and row.lease_until > tx.micros
    return ReviewTask(
        id=row.id,
        item_id=row.item_id,
        process=row.process,
        state=row.state,
        role=row.role,
        needs=row.needs,
        four_eyes=row.four_eyes,
        reasons=tuple(Reason.from_json(one) for one in orjson.loads(row.reasons)),
        proposal=orjson.loads(row.proposal),
        changes=orjson.loads(row.changes or "{}"),
        routes=Routes(**orjson.loads(row.routes)),
        corrected_by=row.corrected_by,
        approved_by=tuple(name for name in (row.approved_by, row.approved_by_2) if name),
        held_by=row.lease_owner if held else "",
        available_at=from_micros(row.available_at),
        due=due_date(row.due),
        opened_at=from_micros(row.opened_at),
        closed_at=from_micros(row.closed_at) if row.closed_at is not None else None,
    )
