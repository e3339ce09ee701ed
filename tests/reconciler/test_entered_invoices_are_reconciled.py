"""The stage: in the legacy list once and paid by the bank means reconciled; anything else waits or goes to a person."""

from __future__ import annotations

import openpyxl

from bots.office import Office
from bots.reconciler.stage import reconcile, undo
from records import audit, reviews, work_items
from tests.reconciler.conftest import enter

HEAD = "date;text;amount;currency;counterparty\n"
PAID = HEAD + "2026-03-31;PAGO RE100;-121,00;EUR;ACERO NORTE SL\n2026-03-31;PAGO RE101;-242,00;EUR;ACERO NORTE SL\n"


def row(number: str, amount: str, reference: str) -> dict[str, str]:
    """A row of the legacy list."""
    return {
        "No.": "7" + number[-1],
        "Invoice": number,
        "Supplier": "ACERO NORTE SL",
        "Total": amount,
        "Reference": reference,
    }


def states(office: Office) -> dict[str, str]:
    """Number -> state."""
    with office.records.read() as tx:
        items = work_items.find(tx, "invoices")
    return {item.payload["invoice"]["fields"]["invoice_number"]: item.state for item in items}


def test_each_invoice_goes_where_it_belongs(office: Office) -> None:
    for number, gross in (
        ("RE100", "121.00"),
        ("RE101", "242.00"),
        ("RE102", "50.00"),
        ("RE103", "60.00"),
        ("RE104", "70.00"),
    ):
        enter(office, number, gross, key=f"KEY{number}")
    (office.settings.home / "bank" / "march.csv").write_text(PAID, "utf-8")
    legacy = [
        row("RE100", "121.00", "KEYRE100"),
        row("RE101", "242.00", "KEYRE101"),
        row("RE101", "242.00", "KEYRE101"),
        row("RE102", "55.00", "KEYRE102"),
        row("RE103", "60.00", "KEYRE103"),
        row("XX", "1.00", "BY HAND"),
    ]
    report = reconcile(office, legacy)
    assert states(office) == {
        "RE100": "reconciled",  # once, and paid
        "RE101": "review",  # twice
        "RE102": "review",  # another amount
        "RE103": "entered",  # once, not paid yet
        "RE104": "review",  # missing
    }
    assert report.outcomes == {"reconciled": 1, "review": 3, "open": 1}
    with office.records.read() as tx:
        codes = sorted(task.reasons[0].code for task in reviews.list_open(tx, process="invoices"))
    assert codes == ["OF641", "OF642", "OF643"]


def test_the_workbook_is_evidence(office: Office) -> None:
    enter(office, "RE100", "121.00", key="KEYRE100")
    (office.settings.home / "bank" / "march.csv").write_text(PAID, "utf-8")
    reconcile(office, [row("RE100", "121.00", "KEYRE100")])
    path = office.settings.out / "reconciliation.xlsx"
    assert office.records.archive.path(_sha256(office)).read_bytes() == path.read_bytes()
    book = openpyxl.load_workbook(path)
    assert book["Legacy"]["E2"].value == "RE100 is in the legacy system once, as it should be"
    assert office.records.log.verify().ok


def _sha256(office: Office) -> str:
    with office.records.read() as tx:
        item = work_items.find(tx, "invoices", states=["reconciled"])[0]
        event = list(audit.of_item(tx, item.id))[-1]
    return str(event.body["evidence"][0]["sha256"])


def test_a_second_run_changes_nothing(office: Office) -> None:
    enter(office, "RE100", "121.00", key="KEYRE100")
    enter(office, "RE103", "121.00", key="KEYRE103")
    (office.settings.home / "bank" / "march.csv").write_text(PAID, "utf-8")
    legacy = [row("RE100", "121.00", "KEYRE100"), row("RE103", "121.00", "KEYRE103")]
    reconcile(office, legacy)
    before = states(office)
    reconcile(office, legacy)
    assert states(office) == before == {"RE100": "reconciled", "RE103": "entered"}


