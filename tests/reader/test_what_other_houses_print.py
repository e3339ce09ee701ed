"""Forms and faults met on documents of other houses: read right, or left to a person."""

from __future__ import annotations

import pytest

from bots.reader.folding import key, tokens
from bots.reader.ids import made_up
from bots.reader.reading import Reading
from tests.reader.paper import Paper, invoice, read_one

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


def heading(number: str, *, title: str = "", date: str = "Date : 25/09/2024") -> Paper:
    """A French invoice with these words for its number."""
    paper = Paper()
    paper.row(40, (50, "Rhône Électricité SAS")).row(54, (50, "12 rue de la République, 44000 Nantes"))
    paper.row(68, (50, "N° TVA : FR65532125754"))
    if title:
        paper.row(90, (50, title), size=10)
    paper.row(140, (50, number))
    paper.row(154, (50, date))
    paper.row(180, (50, "Désignation"), (-330, "Qté"), (-430, "P.U. HT"), (-545, "Montant HT"))
    paper.row(200, (50, "Câble souple"), (-330, "5"), (-430, "100,00"), (-545, "500,00"))
    paper.row(240, (-430, "Sous-total HT"), (-545, "500,00 €")).row(254, (-430, "TVA à 20 %"), (-545, "100,00 €"))
    return paper.row(268, (-430, "Total TTC"), (-545, "600,00 €"))


@pytest.mark.parametrize(
    ("number", "title"),
    [("FACTURE A24-5301", ""), ("Numéro : A24-5301", "Facture client")],
)
def test_a_number_beside_the_title_or_its_bare_label(number: str, title: str) -> None:
    reading = read_one(heading(number, title=title))
    assert (reading.get("invoice_number"), reading.confident) == ("A24-5301", True)


def test_the_number_of_another_paper_is_not_the_invoices() -> None:
    paper = heading("FACTURE Numéro de facture A24-5301")
    reading = read_one(paper.row(170, (50, "Échéance : 24/10/2024, Devis n° : 86140")))
    assert reading.get("invoice_number") == "A24-5301"


def test_a_column_may_be_headed_by_a_number_with_a_point_and_a_ring() -> None:
    assert [token.text for token in tokens("N.º")] == [token.text for token in tokens("Nº")]
    assert [token.text for token in tokens("S.N.O.")] == ["s", "n", "o"]
    assert key("N.º fatura") == key("nº da fatura")


def test_what_is_carried_over_in_a_truck_is_a_line() -> None:
    paper = Paper()
    paper.row(50, (50, "Polder Logistiek N.V.")).row(64, (50, "Keizersgracht 84, 5612 AX Eindhoven"))
    paper.row(78, (50, "Btw-nummer: NL956425392B01")).row(110, (50, "FACTUUR"), size=16)
    paper.row(130, (50, "Factuurnummer: 4711")).row(144, (50, "Factuurdatum: 3 mei 2024"))
    paper.row(200, (50, "Omschrijving"), (-330, "Aantal"), (-430, "Prijs per stuk"), (-545, "Bedrag"))
    paper.row(220, (50, "Transport Rotterdam - Delft"), (-330, "2"), (-430, "30,00"), (-545, "60,00"))
    paper.row(236, (50, "Kartonnen doos"), (-330, "4"), (-430, "10,00"), (-545, "40,00"))
    paper.row(252, (50, "Transport"), (-545, "100,00"))
    paper.row(290, (-430, "Subtotaal"), (-545, "100,00 €")).row(304, (-430, "BTW 21%"), (-545, "21,00 €"))
    reading = read_one(paper.row(318, (-430, "Totaal"), (-545, "121,00 €")))
    assert [line.line_total.value for line in reading.lines if line.line_total] == ["60.00", "40.00"]
    assert reading.confident, codes(reading)


def letterhead() -> Paper:
    """Seller, title, number and date of an English invoice."""
    paper = Paper()
    paper.row(50, (50, "Northwind Tools Ltd"), size=14).row(68, (50, "VAT No: IE6388047V"))
    paper.row(100, (380, "INVOICE"), size=18).row(120, (380, "Invoice number: INV-9"))
    return paper.row(134, (380, "Invoice date: 3 May 2024"))


