"""The reader's stage: take received documents, read each in a child process with limits, and keep what was read."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from typing import Any

from bots.invoice import Invoice
from bots.office import Office, StageReport
from bots.reader.ids import compact
from bots.reader.learning import SELLER_TAG, recalled
from bots.reader.page import OwnIdentity
from bots.reader.reading import Reading
from bots.reader.safely import read_safely
from bots.stages import each_claimed
from config import crashpoints
from config.errors import DocumentRefused
from config.money import round_money, to_minor
from records import Transaction, WorkItem, work_items

__all__ = ["read_received"]

PROCESS = "invoices"
WORKERS = 2
CHUNK = 20
"""Documents a claim: a chunk of scans is read well within a lease."""


def read_received(office: Office, *, limit: int | None = None) -> StageReport:
    """Read all documents in state `received`, several at a time; what cannot be read goes to a person."""
    report = StageReport("read")
    own = _own(office)
    reading: dict[str, Future[list[Reading]]] = {}
    with ThreadPoolExecutor(WORKERS) as threads:

        def begin(items: Sequence[WorkItem]) -> None:
            for item in items:
                reading[item.id] = threads.submit(_read, office, item, own)

        def work(item: WorkItem) -> str:
            readings = reading.pop(item.id).result()
            crashpoints.reach("reader.read")
            with office.records.begin() as tx:
                _keep(tx, item, readings)
            crashpoints.reach("reader.committed")
            return "read"

        each_claimed(office, report, PROCESS, ("received",), work, limit=limit, chunk=CHUNK, ahead=begin)
    return report


def _own(office: Office) -> OwnIdentity:
    us = office.settings.office
    return OwnIdentity(names=(us.name, *us.aliases), vat_ids=(us.vat_id,), ibans=us.ibans)


def _read(office: Office, item: WorkItem, own: OwnIdentity) -> list[Reading]:
    source = next(document.sha256 for document in item.documents if document.role == "source")
    name = str(item.payload.get("facts", {}).get("file") or source[:12])
    readings = read_safely(office.records.archive.get(source), name, own)
    if not readings:
        raise DocumentRefused("OF219", name)
    return recalled(office, item, readings)


def _keep(tx: Transaction, item: WorkItem, readings: Sequence[Reading]) -> None:
    """The first reading is the item's; further invoices of the same document become items of their own."""
    for number, reading in enumerate(readings[1:], 2):
        payload = {**item.payload, **_content(reading), "part": {"of": item.id, "number": number}}
        key = f"{item.key}/{number}"
        made = work_items.create(
            tx, process=PROCESS, payload={**item.payload, "part": payload["part"]}, documents=item.documents, key=key,
            action="invoice.split", after={"of": item.id, "pages": list(reading.pages)},
        )  # fmt: skip
        _move(tx, made, payload, reading)
    _move(tx, item, {**item.payload, **_content(readings[0])}, readings[0])


def _content(reading: Reading) -> dict[str, Any]:
    return {"reading": reading.to_json(), "invoice": Invoice.from_reading(reading).to_json()}


def _move(tx: Transaction, item: WorkItem, payload: dict[str, Any], reading: Reading) -> None:
    work_items.move(
        tx,
        item,
        "read",
        action="invoice.read",
        payload=payload,
        after={"confident": reading.confident, "doubts": [doubt.code for doubt in reading.doubts]},
        tags={SELLER_TAG: seller} if (seller := compact(reading.get("seller_vat_id") or "")) else {},
        **_planned(reading),
    )


def _planned(reading: Reading) -> dict[str, Any]:
    """What the queue is ordered by: due date and amount, as far as they were read."""
    planned: dict[str, Any] = {}
    currency, gross, due = reading.get("currency"), reading.get("gross_total"), reading.get("due_date")
    if currency and gross:
        planned |= {"amount": to_minor(round_money(Decimal(gross), currency), currency), "currency": currency}
    if due:
        planned["due"] = date.fromisoformat(due)
    return planned
