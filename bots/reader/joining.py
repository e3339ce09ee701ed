"""One invoice in several PDFs of a mail: joined when only together they prove themselves; else a person sees each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bots.reader.ids import compact
from bots.reader.page import OwnIdentity
from bots.reader.reading import Proof, Reading
from bots.reader.safely import read
from config.errors import DocumentRefused
from connectors.file_type import file_type
from connectors.pdf import concatenated
from records import WorkItem

__all__ = ["JOINED", "MOST_PARTS", "File", "Joined", "join", "paper_of"]

JOINED = "joined"
"""Role of the PDF that was made of several files of a mail."""
MOST_PARTS = 5
"""A mail with more PDFs than this is a batch of invoices."""
_UNSURE = frozenset({"OF230", "OF231"})


@dataclass(frozen=True, slots=True)
class File:
    """A file of a mail: its bytes, their SHA-256 and its display name."""

    sha256: str
    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Joined:
    """An invoice made of several files.

    Attributes:
        parts: SHA-256 of the files, in their order.
        data: one PDF of all their pages.
        reading: of that PDF, and proven.
    """

    parts: tuple[str, ...]
    data: bytes
    reading: Reading


def join(files: Sequence[File], own: OwnIdentity | None = None) -> Joined | None:
    """Join the files that do not prove themselves alone, in the order of their names (`page2` before `page10`).

    None unless the joined pages are one invoice that proves itself, at most one of the files has totals that close, and
    no two of them print different numbers: two invoices are never taken for one.
    """
    parts = [(file, reading) for file in sorted(files, key=_order) if (reading := _unproven(file, own)) is not None]
    numbers = {compact(reading.get("invoice_number") or "") for _, reading in parts if _numbered(reading)}
    closing = [reading for _, reading in parts if (proof := reading.proofs.get("totals")) is not None and proof.holds]
    if not 1 < len(parts) <= MOST_PARTS or len(numbers) > 1 or len(closing) > 1:
        return None
    names = " + ".join(file.name for file, _ in parts)
    try:
        data = concatenated([file.data for file, _ in parts], names)
        readings = read(data, names, own)
    except DocumentRefused:
        return None
    if len(readings) != 1 or not readings[0].confident:
        return None
    proof = Proof("joined", True, f"{names}: together they prove themselves, alone none does", ())
    reading = replace(readings[0], proofs={**readings[0].proofs, proof.name: proof})
    return Joined(tuple(file.sha256 for file, _ in parts), data, reading)


def _order(file: File) -> tuple[tuple[int, str], ...]:
    """Names with their figures as numbers."""
    return tuple((int(part), "") if part.isdigit() else (0, part) for part in re.split(r"(\d+)", file.name.casefold()))


def _unproven(file: File, own: OwnIdentity | None) -> Reading | None:
    """The only reading of a PDF, when it does not prove itself."""
    if file_type(file.data) != "pdf":
        return None
    try:
        readings = read(file.data, file.name, own)
    except DocumentRefused:
        return None
    return readings[0] if len(readings) == 1 and not readings[0].confident else None


def _numbered(reading: Reading) -> bool:
    return reading.get("invoice_number") is not None and not any(doubt.code in _UNSURE for doubt in reading.doubts)


def paper_of(item: WorkItem) -> str | None:
    """SHA-256 of the document that an item's reading tells of: the joined parts, where it was joined."""
    papers = {document.role: document.sha256 for document in item.documents if document.role in ("source", JOINED)}
    return papers.get(JOINED) or papers.get("source")
