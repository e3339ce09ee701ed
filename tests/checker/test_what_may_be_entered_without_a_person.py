"""The checker lets an invoice through only when nothing speaks against it, and says what does."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from bots.checker.checks import Known, Past, check, seller_key
from bots.invoice import Invoice, fold_number
from config.errors import Reason, catalogue
from config.settings import CheckRules, Identity, PurchaseOrder, Supplier

US = Identity(name="Talleres Norte, S.L.", vat_id="ESB15999997", country="ES", ibans=("ES9121000418450200051332",))
ACME = Supplier(
    id="acme",
    name="Acme Ibérica, S.A.",
    vat_id="ES A28123456",
    ibans=("ES79 2100 0813 6101 2345 6789",),
    legacy_code="P001",
)
BETA = Supplier(id="beta", name="Beta GmbH", vat_id="DE136695976", legacy_code="P002", po_required=True, country="DE")
GOOD = Invoice(
    "invoice",
    {
        "invoice_number": "F-2026/0042",
        "issue_date": "2026-11-02",
        "currency": "EUR",
        "net_total": "100.00",
        "tax_total": "21.00",
        "gross_total": "121.00",
        "seller_name": "ACME IBERICA SA",
        "seller_vat_id": "A28123456",
        "buyer_name": "Talleres Norte",
        "buyer_vat_id": "B15999997",
        "iban": "ES7921000813610123456789",
    },
)
KNOWN = Known(
    us=US,
    suppliers={"acme": ACME, "beta": BETA},
    orders={"PO-7": PurchaseOrder(number="PO-7", supplier="acme", net_total=Decimal(150))},
    rules=CheckRules(approve_over={"EUR": Decimal(5000), "*": Decimal(1000)}),
    today=date(2026, 11, 22),
)
EARLIER = Past("item-1", "acme", "F-2026/42", date(2026, 11, 2), Decimal("121.00"), Decimal(100), "EUR", "", "invoice")


def changed(**fields: str | None) -> Invoice:
    return GOOD.corrected(fields)


def codes(invoice: Invoice, known: Known = KNOWN) -> list[str]:
    return [objection.reason.code for objection in check(invoice, (), known).objections]


def test_a_good_invoice_is_ready() -> None:
    verdict = check(GOOD, (), KNOWN)
    assert (verdict.state, verdict.supplier, verdict.objections) == ("ready", "acme", ())
    assert all(made.passed for made in verdict.checks)


@pytest.mark.parametrize(
    ("invoice", "code"),
    [
        (changed(type="reminder"), "OF401"),
        (changed(seller_vat_id="A99999999"), "OF402"),
        (changed(buyer_vat_id="B00000000"), "OF404"),
        (changed(buyer_vat_id=None, buyer_name="Someone Else Ltd"), "OF404"),
        (changed(iban="ES1000492352082414205416"), "OF405"),
        (changed(order_reference="PO 99", seller_vat_id="DE136695976", iban=None), "OF409"),
        (changed(order_reference="PO-7", seller_vat_id="DE136695976", iban=None), "OF410"),
        (changed(seller_vat_id="DE136695976", iban=None), "OF408"),
        (changed(order_reference="po 7", net_total="160.00"), "OF411"),
        (changed(gross_total="5000.01"), "OF412"),
        (changed(gross_total="-5000.01"), "OF412"),
        (changed(issue_date="2026-12-22"), "OF413"),
        (changed(issue_date="2020-01-01"), "OF414"),
        (changed(currency="USD"), "OF415"),
        (changed(issue_date=None), "OF417"),
    ],
)
def test_what_speaks_against_it_is_named(invoice: Invoice, code: str) -> None:
    assert codes(invoice) == [code]
    assert check(invoice, (), KNOWN).state == "review"


def test_a_vat_id_of_one_supplier_with_the_iban_of_another_is_a_question() -> None:
    assert "OF403" in codes(changed(seller_vat_id="DE136695976"))


def test_the_digits_of_a_supplier_s_vat_id_in_another_country_are_another_seller_s() -> None:
    assert "OF402" in codes(changed(seller_vat_id="AT136695976", iban=None))


def test_the_same_invoice_again_is_a_duplicate() -> None:
    verdict = check(GOOD, (), replace(KNOWN, past=(EARLIER,)))
    assert (verdict.state, verdict.duplicate_of) == ("duplicate", "item-1")


def test_an_unknown_supplier_s_invoice_again_is_a_duplicate_of_the_one_that_a_person_has() -> None:
    stranger = changed(seller_vat_id="FR40303265045", iban=None)
    earlier = replace(EARLIER, supplier=seller_key(stranger))
    assert check(stranger, (), replace(KNOWN, past=(earlier,))).state == "duplicate"
    other = check(changed(seller_vat_id="IT00743110157", iban=None), (), replace(KNOWN, past=(earlier,)))
    assert [objection.reason.code for objection in other.objections] == ["OF402"]


def test_without_an_id_the_same_number_is_the_same_invoice_only_in_the_same_mail() -> None:
    nameless = changed(seller_vat_id=None, iban=None)
    earlier = replace(EARLIER, supplier="vat:30326504")
    assert check(nameless, (), replace(KNOWN, past=(earlier,))).state == "review"
    together = replace(earlier, together=True)
    assert check(nameless, (), replace(KNOWN, past=(together,))).state == "duplicate"
    another_day = changed(seller_vat_id=None, iban=None, issue_date="2026-11-01")
    assert check(another_day, (), replace(KNOWN, past=(together,))).state == "review"


def test_the_same_number_with_other_values_is_a_question() -> None:
    assert codes(changed(gross_total="122.00"), replace(KNOWN, past=(EARLIER,))) == ["OF406"]


def test_another_number_with_the_same_amount_and_date_is_a_question() -> None:
    assert codes(changed(invoice_number="F-2026/0043"), replace(KNOWN, past=(EARLIER,))) == ["OF407"]


def test_the_same_number_in_another_year_is_another_invoice() -> None:
    last_year = replace(EARLIER, date=date(2025, 11, 2))
    assert codes(GOOD, replace(KNOWN, past=(last_year,))) == []


def test_what_is_already_invoiced_on_an_order_counts() -> None:
    past = replace(EARLIER, number="F-1", order="PO-7", date=date(2026, 10, 1))
    assert codes(changed(order_reference="PO-7"), replace(KNOWN, past=(past,))) == ["OF411"]


def test_a_changed_iban_needs_two_persons_and_a_call() -> None:
    (objection,) = check(changed(iban="ES1000492352082414205416"), (), KNOWN).objections
    assert (objection.persons, objection.call_back) == (2, True)


def test_an_unproven_reading_goes_to_a_person_with_its_doubts() -> None:
    doubt = Reason("OF220", "page 1")
    verdict = check(GOOD, (doubt,), KNOWN)
    assert (verdict.state, verdict.objections[0].reason) == ("review", doubt)


def test_a_sender_that_is_not_proven_is_a_question() -> None:
    verdict = check(GOOD, (), KNOWN, facts={"sender_warnings": ["DMARC failed"]})
    assert [objection.reason.code for objection in verdict.objections] == ["OF418"]


def test_what_persons_accepted_does_not_come_back() -> None:
    assert check(changed(currency="USD"), (), KNOWN, waived={"OF415"}).state == "ready"


def test_every_code_speaks_both_languages() -> None:
    for code, entry in catalogue().items():
        assert entry.what.keys() >= {"en", "es"}, code
        assert entry.mend.keys() >= {"en", "es"}, code


@pytest.mark.parametrize(
    ("first", "second"), [("F-2026/0042", "f 2026 42"), ("INV000123", "inv-123"), ("Ref. 7", "REF/007")]
)
def test_numbers_that_people_take_for_the_same_fold_alike(first: str, second: str) -> None:
    assert fold_number(first) == fold_number(second)
