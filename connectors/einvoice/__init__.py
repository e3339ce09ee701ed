"""E-invoices: UN/CEFACT CII (Factur-X, ZUGFeRD 1 and 2, XRechnung), UBL 2 (Peppol, XRechnung) and FacturaE 3.2, typed.

`read_einvoice` turns bytes into `EInvoice` records; XML with entities or a document type is refused.
"""

from __future__ import annotations

from collections.abc import Callable

from lxml import etree

from config.errors import DocumentRefused
from connectors.einvoice.cii import read_cii
from connectors.einvoice.envelope import open_envelope
from connectors.einvoice.facturae import read_facturae
from connectors.einvoice.model import EInvoice, EInvoiceAdjustment, EInvoiceLine, EInvoiceTax
from connectors.einvoice.ubl import read_ubl
from connectors.einvoice.xml import local_name, parse_xml

__all__ = [
    "EInvoice",
    "EInvoiceAdjustment",
    "EInvoiceLine",
    "EInvoiceTax",
    "is_einvoice",
    "open_envelope",
    "parse_xml",
    "read_einvoice",
]

_READERS: dict[str, Callable[[etree._Element], list[EInvoice]]] = {
    "CrossIndustryInvoice": read_cii,
    "CrossIndustryDocument": read_cii,
    "Invoice": read_ubl,
    "CreditNote": read_ubl,
    "Facturae": read_facturae,
}


def read_einvoice(data: bytes, name: str = "") -> list[EInvoice]:
    """The invoices of an e-invoice file (a FacturaE batch holds several, the other formats one).

    Args:
        data: XML, or XML inside a signed envelope (.p7m: DER, PEM or base64, also nested).
        name: file name for messages.

    Raises:
        DocumentRefused: OF211 a document type or entities, OF212 not well formed or too large, OF213 not an e-invoice,
            OF214 a damaged envelope, OF218 envelopes nested too deeply.
    """
    root = parse_xml(open_envelope(data, name), name)
    reader = _READERS.get(local_name(root))
    found = reader(root) if reader is not None else []
    if not found:
        raise DocumentRefused("OF213", name, root=local_name(root)[:80])
    return found


def is_einvoice(data: bytes) -> bool:
    """Whether these bytes are XML with the root of an e-invoice; never raises."""
    try:
        return local_name(parse_xml(open_envelope(data))) in _READERS
    except DocumentRefused:
        return False
