"""Take a person's decision on a review task: check it, write it down, and let the work go on from there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bots.checker.stage import waivers
from bots.invoice import Invoice
from bots.office import Office
from bots.reader.learning import learn_from
from bots.reviewer.corrections import checked_changes, require_closed_sums
from config.errors import BusinessException
from records import Actor, Transaction, WorkItem, reviews, work_items
from records.reviews import Decision, ReviewTask

__all__ = ["decide", "find_task", "retry"]

CALL_BACK = {"OF405"}
"""Objections whose acceptance needs a note of the call to the supplier."""
POSTPONED = timedelta(days=1)


def find_task(tx: Transaction, part: str) -> ReviewTask:
    """The open task whose id, or whose item's id, begins or ends so; OF425 when it is none or several."""
    tasks = reviews.list_open(tx, postponed=True)
    found = [task for task in tasks if _names(task, part)]
    if len(found) != 1:
        raise BusinessException("OF425", task=part)
    return found[0]


def _names(task: ReviewTask, part: str) -> bool:
    """Whether a person means this task: ids are shown by their last letters, which differ, and copied whole."""
    return any(name.startswith(part) or name.endswith(part) for name in (task.id, task.item_id))


def decide(
    office: Office,
    task_id: str,
    decision: Decision,
    *,
    person: str,
    changes: Mapping[str, str | None] | None = None,
    comment: str = "",
) -> tuple[ReviewTask, WorkItem]:
    """Decide a task.  What a person corrects, the reader learns (`bots.reader.learning`).

    Args:
        task_id: the task's or its item's id, or an unambiguous beginning or end of it.
        changes: for `correct`: field -> value as typed, None to take it out; `type` for the document's type.
        comment: needed for a rejection, and as the note of the call when a bank account changed.

    Returns:
        The task and the item as they are now; a task that needs a second person is still open.

    Raises:
        BusinessException: OF423 no note of the call; OF424 a value cannot be; OF425 no such task; OF426 the corrected
            totals do not close.
        OficioError: OF710, OF711, OF715, see `records.reviews.decide`.
    """
    with office.records.begin() as tx:
        task = find_task(tx, task_id)
        item = work_items.get(tx, task.item_id)
        codes = {reason.code for reason in task.reasons}
        if decision == "accept" and codes & CALL_BACK and not comment.strip():
            raise BusinessException("OF423", item=item.id)
        payload: dict[str, Any] | None = None
        paths: dict[str, Any] | None = None
        if decision == "accept":
            payload = _accepted(item, codes, person)
        elif decision == "correct":
            checked = checked_changes(changes or {})
            payload = _corrected(item, checked)
            paths = {"invoice.type" if name == "type" else f"invoice.fields.{name}": v for name, v in checked.items()}
        task = reviews.decide(
            tx, task, decision=decision, person=person, changes=paths, comment=comment, payload=payload,
            until=tx.now + POSTPONED if decision == "postpone" else None,
        )  # fmt: skip
        after = work_items.get(tx, item.id)
    if decision == "correct" and after.state != "review":  # nobody else has to agree first
        learn_from(office, after, tuple(changes or {}))
    return task, after


def retry(office: Office, item_id: str, *, person: str) -> WorkItem:
    """Put a failed item back to where it was before it failed; a person does that when the cause is mended.

    Raises:
        OficioError: OF703, it is not failed; OF707, there is no such item.
    """
    records = office.records.acting(Actor("person", person))
    with records.begin() as tx:
        item = work_items.get(tx, item_id)
        back = "received" if "reading" not in item.payload else "uncertain" if item.payload.get("entry") else "read"
        return work_items.move(tx, item, back, action="item.retried")


def _accepted(item: WorkItem, codes: set[str], person: str) -> dict[str, Any] | None:
    if "invoice" not in item.payload:
        return None
    invoice = Invoice.from_payload(item.payload)
    accepted = {
        "fingerprint": invoice.fingerprint,
        "codes": sorted(waivers(item.payload, invoice) | codes),
        "by": person,
    }
    return {**item.payload, "accepted": accepted}


def _corrected(item: WorkItem, changes: Mapping[str, str | None]) -> dict[str, Any]:
    """The corrected invoice; who corrects has looked at the page, so the reading's doubts are settled."""
    before = Invoice.from_payload(item.payload) if "invoice" in item.payload else Invoice("invoice", {})
    invoice = before.corrected(changes)
    require_closed_sums(invoice)
    reading = item.payload.get("reading") or {"doubts": []}
    settled = {reason["code"]: reason for reason in (*item.payload.get("settled", ()), *reading["doubts"])}
    return {
        **item.payload,
        "invoice": invoice.to_json(),
        "reading": reading,
        "settled": [settled[code] for code in sorted(settled)],
    }
