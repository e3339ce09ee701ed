"""What a reader should find on a generated invoice, in the form of the development data's truth files."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from demo.invoices.draft import Draft
from demo.invoices.model import Invoice

__all__ = ["truth_of"]

_TYPES = {
    "invoice": "invoice",
    "credit_note": "credit note",
    "pro_forma": "pro forma",
    "reminder": "reminder",
    "quotation": "not an invoice",
}


def truth_of(draft: Draft) -> dict[str, Any]:
    """`fields`, `lines` and `anomalies` of what was drawn.

    A list means that any of its values is right, None that the page has no such value.
    """
    invoice = draft.invoice
    truth: dict[str, Any] = {
        "lang": invoice.language,
        "layout": draft.style.layout,
        "kind": "synthetic",
        "case": invoice.case,
        "fields": {**_fields(invoice, draft.printed), **_money(invoice, draft.printed)},
        "lines": _lines(invoice),
    }
    if invoice.false_gross is not None:
        truth["anomalies"] = ["total_mismatch"]
    elif invoice.case == "wrong VAT id":
        truth["anomalies"] = ["wrong_check_digit"]
    elif invoice.document in ("pro_forma", "reminder", "quotation"):
        truth["anomalies"] = ["not_an_invoice"]
    return truth


def _fields(invoice: Invoice, printed: set[str]) -> dict[str, Any]:
    seller, buyer = invoice.seller, invoice.buyer
    due: Any = None
    if "due_date" in printed:
        due = invoice.due.isoformat()
    elif "payment_terms" in printed:
        due = [None, invoice.due.isoformat()]
    return {
        "doc_type": _TYPES[invoice.document],
        "invoice_number": invoice.number,
        "issue_date": invoice.issued.isoformat(),
        "due_date": due,
        "currency": invoice.currency,
        "seller_name": seller.name,
        "seller_vat_id": _vat(seller.vat_id) if "seller_vat_id" in printed else None,
        "buyer_name": buyer.name,
        "buyer_vat_id": _vat(buyer.vat_id) if "buyer_vat_id" in printed else None,
        "iban": seller.iban if "iban" in printed else None,
        "order_reference": invoice.order or None,
    }


def _vat(number: str) -> Any:
    return [number, number.removesuffix("MWST")] if number.startswith("CHE") else number


def _money(invoice: Invoice, printed: set[str]) -> dict[str, Any]:
    tax: Any = _text(invoice.tax)
    fields: dict[str, Any] = {
        "net_total": _text(invoice.net),
        "tax_total": tax if "tax_total" in printed else [None, tax],
        "gross_total": _text(invoice.printed_gross),
    }
    if invoice.case == "positive credit note":  # printed without signs; a reader may set them
        amounts = {"net_total": invoice.net, "tax_total": invoice.tax, "gross_total": invoice.gross}
        fields |= {name: [_text(amount), _text(-amount)] for name, amount in amounts.items()}
    if invoice.withheld:
        fields["withheld_total"] = [_text(invoice.withheld), _text(-invoice.withheld)]
    if "amount_due" in printed:
        fields["amount_due"] = _text(invoice.amount_due)
    if invoice.prepaid is not None:
        fields["prepaid"] = _text(invoice.prepaid)
    return fields


def _lines(invoice: Invoice) -> list[dict[str, str]]:
    return [
        {
            "description": item.description,
            "quantity": f"{item.quantity.normalize():f}",
            "unit_price": f"{item.unit_price:f}",
            "line_total": _text(item.total),
        }
        for item in invoice.items
    ]


def _text(amount: Decimal) -> str:
    return f"{amount:.2f}"