def test_captions_of_totals_with_rates_in_them_end_the_table() -> None:
    paper = letterhead()
    paper.row(220, (50, "Description"), (-230, "Quantity"), (-330, "Unit price"), (-420, "VAT"), (-545, "Amount"))
    paper.row(240, (50, "Bolts"), (-230, "10"), (-330, "10.00"), (-420, "23%"), (-545, "100.00"))
    paper.row(262, (50, "Subtotal"), (-330, "VAT 23%"), (-420, "Withheld 10%"), (-545, "Total"))
    paper.row(278, (50, "EUR 100.00"), (-330, "EUR 23.00"), (-420, "EUR -10.00"), (-545, "EUR 113.00"))
    paper.row(294, (50, "Payable within 15 days"))
    reading = read_one(paper)
    assert [line.line_total.value for line in reading.lines if line.line_total] == ["100.00"]
    assert reading.get("gross_total") == "113.00"


def test_a_table_goes_on_after_the_foot_of_its_page_without_its_headings() -> None:
    paper = letterhead()
    paper.row(420, (50, "Description"), (-330, "Quantity"), (-430, "Unit price"), (-545, "Amount"))
    paper.row(440, (50, "Bolts"), (-330, "10"), (-430, "1.00"), (-545, "10.00"))
    paper.row(456, (50, "Carried forward"), (-545, "10.00"))
    paper.row(780, (50, "Northwind Tools Ltd, 4 Harbour Road, Galway")).row(792, (50, "Page 1 of 2"))
    paper.turn().row(60, (50, "Brought forward"), (-545, "10.00"))
    paper.row(80, (50, "Washers"), (-330, "90"), (-430, "1.00"), (-545, "90.00"))
    paper.row(110, (-450, "Subtotal"), (-545, "EUR 100.00")).row(125, (-450, "VAT 23%"), (-545, "EUR 23.00"))
    paper.row(140, (-450, "Total"), (-545, "EUR 123.00"))
    reading = read_one(paper)
    assert [line.line_total.value for line in reading.lines if line.line_total] == ["10.00", "90.00"]
    assert reading.confident, codes(reading)


def test_the_rest_of_a_label_in_the_row_above_names_no_issue_date() -> None:
    paper = heading("FACTURE Numéro de facture A24-5301", date="Nantes, 27.09.2024")
    paper.row(164, (50, "Réf. commande : PO-18917, Livré")).row(175, (50, "le : 25.09.2024"))
    assert read_one(paper).get("issue_date") == "2024-09-27"


def test_captions_of_totals_that_begin_with_a_charge_end_the_table() -> None:
    paper = heading("Facture n° A24-5301")
    paper.pages[0] = [row for row in paper.pages[0] if row[0] < 240]
    paper.row(216, (50, "Port et emballage"), (-330, "Sous-total HT"), (-430, "TVA 20 %"), (-545, "Total TTC"))
    paper.row(232, (50, "45,00"), (-330, "545,00"), (-430, "109,00"), (-545, "654,00"))
    reading = read_one(paper)
    assert [line.line_total.value for line in reading.lines if line.line_total] == ["500.00"]


def test_a_date_with_a_label_of_its_own_is_not_named_by_one_above_it() -> None:
    paper = heading("FACTURE N° de facture A24-5301", date="À régler avant le: 27.10.2024")
    paper.row(96, (50, "Nantes, 27.09.2024"))
    reading = read_one(paper)
    assert (reading.get("issue_date"), reading.get("due_date")) == ("2024-09-27", "2024-10-27")


def test_an_account_may_break_over_two_lines() -> None:
    notes = ["Bank of the Harbour, IBAN: DE02 1203 0000 0000", "2020 51, BIC: BYLADEM1001"]
    assert read_one(invoice(LINES, TOTALS, notes=notes)).get("iban") == "DE02120300000000202051"