def test_the_workbook_of_a_later_run_shows_the_whole_statement(office: Office) -> None:
    enter(office, "RE100", "121.00", key="KEYRE100")
    enter(office, "RE103", "60.00", key="KEYRE103")
    (office.settings.home / "bank" / "march.csv").write_text(PAID, "utf-8")
    legacy = [row("RE100", "121.00", "KEYRE100"), row("RE103", "60.00", "KEYRE103")]
    made = []
    for _ in range(2):
        reconcile(office, legacy)
        book = openpyxl.load_workbook(office.settings.out / "reconciliation.xlsx")
        figures = {cells[0].value: (cells[1].value, cells[2].value) for cells in book["Summary"].iter_rows(max_col=3)}
        reasons = [cells[2].value for cells in book["Matched"].iter_rows(min_row=2)]
        made.append((figures, reasons))
    (first, why), (second, why_now) = made
    assert first["Total"] == (181, 363)
    assert first == second  # 121.00 of 181.00 were paid, and 242.00 of the bank's 363.00 are nobody's
    assert any("RE100" in str(reason) for reason in why)
    assert "Settled in an earlier run" in why_now


def test_the_same_payment_in_two_files_counts_once(office: Office) -> None:
    enter(office, "RE100", "121.00", key="KEYRE100")
    enter(office, "RE109", "121.00", key="KEYRE109")
    for name in ("a.csv", "b.csv"):
        (office.settings.home / "bank" / name).write_text(PAID, "utf-8")
    reconcile(office, [row("RE100", "121.00", "KEYRE100"), row("RE109", "121.00", "KEYRE109")])
    assert states(office) == {"RE100": "reconciled", "RE109": "entered"}


def test_what_a_person_accepted_is_not_asked_again(office: Office) -> None:
    enter(office, "RE100", "121.00", key="KEYRE100")
    (office.settings.home / "bank" / "march.csv").write_text(PAID, "utf-8")
    reconcile(office, [])
    with office.records.begin() as tx:
        (task,) = reviews.list_open(tx, process="invoices")
        reviews.decide(tx, task, decision="accept", person="ana")
    reconcile(office, [])
    assert states(office) == {"RE100": "reconciled"}


def test_a_bank_file_that_cannot_be_read_does_not_stop_the_others(office: Office) -> None:
    enter(office, "RE100", "121.00", key="KEYRE100")
    (office.settings.home / "bank" / "broken.xlsx").write_bytes(b"PK\x03\x04 not a workbook")
    (office.settings.home / "bank" / "march.csv").write_text(PAID, "utf-8")
    reconcile(office, [row("RE100", "121.00", "KEYRE100")])
    assert states(office) == {"RE100": "reconciled"}
    book = openpyxl.load_workbook(office.settings.out / "reconciliation.xlsx")
    told = [str(cells[1].value) for cells in book["Audit"].iter_rows()]
    assert any("broken.xlsx could not be read" in text for text in told)


def test_a_reconciliation_is_taken_back_by_a_person(office: Office) -> None:
    item = enter(office, "RE100", "121.00", key="KEYRE100")
    (office.settings.home / "bank" / "march.csv").write_text(PAID, "utf-8")
    legacy = [row("RE100", "121.00", "KEYRE100")]
    reconcile(office, legacy)
    undo(office, item.id, person="ana", comment="paid for another company")
    assert states(office) == {"RE100": "entered"}
    with office.records.read() as tx:
        event = audit.of_item(tx, item.id)[-1].body
    assert event["actor"] == {
        "id": "ana",
        "kind": "person",
        **{k: v for k, v in event["actor"].items() if k == "session"},
    }
    assert event["action"] == "invoice.reconciliation_undone"
    reconcile(office, legacy)
    assert states(office) == {"RE100": "reconciled"}
