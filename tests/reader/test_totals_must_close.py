"""A reading is proven only when the printed figures agree with each other; every kind of total has its document."""

from __future__ import annotations

import pytest

from bots.reader.reading import Reading
from tests.reader.paper import Paper, invoice, read_one

LINES = [("Steel bolts M8", "100", "0.50", "50.00"), ("Cutting disc", "5", "10.00", "50.00")]
TOTALS = [("Subtotal", "EUR 100.00"), ("VAT 23%", "EUR 23.00"), ("Total", "EUR 123.00")]


def amounts(reading: Reading) -> tuple[str | None, str | None, str | None]:
    return reading.get("net_total"), reading.get("tax_total"), reading.get("gross_total")


def codes(reading: Reading) -> set[str]:
    return {doubt.code for doubt in reading.doubts}


def test_a_plain_invoice_proves_itself() -> None:
    reading = read_one(invoice(LINES, TOTALS))
    assert reading.confident, [doubt.text() for doubt in reading.doubts]
    assert amounts(reading) == ("100.00", "23.00", "123.00")
    assert reading.get("invoice_number") == "INV-4711"
    assert reading.get("issue_date") == "2024-05-03"
    assert reading.get("currency") == "EUR"
    assert reading.get("seller_vat_id") == "IE6388047V"
    assert [line.quantity.value for line in reading.lines if line.quantity] == ["100", "5"]
    assert {"totals", "tax rates", "lines", "line products"} <= reading.proofs.keys()
    assert all(proof.holds for proof in reading.proofs.values())


def test_every_value_says_where_it_stands() -> None:
    reading = read_one(invoice(LINES, TOTALS))
    gross = reading.fields["gross_total"]
    assert gross.page == 1
    assert gross.box is not None
    assert gross.box[2] == pytest.approx(545, abs=2)
    assert gross.text == "EUR 123.00"


@pytest.mark.parametrize(
    ("lines", "totals", "code"),
    [
        (LINES, [("Subtotal", "EUR 100.00"), ("VAT 23%", "EUR 23.00"), ("Total", "EUR 124.00")], "OF223"),
        (LINES, [("Subtotal", "EUR 110.00"), ("VAT 23%", "EUR 25.30"), ("Total", "EUR 135.30")], "OF225"),
        (LINES, [("Subtotal", "EUR 100.00"), ("VAT 23%", "EUR 21.00"), ("Total", "EUR 121.00")], "OF224"),
        ([("Bolts", "100", "0.60", "50.00"), LINES[1]], TOTALS, "OF227"),
    ],
    ids=["total", "lines", "rate", "product"],
)
def test_one_figure_that_contradicts_the_others_makes_a_doubt(
    lines: list[tuple[str, str, str, str]], totals: list[tuple[str, str]], code: str
) -> None:
    reading = read_one(invoice(lines, totals))
    assert code in codes(reading)
    assert not reading.confident


def test_a_rate_in_the_heading_of_its_sum_is_the_rate_of_the_whole() -> None:
    """19.9 % would make this tax of this net, too: 20 % is printed."""
    paper = invoice([("Leaflets A4", "25", "0.1768", "4.42")], [])
    paper.row(620, (-300, "Subtotal"), (-420, "VAT 20%"), (-545, "Total"))
    paper.row(634, (-300, "EUR 4.42"), (-420, "EUR 0.88"), (-545, "EUR 5.30"))
    reading = read_one(paper)
    assert amounts(reading) == ("4.42", "0.88", "5.30")
    assert [(tax.rate.value, tax.amount.value) for tax in reading.taxes if tax.rate and tax.amount] == [("20", "0.88")]


