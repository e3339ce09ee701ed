"""Accepted, corrected, rejected: each goes on from there, and no rule is passed by."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bots import reviewer
from bots.checker.stage import check_read
from bots.invoice import Invoice
from bots.office import Office
from bots.reader.reading import Proof, Reading, Value
from config.errors import BusinessException, OficioError, Reason
from config.settings import load_settings
from demo.rig import copy_config
from records import Actor, Records, Session, reviews, work_items

SUPPLIERS = """
suppliers:
  - {id: acme, name: "Acme, S.A.", vat_id: ESA28123453, ibans: [ES7921000813610123456789], legacy_code: P1}
"""
FIELDS = {
    "invoice_number": "F-1",
    "issue_date": "2026-11-02",
    "currency": "EUR",
    "net_total": "100.00",
    "tax_total": "21.00",
    "gross_total": "121.00",
    "seller_name": "Acme",
    "seller_vat_id": "ESA28123453",
    "iban": "ES7921000813610123456789",
}
Add = Callable[..., str]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    config = copy_config(tmp_path / "config", suppliers=SUPPLIERS, purchase_orders="purchase_orders: []\n")
    settings = load_settings(tmp_path / "home", config)
    session = Session(Actor("bot", "checker"))
    records = Records.open(settings.database_url, home=settings.home, session=session)
    with Office(settings, records, "test:1", now=lambda: datetime(2026, 11, 20, tzinfo=UTC)) as office:
        yield office


@pytest.fixture
def add(office: Office) -> Add:
    """Put a read invoice before the checker, check it, and return its id."""

    def put(*doubts: str, **changes: str) -> str:
        fields = {**FIELDS, **changes}
        reading = Reading(
            fields={name: Value(text) for name, text in fields.items()},
            proofs={"sum": Proof("sum", True, "net + tax = gross")},
            doubts=tuple(Reason(code) for code in doubts),
        )
        payload: dict[str, Any] = {
            "facts": {},
            "reading": reading.to_json(),
            "invoice": Invoice.from_reading(reading).to_json(),
        }
        with office.records.begin() as tx:
            made = work_items.create(tx, process="invoices", payload={"facts": {}})
            work_items.move(tx, made, "read", action="invoice.read", payload=payload)
        check_read(office)
        return made.id

    return put


def state(office: Office, item: str) -> str:
    with office.records.read() as tx:
        return work_items.get(tx, item).state


def reasons(office: Office, item: str) -> list[str]:
    with office.records.read() as tx:
        return [reason.code for task in reviews.of_item(tx, item) if task.state == "open" for reason in task.reasons]


def test_a_good_invoice_needs_nobody(office: Office, add: Add) -> None:
    assert state(office, add()) == "ready"


def test_what_is_accepted_is_not_asked_again(office: Office, add: Add) -> None:
    item = add(gross_total="6121.00", net_total="6100.00")
    assert reasons(office, item) == ["OF412"]
    reviewer.decide(office, item, "accept", person="ana")
    check_read(office)
    assert state(office, item) == "ready"


def test_a_correction_settles_the_reading_and_is_checked_again(office: Office, add: Add) -> None:
    item = add("OF220", seller_vat_id="ESB99999999")
    assert reasons(office, item) == ["OF220", "OF402"]
    reviewer.decide(office, item, "correct", person="ana", changes={"seller_vat_id": "ES A28123453"})
    check_read(office)
    assert state(office, item) == "ready"


def test_who_corrected_may_not_approve(office: Office, add: Add) -> None:
    item = add("OF220", gross_total="6121.00", net_total="6000.00", tax_total="21.00")
    reviewer.decide(office, item, "correct", person="ana", changes={"net_total": "6100.00"})
    check_read(office)
    assert reasons(office, item) == ["OF412"]
    with pytest.raises(OficioError, match="OF710"):
        reviewer.decide(office, item, "accept", person="ana")
    reviewer.decide(office, item, "accept", person="luis")
    check_read(office)
    assert state(office, item) == "ready"


def test_a_changed_iban_needs_two_persons_and_a_note_of_the_call(office: Office, add: Add) -> None:
    item = add(iban="ES1000492352082414205416")
    assert reasons(office, item) == ["OF405"]
    with pytest.raises(BusinessException, match="OF423"):
        reviewer.decide(office, item, "accept", person="ana")
    reviewer.decide(office, item, "accept", person="ana", comment="called Acme, 981 000 000, 10:05")
    assert state(office, item) == "review"
    with pytest.raises(OficioError, match="OF710"):
        reviewer.decide(office, item, "accept", person="ana", comment="called again")
    reviewer.decide(office, item, "accept", person="luis", comment="called too")
    check_read(office)
    assert state(office, item) == "ready"


def test_an_approval_does_not_hold_for_other_values(office: Office, add: Add) -> None:
    item = add(gross_total="6121.00", net_total="6100.00")
    reviewer.decide(office, item, "accept", person="ana")
    with office.records.begin() as tx:
        found = work_items.get(tx, item)
        invoice = Invoice.from_payload(found.payload).corrected({"gross_total": "9121.00", "net_total": "9100.00"})
        payload = {**found.payload, "invoice": invoice.to_json()}
        work_items.move(tx, found, "read", action="test.changed", payload=payload)
    check_read(office)
    assert reasons(office, item) == ["OF412"]


def test_a_rejected_invoice_is_not_entered(office: Office, add: Add) -> None:
    item = add(seller_vat_id="ESB99999999")
    reviewer.decide(office, item, "reject", person="ana", comment="we never bought from them")
    assert state(office, item) == "rejected"


def test_a_second_copy_is_a_duplicate_even_while_the_first_waits(office: Office, add: Add) -> None:
    first = add(gross_total="6121.00", net_total="6100.00")
    second = add(gross_total="6121.00", net_total="6100.00", invoice_number="F 0001")
    assert (state(office, first), state(office, second)) == ("review", "duplicate")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"gross_total": "1.234,50"}, "OF424"),
        ({"gross_total": "nan"}, "OF424"),
        ({"issue_date": "02/11/2026"}, "OF424"),
        ({"iban": "ES7921000813610123456788"}, "OF424"),
        ({"currency": "euro"}, "OF424"),
        ({"colour": "red"}, "OF424"),
        ({"type": "letter"}, "OF424"),
        ({"gross_total": "122.00"}, "OF426"),
    ],
)
def test_a_correction_that_cannot_be_is_refused(office: Office, add: Add, changes: dict[str, str], code: str) -> None:
    item = add("OF220")
    with pytest.raises(BusinessException, match=code):
        reviewer.decide(office, item, "correct", person="ana", changes=changes)
    assert state(office, item) == "review"


def test_a_task_that_is_not_there_is_said(office: Office) -> None:
    with pytest.raises(BusinessException, match="OF425"):
        reviewer.decide(office, "nothing", "accept", person="ana")
