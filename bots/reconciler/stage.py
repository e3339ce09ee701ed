"""The reconciler's stage: was everything entered exactly once, and which of it has the bank paid?"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from bots.invoice import Invoice
from bots.office import Office, StageReport
from bots.reconciler.desk import COLUMNS
from bots.reconciler.entries import Entered, EntryCheck, Listed, check_entries
from bots.reconciler.layout import workbook_layout
from bots.reconciler.legacy_list import listed_rows
from bots.reconciler.matching import Matching, match
from bots.reconciler.places import all_items
from bots.reconciler.settled import SETTLED_BEFORE, with_settled
from bots.reconciler.sources import read_items
from bots.reconciler.statements import without_repeats
from config import crashpoints
from config.errors import DocumentRefused, OficioError, Reason
from config.money import to_minor
from config.reconciliation_rules import Rules, read_rules
from connectors.workbook import write_workbook
from records import Actor, Evidence, Transaction, WorkItem, audit, reviews, work_items

__all__ = ["WORKBOOK", "entry_checks", "reconcile", "undo"]

PROCESS = "invoices"
WORKBOOK = "reconciliation.xlsx"
_RULES = "bank-against-invoices"


@dataclass(frozen=True)
class _Bank:
    """Lines that no earlier reconciliation has used, those that one has, the hashes of their files, and what could not
    be read."""

    lines: pl.DataFrame
    used: pl.DataFrame
    files: Mapping[str, str]
    refused: Sequence[Reason]


def reconcile(office: Office, legacy: Sequence[Mapping[str, str]] | None = None) -> StageReport:
    """Compare what was entered with the legacy system's list and with the bank, and keep the workbook as evidence.

    An invoice that is in the list exactly once and that the bank has paid in full becomes `reconciled`; one that is
    missing, there twice or with another amount goes to a person; the others stay `entered` until the bank pays.

    Args:
        legacy: the list's rows (column name -> text); read from the legacy system when left out.
    """
    report, started = StageReport("reconcile"), time.monotonic()
    with office.records.read() as tx:
        items = list(all_items(tx, PROCESS, ("entered", "reconciled")))
        cleared = {item.id: _cleared(tx, item) for item in items if item.state == "entered"}
    if not cleared:
        return report
    entered = [item for item in items if item.state == "entered"]
    checks, strangers = _compared(office, items, legacy)
    bank = _bank(office, items)
    matching = match(_invoice_frame(entered), bank.lines, _rules(office))
    crashpoints.reach("reconciler.matched")
    settled = [item for item in items if item.state == "reconciled"]
    whole = with_settled(matching, _invoice_frame(settled), bank.used, _settled_before(settled))
    evidence = _keep_workbook(office, whole, checks, strangers, bank)
    paid = _paid(matching) if bank.files else {item.id: [] for item in entered}
    by_id = {check.item.item: check for check in checks}
    for item in entered:
        outcome = _settle(office, item, by_id[item.id], paid.get(item.id), cleared[item.id], evidence)
        report.outcomes[outcome] += 1
        office.progress(report.stage, report.total, len(entered), outcome)
    report.seconds = time.monotonic() - started
    return report


def entry_checks(office: Office, legacy: Sequence[Mapping[str, str]] | None = None) -> list[EntryCheck]:
    """Whether each invoice that was entered is in the legacy system's list, once and with its values.

    Args:
        legacy: the list's rows, as `reconcile` takes them.
    """
    with office.records.read() as tx:
        items = list(all_items(tx, PROCESS, ("entered", "reconciled")))
    return _compared(office, items, legacy)[0] if items else []


def _compared(
    office: Office, items: Sequence[WorkItem], legacy: Sequence[Mapping[str, str]] | None
) -> tuple[list[EntryCheck], list[Listed]]:
    facts = [_entered(item) for item in items]
    rows = legacy if legacy is not None else _list_entries(office)
    return check_entries(facts, listed_rows(rows, frozenset(fact.key for fact in facts if fact.key)))


def _cleared(tx: Transaction, item: WorkItem) -> frozenset[str]:
    """Codes that a person has accepted for this item."""
    tasks = reviews.of_item(tx, item.id)
    return frozenset(reason.code for task in tasks if task.state == "accepted" for reason in task.reasons)


def _list_entries(office: Office) -> Sequence[Mapping[str, str]]:
    from bots.data_entry import list_entries

    return list_entries(office, office.settings.invoices.system)


def _rules(office: Office) -> Rules:
    """The rules of config/reconciliations, in the office's language."""
    path = office.settings.reconciliations / f"{_RULES}.yaml"
    rules = read_rules(path if path.exists() else _RULES)
    return rules.model_copy(
        update={"workbook": rules.workbook.model_copy(update={"language": office.settings.language})}
    )