def test_the_first_word_of_a_description_is_no_unit() -> None:
    paper = Paper()
    paper.row(60, (50, "Northwind Tools Ltd"), size=16).row(80, (50, "VAT IE6388047V"))
    paper.row(120, (50, "Invoice number: INV-4711")).row(134, (50, "Invoice date: 3 May 2024"))
    paper.row(200, (-90, "Quantity"), (98, "Description"), (-420, "Unit price"), (-545, "Amount"))
    paper.row(216, (-90, "25"), (98, "Leaflets A4"), (-420, "2.00"), (-545, "50.00"))
    paper.row(232, (-90, "2 h"), (98, "Design"), (-420, "25.00"), (-545, "50.00"))
    for y, (label, amount) in zip((280, 294, 308), TOTALS, strict=True):
        paper.row(y, (-420, label), (-545, amount))
    lines = read_one(paper).lines
    assert [line.description.value for line in lines if line.description] == ["Leaflets A4", "Design"]
    assert [line.unit.value if line.unit else None for line in lines] == [None, "h"]


def test_several_tax_rates() -> None:
    paper = invoice(
        [("Books", "2", "50.00", "100.00"), ("Lamp", "1", "200.00", "200.00")],
        [
            ("Net amount", "EUR 300.00"),
            ("VAT 9% of 100.00", "EUR 9.00"),
            ("VAT 23% of 200.00", "EUR 46.00"),
            ("Total", "EUR 355.00"),
        ],
    )
    reading = read_one(paper)
    assert amounts(reading) == ("300.00", "55.00", "355.00")
    assert [(tax.rate.value, tax.amount.value) for tax in reading.taxes if tax.rate and tax.amount] == [
        ("9", "9.00"),
        ("23", "46.00"),
    ]
    assert reading.confident


def test_reverse_charge_has_no_tax() -> None:
    totals = [("Subtotal", "EUR 100.00"), ("VAT 0%", "EUR 0.00"), ("Total", "EUR 100.00")]
    reading = read_one(invoice(LINES, totals, notes=["Reverse charge: VAT to be accounted for by the recipient."]))
    assert amounts(reading) == ("100.00", "0.00", "100.00")
    assert reading.confident


def test_what_was_paid_leaves_nothing_due() -> None:
    totals = [*TOTALS, ("Amount paid", "EUR 123.00"), ("Amount due", "EUR 0.00")]
    reading = read_one(invoice(LINES, totals))
    assert amounts(reading) == ("100.00", "23.00", "123.00")
    assert (reading.get("prepaid"), reading.get("amount_due")) == ("123.00", "0.00")
    assert reading.confident


def test_an_old_balance_is_not_this_invoice() -> None:
    totals = [*TOTALS, ("Previous balance", "EUR 77.00"), ("Amount due", "EUR 200.00")]
    reading = read_one(invoice(LINES, totals))
    assert amounts(reading) == ("100.00", "23.00", "123.00")
    assert reading.get("amount_due") == "200.00"


def test_a_discount_and_freight_between_lines_and_net() -> None:
    totals = [
        ("Items total", "EUR 100.00"),
        ("Discount", "EUR -10.00"),
        ("Shipping", "EUR 6.00"),
        ("Net total", "EUR 96.00"),
        ("VAT 23%", "EUR 22.08"),
        ("Total", "EUR 118.08"),
    ]
    reading = read_one(invoice(LINES, totals))
    assert amounts(reading) == ("96.00", "22.08", "118.08")
    assert reading.proofs["lines"].holds


def test_a_credit_note_is_negative_and_says_so() -> None:
    lines = [("Steel bolts M8", "-100", "0.50", "-50.00")]
    totals = [("Subtotal", "EUR -50.00"), ("VAT 23%", "EUR -11.50"), ("Total", "EUR -61.50")]
    paper = invoice(lines, totals, title="CREDIT NOTE", number="Credit note no: CN-12")
    reading = read_one(paper)
    assert reading.type == "credit note"
    assert amounts(reading) == ("-50.00", "-11.50", "-61.50")
    assert reading.get("invoice_number") == "CN-12"


def test_a_second_total_in_another_currency_is_not_the_total() -> None:
    reading = read_one(invoice(LINES, [*TOTALS, ("Equivalent in USD", "USD 132.84")]))
    assert reading.get("currency") == "EUR"
    assert reading.get("gross_total") == "123.00"


