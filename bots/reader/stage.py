"""The reader's stage: take received documents, read each in a child process with limits, and keep what was read."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from bots.invoice import Invoice
from bots.office import Office, StageReport
from bots.reader.ids import compact
from bots.reader.joining import JOINED, MOST_PARTS, File, Joined, join
from bots.reader.learning import SELLER_TAG, recalled
from bots.reader.page import OwnIdentity
from bots.reader.reading import Reading
from bots.reader.safely import read_safely, shared_sandbox
from bots.stages import each_claimed
from config import crashpoints
from config.errors import DocumentRefused, Reason
from config.money import round_money, to_minor
from records import DocumentRef, Transaction, WorkItem, documents, work_items

__all__ = ["read_received"]

PROCESS = "invoices"
WORKERS = 2
CHUNK = 20
"""Documents a claim: a chunk of scans is read well within a lease."""


def read_received(office: Office, *, limit: int | None = None) -> StageReport:
    """Read all documents in state `received`, several at a time; what cannot be read goes to a person."""
    report = StageReport("read")
    own = _own(office)
    reading: dict[str, Future[_Seen]] = {}
    with ThreadPoolExecutor(WORKERS) as threads:

        def begin(items: Sequence[WorkItem]) -> None:
            for item in items:
                reading[item.id] = threads.submit(_read, office, item, own)

        def work(item: WorkItem) -> str:
            seen = reading.pop(item.id).result()
            crashpoints.reach("reader.read")
            if seen.joined is not None and not seen.first:  # on the disk before the database knows it
                office.records.archive.put(seen.joined.data)
            with office.records.begin() as tx:
                outcome = _keep(tx, item, seen)
            crashpoints.reach("reader.committed")
            return outcome

        each_claimed(office, report, PROCESS, ("received",), work, limit=limit, chunk=CHUNK, ahead=begin)
    return report


def _own(office: Office) -> OwnIdentity:
    us = office.settings.office
    return OwnIdentity(names=(us.name, *us.aliases), vat_ids=(us.vat_id,), ibans=us.ibans)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What was read of an item; `first` is the item that a further part of one invoice belongs to."""

    readings: Sequence[Reading]
    joined: Joined | None = None
    first: str = ""


def _read(office: Office, item: WorkItem, own: OwnIdentity) -> _Seen:
    source = _source(item)
    name = _name(item)
    readings = read_safely(office.records.archive.get(source), name, own)
    if not readings:
        raise DocumentRefused("OF219", name)
    if len(readings) == 1 and not readings[0].confident and (seen := _join(office, item, own)) is not None:
        return seen
    return _Seen(recalled(office, item, readings))


def _source(item: WorkItem) -> str:
    return next(document.sha256 for document in item.documents if document.role == "source")


def _name(item: WorkItem) -> str:
    return str(item.payload.get("facts", {}).get("file") or _source(item)[:12])


def _join(office: Office, item: WorkItem, own: OwnIdentity) -> _Seen | None:
    """This item with others of its mail as one invoice; each of them comes to the same answer by itself."""
    mail = next((document.sha256 for document in item.documents if document.role == "mail"), None)
    if mail is None:
        return None
    with office.records.read() as tx:
        family = {_source(other): other for other in work_items.find(tx, PROCESS, document=mail) if _open(other)}
    if not 1 < len(family) <= MOST_PARTS:
        return None
    files = [File(source, _name(other), office.records.archive.get(source)) for source, other in family.items()]
    joined = shared_sandbox().run(join, files, own)
    if joined is None or _source(item) not in joined.parts:
        return None
    first = family[joined.parts[0]].id
    return _Seen([joined.reading], joined, "" if first == item.id else first)


def _open(item: WorkItem) -> bool:
    """Not read yet, or read as a part of the same."""
    further = item.reason is not None and item.reason.code == "OF247"
    return item.state == "received" or further or any(document.role == JOINED for document in item.documents)


def _keep(tx: Transaction, item: WorkItem, seen: _Seen) -> str:
    """The first reading is the item's; further invoices of the same document become items of their own."""
    if seen.first:
        reason = Reason("OF247", facts={"first": seen.first})
        return work_items.move(tx, item, "duplicate", action="invoice.joined", reason=reason).state
    for number, reading in enumerate(seen.readings[1:], 2):
        payload = {**item.payload, **_content(reading), "part": {"of": item.id, "number": number}}
        key = f"{item.key}/{number}"
        made = work_items.create(
            tx, process=PROCESS, payload={**item.payload, "part": payload["part"]}, documents=item.documents, key=key,
            action="invoice.split", after={"of": item.id, "pages": list(reading.pages)},
        )  # fmt: skip
        _move(tx, made, payload, reading)
    _move(tx, item, {**item.payload, **_content(seen.readings[0])}, seen.readings[0], _paper(tx, item, seen.joined))
    return "read"


def _paper(tx: Transaction, item: WorkItem, joined: Joined | None) -> tuple[DocumentRef, ...]:
    """The PDF that was made of the parts; its bytes are in the archive."""
    if joined is None:
        return ()
    sha256 = hashlib.sha256(joined.data).hexdigest()
    place = {"of": list(joined.parts), "item": item.id}
    documents.add(
        tx, sha256, name=_name(item), media_type="application/pdf", size=len(joined.data), source="joined", place=place
    )
    return (DocumentRef(sha256, JOINED),)


def _content(reading: Reading) -> dict[str, Any]:
    return {"reading": reading.to_json(), "invoice": Invoice.from_reading(reading).to_json()}


def _move(
    tx: Transaction,
    item: WorkItem,
    payload: dict[str, Any],
    reading: Reading,
    papers: Sequence[DocumentRef] = (),
) -> None:
    work_items.move(
        tx,
        item,
        "read",
        action="invoice.read",
        payload=payload,
        documents=papers,
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
