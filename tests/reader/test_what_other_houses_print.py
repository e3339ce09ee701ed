"""Forms and faults met on documents of other houses: read right, or left to a person."""

from __future__ import annotations

import pytest

from bots.reader.ids import made_up
from bots.reader.reading import Reading
from tests.reader.paper import invoice, read_one

LINES = [("Steel bolts M8", "100", "0.50", "50.00"), ("Cutting disc", "5", "10.00", "50.00")]
TOTALS = [("Subtotal", "EUR 100.00"), ("VAT 23%", "EUR 23.00"), ("Total", "EUR 123.00")]


def codes(reading: Reading) -> set[str]:
    return {doubt.code for doubt in reading.doubts}


@pytest.mark.parametrize("name", ["TVA", "Moms", "IVA", "MwSt."])
def test_a_tax_may_bear_its_countrys_name_on_a_page_in_another_language(name: str) -> None:
    reading = read_one(invoice(LINES, [TOTALS[0], (f"{name} 23%", "EUR 23.00"), TOTALS[2]]))
    assert reading.get("tax_total") == "23.00"
    assert reading.get("gross_total") == "123.00"
    assert reading.confident, [doubt.text() for doubt in reading.doubts]


def test_a_total_that_the_reading_does_not_explain_goes_to_a_person() -> None:
    reading = read_one(invoice(LINES, [*TOTALS, ("Grand total", "EUR 133.00")]))
    assert "OF249" in codes(reading)


def test_a_net_total_that_is_not_printed_follows_from_subtotal_and_discount() -> None:
    totals = [("Subtotal", "EUR 100.00"), ("Discount", "-EUR 10.00"), ("VAT 23%", "EUR 20.70"), ("Total", "EUR 110.70")]
    reading = read_one(invoice(LINES, totals))
    assert reading.get("net_total") == "90.00"
    assert reading.get("gross_total") == "110.70"


def test_rates_without_bases_prove_themselves_by_the_bases_that_they_imply() -> None:
    totals = [("Subtotal", "EUR 100.00"), ("VAT 23%", "EUR 11.50"), ("VAT 13.5%", "EUR 6.75"), ("Total", "EUR 118.25")]
    reading = read_one(invoice(LINES, totals))
    assert reading.get("tax_total") == "18.25"
    assert reading.proofs["tax rates"].holds


def test_rates_without_bases_that_imply_another_net_prove_nothing() -> None:
    totals = [("Subtotal", "EUR 100.00"), ("VAT 23%", "EUR 11.50"), ("VAT 13.5%", "EUR 5.75"), ("Total", "EUR 117.25")]
    assert not read_one(invoice(LINES, totals)).confident


def test_lines_in_another_currency_than_the_total_go_to_a_person() -> None:
    paper = invoice(LINES, TOTALS)
    rows = paper.pages[0]
    rows[:] = [(y, [(x, text.replace("Amount", "Amount GBP")) for x, text in cells], size) for y, cells, size in rows]
    assert "OF237" in codes(read_one(paper))


def test_a_number_broken_at_the_edge_of_its_cell_is_read_whole() -> None:
    paper = invoice(LINES, TOTALS, number="Invoice number: 2024-")
    paper.row(161, (380, "0715"), size=8)
    paper.row(180, (50, " "))
    assert read_one(paper).get("invoice_number") == "2024-0715"


def test_a_slip_of_one_digit_in_the_sellers_id_goes_to_a_person() -> None:
    paper = invoice(LINES, TOTALS)
    rows = paper.pages[0]
    rows[:] = [(y, [(x, text.replace("6388047V", "6388057V")) for x, text in cells], size) for y, cells, size in rows]
    assert "OF243" in codes(read_one(paper))


@pytest.mark.parametrize(("value", "expected"), [("DE123456789", True), ("DE811223344", True), ("IE6388057V", False)])
def test_only_a_plain_placeholder_is_taken_as_a_specimen(value: str, expected: bool) -> None:
    assert made_up(value) is expected


def test_a_due_date_beside_the_number_is_not_the_issue_date() -> None:
    reading = read_one(invoice(LINES, TOTALS, date="Due only: 3 June 2024"))
    assert reading.get("due_date") == "2024-06-03"
    assert reading.get("issue_date") is None
    assert "OF232" in codes(reading)


def test_an_equivalent_in_another_currency_is_not_the_invoices_own() -> None:
    paper = invoice([], [])
    paper.row(240, (50, "Quantity"), (150, "Description"), (-430, "Price"), (-545, "Net amount \u20ac"))
    paper.row(256, (50, "4"), (150, "Translation"), (-430, "100.00"), (-545, "400.00"))
    paper.row(300, (-200, "Subtotal"), (-300, "VAT (23 %)"), (-400, "TOTAL"), (-545, "Total in USD"))
    paper.row(315, (-200, "400.00"), (-300, "92.00"), (-400, "492.00"), (-545, "585.48 USD"))
    reading = read_one(paper)
    assert (reading.get("gross_total"), reading.get("currency")) == ("492.00", "EUR")


def test_the_label_of_the_number_may_be_the_only_title() -> None:
    reading = read_one(invoice(LINES, TOTALS, title=" ", number="Credit note no.: INV-4711"))
    assert reading.type == "credit note"