def _entered(item: WorkItem) -> Entered:
    invoice = Invoice.from_payload(item.payload)
    currency = invoice.text("currency") or "EUR"
    gross = invoice.amount("gross_total")
    key = str(item.payload.get("entry", {}).get("key", ""))
    amount = to_minor(gross, currency) if gross is not None else 0
    return Entered(item.id, key, invoice.text("invoice_number"), invoice.text("seller_name"), amount, currency)


def _invoice_frame(items: Sequence[WorkItem]) -> pl.DataFrame:
    """Invoices as the left side; a credit note is money back."""
    rows: list[dict[str, Any]] = []
    for item in items:
        invoice, fact = Invoice.from_payload(item.payload), _entered(item)
        sign = -1 if invoice.type == "credit note" else 1
        rows.append(
            {
                "id": item.id,
                "party_id": item.payload.get("supplier") or None,
                "party": fact.supplier or None,
                "reference": fact.number or None,
                "iban": invoice.text("iban") or None,
                "date": invoice.day("issue_date"),
                "due": invoice.day("due_date"),
                "amount": sign * abs(fact.amount),
                "currency": fact.currency,
            }
        )
    return pl.DataFrame(rows, schema=COLUMNS)


def _bank(office: Office, items: Sequence[WorkItem]) -> _Bank:
    """All bank files that the settings name, below the office's home."""
    pattern = office.settings.invoices.bank_files
    frames: list[pl.DataFrame] = [pl.DataFrame(schema=COLUMNS)]
    files: dict[str, str] = {}
    refused: list[Reason] = []
    for path in sorted(office.settings.home.glob(pattern)) if pattern else []:
        try:
            read = read_items(path, _rules(office).right)
        except DocumentRefused as error:
            refused.append(Reason("OF644", path.name, {"name": path.name, "why": error.reason.text()}))
            continue
        files[path.name] = read.sha256
        frames.append(read.frame)
    used = pl.col("id").is_in([line for item in items for line in _lines_of(item)])
    lines = without_repeats(frames)
    return _Bank(lines.filter(~used), lines.filter(used), files, refused)


def _lines_of(item: WorkItem) -> tuple[str, ...]:
    """The bank lines that settled a reconciled item."""
    return tuple(item.payload.get("reconciliation", {}).get("lines", ()))


