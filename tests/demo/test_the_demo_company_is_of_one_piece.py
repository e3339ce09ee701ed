"""The demo company: its cast is the one in config/, its bytes never change, its bank adds up."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import openpyxl
import pytest
import stdnum
from lxml import etree

from config.settings import Settings, load_settings
from demo.cast import OFFICE, SUPPLIERS
from demo.company import Company, build
from demo.scenario import DOCUMENTS, MAILS, PAYMENTS


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    return build(tmp_path_factory.mktemp("company"))


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return load_settings(tmp_path_factory.mktemp("home"))


def test_the_cast_is_the_one_in_config(settings: Settings) -> None:
    assert (settings.office.name, settings.office.vat_id, settings.office.ibans) == (
        OFFICE.name,
        OFFICE.vat_id,
        (OFFICE.iban,),
    )
    for key, supplier in settings.suppliers.items():
        party = SUPPLIERS[key].party
        assert (supplier.name, supplier.vat_id, supplier.ibans) == (party.name, party.vat_id, (party.iban,))
        assert supplier.legacy_code == SUPPLIERS[key].legacy_code
        validator = stdnum.get_cc_module(party.country.lower(), "vat")
        assert validator is not None
        assert validator.is_valid(party.vat_id.removeprefix("ES"))
    assert set(SUPPLIERS) - set(settings.suppliers) == {"ferreteria-puente-nuevo"}


def test_every_document_is_expected_at_least_once(company: Company) -> None:
    assert {one.key for one in company.expectation if one.sha256} == set(DOCUMENTS)
    for one in company.expectation:
        assert (one.legacy is not None) is (one.outcome == "entered"), one.key
        assert bool(one.codes) is (one.outcome != "entered"), one.key


def test_orders_cover_the_good_documents_that_quote_them(company: Company, settings: Settings) -> None:
    for one in company.expectation:
        planned = DOCUMENTS.get(one.key)
        if planned is None or not planned.order or one.legacy is None:
            continue
        order = settings.purchase_orders[planned.order]
        assert order.supplier == planned.supplier
        assert order.currency == planned.currency
        assert Decimal(one.legacy["net"]) <= order.net_total


def test_a_second_build_gives_the_same_bytes_and_delivers_no_mail_again(company: Company) -> None:
    before = fingerprints(company.home)
    again = build(company.home)
    assert fingerprints(company.home) == before
    assert again.expectation == company.expectation


def fingerprints(home: Path) -> dict[str, str]:
    files = sorted(path for path in home.rglob("*") if path.is_file())
    return {str(path.relative_to(home)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_mails_carry_the_documents_that_are_expected(company: Company) -> None:
    mails = [message_from_bytes(path.read_bytes(), policy=default) for path in company.mail_root.rglob("*.demo")]
    assert len(mails) == len(MAILS)
    found = {
        (mail["Message-ID"], part.get_filename(), hashlib.sha256(part.get_content()).hexdigest())
        for mail in mails
        for part in mail.iter_attachments()
    }
    expected = {
        (one.source, one.name, one.sha256) for one in company.expectation if one.channel == "mail" and one.sha256
    }
    assert found == expected


def test_statement_and_movements_add_up_and_settle_what_is_expected(company: Company) -> None:
    statement, movements = company.bank_files
    root = etree.fromstring(statement.read_bytes())
    opening, closing = (Decimal(str(node.findtext("{*}Amt"))) for node in root.iter("{*}Bal"))
    entries = [signed(node) for node in root.iter("{*}Ntry")]
    assert opening + sum(entries) == closing
    sheet = openpyxl.load_workbook(movements).active
    assert sheet is not None
    rows = [row for row in sheet.iter_rows(min_row=4, values_only=True) if row[0]]
    amounts = [Decimal(f"{row[5]:.2f}") for row in rows]
    assert Decimal(f"{rows[-1][6]:.2f}") == closing + sum(amounts)
    paid = [one for one in company.expectation if one.paid and one.legacy is not None]
    fees = sum(payment.fee for payment in PAYMENTS)
    settled = sum(Decimal(one.legacy["gross"]) for one in paid if one.legacy is not None)
    others = Decimal("-1450") + 2 * Decimal("-11840.62") + Decimal("9317") - 18
    assert sum(entries) + sum(amounts) - others == -(settled + fees)


def signed(entry: etree._Element) -> Decimal:
    amount = Decimal(str(entry.findtext("{*}Amt")))
    return -amount if entry.findtext("{*}CdtDbtInd") == "DBIT" else amount
