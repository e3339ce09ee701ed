"""A mail with an e-invoice and its printed page beside it: one invoice, whichever of the two is taken first."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from bots.office import Office
from config.settings import load_settings
from demo.invoices import Specimen, generate
from demo.invoices.hybrid import cross_industry_invoice
from demo.invoices.model import Party
from demo.rig import MAILBOX_USER, Rig, open_rig
from flows.desk import open_office
from flows.processes import perform, process_named
from records import WorkItem, work_items


@pytest.fixture(scope="module")
def specimen() -> Specimen:
    us = load_settings(Path(), None).office
    buyer = Party(us.name, "Rúa do Porto 14", "15403 Ferrol", us.country, us.vat_id)
    return generate("one invoice, twice", case="standard", language="en", buyer=buyer, currency="EUR", order="")


@pytest.fixture
def rig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rig]:
    with open_rig(tmp_path, suppliers={}) as rig:
        for name, value in rig.environment.items():
            monkeypatch.setenv(name, value)
        yield rig


def mail(*attachments: tuple[str, bytes]) -> bytes:
    message = EmailMessage()
    message["From"], message["To"] = "billing@acme.example", "invoices@office.example"
    message["Subject"], message["Message-ID"] = "Your invoice", "<one@acme.example>"
    message.set_content("Please find attached our invoice.")
    for name, data in attachments:
        kind = ("application", "pdf") if name.endswith(".pdf") else ("text", "xml")
        message.add_attachment(data, maintype=kind[0], subtype=kind[1], filename=name)
    return message.as_bytes()


def checked(office: Office) -> list[WorkItem]:
    """Every item after collecting, reading and checking."""
    for step in process_named("invoices").steps[:3]:
        result = perform(office, step)
        assert result.error is None, result.error
    with office.records.read() as tx:
        return work_items.find(tx, "invoices")


@pytest.mark.parametrize("xml_first", [True, False])
def test_the_second_is_a_duplicate_of_the_first(rig: Rig, specimen: Specimen, xml_first: bool) -> None:
    both = [("invoice.xml", cross_industry_invoice(specimen.invoice)), ("invoice.pdf", specimen.pdf)]
    rig.mailbox.deliver(MAILBOX_USER, mail(*(both if xml_first else reversed(both))))
    with open_office(rig.home, flow="test") as office:
        items = checked(office)
    assert sorted(item.state for item in items) == ["duplicate", "review"]  # the seller is in no master: a person
    (duplicate,) = (item for item in items if item.state == "duplicate")
    (first,) = (item for item in items if item.state == "review")
    assert duplicate.reason is not None
    assert (duplicate.reason.code, duplicate.reason.facts["other"]) == ("OF420", first.id)


def test_an_e_invoice_that_contradicts_its_page_is_a_question(rig: Rig, specimen: Specimen) -> None:
    lies = cross_industry_invoice(specimen.invoice).replace(
        f"{specimen.invoice.gross:.2f}".encode(), f"{specimen.invoice.gross + 100:.2f}".encode()
    )
    rig.mailbox.deliver(MAILBOX_USER, mail(("invoice.pdf", specimen.pdf), ("invoice.xml", lies)))
    with open_office(rig.home, flow="test") as office:
        items = checked(office)
        assert [item.state for item in items] == ["review", "review"]
        codes = {reason["code"] for item in items for reason in item.payload["verdict"]["reasons"]}
    assert "OF406" in codes
