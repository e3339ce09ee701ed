"""Read documents of strangers: each in a child process with limits, one at a time or a batch over all cores."""

from __future__ import annotations

import atexit
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from bots.reader.merge import merge
from bots.reader.page import OwnIdentity, Page
from bots.reader.printed import PrintedText
from bots.reader.reading import Line, Reading, Tax, Value
from bots.reader.sources import SourceLimits, Sources, find_sources
from bots.reader.splitting import understand_all
from config.errors import DocumentRefused
from connectors.einvoice import EInvoice
from connectors.sandbox import Limits, Sandbox

__all__ = ["ReadFile", "pages_safely", "read", "read_many", "read_safely", "shared_sandbox"]

_PRELOAD = ("bots.reader.safely", "pikepdf", "PIL.Image", "asn1crypto.cms")
_AHEAD = 4
"""Files a worker that a batch may be ahead of the one that is reported next: what bounds its memory."""


@dataclass(frozen=True, slots=True)
class ReadFile:
    """What became of one file of a batch: its readings, or why it was refused."""

    path: Path
    readings: tuple[Reading, ...] = ()
    refused: DocumentRefused | None = None


def read(
    data: bytes, name: str = "", own: OwnIdentity | None = None, limits: SourceLimits | None = None
) -> list[Reading]:
    """Read a document in this process: a function of its bytes alone.

    Args:
        data: a PDF, an image, an e-invoice, or one of them in a signed envelope.
        name: file name for messages.
        own: who we are, so that we are never taken for the seller.
        limits: pages, sizes, OCR.

    Raises:
        DocumentRefused: see `find_sources`.
    """
    sources = find_sources(data, name, limits)
    seen = understand_all(sources.pages, own) if any(page.words for page in sources.pages) else []
    printed = PrintedText.of(sources.pages if sources.einvoices else ())
    readings = [merge(xml, _same(xml, seen), printed, own) for xml in sources.einvoices] or seen
    if not readings:
        raise _nothing_to_read(sources, name)
    return [_noted(_on_paper(reading, sources), sources) for reading in readings]


def _nothing_to_read(sources: Sources, name: str) -> DocumentRefused:
    """Blank pages, or the reason why the first page could not be read."""
    note = next(iter(sources.notes), None)
    return DocumentRefused(note.code, note.where, **note.facts) if note is not None else DocumentRefused("OF206", name)


def read_safely(
    data: bytes,
    name: str = "",
    own: OwnIdentity | None = None,
    limits: SourceLimits | None = None,
    sandbox: Sandbox | None = None,
) -> list[Reading]:
    """As `read`, in a child process with limits of memory, processor time, wall time and size.

    Args:
        sandbox: whose workers do it; this process's own when None.

    Raises:
        DocumentRefused: see `find_sources` and `Sandbox.run`; always with a code, whatever the bytes are.
    """
    try:
        return (sandbox or shared_sandbox()).run(read, data, name, own, limits)
    except DocumentRefused as refused:
        raise refused if refused.reason.where else _at(refused, name) from None


def pages_safely(data: bytes, name: str = "") -> tuple[Page, ...]:
    """The pages of a document with the words of their text layer, from a child process.

    Raises:
        DocumentRefused: as `read_safely`.
    """
    return shared_sandbox().run(find_sources, data, name, SourceLimits(ocr_pages=0)).pages


def read_many(
    paths: Iterable[Path],
    workers: int | None = None,
    progress: Callable[[ReadFile], None] | None = None,
    own: OwnIdentity | None = None,
    limits: SourceLimits | None = None,
) -> Iterator[ReadFile]:
    """Read many files over all cores; results come in the order of the paths, and memory stays bounded.

    Args:
        paths: files to read; taken as they are needed.
        workers: processes; as many as there are cores when None.
        progress: called with each file as soon as it is done (not in order, and from another thread).
    """
    count = workers or _cores()
    with Sandbox(count, _LIMITS, _PRELOAD) as sandbox, ThreadPoolExecutor(count) as threads:
        waiting: deque[Future[ReadFile]] = deque()
        try:
            for path in paths:
                waiting.append(threads.submit(_read_file, path, own, limits, sandbox, progress))
                if len(waiting) >= count * _AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:  # interrupted, or nobody wants the rest
            for future in waiting:
                future.cancel()


def _read_file(
    path: Path,
    own: OwnIdentity | None,
    limits: SourceLimits | None,
    sandbox: Sandbox,
    progress: Callable[[ReadFile], None] | None,
) -> ReadFile:
    try:
        data = _bytes_of(path, limits or SourceLimits())
        done = ReadFile(path, tuple(read_safely(data, path.name, own, limits, sandbox)))
    except DocumentRefused as refused:
        done = ReadFile(path, refused=refused)
    if progress is not None:
        progress(done)
    return done


def _bytes_of(path: Path, limits: SourceLimits) -> bytes:
    try:
        size = path.stat().st_size
        if size > limits.pdf.bytes:
            raise DocumentRefused("OF202", path.name, size=size, limit=limits.pdf.bytes)
        return path.read_bytes()
    except OSError as error:
        raise DocumentRefused("OF204", path.name, why=error.strerror or error) from error


_LIMITS = Limits(memory=3_000_000_000, cpu_seconds=120, wall_seconds=300.0)


@cache
def shared_sandbox() -> Sandbox:
    """The workers of this process; they end with it."""
    sandbox = Sandbox(_cores(), _LIMITS, _PRELOAD)
    atexit.register(sandbox.close)
    return sandbox


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _at(refused: DocumentRefused, name: str) -> DocumentRefused:
    return DocumentRefused(refused.code, name, item=refused.item, step=refused.step, **refused.reason.facts)


def _same(xml: EInvoice, seen: list[Reading]) -> Reading | None:
    """The reading of the page that is this e-invoice: the one with its number, else the first."""
    number = xml.fields.get("invoice_number")
    return next((reading for reading in seen if reading.get("invoice_number") == number), seen[0] if seen else None)


def _noted(reading: Reading, sources: Sources) -> Reading:
    return replace(reading, doubts=(*reading.doubts, *sources.notes)) if sources.notes else reading


def _on_paper(reading: Reading, sources: Sources) -> Reading:
    """The reading with the boxes of scanned pages turned back to where they stand on the slanted page."""
    if not any(scan.tilt or scan.turned for scan in sources.scans.values()):
        return reading
    return replace(
        reading,
        fields={name: _moved(value, sources) for name, value in reading.fields.items()},
        lines=tuple(_moved_line(line, sources) for line in reading.lines),
        taxes=tuple(_moved_tax(tax, sources) for tax in reading.taxes),
    )


def _moved_line(line: Line, sources: Sources) -> Line:
    values = (
        line.description,
        line.quantity,
        line.unit,
        line.unit_price,
        line.discount,
        line.tax_rate,
        line.line_total,
    )
    return Line(*(_moved(value, sources) if value is not None else None for value in values))


def _moved_tax(tax: Tax, sources: Sources) -> Tax:
    base, rate, amount = (
        _moved(value, sources) if value is not None else None for value in (tax.base, tax.rate, tax.amount)
    )
    return replace(tax, base=base, rate=rate, amount=amount)


def _moved(value: Value, sources: Sources) -> Value:
    scan = sources.scans.get(value.page or 0)
    others = tuple(_moved(other, sources) for other in value.others)
    if scan is None or value.box is None:
        return replace(value, others=others)
    return replace(value, box=scan.on_paper(value.box), others=others)
