"""What all stages share: claim in small batches, one try/except an item, an outcome for each."""

from __future__ import annotations

import errno
import logging
import time
from collections.abc import Callable, Sequence
from datetime import timedelta

from bots.office import Office, StageReport
from config.errors import ApplicationException, BusinessException, Reason
from records import Evidence, WorkItem, reviews, work_items

__all__ = ["REREAD", "as_fault", "each_claimed", "settle_failure"]

log = logging.getLogger("oficio.stages")
_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS}
REREAD = reviews.Routes(accept="received", correct="read", reject="rejected")
"""After a refusal: accepted means *try again*, corrected means that a person typed it."""


def each_claimed(
    office: Office,
    report: StageReport,
    process: str,
    states: Sequence[str],
    work: Callable[[WorkItem], str],
    *,
    limit: int | None = None,
    chunk: int | None = None,
    ahead: Callable[[Sequence[WorkItem]], None] | None = None,
) -> None:
    """Claim items of `states` in chunks and do `work` with each; it returns the outcome to count.

    Args:
        limit: at most so many items; the process's batch by default.
        chunk: items a claim; the process's chunk by default.
        ahead: told of each chunk before its first item, to begin what can be done in other processes.

    A failing item never fails the batch, see `settle_failure`.  Items that others hold are left to them.
    """
    rules = office.settings.invoices
    left = limit if limit is not None else rules.batch
    started = time.monotonic()
    while left > 0:
        with office.records.begin() as tx:
            items = work_items.claim(
                tx,
                process,
                states,
                limit=min(chunk or rules.chunk, left),
                lease=timedelta(minutes=rules.lease_minutes),
                worker=office.worker,
            )
        if not items:
            break
        if ahead is not None:
            ahead(items)
        for item in items:
            try:
                outcome = work(item)
            except Exception as error:  # noqa: BLE001 - the item's boundary: whatever it was, the batch goes on
                outcome = settle_failure(office, item, error)
            report.outcomes[outcome] += 1
            office.progress(report.stage, report.total, None, outcome)
        left -= len(items)
    report.seconds = time.monotonic() - started


def settle_failure(office: Office, item: WorkItem, error: Exception, evidence: Sequence[Evidence] = ()) -> str:
    """Put an item whose work failed where it belongs, and return that outcome.

    A business exception becomes a review task; an application exception is postponed with back-off and, after its
    last attempt, fails; anything else is a defect of ours: its traceback is logged and the item fails.

    Args:
        evidence: what shows how it failed.
    """
    error = as_fault(error)
    with office.records.begin() as tx:
        if isinstance(error, BusinessException):
            item = work_items.move(
                tx, item, "review", action="review.asked", reason=error.reason, outcome="refused", evidence=evidence
            )
            reviews.open(tx, item, reasons=[error.reason], proposal=item.payload.get("invoice", {}), routes=REREAD)
            return "review"
        if isinstance(error, ApplicationException):
            moved = work_items.postpone(tx, item, error=error, evidence=evidence)
            return "failed" if moved.state == "failed" else "postponed"
        log.error("item %s failed: a defect", item.id, exc_info=error)
        reason = Reason("OF901", where=item.id, facts={"error": f"{type(error).__name__}: {error}"})
        work_items.move(tx, item, "failed", action="item.failed", reason=reason, outcome="failed", evidence=evidence)
        return "failed"


def as_fault(error: Exception) -> Exception:
    """A disk that is full or fails, wherever a clerk met it, as OF705: it heals and is no defect of ours."""
    if isinstance(error, OSError) and error.errno in _DISK:
        return ApplicationException("OF705", str(error.filename or ""), why=error.strerror)
    return error
