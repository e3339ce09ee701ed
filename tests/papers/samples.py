"""One invented invoice as CII, UBL and FacturaE, and as a printed page; nothing of it is anybody's."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import pikepdf
from asn1crypto import cms, core
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

PRINTED: tuple[tuple[float, float, str], ...] = (
    (60, 60, "Talleres Ejemplo GmbH"), (60, 74, "Musterweg 12, 10115 Berlin"), (60, 88, "USt-IdNr.: DE136695976"),
    (60, 140, "Kunde AG"), (60, 154, "Hauptstrasse 7"), (60, 168, "50667 Köln"), (60, 182, "USt-IdNr.: DE811907980"),
    (60, 220, "Rechnung"), (60, 240, "Rechnungsnummer: R-2024-117"), (60, 254, "Rechnungsdatum: 31.01.2024"),
    (60, 268, "Lieferdatum: 29.01.2024"), (60, 282, "Bestellnummer: PO-4711"), (60, 296, "Fällig am: 14.02.2024"),
    (60, 330, "Beschreibung"), (300, 330, "Menge"), (360, 330, "Einzelpreis"), (460, 330, "Betrag"),
    (60, 348, "Bohrmaschine"), (300, 348, "2"), (360, 348, "450,00"), (460, 348, "900,00"),
    (60, 366, "Fachbuch"), (300, 366, "4"), (360, 366, "30,00"), (460, 366, "120,00"),
    (360, 400, "Nettobetrag"), (460, 400, "1.020,00"),
    (360, 414, "19 % USt auf 900,00"), (460, 414, "171,00"),
    (360, 428, "7 % USt auf 120,00"), (460, 428, "8,40"),
    (360, 442, "Summe USt"), (460, 442, "179,40"),
    (360, 456, "Gesamtbetrag EUR"), (460, 456, "1.199,40"),
    (60, 500, "IBAN: DE02 1203 0000 0000 2020 51   BIC: BYLADEM1001"),
)  # fmt: skip

FIELDS: Mapping[str, str] = {
    "invoice_number": "R-2024-117",
    "issue_date": "2024-01-31",
    "due_date": "2024-02-14",
    "service_start": "2024-01-29",
    "service_end": "2024-01-29",
    "order_reference": "PO-4711",
    "currency": "EUR",
    "seller_name": "Talleres Ejemplo GmbH",
    "seller_address": "Musterweg 12, 10115 Berlin, DE",
    "seller_vat_id": "DE136695976",
    "buyer_name": "Kunde AG",
    "buyer_address": "Hauptstrasse 7, 50667 Köln, DE",
    "buyer_vat_id": "DE811907980",
    "iban": "DE02120300000000202051",
    "bic": "BYLADEM1001",
    "net_total": "1020.00",
    "tax_total": "179.40",
    "gross_total": "1199.40",
    "amount_due": "1199.40",
}


def printed_pdf(texts: Sequence[tuple[float, float, str]] = PRINTED, *, size: float = 10) -> bytes:
    """A page of A4 with texts at (x, y from the top)."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    canvas.setFont("Helvetica", size)
    for x, y, text in texts:
        canvas.drawString(x, A4[1] - y, text)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def with_attachment(pdf: bytes, name: str, data: bytes) -> bytes:
    """The PDF with a file embedded, as Factur-X does it."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        opened.attachments[name] = pikepdf.AttachedFileSpec(
            opened, data, filename=name, mime_type="text/xml", description="", creation_date="", mod_date=""
        )
        out = io.BytesIO()
        opened.save(out)
    return out.getvalue()


def cii(type_code: str = "380") -> bytes:
    """The invoice as Factur-X / XRechnung (CII D16B)."""
    return _file("cii.xml").replace(b"<ram:TypeCode>380<", f"<ram:TypeCode>{type_code}<".encode())


def zugferd1() -> bytes:
    """A short invoice in ZUGFeRD 1.0, whose words are others."""
    return _file("zugferd1.xml")


def ubl(kind: str = "invoice") -> bytes:
    """The invoice as UBL 2.1 (Peppol BIS 3), or as a `credit_note`."""
    return _file(f"ubl_{kind}.xml")


def facturae(invoices: int = 1) -> bytes:
    """A Spanish freelancer's invoice with withheld income tax, so many times."""
    head, opening, rest = _file("facturae.xml").partition(b"<Invoice>")
    one, closing, tail = rest.rpartition(b"</Invoice>")
    return head + (opening + one + closing) * invoices + tail


def signed(content: bytes) -> bytes:
    """A CMS envelope around the content; nobody looks at its signatures here."""
    inside = cms.ContentInfo({"content_type": "data", "content": core.OctetString(content)})
    data = cms.SignedData({"version": "v1", "digest_algorithms": [], "encap_content_info": inside, "signer_infos": []})
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": data}).dump())


def _file(name: str) -> bytes:
    return (Path(__file__).parent / "data" / name).read_bytes()
