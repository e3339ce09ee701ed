"""The checker's stage: take invoices that were read, and send each to entry, to a person, or aside as a duplicate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from bots.checker.checks import Known, Past, check, seller_key
from bots.checker.verdict import Verdict
from bots.invoice import Invoice, fold_number
from bots.office import Office, StageReport
from bots.stages import each_claimed
from config import crashpoints
from config.errors import Reason
from records import Transaction, WorkItem, reviews, work_items

__all__ = ["check_read", "search_tags", "waivers"]

PROCESS = "invoices"
APPROVALS = {"OF405", "OF412"}
"""Objections that an approver accepts, who must not be the person that corrected the item."""
RECHECK = reviews.Routes(accept="read", correct="read", reject="rejected")
"""Whatever a person decides, the checker looks again: what was accepted is waived, nothing else is."""
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
    seen = {item.id}
    for name, value in search_tags(invoice).items():
        for other in work_items.find(tx, PROCESS, tags={name: value}, states=COUNTS):
            if other.id not in seen and "invoice" in other.payload:
                seen.add(other.id)
                yield _as_past(other, together=_mail(item) != "" and _mail(other) == _mail(item))


def _mail(item: WorkItem) -> str:
    """The mail that brought it, "" for a dropped file."""
    return str(item.payload.get("facts", {}).get("mail", {}).get("id", ""))


def _as_past(item: WorkItem, *, together: bool) -> Past:
    invoice = Invoice.from_payload(item.payload)
    return Past(
        item=item.id,
        supplier=item.payload.get("supplier") or seller_key(invoice),
        number=invoice.text("invoice_number"),
        date=invoice.day("issue_date"),
        gross=invoice.amount("gross_total"),
        net=invoice.amount("net_total") or Decimal(0),
        currency=invoice.text("currency"),
        order=invoice.text("order_reference"),
        type=invoice.type,
        together=together,
    )


def _keep(tx: Transaction, item: WorkItem, verdict: Verdict) -> None:
    payload = {**item.payload, "supplier": verdict.supplier or None, "verdict": verdict.to_json()}
    after = verdict.to_json()
    tags = search_tags(Invoice.from_payload(payload))
    if verdict.state == "ready":
        checked = work_items.move(
            tx, item, "checked", action="invoice.checked", payload=payload, after=after, tags=tags, keep=True
        )
        work_items.move(tx, checked, "ready", action="invoice.released")
        return
    reasons = [objection.reason for objection in verdict.objections]
    moved = work_items.move(
        tx,
        item,
        verdict.state,
        action="invoice.duplicate" if verdict.state == "duplicate" else "invoice.questioned",
        payload=payload,
        reason=reasons[0],
        after=after,
        tags=tags,
    )
    if verdict.state == "review":
        two = any(objection.persons > 1 for objection in verdict.objections)
        approval = any(objection.reason.code in APPROVALS for objection in verdict.objections)
        reviews.open(
            tx,
            moved,
            reasons=reasons,
            needs=2 if two else 1,
            role="approver" if two or approval else "reviewer",
            proposal=payload["invoice"],
            routes=RECHECK,
        )


def search_tags(invoice: Invoice) -> dict[str, str]:
    """What earlier invoices are found by: folded number, amount with currency, folded order."""
    tags = {
        "number": fold_number(invoice.text("invoice_number")),
        "amount": f"{invoice.text('gross_total')} {invoice.text('currency')}".strip(),
        "order": fold_number(invoice.text("order_reference")),
    }
    return {name: value for name, value in tags.items() if value}
