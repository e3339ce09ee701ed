"""Small invoices on paper for tests: words put on a page with reportlab, and read back through the PDF."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from io import BytesIO

import pypdfium2 as pdfium
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from bots.reader.page import OwnIdentity, Page
from bots.reader.reading import Reading
from bots.reader.splitting import understand_all
from connectors.words import iter_pages

__all__ = ["Paper", "invoice", "pages_of", "read_one"]

Columns = Sequence[tuple[float, str]]


@dataclass
class Paper:
    """Pages of rows: each row is (distance from the top, cells of (left edge, text), type size)."""

    pages: list[list[tuple[float, Columns, float]]] = field(default_factory=lambda: [[]])

    def row(self, y: float, *cells: tuple[float, str], size: float = 10) -> Paper:
        """Put cells on one line of the current page; a cell whose left edge is negative ends there instead."""
        self.pages[-1].append((y, cells, size))
        return self

    def turn(self) -> Paper:
        """Begin a new page."""
        self.pages.append([])
        return self

    def pdf(self) -> bytes:
        """The document's bytes."""
        target = BytesIO()
        canvas = Canvas(target, pagesize=A4, invariant=1)
        for page in self.pages:
            for y, cells, size in page:
                canvas.setFont("Helvetica", size)
                for x, text in cells:
                    draw = canvas.drawString if x >= 0 else canvas.drawRightString
                    draw(abs(x), A4[1] - y, text)
            canvas.showPage()
        canvas.save()
        return target.getvalue()


def pages_of(data: bytes) -> list[Page]:
    """The words of a PDF as the reader takes them."""
    document = pdfium.PdfDocument(data)
    try:
        return [Page(page.number, page.width, page.height, page.words) for page in iter_pages(document)]
    finally:
        document.close()


def read_one(paper: Paper, own: OwnIdentity | None = None) -> Reading:
    """The only reading of a document."""
    readings = understand_all(pages_of(paper.pdf()), own)
    assert len(readings) == 1
    return readings[0]


def invoice(
    lines: Iterable[tuple[str, str, str, str]],
    totals: Iterable[tuple[str, str]],
    *,
    title: str = "INVOICE",
    number: str = "Invoice number: INV-4711",
    date: str = "Invoice date: 3 May 2024",
    notes: Sequence[str] = (),
) -> Paper:
    """An English invoice of Northwind Tools Ltd to Acme GmbH: lines of (description, quantity, price, total)."""
    paper = Paper()
    paper.row(50, (50, "Northwind Tools Ltd"), size=14)
    paper.row(68, (50, "12 Harbour Road, Dublin D02 X285"))
    paper.row(82, (50, "VAT No: IE6388047V"))
    paper.row(120, (50, "Bill to"))
    paper.row(134, (50, "Acme GmbH"))
    paper.row(146, (50, "Hauptstr. 1, 10115 Berlin"))
    paper.row(120, (380, title), size=18)
    paper.row(150, (380, number))
    paper.row(164, (380, date))
    paper.row(220, (50, "Description"), (-330, "Quantity"), (-430, "Unit price"), (-545, "Amount"))
    y = 240.0
    for description, quantity, price, total in lines:
        paper.row(y, (50, description), (-330, quantity), (-430, price), (-545, total))
        y += 16
    y += 20
    for label, amount in totals:
        paper.row(y, (-450, label), (-545, amount))
        y += 15
    for note in notes:
        y += 15
        paper.row(y, (50, note))
    return paper