def test_numbers_and_dates_may_stand_under_their_headings_in_a_row() -> None:
    paper = Paper().row(40, (50, "Suministros del Atlántico, S.A.")).row(54, (50, "NIF: B13367511"))
    paper.row(80, (50, "Factura"), size=16)
    paper.row(120, (50, "Nº"), (150, "Fecha de factura"), (270, "S/Ref."), (350, "Albarán"))
    paper.row(134, (50, "FAC2025-1618"), (150, "25/09/2024"), (270, "PO-33858"), (350, "877387"))
    paper.row(180, (50, "Concepto"), (-330, "Cantidad"), (-430, "Precio"), (-545, "Importe"))
    paper.row(200, (50, "Aceite hidráulico"), (-330, "5"), (-430, "100,00"), (-545, "500,00"))
    paper.row(240, (-430, "Base imponible"), (-545, "500,00 €")).row(254, (-430, "IVA 21%"), (-545, "105,00 €"))
    reading = read_one(paper.row(268, (-430, "Total"), (-545, "605,00 €")))
    assert (reading.get("invoice_number"), reading.get("issue_date")) == ("FAC2025-1618", "2024-09-25")


def test_captions_of_totals_may_begin_with_a_word_that_is_not_known() -> None:
    paper = heading("Facture n° A24-5301")
    paper.pages[0] = [row for row in paper.pages[0] if row[0] < 240]
    paper.row(216, (50, "Sum d'imposition"), (-330, "20 % TVA"), (-545, "Total TTC"))
    paper.row(232, (50, "EUR 500,00"), (-330, "EUR 100,00"), (-545, "EUR 600,00"))
    paper.row(246, (50, "Merci de votre confiance"))
    reading = read_one(paper)
    assert [line.line_total.value for line in reading.lines if line.line_total] == ["500.00"]


def test_taxes_of_several_rates_may_stand_beside_each_other() -> None:
    paper = heading("Facture n° A24-5301")
    paper.pages[0] = [row for row in paper.pages[0] if row[0] < 200]
    paper.row(200, (50, "Câble souple"), (-330, "5"), (-430, "100,00"), (-545, "500,00"))
    paper.row(216, (50, "Livre"), (-330, "5"), (-430, "20,00"), (-545, "100,00"))
    paper.row(250, (50, "Sous-total HT"), (200, "TVA 20 %"), (300, "TVA 5,5 %"), (-545, "Total TTC"))
    paper.row(264, (50, "600,00 €"), (200, "100,00 €"), (300, "5,50 €"), (-545, "705,50 €"))
    reading = read_one(paper)
    assert (reading.get("tax_total"), reading.get("gross_total")) == ("105.50", "705.50")
    assert reading.confident, codes(reading)


def test_a_heading_at_the_foot_of_a_page_has_its_lines_on_the_next() -> None:
    paper = letterhead()
    paper.row(800, (50, "Description"), (-330, "Quantity"), (-430, "Unit price"), (-545, "Consideration"))
    paper.turn().row(60, (50, "Washers"), (-330, "10"), (-430, "10.00"), (-545, "100.00"))
    paper.row(110, (-450, "Subtotal"), (-545, "EUR 100.00")).row(125, (-450, "VAT 23%"), (-545, "EUR 23.00"))
    reading = read_one(paper.row(140, (-450, "Total"), (-545, "EUR 123.00")))
    assert [line.line_total.value for line in reading.lines if line.line_total] == ["100.00"]
    assert reading.confident, codes(reading)


def test_a_dollar_in_the_headings_is_more_likely_than_the_country_and_still_no_proof() -> None:
    paper = heading("Facture n° A24-5301")
    paper.pages[0] = [
        (y, [(x, text.replace(" €", "").replace("Montant HT", "Montant $")) for x, text in cells], size)
        for y, cells, size in paper.pages[0]
    ]
    reading = read_one(paper)
    assert reading.get("currency") == "USD"
    assert "OF237" in codes(reading)


def test_the_invoice_that_a_credit_note_is_about_does_not_give_it_its_number() -> None:
    lines = [("Steel bolts M8", "-100", "1.00", "-100.00")]
    totals = [("Subtotal", "EUR -100.00"), ("VAT 23%", "EUR -23.00"), ("Total", "EUR -123.00")]
    paper = invoice(lines, totals, title="CREDIT NOTE", number="", date="", notes=["Re: invoice FAC-2024-05466"])
    paper.row(170, (50, "Account no."), (150, "PO number"), (270, "Date"), (370, "Invoice no"))
    paper.row(184, (50, "69772"), (150, "PO-91411"), (270, "17 Nov 2024"), (370, "SI-2411-5972"))
    assert read_one(paper).get("invoice_number") == "SI-2411-5972"