def test_withholding_is_taken_off_the_total() -> None:
    paper = Paper()
    paper.row(50, (50, "Bufete Castro S.L."), size=14).row(66, (50, "CIF: B58378431"))
    paper.row(100, (380, "FACTURA"), size=18).row(126, (380, "Nº factura: 2024/017"))
    paper.row(140, (380, "Fecha: 15/03/2024"))
    paper.row(150, (50, "Cliente: Talleres Vigo S.A."))
    paper.row(220, (50, "Concepto"), (-330, "Cantidad"), (-430, "Precio"), (-545, "Importe"))
    paper.row(240, (50, "Asesoramiento"), (-330, "10"), (-430, "100,00"), (-545, "1.000,00"))
    paper.row(280, (-450, "Base imponible"), (-545, "1.000,00 €"))
    paper.row(295, (-450, "IVA 21%"), (-545, "210,00 €"))
    paper.row(310, (-450, "Retención IRPF 15%"), (-545, "-150,00 €"))
    paper.row(325, (-450, "Total factura"), (-545, "1.060,00 €"))
    reading = read_one(paper)
    assert reading.language == "es"
    assert amounts(reading) == ("1000.00", "210.00", "1060.00")
    assert reading.get("withheld_total") == "150.00"
    assert reading.get("issue_date") == "2024-03-15"
    assert reading.confident, [doubt.text() for doubt in reading.doubts]


def test_an_exempt_invoice_says_why_no_tax_is_due() -> None:
    why = "Exempt from VAT under article 132 of Directive 2006/112/EC"
    totals = [("Subtotal", "EUR 100.00"), ("VAT 0%", "EUR 0.00"), ("Total", "EUR 100.00")]
    reading = read_one(invoice(LINES, totals, notes=[why]))
    assert amounts(reading) == ("100.00", "0.00", "100.00")
    (tax,) = reading.taxes
    assert (tax.category, tax.exemption) == ("E", why)


def test_an_italian_withholding_is_taken_off_under_the_total() -> None:
    paper = Paper()
    paper.row(50, (50, "Studio Legale Rossi S.r.l."), size=14).row(66, (50, "Partita IVA: IT00743110157"))
    paper.row(100, (380, "FATTURA"), size=18).row(126, (380, "Fattura n. 17/2024")).row(140, (380, "Data: 15/03/2024"))
    paper.row(220, (50, "Descrizione"), (-330, "Quantità"), (-430, "Prezzo"), (-545, "Importo"))
    paper.row(240, (50, "Consulenza"), (-330, "10"), (-430, "100,00"), (-545, "1.000,00"))
    paper.row(280, (-450, "Imponibile"), (-545, "1.000,00 €"))
    paper.row(295, (-450, "IVA 22%"), (-545, "220,00 €"))
    paper.row(310, (-450, "Totale fattura"), (-545, "1.220,00 €"))
    paper.row(325, (-450, "Ritenuta d'acconto 20%"), (-545, "-200,00 €"))
    paper.row(340, (-450, "Netto a pagare"), (-545, "1.020,00 €"))
    reading = read_one(paper)
    assert amounts(reading) == ("1000.00", "220.00", "1020.00")
    assert (reading.get("withheld_total"), reading.get("amount_due")) == ("200.00", "1020.00")
    assert [other.value for other in reading.fields["gross_total"].others] == ["1220.00"]


def test_a_value_names_the_proofs_that_hold_for_it_and_what_it_won_against() -> None:
    reading = read_one(invoice(LINES, TOTALS))
    assert {"totals", "tax rates", "lines"} <= set(reading.fields["net_total"].proofs)
    assert reading.fields["seller_name"].proofs == ()
    wrong = read_one(invoice(LINES, [*TOTALS[:2], ("Total", "EUR 124.00")]))
    assert "totals" not in wrong.fields["gross_total"].proofs


def test_terms_period_and_addresses_are_read() -> None:
    paper = invoice(LINES, TOTALS)
    paper.row(178, (380, "Payment terms: 30 days net"))
    paper.row(192, (380, "Service period: 1 April 2024 - 30 April 2024"))
    reading = read_one(paper)
    assert reading.get("payment_terms") == "30 days net"
    assert (reading.get("service_start"), reading.get("service_end")) == ("2024-04-01", "2024-04-30")
    assert reading.get("buyer_address") == "Hauptstr. 1, 10115 Berlin"
