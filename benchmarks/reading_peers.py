"""Other ways to read an invoice, beside ours: plain regular expressions, and invoice2data where it is installed."""

from __future__ import annotations

import importlib
import logging
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium

from benchmarks.reading_scores import Plain

__all__ = ["peers"]

_AMOUNT = r"(-?\d{1,3}(?:[., ]\d{3})*[.,]\d{2})"
_FIELDS = {
    "invoice_number": r"(?:invoice|facture|factura|rechnung|fattura|factuur)\w*\s*"
    r"(?:number|nr|no|n[°º.]|num\w*|#)?\.?:?\s*"
    r"([A-Z0-9][\w/.-]*\d[\w/.-]*)",
    "issue_date": r"(?:date|datum|fecha|data)\D{0,25}(\d{4}-\d\d-\d\d|\d\d?[./-]\d\d?[./-]\d{4})",
    "net_total": rf"(?:sub-?total|net\w*|base imponible|total ht|zwischensumme|imponibile)\D{{0,25}}{_AMOUNT}",
    "tax_total": rf"(?:vat|tva|iva|mwst|ust|btw|tax)\b[^\n]{{0,25}}?{_AMOUNT}(?!\s*%)",
    "gross_total": rf"(?:total ttc|grand total|gesamt\w*|total factura|totaal|(?<!sub)total)\D{{0,25}}{_AMOUNT}",
    "seller_vat_id": r"\b((?:DE\d{9}|FR\w{2}\s?\d{9}|ES\w\d{7}\w|NL\d{9}B\d\d|IT\d{11}|BE0\d{9}|ATU\d{8}|IE\w{8,9}))\b",
}


def peers() -> dict[str, Callable[[Path], Plain]]:
    """Readers by name; invoice2data when it can be imported (`uv run --with invoice2data`)."""
    found: dict[str, Callable[[Path], Plain]] = {"regular expressions": _with_expressions}
    try:
        importlib.import_module("invoice2data")
    except ImportError:
        return found
    found["invoice2data"] = _with_invoice2data()
    return found


def _with_expressions(path: Path) -> Plain:
    document = pdfium.PdfDocument(path)
    text = "\n".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    fields: dict[str, Any] = {"currency": _currency(text)}
    for name, pattern in _FIELDS.items():
        if match := re.search(pattern, text, re.IGNORECASE):
            fields[name] = _canonical(name, match[1])
    return {"fields": fields, "lines": [], "confident": False}


def _currency(text: str) -> str | None:
    for sign, code in (("€", "EUR"), ("EUR", "EUR"), ("£", "GBP"), ("$", "USD"), ("USD", "USD"), ("CHF", "CHF")):
        if sign in text:
            return code
    return None


def _canonical(name: str, text: str) -> str:
    if name.endswith("_total"):
        digits = re.sub(r"[., ](?=\d{3}\b)", "", text)
        return digits.replace(",", ".")
    if name == "issue_date" and (match := re.fullmatch(r"(\d\d?)[./-](\d\d?)[./-](\d{4})", text)):
        return f"{match[3]}-{int(match[2]):02}-{int(match[1]):02}"
    return text


def _with_invoice2data() -> Callable[[Path], Plain]:
    logging.disable(logging.ERROR)
    package = importlib.import_module("invoice2data")
    templates = importlib.import_module("invoice2data.extract.loader").read_templates()

    def read(path: Path) -> Plain:
        found = package.extract_data(str(path), templates=templates) or {}
        date = found.get("date")
        fields = {
            "invoice_number": found.get("invoice_number"),
            "issue_date": date.strftime("%Y-%m-%d") if date else None,
            "currency": found.get("currency"),
            "net_total": found.get("amount_untaxed"),
            "tax_total": found.get("amount_tax"),
            "gross_total": found.get("amount"),
            "seller_vat_id": found.get("vat"),
        }
        return {"fields": fields, "lines": [], "confident": False}

    return read
