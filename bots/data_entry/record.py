"""The record that a form is filled with, made from a work item; and the key that an entry is found by."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from bots.invoice import Invoice, fold_number
from bots.reader.reading import FIELDS
from config.errors import BusinessException
from config.settings import Settings

__all__ = ["entry_key", "invoice_record", "record_of"]

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def entry_key(supplier: str, number: str, year: str) -> str:
    """13 characters (65 bits, Crockford's base 32) that name an invoice: supplier, folded number, year of issue."""
    digest = hashlib.sha256("\x1f".join((supplier, fold_number(number), year)).encode()).digest()
    bits = int.from_bytes(digest[:9], "big") >> 7
    return "".join(_ALPHABET[(bits >> shift) & 31] for shift in range(60, -1, -5))


def record_of(process: str, payload: Mapping[str, Any], settings: Settings) -> dict[str, Any]:
    """The values of a work item: of an invoice by its fields, of any other process `payload["record"]` as it is."""
    if process == "invoices":
        return invoice_record(payload, settings)
    return {"key": "", **payload["record"]}


def invoice_record(payload: Mapping[str, Any], settings: Settings) -> dict[str, Any]:
    """All names of `FIELDS` ("" when the invoice lacks one), `type`, `lines`, `taxes`, `supplier*`, `key`, `year`.

    `taxes` has at least one entry: one without a breakdown is one base at the rate that its totals show.

    Raises:
        BusinessException: OF507, the supplier has no code in the legacy system.
    """
    invoice = Invoice.from_payload(payload)
    supplier = settings.suppliers.get(payload.get("supplier") or "")
    if supplier is None or not supplier.legacy_code:
        raise BusinessException("OF507", supplier=payload.get("supplier") or "?")
    year = invoice.text("issue_date")[:4]
    return {
        **dict.fromkeys(FIELDS, ""),
        **invoice.fields,
        "type": invoice.type,
        "lines": [dict(line) for line in invoice.lines],
        "taxes": _taxes(invoice),
        "supplier": supplier.id,
        "supplier_code": supplier.legacy_code,
        "supplier_name": supplier.name,
        "description": f"{invoice.text('invoice_number')} {supplier.name}"[:60].strip(),
        "year": year,
        "key": entry_key(supplier.id, invoice.text("invoice_number"), year),
    }


def _taxes(invoice: Invoice) -> list[dict[str, str]]:
    taxes = [{"base": "", "rate": "0", "amount": "0", **tax} for tax in invoice.taxes if tax.get("base")]
    if taxes:
        return taxes
    base = invoice.text("net_total") or invoice.text("gross_total")
    tax = invoice.text("tax_total") or "0"
    return [{"base": base, "rate": _single_rate(base, tax), "amount": tax}]


def _single_rate(base: str, tax: str) -> str:
    """The rate in percent (whole, else to a tenth) that makes this tax of this base, to the cent; "0" when none does.

    A wrong guess cannot pass: the system computes the tax itself, and its total is compared before saving.
    """
    net, amount = Decimal(base or "0"), Decimal(tax)
    if not net or not amount:
        return "0"
    for step in ("1", "0.1"):
        rate = (amount / net * 100).quantize(Decimal(step))
        if abs(net * rate / 100 - amount) <= Decimal("0.01"):
            return f"{rate.normalize():f}"
    return "0"
