"""An invoice that came as several PDFs of one mail is one work item, when only together they prove themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pypdfium2 as pdfium
import pytest

from bots.office import Office
from bots.reader.joining import File, join, paper_of
from bots.reader.stage import read_received
from config.settings import load_settings
from connectors.pdf import concatenated
from demo.rig import copy_config
from records import Actor, DocumentRef, Records, Session, WorkItem, documents, work_items
from tests.reader.paper import Paper, invoice

LINES = [("Steel bolts M8", "100", "0.50", "50.00"), ("Cutting disc", "5", "10.00", "50.00")]
TOTALS = [("Subtotal", "EUR 100.00"), ("VAT 23%", "EUR 23.00"), ("Total", "EUR 123.00")]


def halves() -> list[File]:
    """An invoice whose totals came as a file of their own, the later one first."""
    paper = invoice(LINES, [])
    paper.turn()
    for y, (label, amount) in zip((60.0, 75.0, 90.0), TOTALS, strict=True):
        paper.row(y, (-450, label), (-545, amount))
    first, second = (Paper([page]).pdf() for page in paper.pages)
    return [File("b", "page10.pdf", second), File("a", "page2.pdf", first)]


def test_halves_are_joined_in_the_order_of_their_names() -> None:
    joined = join(halves())
    assert joined is not None
    assert joined.parts == ("a", "b")
    assert joined.reading.confident
    assert joined.reading.fields["gross_total"].page == 2
    assert "page2.pdf + page10.pdf" in joined.reading.proofs["joined"].says
    assert len(pdfium.PdfDocument(joined.data)) == 2


def test_two_invoices_are_never_taken_for_one() -> None:
    first = invoice(LINES, [], number="Invoice number: A-1").pdf()
    second = Paper([invoice([], TOTALS, number="Invoice number: A-2").pages[0]]).pdf()
    assert join([File("a", "1.pdf", first), File("b", "2.pdf", second)]) is None


def test_an_invoice_that_proves_itself_needs_no_other_file() -> None:
    terms = Paper().row(60, (50, "General terms and conditions")).row(80, (50, "1. Goods stay ours until paid.")).pdf()
    assert join([File("a", "invoice.pdf", invoice(LINES, TOTALS).pdf()), File("b", "terms.pdf", terms)]) is None


def test_the_same_parts_make_the_same_bytes() -> None:
    parts = [file.data for file in halves()]
    assert concatenated(parts) == concatenated(parts)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    config = copy_config(tmp_path / "config", purchase_orders="purchase_orders: []\n")
    settings = load_settings(tmp_path / "home", config)
    records = Records.open(settings.database_url, home=settings.home, session=Session(Actor("bot", "reader")))
    with Office(settings, records, "test:1") as office:
        yield office


def arrive(office: Office, files: Sequence[File]) -> list[str]:
    """Files of one mail, each a work item as intake makes them."""
    mail = office.records.archive.put(b"the mail")
    made = []
    with office.records.begin() as tx:
        documents.add(tx, mail, media_type="message/rfc822", size=8, name="m.eml", source="mail", place={})
        for file in files:
            sha256 = office.records.archive.put(file.data)
            documents.add(
                tx, sha256, media_type="application/pdf", size=len(file.data), name=file.name, source="mail", place={}
            )
            refs = [DocumentRef(sha256, "source"), DocumentRef(mail, "mail")]
            payload = {"facts": {"file": file.name}}
            made.append(work_items.create(tx, process="invoices", payload=payload, documents=refs).id)
    return made


def items(office: Office, ids: Sequence[str]) -> list[WorkItem]:
    with office.records.read() as tx:
        return [work_items.get(tx, found) for found in ids]


@pytest.mark.parametrize("at_a_time", [2, 1], ids=["together", "one after the other"])
def test_the_parts_of_a_mail_become_one_item(office: Office, at_a_time: int) -> None:
    ids = arrive(office, halves())
    for _ in range(3 - at_a_time):
        read_received(office, limit=at_a_time)
    second, first = items(office, ids)
    assert (first.state, second.state) == ("read", "duplicate")
    assert first.payload["reading"]["doubts"] == []
    assert second.reason is not None
    assert (second.reason.code, second.reason.facts["first"]) == ("OF247", first.id)
    paper = paper_of(first)
    assert paper is not None
    assert len(pdfium.PdfDocument(office.records.archive.get(paper))) == 2
