"""Whose tax id and whose name: by headings, blocks, the page's foot and who we are."""

from __future__ import annotations

import pytest

from bots.reader.page import OwnIdentity
from tests.reader.paper import Paper, invoice, read_one

LINES = [("Steel bolts M8", "100", "0.50", "50.00"), ("Cutting disc", "5", "10.00", "50.00")]
TOTALS = [("Subtotal", "EUR 100.00"), ("VAT 23%", "EUR 23.00"), ("Total", "EUR 123.00")]


def letter(*, foot: bool) -> Paper:
    """A German letter: the buyer's id in the address window is the first id on the page."""
    paper = Paper()
    paper.row(90, (50, "Kunde AG")).row(102, (50, "Hauptstr. 1")).row(114, (50, "10115 Berlin"))
    paper.row(126, (50, "USt-IdNr.: DE136695976"))
    paper.row(170, (50, "Rechnung Nr. 4711"), size=14).row(190, (50, "Rechnungsdatum: 03.05.2024"))
    paper.row(220, (50, "Beschreibung"), (-330, "Menge"), (-430, "Einzelpreis"), (-545, "Betrag"))
    paper.row(240, (50, "Beratung"), (-330, "10"), (-430, "100,00"), (-545, "1.000,00"))
    paper.row(280, (-450, "Nettobetrag"), (-545, "1.000,00 €"))
    paper.row(295, (-450, "zzgl. 19 % MwSt."), (-545, "190,00 €"))
    paper.row(310, (-450, "Gesamtbetrag"), (-545, "1.190,00 €"))
    if foot:
        paper.row(790, (50, "Lieferant GmbH · Nebenstr. 2 · 80331 München"))
        paper.row(802, (50, "USt-IdNr.: DE811907980 · IBAN DE02120300000000202051"))
    return paper


def test_the_id_in_the_foot_is_the_sellers() -> None:
    reading = read_one(letter(foot=True))
    assert reading.get("seller_vat_id") == "DE811907980"
    assert reading.get("iban") == "DE02120300000000202051"
    assert reading.get("seller_name") == "Lieferant GmbH"


def test_our_own_id_is_never_the_sellers() -> None:
    own = OwnIdentity(names=("Kunde AG",), vat_ids=("DE136695976",))
    reading = read_one(letter(foot=False), own)
    assert reading.get("seller_vat_id") is None or reading.get("seller_vat_id") != "DE136695976"
    assert not reading.confident


def test_names_under_their_headings() -> None:
    reading = read_one(invoice(LINES, TOTALS))
    assert reading.get("buyer_name") == "Acme GmbH"
    assert reading.get("seller_name") == "Northwind Tools Ltd"


def test_a_wrong_check_digit_beside_a_right_account_is_doubted() -> None:
    paper = invoice(LINES, TOTALS, notes=["IBAN: DE02 1203 0000 0000 2020 51"])
    wrong = [
        (y, [(x, text.replace("6388047V", "6388048V")) for x, text in cells], size) for y, cells, size in paper.pages[0]
    ]
    paper.pages[0] = [(y, tuple(cells), size) for y, cells, size in wrong]
    reading = read_one(paper)
    assert reading.get("seller_vat_id") == "IE6388048V"
    assert "OF243" in {doubt.code for doubt in reading.doubts}


def test_a_tax_that_is_named_and_left_out_is_doubted() -> None:
    totals = [("Subtotal", "EUR 100.00"), ("VAT 23%", "EUR 23.00"), ("Total", "EUR 223.00")]
    reading = read_one(invoice(LINES, totals))
    assert not reading.confident


def under(y: float, size: float, *, heading: bool) -> Paper:
    """The letter with the sender's name at this height, and no id of his."""
    paper = letter(foot=False)
    paper.row(y, (50, "Lieferant GmbH · Nebenstr. 2 · 80331 München"), size=size)
    return paper.row(78, (50, "Rechnung an:")) if heading else paper


@pytest.mark.parametrize("place", [(40, 14), (84, 5)])  # a letterhead; the small line over the address in the window
@pytest.mark.parametrize("heading", [True, False])
def test_the_only_id_of_the_page_is_not_the_sellers_when_it_ends_the_buyers_block(
    place: tuple[float, float], heading: bool
) -> None:
    reading = read_one(under(*place, heading=heading))
    assert not reading.confident
    assert {"OF238", "OF239"} & {doubt.code for doubt in reading.doubts}


def test_the_second_firm_with_an_id_of_its_own_is_the_buyer() -> None:
    paper = Paper()
    paper.row(40, (50, "Lieferant GmbH"), size=14).row(56, (50, "Nebenstr. 2 · 80331 München"))
    paper.row(80, (50, "Absender")).row(92, (50, "Lieferant GmbH")).row(104, (50, "Nebenstr. 2"))
    paper.row(116, (50, "80331 München"))
    paper.row(133, (50, "Kunde AG")).row(145, (50, "Hauptstr. 1")).row(157, (50, "10115 Berlin"))
    paper.row(169, (50, "USt-IdNr.: DE136695976"))
    paper.row(200, (50, "Rechnung Nr. 4711"), size=14).row(215, (50, "Rechnungsdatum: 03.05.2024"))
    paper.row(240, (50, "Beschreibung"), (-330, "Menge"), (-430, "Einzelpreis"), (-545, "Betrag"))
    paper.row(260, (50, "Beratung"), (-330, "10"), (-430, "100,00"), (-545, "1.000,00"))
    paper.row(290, (-450, "Nettobetrag"), (-545, "1.000,00 €")).row(305, (-450, "19 % MwSt."), (-545, "190,00 €"))
    paper.row(320, (-450, "Gesamtbetrag"), (-545, "1.190,00 €"))
    paper.row(790, (50, "Lieferant GmbH · USt-IdNr.: DE811907980 · IBAN DE02120300000000202051"))
    reading = read_one(paper)
    assert (reading.get("seller_name"), reading.get("seller_vat_id")) == ("Lieferant GmbH", "DE811907980")
    assert (reading.get("buyer_name"), reading.get("buyer_vat_id")) == ("Kunde AG", "DE136695976")
    assert reading.confident
