"""Papers become work items: one each, in the transaction that notes where they came from."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bots.intake.papers import Paper
from config.errors import OficioError, Reason
from records import DocumentRef, Transaction, WorkItem, documents, reviews, work_items
from records.archive import Archive

__all__ = ["Arrival", "FiledPaper", "archive_papers", "file_papers"]

PROCESS = "invoices"
_MEDIA_TYPES = {
    "pdf": "application/pdf", "png": "image/png", "jpeg": "image/jpeg", "tiff": "image/tiff", "gif": "image/gif",
    "webp": "image/webp", "bmp": "image/bmp", "heic": "image/heic", "cii": "application/xml", "ubl": "application/xml",
    "facturae": "application/xml", "xml": "application/xml", "zip": "application/zip", "eml": "message/rfc822",
    "p7m": "application/pkcs7-mime", "html": "text/html", "text": "text/plain",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Arrival:
    """How papers came.

    Attributes:
        source: `mail` or `folder`.
        id: names this arrival among all; part of the key of what came more than once.
        sha256: of the whole mail or file, which is in the archive under `role`.
        place: where exactly, for the list of a document's sources.
        facts: what every work item keeps about it.
        sealed: what the log says about it besides, its personal values sealed.
        tags: to find its work items by.
    """

    source: str
    id: str
    sha256: str
    role: str
    size: int
    media_type: str
    name: str
    place: Mapping[str, Any]
    facts: Mapping[str, Any]
    sealed: Mapping[str, Any] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FiledPaper:
    """A paper whose bytes are in the archive; without a document of its own it stands for the whole arrival."""

    paper: Paper
    sha256: str = ""
    size: int = 0
    envelope: str = ""


def archive_papers(archive: Archive, papers: Sequence[Paper]) -> tuple[FiledPaper, ...]:
    """Put the bytes of papers into the archive; they are on the disk when this returns."""
    return tuple(_archived(archive, paper) for paper in papers)


def _archived(archive: Archive, paper: Paper) -> FiledPaper:
    part = paper.part
    if part is None or not part.data:
        return FiledPaper(paper)
    envelope = archive.put(part.envelope) if part.envelope else ""
    return FiledPaper(paper, archive.put(part.data), len(part.data), envelope)


def file_papers(tx: Transaction, arrival: Arrival, papers: Sequence[FiledPaper]) -> Counter[str]:
    """Make a work item of each paper; how many went to each state.

    A document whose bytes are known becomes a `duplicate` that names the first; one that cannot be read becomes a
    review task with the reason. The key of an item is its document, so that no race can make it work twice.
    """
    if arrival.role != "mail" or not all(filed.sha256 for filed in papers):  # a mail has its own row in the mailroom
        documents.add(
            tx,
            arrival.sha256,
            media_type=arrival.media_type,
            size=arrival.size,
            name=arrival.name,
            source=arrival.source,
            place=arrival.place,
        )
    outcomes: Counter[str] = Counter()
    for filed in papers:
        outcomes[_file(tx, arrival, filed).state] += 1
    return outcomes


def _file(tx: Transaction, arrival: Arrival, filed: FiledPaper) -> WorkItem:
    part = filed.paper.part
    sha256 = filed.sha256 or arrival.sha256
    refs = [DocumentRef(sha256, "source")]
    if sha256 != arrival.sha256:
        refs.append(DocumentRef(arrival.sha256, arrival.role))
    if filed.envelope:
        refs.append(DocumentRef(filed.envelope, "envelope"))
    if part is not None and filed.sha256:
        kind = _MEDIA_TYPES.get(part.kind, "application/octet-stream")
        place = {**arrival.place, "part": part.place, "inside": list(part.inside)}
        if sha256 != arrival.sha256:
            documents.add(
                tx, sha256, media_type=kind, size=filed.size, name=part.name, source=arrival.source, place=place
            )
    payload = {"facts": {**arrival.facts, **_facts(filed.paper, arrival)}}
    item, first = _create(tx, arrival, sha256, refs, payload)
    if first:
        reason = Reason("OF330", "", {"first": first})
        return work_items.move(tx, item, "duplicate", action="invoice.duplicate", reason=reason)
    if filed.paper.reason is not None:
        return _question(tx, item, filed.paper.reason)
    return item


def _facts(paper: Paper, arrival: Arrival) -> dict[str, Any]:
    part = paper.part
    if part is None:
        return {"file": arrival.name}
    return {"file": part.name or arrival.name, "kind": part.kind, "part": part.place, "inside": list(part.inside)}


def _create(
    tx: Transaction, arrival: Arrival, sha256: str, refs: Sequence[DocumentRef], payload: Mapping[str, Any]
) -> tuple[WorkItem, str]:
    """The new item, and the id of the item that has the same document already, "" when it is the first."""
    about: dict[str, Any] = {"process": PROCESS, "payload": payload, "documents": refs, "action": "invoice.received"}
    about |= {"tags": arrival.tags, "after": {"source": arrival.source, "arrival": arrival.id, **arrival.sealed}}
    try:
        return work_items.create(tx, key=f"document:{sha256}", **about), ""
    except OficioError as error:
        if error.code != "OF706":
            raise
        again = hashlib.sha256(f"{arrival.id} {sha256}".encode()).hexdigest()[:24]
        (first,) = work_items.find(tx, PROCESS, key=f"document:{sha256}")
        return work_items.create(tx, key=f"again:{again}", **about), first.id


def _question(tx: Transaction, item: WorkItem, reason: Reason) -> WorkItem:
    moved = work_items.move(tx, item, "review", action="invoice.questioned", reason=reason, outcome="refused")
    reviews.open(tx, moved, reasons=[reason], proposal={})
    return moved
