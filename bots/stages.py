"""What all stages share: claim in small batches, one try/except an item, an outcome for each."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from datetime import timedelta

from bots.office import Office, StageReport
from config.errors import ApplicationException, BusinessException, Reason
from records import WorkItem, reviews, work_items

__all__ = ["each_claimed", "settle_failure"]

log = logging.getLogger("oficio.stages")


def each_claimed(
    office: Office,
    report: StageReport,
    process: str,
    states: Sequence[str],
    work: Callable[[WorkItem], str],
    *,
    limit: int | None = None,
) -> None:
    """Claim items of `states` in chunks and do `work` with each; it returns the outcome to count.

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
                states=states,
                limit=min(rules.chunk, left),
                lease=timedelta(minutes=rules.lease_minutes),
                worker=office.worker,
            )
        if not items:
            break
        for item in items:
            try:
                outcome = work(item)
            except Exception as error:  # noqa: BLE001 - the item's boundary: whatever it was, the batch goes on
                outcome = settle_failure(office, item, error)
            report.outcomes[outcome] += 1
            office.progress(report.stage, report.total, None, outcome)
        left -= len(items)
    report.seconds = time.monotonic() - started


def settle_failure(office: Office, item: WorkItem, error: Exception) -> str:
    """Put an item whose work failed where it belongs, and return that outcome.

    A business exception becomes a review task; an application exception is postponed with back-off and, after its
    last attempt, fails; anything else is a defect of ours: its traceback is logged and the item fails.
    """
    with office.records.begin() as tx:
        if isinstance(error, BusinessException):
            moved = work_items.move(
                tx, item, "review", action="item.questioned", reason=error.reason, outcome="refused"
            )
            reviews.open(tx, moved, reasons=[error.reason], proposal=item.payload.get("invoice", {}))
            return "review"
        if isinstance(error, ApplicationException):
            return work_items.postpone(tx, item, error=error).state + " (postponed)"
        log.error("item %s failed: a defect", item.id, exc_info=error)
        reason = Reason("OF901", where=item.id, facts={"error": f"{type(error).__name__}: {error}"})
        work_items.move(tx, item, "failed", action="item.failed", reason=reason, outcome="failed")
        return "failed"
