"""The checker's stage: take invoices that were read, and send each to entry, to a person, or aside as a duplicate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from bots.checker.checks import Known, Past, check
from bots.checker.verdict import Objection, Verdict
from bots.invoice import Invoice, fold_number
from bots.office import Office, StageReport
from bots.stages import each_claimed
from config import crashpoints
from config.errors import Reason
from records import Transaction, WorkItem, reviews, work_items

__all__ = ["check_read", "waivers"]

PROCESS = "invoices"
COUNTS = ("checked", "ready", "entering", "uncertain", "entered", "reconciled", "review", "failed")
"""States in which an invoice counts as an earlier one: once it was checked, it will be, or was, entered."""


def check_read(office: Office, *, limit: int | None = None) -> StageReport:
    """Check all invoices in state `read`, one transaction an item: what it is compared with cannot change meanwhile."""
    report = StageReport("check")

    def work(item: WorkItem) -> str:
        with office.records.begin() as tx:
            verdict = _verdict(office, tx, item)
            crashpoints.reach("checker.checked")
            _keep(tx, item, verdict)
        crashpoints.reach("checker.committed")
        return verdict.state

    each_claimed(office, report, PROCESS, ("read",), work, limit=limit)
    return report


def _verdict(office: Office, tx: Transaction, item: WorkItem) -> Verdict:
    settings, payload = office.settings, item.payload
    invoice = Invoice.from_payload(payload)
    known = Known(
        us=settings.office,
        suppliers=settings.suppliers,
        orders=settings.purchase_orders,
        rules=settings.checks,
        today=office.now().astimezone(ZoneInfo(settings.timezone)).date(),
        past=tuple(_past(tx, item, invoice)),
    )
    settled = {reason["code"] for reason in payload.get("settled", ())}
    doubts = [Reason.from_json(doubt) for doubt in payload["reading"]["doubts"] if doubt["code"] not in settled]
    waived = waivers(payload, invoice)
    return check(invoice, doubts, known, facts=payload.get("facts", {}), waived=waived)


def waivers(payload: Mapping[str, Any], invoice: Invoice) -> set[str]:
    """The codes that persons accepted for exactly these values."""
    accepted = payload.get("accepted", {})
    return set(accepted.get("codes", ())) if accepted.get("fingerprint") == invoice.fingerprint else set()


def _past(tx: Transaction, item: WorkItem, invoice: Invoice) -> Iterable[Past]:
    """Earlier invoices that share the number, the amount or the order with this one."""
    tags = {
        "number": fold_number(invoice.text("invoice_number")),
        "amount": f"{invoice.text('gross_total')} {invoice.text('currency')}",
        "order": fold_number(invoice.text("order_reference")),
    }
    seen = {item.id}
    for name, value in tags.items():
        if not value.strip():
            continue
        for other in work_items.find(tx, PROCESS, tags={name: value}, states=COUNTS):
            if other.id not in seen and other.payload.get("supplier"):
                seen.add(other.id)
                yield _as_past(other)


def _as_past(item: WorkItem) -> Past:
    invoice = Invoice.from_payload(item.payload)
    return Past(
        item=item.id,
        supplier=item.payload["supplier"],
        number=invoice.text("invoice_number"),
        date=invoice.day("issue_date"),
        gross=invoice.amount("gross_total"),
        net=invoice.amount("net_total") or Decimal(0),
        currency=invoice.text("currency"),
        order=invoice.text("order_reference"),
        type=invoice.type,
    )


def _keep(tx: Transaction, item: WorkItem, verdict: Verdict) -> None:
    payload = {**item.payload, "supplier": verdict.supplier or None, "verdict": verdict.to_json()}
    after = verdict.to_json()
    if verdict.state == "ready":
        checked = work_items.move(
            tx, item, "checked", action="invoice.checked", payload=payload, after=after, keep=True
        )
        work_items.move(tx, checked, "ready", action="invoice.released")
    elif verdict.state == "duplicate":
        reason = verdict.objections[0].reason
        work_items.move(tx, item, "duplicate", action="invoice.duplicate", payload=payload, reason=reason, after=after)
    else:
        reason = verdict.objections[0].reason
        moved = work_items.move(
            tx, item, "review", action="invoice.questioned", payload=payload, reason=reason, after=after
        )
        _ask(tx, moved, verdict.objections)


def _ask(tx: Transaction, item: WorkItem, objections: tuple[Objection, ...]) -> None:
    reviews.open(
        tx,
        item,
        reasons=[objection.reason for objection in objections],
        needs=2 if any(objection.persons > 1 for objection in objections) else 1,
        proposal=item.payload["invoice"],
    )
