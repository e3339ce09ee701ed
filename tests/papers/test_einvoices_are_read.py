from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest

from bots.reader import reading
from config.errors import DocumentRefused
from connectors.einvoice import open_envelope, read_einvoice
from connectors.einvoice.xml import MAX_BYTES, amount, date, number
from tests.papers import samples


@pytest.mark.parametrize("data", [samples.cii(), samples.ubl()], ids=["cii", "ubl"])
def test_both_syntaxes_of_en_16931_say_the_same(data: bytes) -> None:
    (found,) = read_einvoice(data)
    assert dict(found.fields) == dict(samples.FIELDS)
    assert found.type == "invoice"
    first, second = found.lines
    assert (first.description, first.quantity, first.unit, first.unit_price) == ("Bohrmaschine", "2", "C62", "450.00")
    assert (first.tax_rate, first.line_total, second.line_total) == ("19", "900.00", "120.00")
    assert [(tax.base, tax.rate, tax.amount) for tax in found.taxes] == [
        ("900.00", "19", "171.00"),
        ("120.00", "7", "8.40"),
    ]


def test_profiles_and_types_are_told() -> None:
    assert read_einvoice(samples.cii())[0].profile == "en16931"
    assert read_einvoice(samples.cii("381"))[0].type == "credit note"
    assert read_einvoice(samples.ubl())[0].profile == "peppol"
    assert read_einvoice(samples.ubl("credit_note"))[0].type == "credit note"
    assert read_einvoice(samples.ubl("credit_note"))[0].fields["due_date"] == "2024-02-14"


def test_zugferd_1_has_other_words_and_lines_of_mere_text() -> None:
    (found,) = read_einvoice(samples.zugferd1())
    assert (found.profile, found.fields["gross_total"], found.fields["issue_date"]) == (
        "en16931",
        "119.00",
        "2013-03-05",
    )
    assert [line.line_total for line in found.lines] == ["100.00"]


def test_facturae_with_withheld_income_tax() -> None:
    (found,) = read_einvoice(samples.facturae())
    fields = found.fields
    assert (fields["invoice_number"], found.others["invoice_number"][0]) == ("A24-27", "27")
    assert (fields["net_total"], fields["tax_total"], fields["withheld_total"], fields["gross_total"]) == (
        "1000.00", "210.00", "150.00", "1060.00",
    )  # fmt: skip
    assert (fields["seller_name"], fields["buyer_name"]) == ("Ana Pérez Gil", "Editorial Ejemplo SL")
    assert (fields["due_date"], fields["iban"], found.profile) == ("2024-04-04", "ES9121000418450200051332", "3.2.2")
    assert found.lines[0].line_total == "1000.00"


def test_a_facturae_batch_holds_several() -> None:
    assert len(read_einvoice(samples.facturae(3))) == 3


def test_only_names_of_the_contract_are_used() -> None:
    for data in (samples.cii(), samples.ubl(), samples.facturae(), samples.zugferd1()):
        assert set(read_einvoice(data)[0].fields) <= set(reading.FIELDS)


def test_envelopes_are_opened_in_every_wrapping() -> None:
    inner = samples.signed(samples.cii())
    pem = b"-----BEGIN PKCS7-----\n" + base64.encodebytes(inner) + b"-----END PKCS7-----\n"
    for wrapped in (inner, base64.encodebytes(inner), pem, samples.signed(samples.signed(inner))):
        assert read_einvoice(wrapped)[0].fields["invoice_number"] == "R-2024-117"


def test_what_is_no_envelope_comes_back_as_it_is() -> None:
    assert open_envelope(b"%PDF-1.4 something") == b"%PDF-1.4 something"


def test_bad_envelopes_are_refused() -> None:
    deep = samples.cii()
    for _ in range(7):
        deep = samples.signed(deep)
    whole = samples.signed(samples.cii())
    for code, data in (("OF218", deep), ("OF214", whole[: len(whole) // 2]), ("OF214", samples.signed(b""))):
        with pytest.raises(DocumentRefused) as refused:
            read_einvoice(data)
        assert refused.value.code == code


@pytest.mark.parametrize(
    ("code", "data"),
    [
        ("OF200", b"  \n"),
        ("OF211", b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><Invoice>&e;</Invoice>'),
        ("OF211", '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x><Invoice/>'.encode("utf-16")),
        ("OF211", b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE x+AD4-<Invoice/>'),
        ("OF212", b"<Invoice>"),
        ("OF212", b"<a>" * 5000 + b"</a>" * 5000),
        ("OF212", b"<a>" + b" " * MAX_BYTES + b"</a>"),
        ("OF213", b"<html><body/></html>"),
        ("OF213", b"<Invoice/>"),
    ],
    ids=["empty", "entity", "utf16-doctype", "utf7-doctype", "open", "deep", "large", "other-root", "other-invoice"],
)
def test_xml_that_is_no_invoice_or_an_attack_is_refused(code: str, data: bytes) -> None:
    with pytest.raises(DocumentRefused) as refused:
        read_einvoice(data)
    assert refused.value.code in {code, "OF212"} if b"UTF-7" in data else refused.value.code == code


def test_numbers_and_dates_become_canonical() -> None:
    assert [amount(text, "EUR") for text in ("1020", "0.1", "-5.125", "1e3", "NaN", "", None)] == [
        "1020.00", "0.10", "-5.125", "1000.00", None, None, None,
    ]  # fmt: skip
    assert (amount("100.0", "JPY"), number("2.0000"), number("-0.0"), number("9" * 50)) == ("100", "2", "0", None)
    assert (date("2024-01-31+01:00"), date("20240131"), date("2023-02-29"), date("soon")) == (
        "2024-01-31", "2024-01-31", None, None,
    )  # fmt: skip


@pytest.mark.data
def test_published_xml_attacks_do_nothing() -> None:
    folder = Path(os.environ.get("OFICIO_DATA", "../shared/data")) / "audit" / "xml-attacks"
    if not folder.is_dir():
        pytest.skip("OFICIO_DATA has no audit/xml-attacks")
    for path in sorted(folder.glob("*.xml")):
        with pytest.raises(DocumentRefused):
            read_einvoice(path.read_bytes(), path.name)
