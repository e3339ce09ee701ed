from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from benchmarks.contradictions import made, measure
from bots.reader.compare import differences
from bots.reader.compare_lines import line_holds
from bots.reader.merge import merge
from bots.reader.page import OwnIdentity, Page
from bots.reader.printed import PrintedText
from bots.reader.reading import Reading, Value
from bots.reader.safely import read
from bots.reader.sources import find_sources
from config.errors import Reason
from connectors.einvoice import EInvoice, EInvoiceLine, read_einvoice
from connectors.words import Word
from tests.papers import samples

AMOUNTS = {"net_total", "tax_total", "gross_total", "amount_due"}


@pytest.fixture(scope="module")
def pages() -> tuple[Page, ...]:
    return find_sources(samples.printed_pdf()).pages


@pytest.fixture(scope="module")
def xml() -> EInvoice:
    return read_einvoice(samples.cii())[0]


def changed(name: str, text: str) -> str:
    """Another value of the same kind."""
    if name in AMOUNTS or re.fullmatch(r"\d+(\.\d+)?", text):
        return f"{Decimal(text) + Decimal('3.17'):f}"
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return (date.fromisoformat(text) + timedelta(days=5)).isoformat()
    if name == "currency":
        return "USD"
    digits = [match.start() for match in re.finditer(r"\d", text)]
    if digits:
        at = digits[-1]
        return text[:at] + str((int(text[at]) + 1) % 10) + text[at + 1 :]
    return text.replace("e", "o", 1)


def test_the_untouched_invoice_raises_no_alarm(xml: EInvoice, pages: tuple[Page, ...]) -> None:
    assert differences(xml, None, PrintedText.of(pages)) == []
    assert merge(xml, None, PrintedText.of(pages)).doubts == ()


@pytest.mark.parametrize("name", sorted(samples.FIELDS))
def test_each_changed_field_is_named(name: str, xml: EInvoice, pages: tuple[Page, ...]) -> None:
    other = changed(name, xml.fields[name])
    touched = replace(xml, fields={**xml.fields, name: other})
    assert (name, other) in [(found.field, found.xml) for found in differences(touched, None, PrintedText.of(pages))]


@pytest.mark.parametrize("name", ["description", "unit_price", "line_total"])
def test_each_changed_value_of_a_line_is_named(name: str, xml: EInvoice, pages: tuple[Page, ...]) -> None:
    other = changed(name, getattr(xml.lines[0], name))
    touched = replace(xml, lines=(replace(xml.lines[0], **{name: other}), *xml.lines[1:]))
    assert f"line 1 {name}" in [found.field for found in differences(touched, None, PrintedText.of(pages))]


@pytest.mark.parametrize("name", ["base", "amount"])
def test_each_changed_value_of_a_tax_row_is_named(name: str, xml: EInvoice, pages: tuple[Page, ...]) -> None:
    other = changed(name, getattr(xml.taxes[1], name))
    touched = replace(xml, taxes=(xml.taxes[0], replace(xml.taxes[1], **{name: other})))
    assert f"tax 2 {name}" in [found.field for found in differences(touched, None, PrintedText.of(pages))]


def test_a_changed_quantity_contradicts_price_and_total(xml: EInvoice, pages: tuple[Page, ...]) -> None:
    touched = replace(xml, lines=(replace(xml.lines[0], quantity="4"), *xml.lines[1:]))
    says = [
        doubt.facts["says"] for doubt in merge(touched, None, PrintedText.of(pages)).doubts if doubt.code == "OF210"
    ]
    assert says == ["line 1: 4 x 450.00 against 900.00"]


def test_a_credit_note_that_looks_like_an_invoice_is_named(xml: EInvoice, pages: tuple[Page, ...]) -> None:
    (reading,) = read(samples.printed_pdf())
    assert reading.type == "invoice"
    touched = replace(xml, type="credit note")
    assert "type" in [found.field for found in differences(touched, reading, PrintedText.of(pages))]


def test_a_hybrid_that_agrees_is_confident_and_shows_its_places() -> None:
    (reading,) = read(samples.with_attachment(samples.printed_pdf(), "factur-x.xml", samples.cii()))
    assert reading.confident, [doubt.text() for doubt in reading.doubts]
    gross = reading.fields["gross_total"]
    assert (gross.value, gross.source, gross.page) == ("1199.40", "xml", 1)
    assert gross.box is not None
    assert {"xml and page agree", "net and tax make gross"} <= set(gross.proofs)


def test_a_hybrid_that_contradicts_its_page_goes_to_a_person() -> None:
    touched = samples.cii().replace(b"DE02 1203 0000 0000 2020 51", b"DE89 3704 0044 0532 0130 00")
    (reading,) = read(samples.with_attachment(samples.printed_pdf(), "factur-x.xml", touched))
    (doubt,) = reading.doubts
    assert (doubt.code, doubt.facts["field"], doubt.facts["xml"]) == ("OF215", "iban", "DE89370400440532013000")


def test_a_damaged_xml_under_an_e_invoices_name_is_told() -> None:
    (reading,) = read(samples.with_attachment(samples.printed_pdf(), "factur-x.xml", b"<rsm:Cross"))
    assert "OF212" in [doubt.code for doubt in reading.doubts]


def test_xml_alone_is_proven_by_its_sums() -> None:
    for data in (samples.cii(), samples.ubl(), samples.facturae()):
        (reading,) = read(data)
        assert reading.confident, [doubt.text() for doubt in reading.doubts]
    (broken,) = read(samples.cii().replace(b"1199.40</ram:GrandTotal", b"1299.40</ram:GrandTotal"))
    assert {doubt.code for doubt in broken.doubts} == {"OF210"}


