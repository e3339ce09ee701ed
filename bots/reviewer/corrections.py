"""A person's corrections, checked before they count: forms of dates, amounts and ids, and whether the sums close."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

from schwifty import IBAN
from schwifty.exceptions import SchwiftyException

from bots.invoice import Invoice
from bots.reader.reading import FIELDS
from config.errors import BusinessException

__all__ = ["checked_changes", "require_closed_sums"]

AMOUNTS = {
    "net_total", "tax_total", "withheld_total", "discount_total", "charge_total", "rounding", "gross_total", "prepaid",
    "amount_due",
}  # fmt: skip
DATES = {"issue_date", "due_date", "service_start", "service_end"}
TYPES = {"invoice", "credit note", "pro forma", "receipt", "reminder", "statement", "not an invoice"}
IDS = {"seller_vat_id", "buyer_vat_id", "bic"}


def checked_changes(changes: Mapping[str, str | None]) -> dict[str, str | None]:
    """The changes in canonical form.

    Args:
        changes: field -> text as typed; None or "" takes the field out; `type` is the document's type.

    Raises:
        BusinessException: OF424 with the field and why, when a value cannot be what it should.
    """
    return {name: _checked(name, text.strip()) if text and text.strip() else None for name, text in changes.items()}


def _checked(name: str, text: str) -> str:
    if name == "type":
        return _one_of(name, text, TYPES)
    if name not in FIELDS:
        raise _refused(name, text, f"there is no such field; there are: type, {', '.join(FIELDS)}")
    if name in AMOUNTS:
        return _amount(name, text)
    if name in DATES:
        return _day(name, text)
    if name == "currency":
        return _pattern(name, text.upper(), "[A-Z]{3}", "three letters of ISO 4217 were expected")
    if name == "iban":
        return _iban(text)
    if name in IDS:
        return "".join(c for c in text.upper() if c.isalnum())
    return text


def _amount(name: str, text: str) -> str:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise _refused(name, text, "an amount like 1234.50 was expected") from None
    if not amount.is_finite() or abs(amount) >= Decimal(10) ** 12:
        raise _refused(name, text, "an amount below a million million was expected")
    return f"{amount:f}"


def _day(name: str, text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise _refused(name, text, "a date like 2026-11-22 was expected") from None


def _iban(text: str) -> str:
    try:
        return str(IBAN(text))
    except SchwiftyException as error:
        raise _refused("iban", text, f"its check digits or length are wrong ({error})") from None


def _one_of(name: str, text: str, known: set[str]) -> str:
    if text not in known:
        raise _refused(name, text, f"one of {', '.join(sorted(known))} was expected")
    return text


def _pattern(name: str, text: str, pattern: str, why: str) -> str:
    if not re.fullmatch(pattern, text):
        raise _refused(name, text, why)
    return text


def _refused(name: str, text: str, why: str) -> BusinessException:
    return BusinessException("OF424", field=name, value=text, why=why)


def require_closed_sums(invoice: Invoice) -> None:
    """Refuse a correction whose totals do not close: net + tax - withheld = gross, within a minor unit a tax rate.

    Raises:
        BusinessException: OF426 with the figures.
    """
    net, tax, gross = (invoice.amount(name) for name in ("net_total", "tax_total", "gross_total"))
    if net is None or gross is None:
        return
    withheld = abs(invoice.amount("withheld_total") or Decimal(0))
    expected = net + (tax or Decimal(0)) + (invoice.amount("rounding") or Decimal(0)) - withheld.copy_sign(net)
    if abs(expected - gross) > Decimal("0.01") * max(1, len(invoice.taxes)):
        raise BusinessException("OF426", net=net, tax=tax or 0, withheld=withheld, gross=gross)
