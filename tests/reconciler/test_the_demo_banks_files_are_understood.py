"""The demo company's bank in both its forms settles invoices: several at once, with a fee on top, each payment once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from bots.office import Office
from bots.reconciler.stage import reconcile
from demo.bank import BankLine, camt_053, workbook
from tests.reconciler.conftest import enter
from tests.reconciler.test_entered_invoices_are_reconciled import row, states

LINES = [
    BankLine(
        date(2026, 3, 31), "Acero Norte S.L.", "ES9121000418450200051332", "Facturas RE100, RE101", Decimal("-363.00")
    ),
    BankLine(date(2026, 3, 31), "Acero Norte S.L.", "", "RE102", Decimal("-512.00"), Decimal("12.00")),
    BankLine(date(2026, 4, 1), "Empleados", "", "NOMINAS MARZO", Decimal("-4000.00")),
    BankLine(date(2026, 4, 2), "Un cliente", "", "Factura 77", Decimal("900.00")),
]


def test_camt_and_workbook_of_the_same_account(office: Office) -> None:
    wanted = (("RE100", "121.00"), ("RE101", "242.00"), ("RE102", "500.00"), ("RE103", "60.00"))
    for number, gross in wanted:
        enter(office, number, gross, key=f"KEY{number}")
    folder = office.settings.home / "bank"
    iban = "ES7921000813610123456789"
    (folder / "a.xml").write_bytes(camt_053(LINES, iban, "CAIXESBBXXX", "Us", Decimal("10000.00")))
    (folder / "b.xlsx").write_bytes(workbook(LINES, iban, Decimal("10000.00")))
    reconcile(office, [row(number, gross, f"KEY{number}") for number, gross in wanted])
    assert states(office) == {"RE100": "reconciled", "RE101": "reconciled", "RE102": "reconciled", "RE103": "entered"}