def test_a_price_may_be_rounded_in_its_last_place() -> None:
    assert line_holds(EInvoiceLine(quantity="50", unit_price="4.10", line_total="204.75")) is True
    assert line_holds(EInvoiceLine(quantity="50", unit_price="4.10", line_total="209.75")) is False
    assert line_holds(EInvoiceLine(quantity="50", unit_price="4.10")) is None


def test_our_own_invoice_goes_to_a_person() -> None:
    us = OwnIdentity(names=("Talleres Ejemplo GmbH",), vat_ids=("DE 136695976",))
    (reading,) = read(samples.cii(), own=us)
    assert [doubt.facts["says"] for doubt in reading.doubts] == ["seller Talleres Ejemplo GmbH"]


def test_what_the_xml_leaves_out_comes_from_a_page_that_proves_itself(xml: EInvoice, pages: tuple[Page, ...]) -> None:
    (page_reading,) = read(samples.printed_pdf())
    short = replace(xml, lines=(), fields={name: text for name, text in xml.fields.items() if name != "iban"})
    proven = merge(short, replace(page_reading, doubts=()), PrintedText.of(pages))
    assert (proven.fields["iban"].source, len(proven.lines)) == ("text", 2)
    doubted = merge(short, replace(page_reading, doubts=(Reason("OF230"),)), PrintedText.of(pages))
    assert "iban" not in doubted.fields


def test_a_buyers_id_that_the_page_leaves_out_is_believed_only_when_it_is_ours_or_can_be_one(xml: EInvoice) -> None:
    seller = xml.fields["seller_vat_id"]
    page = Page(
        1, 595, 842, [Word(text, 50, 50 + at * 12, 120, 60 + at * 12, 1, 10) for at, text in enumerate([seller])]
    )
    printed = PrintedText.of([page])

    def named(value: str, own: OwnIdentity | None = None) -> bool:
        touched = replace(xml, fields={"buyer_vat_id": value, "seller_vat_id": seller}, lines=(), taxes=())
        return "buyer_vat_id" in [found.field for found in differences(touched, None, printed, own)]

    assert not named("ESB58378431")
    assert named("ESB58378432"), "its check digit is wrong"
    us = OwnIdentity(vat_ids=("ESB58378431",))
    assert not named("ESB58378431", us)
    assert named("ESA28123453", us), "somebody else's"


@pytest.mark.parametrize("seed", [*range(4), 9, 11, 14, 54, 1127])
def test_each_value_changed_in_a_generated_hybrid_is_found(seed: int) -> None:
    """The short form of `benchmarks.contradictions`."""
    score = measure(made(range(seed, seed + 1)))
    assert score.documents == 1
    assert (score.differ, score.broken) == (0, 0), score.told
    assert score.found.total() == score.changed.total(), score.told


def test_a_description_that_goes_on_under_itself_is_shown_and_another_cells_figure_is_not_its_own() -> None:
    cells = [("Folders", 50, 10), ("12", 300, 10), ("A4", 50, 22), ("pieces", 300, 22)]
    words = [Word(text, x, y, x + 8 * len(text), y + 10, 1, 10) for text, x, y in cells]
    printed = PrintedText.of([Page(1, 595, 842, words)])
    assert printed.wording.shows("Folders A4")
    assert not printed.wording.shows("A4 12")


def shown_with(*more: tuple[float, float, str]) -> PrintedText:
    return PrintedText.of(find_sources(samples.printed_pdf((*samples.PRINTED, *more))).pages)


def named(xml: EInvoice, printed: PrintedText, reading: Reading | None = None, **fields: str) -> set[str]:
    touched = replace(xml, fields={**xml.fields, **fields})
    return {found.field for found in differences(touched, reading, printed)}


def test_terms_that_quote_the_page_quote_all_of_it(xml: EInvoice) -> None:
    printed = shown_with((60, 540, "Zahlbar innerhalb 14 Tagen mit 2,0% Skonto, sonst 30 Tage netto."))
    assert named(xml, printed, payment_terms="Zahlbar innerhalb 14 Tagen mit 2,0% Skonto") == set()
    assert named(xml, printed, payment_terms="Payment: 2,0% off, otherwise 30 days") == set()
    for other in (
        "Zahlbar innerhalb 14 Tagen mit 2,0% Skontox",
        "Zahlbar innerhalb 30 Tagen mit 2,0% Skonto",
        "Zahlbar innerhalb 14 Tagen mit 2,1% Skonto",
    ):
        assert named(xml, printed, payment_terms=other) == {"payment_terms"}


def test_what_the_page_gives_to_the_other_party_is_not_this_partys(xml: EInvoice, pages: tuple[Page, ...]) -> None:
    fields = {name: Value(xml.fields[name]) for name in ("seller_name", "buyer_name", "seller_vat_id", "buyer_vat_id")}
    reading = Reading(fields=fields)
    for what in ("name", "vat_id"):
        other = {f"seller_{what}": xml.fields[f"buyer_{what}"]}
        assert named(xml, PrintedText.of(pages), reading, **other) == {f"seller_{what}"}


def test_a_pro_forma_page_is_not_the_invoice_of_its_xml(xml: EInvoice, pages: tuple[Page, ...]) -> None:
    printed = PrintedText.of(pages)
    assert "type" in named(xml, printed, Reading(type="pro forma"))
    assert "type" in named(replace(xml, type="credit note"), printed, Reading(type="reminder"))
    assert "type" not in named(xml, printed, Reading(type="not an invoice"))


def test_eight_characters_of_a_bic_are_those_of_its_head_office(xml: EInvoice) -> None:
    printed = shown_with((60, 540, "BIC: COBADEFFXXX"))
    assert named(xml, printed, bic="COBADEFF") == named(xml, printed, bic="COBADEFFXXX") == set()
    assert named(xml, printed, bic="COBADEFX") == {"bic"}