def _settled_before(items: Sequence[WorkItem]) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Groups of earlier runs: items that the same lines settled."""
    together: dict[tuple[str, ...], list[str]] = {}
    for item in items:
        together.setdefault(_lines_of(item), []).append(item.id)
    return [(tuple(ids), lines) for lines, ids in together.items()]


def _paid(matching: Matching) -> dict[str, list[str]]:
    """Items that are settled in full, with the bank lines that settle them."""
    return {
        item: group["right"]
        for group in matching.groups.iter_rows(named=True)
        if group["residual"] == 0
        for item in group["left"]
    }


def _keep_workbook(
    office: Office, matching: Matching, checks: Sequence[EntryCheck], strangers: Sequence[Listed], bank: _Bank
) -> Evidence:
    """Write the workbook, keep its bytes in the archive, and note what was compared."""
    language = office.settings.language
    audit_lines = [
        ("made at", office.now().isoformat(timespec="seconds")),
        ("rules", f"{matching.rules.name} sha256 {matching.rules.digest()}"),
        *((f"bank file {name}", f"sha256 {sha256}") for name, sha256 in bank.files.items()),
        *(("not read", reason.text(language)) for reason in bank.refused),
    ]
    layout = replace(
        workbook_layout(matching, audit_lines), extra=(("Legacy", _legacy_rows(office, checks, strangers)),)
    )
    office.settings.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=office.settings.out) as folder:
        path = Path(folder) / WORKBOOK
        write_workbook(path, layout)
        sha256 = office.records.archive.put(path.read_bytes())
        path.replace(office.settings.out / WORKBOOK)
    evidence = Evidence(sha256, "reconciliation")
    facts = {
        "checked": len(checks),
        "wrong": sum(not check.good for check in checks),
        "groups": matching.groups.filter(pl.col("code") != SETTLED_BEFORE).height,
        "suggestions": matching.suggestions.height,
        "bank_files": dict(bank.files),
        "refused": [reason.to_json() for reason in bank.refused],
    }
    with office.records.begin() as tx:
        audit.append(tx, action="reconciliation.made", after=facts, evidence=[evidence])
    return evidence


def _legacy_rows(office: Office, checks: Sequence[EntryCheck], strangers: Sequence[Listed]) -> pl.DataFrame:
    language = office.settings.language
    rows = [
        (check.item.item, check.item.number, check.item.supplier, " ".join(check.records), check.reason.text(language))
        for check in checks
    ]
    rows += [("", row.number, row.supplier, row.record, "") for row in strangers]
    names = ("id", "reference", "party", "records", "reason")
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")


def _settle(
    office: Office,
    item: WorkItem,
    check: EntryCheck,
    lines: list[str] | None,
    cleared: frozenset[str],
    evidence: Evidence,
) -> str:
    """Move one item where the comparison sends it; an item that somebody else has changed meanwhile is left alone."""
    good = check.good or check.reason.code in cleared
    if good and lines is None:
        return "open"
    try:
        with office.records.begin() as tx:
            if not good:
                moved = work_items.move(
                    tx, item, "review", action="invoice.not_reconciled", reason=check.reason, evidence=[evidence],
                    after={"records": list(check.records)}, outcome="refused",
                )  # fmt: skip
                routes = reviews.Routes(accept="entered", correct="entered", reject="rejected")
                reviews.open(tx, moved, reasons=[check.reason], proposal={}, routes=routes)
                return "review"
            found = {"records": list(check.records), "lines": list(lines or ())}
            work_items.move(
                tx, item, "reconciled", action="invoice.reconciled", payload={**item.payload, "reconciliation": found},
                evidence=[evidence], after=found,
            )  # fmt: skip
    except OficioError as error:
        if error.code != "OF702":
            raise
        return "held"
    return "reconciled"


def undo(office: Office, item_id: str, *, person: str, comment: str) -> WorkItem:
    """Take a reconciliation back: the invoice is `entered` again and its bank lines are free; the event says who.

    Raises:
        OficioError: OF703 it is not reconciled, OF707 there is no such item.
    """
    with office.records.begin() as tx:
        item = work_items.get(tx, item_id)
        found = dict(item.payload.get("reconciliation", {}))
        if item.state != "reconciled":
            raise OficioError("OF703", item=item_id, process=PROCESS, before=item.state, after="entered")
        payload = {name: value for name, value in item.payload.items() if name != "reconciliation"}
        return work_items.move(
            tx, item, "entered", action="invoice.reconciliation_undone", payload=payload, before=found,
            after={"comment": comment}, actor=Actor("person", person),
        )  # fmt: skip
