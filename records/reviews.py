"""Review tasks: a question to a person, with the reasons and the proposed answer, and who decided what.

Two rules are constraints of the database, so that no code can break them: where four eyes are needed the approver is
not the corrector, and a second approver is not the first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from config.errors import OficioError, Reason
from records import audit, schema, work_items
from records.canonical import canonical
from records.changes import apply_changes, values_at
from records.clock import to_micros
from records.ids import new_id
from records.item_rows import due_text
from records.review_tasks import (
    Decision,
    DecisionMade,
    ReviewTask,
    Routes,
    count_open,
    decisions,
    get,
    list_open,
    of_item,
)
from records.transaction import Transaction
from records.values import Actor, Payload, WorkItem

__all__ = [
    "Decision",
    "DecisionMade",
    "ReviewTask",
    "Routes",
    "count_open",
    "decide",
    "decisions",
    "get",
    "list_open",
    "of_item",
    "open",
    "take",
]

_tasks, _decisions = schema.review_tasks, schema.decisions


def open(
    tx: Transaction,
    item: WorkItem,
    *,
    reasons: Sequence[Reason],
    proposal: Mapping[str, Any] | None = None,
    needs: Literal[1, 2] = 1,
    role: str = "reviewer",
    four_eyes: bool | None = None,
    routes: Routes | None = None,
    due: date | None = None,
) -> ReviewTask:
    """Ask a person about a work item, which waits in `review` (it is moved there when it is not there yet).

    Args:
        reasons: why a person is asked, the main one first.
        proposal: the answer that a person may simply accept.
        needs: how many different persons must agree.
        role: who may decide.
        four_eyes: whether who corrected the item may not approve it; by default when two persons or an approver
            are needed.
        routes: where the item goes after the decision.
        due: by when; the item's own due date by default.
    """
    if item.state != "review":
        item = work_items.move(
            tx, item, "review", action="review.asked", reason=reasons[0] if reasons else None, outcome="refused"
        )
    routes = routes or Routes()
    task_id = new_id()
    tx.connection.execute(
        insert(_tasks).values(
            id=task_id,
            item_id=item.id,
            process=item.process,
            state="open",
            role=role,
            needs=needs,
            four_eyes=(needs > 1 or role == "approver") if four_eyes is None else four_eyes,
            reasons=canonical([reason.to_json() for reason in reasons]).decode(),
            proposal=canonical(proposal or {}).decode(),
            routes=canonical({"accept": routes.accept, "correct": routes.correct, "reject": routes.reject}).decode(),
            corrected_by=_last_corrector(tx, item.id),
            available_at=tx.micros,
            due=due_text(due or item.due),
            opened_at=tx.micros,
        )
    )
    audit.append(
        tx, action="review.opened", item=item,
        after={"task": task_id, "role": role, "needs": needs, "reasons": [reason.code for reason in reasons]},
    )  # fmt: skip
    return get(tx, task_id)


def _last_corrector(tx: Transaction, item_id: str) -> str | None:
    query = (
        select(_decisions.c.person)
        .join(_tasks, _tasks.c.id == _decisions.c.task_id)
        .where(_tasks.c.item_id == item_id, _decisions.c.decision == "correct")
        .order_by(_decisions.c.id.desc())
        .limit(1)
    )
    return tx.connection.execute(query).scalar()


def take(tx: Transaction, task: ReviewTask | str, person: str, lease: timedelta = timedelta(minutes=10)) -> bool:
    """Tell others that a person is at a task; False when somebody else is."""
    done = tx.connection.execute(
        update(_tasks)
        .where(
            _tasks.c.id == _id(task),
            _tasks.c.state == "open",
            (_tasks.c.lease_until <= tx.micros) | (_tasks.c.lease_owner == person) | _tasks.c.lease_owner.is_(None),
        )
        .values(lease_owner=person, lease_until=to_micros(tx.now + lease))
    )
    return done.rowcount == 1


def decide(
    tx: Transaction,
    task: ReviewTask | str,
    *,
    decision: Decision,
    person: Actor | str,
    changes: Mapping[str, Any] | None = None,
    comment: str = "",
    until: datetime | None = None,
    payload: Payload | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> ReviewTask:
    """Take a person's decision; when the task is decided by it, the work item moves on with its event.

    Args:
        decision: `accept` the item as it is (or as corrected before), `correct` it, `reject` it, `postpone` the task.
        changes: for `correct`: dotted path in the payload -> new value (`invoice.fields.gross_total`); None removes.
        comment: in the person's words; a rejection needs one.
        until: for `postpone`.
        payload: the next payload, when it is more than `changes` applied to the present one.
        before, after: values for the event, when they are not simply those of `changes`.

    Raises:
        OficioError: OF710 the person corrected this item or approved it before; OF711 the task is decided already or
            another person is at it; OF715 a decision without what it needs.
    """
    who = person if isinstance(person, Actor) else Actor("person", person)
    task = _current(tx, task, who)
    if (decision == "correct" and not changes and payload is None) or (decision == "reject" and not comment.strip()):
        raise OficioError("OF715", item=task.item_id, decision=decision)
    item = work_items.get(tx, task.item_id)
    changed = {**task.changes, **(changes or {})}
    old = dict(before) if before is not None else values_at(item.payload, changes or {})
    new = dict(after) if after is not None else dict(changes or {})
    _note(tx, task, who, decision, changes, comment, old, new, item)
    if decision == "postpone":
        if until is None:
            raise OficioError("OF715", item=task.item_id, decision=decision)
        return _update(tx, task, available_at=to_micros(until), lease_owner=None, lease_until=0)
    if decision == "reject":
        return _close(tx, task, who, item, "rejected", task.routes.reject, {}, None, comment)
    if decision == "correct":
        task = _update(
            tx, task, corrected_by=who.id, approved_by=None, approved_by_2=None, lease_owner=None, lease_until=0,
            changes=canonical(changed).decode(),
        )  # fmt: skip
        if task.needs == 1:
            return _close(tx, task, who, item, "corrected", task.routes.correct, changed, payload, comment)
        return task
    task = _approve(tx, task, who)
    if _persons(task) < task.needs:
        return task
    return _close(tx, task, who, item, "accepted", task.routes.accept, changed, payload, comment)


def _id(task: ReviewTask | str) -> str:
    return task if isinstance(task, str) else task.id


def _current(tx: Transaction, task: ReviewTask | str, who: Actor) -> ReviewTask:
    tx.connection.execute(select(_tasks.c.id).where(_tasks.c.id == _id(task)).with_for_update())
    now = get(tx, _id(task))
    if now.state != "open":
        raise OficioError("OF711", item=now.item_id, task=now.id, why=f"it was {now.state}")
    if now.held_by and now.held_by != who.id:
        raise OficioError("OF711", item=now.item_id, task=now.id, why=f"{now.held_by} is at it")
    return now


def _approve(tx: Transaction, task: ReviewTask, who: Actor) -> ReviewTask:
    column = "approved_by_2" if task.approved_by else "approved_by"
    if who.id in task.approved_by or (task.four_eyes and who.id == task.corrected_by):
        raise OficioError("OF710", item=task.item_id, person=who.id)
    try:
        return _update(tx, task, **{column: who.id}, lease_owner=None, lease_until=0)
    except IntegrityError as error:  # the constraint itself: the line above only says it more kindly
        raise OficioError("OF710", item=task.item_id, person=who.id) from error


def _persons(task: ReviewTask) -> int:
    here = {task.corrected_by} if task.changes and task.corrected_by else set()
    return len(here | set(task.approved_by))


def _note(
    tx: Transaction,
    task: ReviewTask,
    who: Actor,
    decision: Decision,
    changes: Mapping[str, Any] | None,
    comment: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    item: WorkItem,
) -> None:
    tx.connection.execute(
        insert(_decisions).values(
            id=new_id(), task_id=task.id, person=who.id, decision=decision, comment=comment, decided_at=tx.micros,
            changes=canonical(dict(changes)).decode() if changes else None,
        )
    )  # fmt: skip
    audit.append(
        tx, action=f"review.{decision}", item=item, actor=who, before=before, after=after,
        approval={"task": task.id, "decision": decision, "person": who.id, "comment": comment},
    )  # fmt: skip


def _close(
    tx: Transaction,
    task: ReviewTask,
    who: Actor,
    item: WorkItem,
    state: str,
    to: str,
    changes: Mapping[str, Any],
    payload: Payload | None,
    comment: str,
) -> ReviewTask:
    task = _update(tx, task, state=state, closed_at=tx.micros, lease_owner=None, lease_until=0)
    if payload is None and changes:
        payload = apply_changes(item.payload, changes)
    reason = Reason("OF718", facts={"person": who.id, "comment": comment}) if state == "rejected" else None
    people = sorted({*task.approved_by, *([task.corrected_by] if task.corrected_by and task.changes else [])})
    approval = {"task": task.id, "decision": state, "persons": people or [who.id]}
    work_items.move(
        tx, item, to, action=f"item.{state}", payload=payload, reason=reason, actor=who, approval=approval,
        outcome="refused" if state == "rejected" else "ok",
    )  # fmt: skip
    return task


def _update(tx: Transaction, task: ReviewTask, **values: Any) -> ReviewTask:
    tx.connection.execute(update(_tasks).where(_tasks.c.id == task.id).values(**values))
    return get(tx, task.id)
