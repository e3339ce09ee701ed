"""The facts of an invoice, before anybody draws it: amounts are Decimal, in the invoice's currency."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

__all__ = ["CASES", "Case", "Invoice", "Item", "Party", "TaxRow", "cents"]

Case = Literal[
    "standard", "several rates", "withholding", "reverse charge", "intra-community", "exempt", "credit note", "prepaid",
    "line discounts", "document discount", "charges", "foreign currency", "second currency", "old balance",
    "gross prices", "long", "rounding", "contradiction", "wrong VAT id", "pro forma", "no lines",
    "positive credit note", "reminder", "quotation",
]  # fmt: skip
CASES: tuple[Case, ...] = Case.__args__  # type: ignore[attr-defined] # typing keeps a Literal's values there


Document = Literal["invoice", "credit_note", "pro_forma", "reminder", "quotation"]
_DOCUMENTS: dict[Case, Document] = {
    "credit note": "credit_note",
    "positive credit note": "credit_note",
    "pro forma": "pro_forma",
    "reminder": "reminder",
    "quotation": "quotation",
}


def cents(amount: Decimal) -> Decimal:
    """Rounded half up to two places."""
    return amount.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Party:
    """A company (or a person who works on own account), as letterheads and address blocks name it."""

    name: str
    street: str
    city: str
    country: str
    vat_id: str
    iban: str = ""
    bic: str = ""
    bank: str = ""
    phone: str = ""
    email: str = ""
    web: str = ""
    trade: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One line; `total` is what its column shows (net, or gross when the invoice states gross prices)."""

    description: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    rate: Decimal
    total: Decimal
    detail: str = ""
    sku: str = ""
    discount: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class TaxRow:
    """One tax rate with its base and its amount."""

    rate: Decimal
    base: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice, credit note or pro forma.

    `discount` is positive and subtracted, `charge` and `rounding` are added, `withheld` is positive and subtracted from
    the gross total.  `second` is (currency, gross in it).  `false_gross` is printed instead of `gross` by an invoice
    that contradicts itself.
    """

    case: Case
    language: str
    number: str
    issued: date
    due: date
    days: int
    currency: str
    seller: Party
    buyer: Party
    items: tuple[Item, ...]
    taxes: tuple[TaxRow, ...]
    net: Decimal
    tax: Decimal
    gross: Decimal
    withheld_rate: Decimal = Decimal(0)
    withheld: Decimal = Decimal(0)
    discount_rate: Decimal = Decimal(0)
    discount: Decimal = Decimal(0)
    charge: Decimal = Decimal(0)
    rounding: Decimal = Decimal(0)
    prepaid: Decimal | None = None
    old_balance: Decimal | None = None
    order: str = ""
    customer: str = ""
    delivery_note: str = ""
    delivered: date | None = None
    corrects: str = ""
    second: tuple[str, Decimal] | None = None
    gross_prices: bool = False
    false_gross: Decimal | None = None

    @property
    def document(self) -> Document:
        """Which of the titles it bears."""
        return _DOCUMENTS.get(self.case, "invoice")

    @property
    def printed_gross(self) -> Decimal:
        """What stands beside the label of the total."""
        return self.gross if self.false_gross is None else self.false_gross

    @property
    def amount_due(self) -> Decimal:
        """What is to be paid in the end."""
        return self.printed_gross - (self.prepaid or Decimal(0)) + (self.old_balance or Decimal(0))

    def closes(self) -> bool:
        """Whether the sums hold, as printed."""
        lines = sum((item.total for item in self.items), Decimal(0))
        if not self.gross_prices and self.items and lines - self.discount + self.charge != self.net:
            return False
        taxes = all(cents(row.base * row.rate / 100) == row.amount for row in self.taxes) or self.gross_prices
        total = self.net + self.tax - self.withheld + self.rounding
        return taxes and sum((row.amount for row in self.taxes), Decimal(0)) == self.tax and total == self.printed_gross

    def changed(self, **changes: object) -> Invoice:
        """The same with other values."""
        return replace(self, **changes)  # type: ignore[arg-type] # dataclasses.replace is typed so
