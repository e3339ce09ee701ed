"""A layout that is misread, corrected twice by a person, is read right the third time; the log tells when and why."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bots.checker.stage import check_read
from bots.office import Office
from bots.reader.learning import learn_from
from bots.reader.stage import read_received
from bots.reviewer import decide
from config.settings import load_settings
from demo.rig import copy_config
from records import Actor, DocumentRef, Records, Session, WorkItem, documents, work_items
from tests.reader.paper import invoice

SUPPLIERS = """
suppliers:
  - {id: northwind, name: "Northwind Supplies Ltd", vat_id: IE6388047V, legacy_code: P1}
"""
LINES = [("Steel bolts M8", "100", "0.50", "50.00"), ("Cutting disc", "5", "10.00", "50.00")]
TOTALS = [("Subtotal", "EUR 100.00"), ("VAT 23%", "EUR 23.00"), ("Total", "EUR 123.00")]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    config = copy_config(tmp_path / "config", suppliers=SUPPLIERS, purchase_orders="purchase_orders: []\n")
    settings = load_settings(tmp_path / "home", config)
    records = Records.open(settings.database_url, home=settings.home, session=Session(Actor("bot", "reader")))
    with Office(settings, records, "test:1", now=lambda: datetime(2026, 11, 20, tzinfo=UTC)) as office:
        yield office


def arrive(office: Office, number: str) -> WorkItem:
    """An invoice whose number stands beside a word that no language file knows, read and checked."""
    data = invoice(LINES, TOTALS, number=f"Vorgang: {number}").pdf()
    sha256 = office.records.archive.put(data)
    with office.records.begin() as tx:
        documents.add(tx, sha256, media_type="application/pdf", size=len(data), name="i.pdf", source="test", place={})
        item = work_items.create(tx, process="invoices", payload={}, documents=[DocumentRef(sha256, "source")])
    read_received(office)
    check_read(office)
    with office.records.read() as tx:
        return work_items.get(tx, item.id)


def number_read(item: WorkItem) -> str | None:
    found = item.payload["reading"]["fields"].get("invoice_number")
    return found["value"] if found else None


def profile(office: Office) -> WorkItem:
    with office.records.read() as tx:
        (found,) = work_items.find(tx, "profiles")
    return found


def test_corrected_twice_then_read_right_and_still_asked(office: Office) -> None:
    for number, state in (("X-100", "candidate"), ("X-101", "counts")):
        item = arrive(office, number)
        assert (number_read(item), item.state) != (number, "ready")
        decide(office, item.id, "correct", person="ana", changes={"invoice_number": number})
        assert profile(office).state == state
    third = arrive(office, "X-102")
    assert number_read(third) == "X-102"
    assert third.state == "review", "a profile finds the value; it does not prove it"


def test_the_log_tells_when_a_profile_began_to_count(office: Office) -> None:
    for number in ("X-100", "X-101"):
        decide(office, arrive(office, number).id, "correct", person="ana", changes={"invoice_number": number})
    logged = [json.loads(data) for _, data in office.records.log.events()]
    events = [event for event in logged if event["action"].startswith("profile.")]
    assert [event["action"] for event in events] == ["profile.proposed", "profile.counts"]
    assert events[-1]["after"]["hints"] == ["invoice_number beside vorgang"]


def test_a_correction_of_an_amount_teaches_no_place(office: Office) -> None:
    item = arrive(office, "X-100")
    assert learn_from(office, item, ["gross_total"]) is None
