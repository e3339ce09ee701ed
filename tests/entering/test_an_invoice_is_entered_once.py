"""Invoices go into the demo's legacy system exactly once, with the right fields, and are read back."""

from __future__ import annotations

import pytest

from bots.data_entry import enter, list_entries
from bots.office import Office
from records import intents, work_items
from tests.entering.conftest import Legacy
from tests.entering.offices import add_ready, invoice_payload, states

pytestmark = pytest.mark.browser


def test_ready_invoices_are_entered_with_their_fields(office: Office, legacy: Legacy) -> None:
    ids = add_ready(
        office,
        invoice_payload("F-1", bases=["1234.50"]),
        invoice_payload("F-2", "muestra", bases=["10.00", "20.05"], withheld_total="1.00", gross_total="35.36"),
    )
    report = enter(office, "demo")
    assert states(office, ids) == ["entered", "entered"], report
    rows = {row["number"]: row for row in legacy.store.invoices()}
    assert rows["F-1"]["total"] == "1.493,74"  # the printed tax, a cent below what the system computes
    assert rows["F-2"]["total"] == "35,36"
    assert [line["base"] for line in rows["F-2"]["lines"]] == ["10,00", "20,05"]
    assert (rows["F-1"]["date"], rows["F-1"]["due"]) == ("31/03/2026", "30/04/2026")


def test_a_second_run_enters_nothing(office: Office, legacy: Legacy) -> None:
    add_ready(office, invoice_payload("F-1"))
    enter(office, "demo")
    assert enter(office, "demo").total == 0
    assert len(legacy.store.invoices()) == 1


def test_the_list_is_read_through_all_its_pages(office: Office, legacy: Legacy) -> None:
    draft = {"supplier": "P0001", "date": "01/02/2026", "due": "", "currency": "EUR", "withheld": "", "lines": []}
    for n in range(23):
        totals = {"net": "1,00", "tax": "0,21", "total": f"1.00{n % 10},21"}
        legacy.store.save("maria", draft | {"number": f"M{n}", "reference": f"R{n}"}, totals)
    rows = list_entries(office, "demo")
    assert [row["number"] for row in rows] == [f"M{n}" for n in reversed(range(23))]
    assert rows[0] == {
        "record": "23", "supplier": "P0001", "number": "M22", "date": "2026-02-01", "key": "R22",
        "amount": "1002.21", "currency": "EUR",
    }  # fmt: skip


def test_a_total_that_differs_is_not_saved(office: Office, legacy: Legacy) -> None:
    ids = add_ready(office, invoice_payload("F-1", gross_total="999.99"))
    enter(office, "demo")
    assert states(office, ids) == ["review"]
    assert legacy.store.invoices() == []
    with office.records.read() as tx:
        reason = work_items.get(tx, ids[0]).reason
        assert reason is not None
        assert (reason.code, reason.facts["shown"]) == ("OF531", "121,00")
        assert [intent.state for intent in intents.find(tx, item=ids[0])] == ["absent"]


def test_the_same_invoice_typed_by_a_person_is_found_and_not_entered_again(office: Office, legacy: Legacy) -> None:
    ids = add_ready(office, invoice_payload("F-1"))
    enter(office, "demo")
    again = add_ready(office, invoice_payload("F-1"))
    enter(office, "demo")
    assert states(office, [*ids, *again]) == ["entered", "entered"]
    assert len(legacy.store.invoices()) == 1
