"""What is not an invoice to pay is named; several invoices in one file are told apart; tables go over pages."""

from __future__ import annotations

import pytest

from bots.reader.splitting import understand_all
from tests.reader.paper import Paper, invoice, pages_of, read_one

LINES = [("Steel bolts M8", "100", "0.50", "50.00"), ("Cutting disc", "5", "10.00", "50.00")]
TOTALS = [("Subtotal", "EUR 100.00"), ("VAT 23%", "EUR 23.00"), ("Total", "EUR 123.00")]


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("PRO FORMA INVOICE", "pro forma"),
        ("PAYMENT REMINDER", "reminder"),
        ("SECOND REMINDER", "reminder"),
        ("STATEMENT OF ACCOUNT", "statement"),
        ("DELIVERY NOTE", "not an invoice"),
        ("RECEIPT", "receipt"),
    ],
)
def test_other_papers_go_to_a_person(title: str, kind: str) -> None:
    reading = read_one(invoice(LINES, TOTALS, title=title, number="Document no: 4711"))
    assert reading.type == kind
    assert "OF220" in {doubt.code for doubt in reading.doubts}


def test_the_order_that_an_invoice_names_does_not_make_it_an_order() -> None:
    reading = read_one(invoice(LINES, TOTALS, notes=["Purchase order: 998-1", "Delivery note: 55"]))
    assert reading.type == "invoice"


def test_two_invoices_in_one_file_are_two_readings() -> None:
    first = invoice(LINES, TOTALS)
    second = invoice(LINES[:1], [("Subtotal", "EUR 50.00"), ("VAT 23%", "EUR 11.50"), ("Total", "EUR 61.50")],
                     number="Invoice number: INV-4712")  # fmt: skip
    readings = understand_all(pages_of(Paper([*first.pages, *second.pages]).pdf()))
    assert [(r.get("invoice_number"), r.get("gross_total"), r.pages) for r in readings] == [
        ("INV-4711", "123.00", (1, 1)),
        ("INV-4712", "61.50", (2, 2)),
    ]
    assert all("split" in reading.proofs for reading in readings)
    assert all(reading.confident for reading in readings)


def test_when_one_part_does_not_prove_itself_a_person_sees_all() -> None:
    first = invoice(LINES, TOTALS)
    second = invoice(LINES, [("Total", "EUR 99.00")], number="Invoice number: INV-4712")
    readings = understand_all(pages_of(Paper([*first.pages, *second.pages]).pdf()))
    assert len(readings) == 2
    assert all("OF245" in {doubt.code for doubt in reading.doubts} for reading in readings)


def test_a_table_over_two_pages_leaves_carried_sums_out() -> None:
    paper = Paper()
    paper.row(50, (50, "Northwind Tools Ltd"), size=14).row(68, (50, "VAT No: IE6388047V"))
    paper.row(100, (380, "INVOICE"), size=18).row(120, (380, "Invoice number: INV-9"))
    paper.row(134, (380, "Invoice date: 3 May 2024"))
    heading = ((50.0, "Description"), (-330.0, "Quantity"), (-430.0, "Unit price"), (-545.0, "Amount"))
    paper.row(220, *heading)
    paper.row(240, (50, "Bolts"), (-330, "10"), (-430, "1.00"), (-545, "10.00"))
    paper.row(256, (50, "Nuts"), (-330, "10"), (-430, "2.00"), (-545, "20.00"))
    paper.row(280, (50, "Carried forward"), (-545, "30.00"))
    paper.turn().row(60, (380, "Invoice number: INV-9")).row(100, *heading)
    paper.row(116, (50, "Brought forward"), (-545, "30.00"))
    paper.row(132, (50, "Washers"), (-330, "70"), (-430, "1.00"), (-545, "70.00"))
    paper.row(170, (-450, "Subtotal"), (-545, "EUR 100.00"))
    paper.row(185, (-450, "VAT 23%"), (-545, "EUR 23.00"))
    paper.row(200, (-450, "Total"), (-545, "EUR 123.00"))
    reading = read_one(paper)
    assert [line.line_total.value for line in reading.lines if line.line_total] == ["10.00", "20.00", "70.00"]
    assert reading.pages == (1, 2)
    assert reading.confident, [doubt.text() for doubt in reading.doubts]


def test_a_description_over_several_rows_is_one() -> None:
    paper = invoice([("Steel bolts M8", "100", "1.00", "100.00")], TOTALS)
    paper.row(252, (50, "galvanised, box of 100"), size=9)
    reading = read_one(paper)
    description = reading.lines[0].description
    assert description is not None
    assert description.value == "Steel bolts M8 galvanised, box of 100"
