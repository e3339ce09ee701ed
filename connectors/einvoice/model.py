"""What an e-invoice says, whatever its syntax."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

__all__ = ["EInvoice", "EInvoiceAdjustment", "EInvoiceLine", "EInvoiceTax", "Syntax"]

Syntax = Literal["cii", "ubl", "facturae"]


@dataclass(frozen=True, slots=True)
class EInvoiceLine:
    """One line in canonical text: numbers with a point, no thousands mark; what the XML does not say is None.

    `discount` is what is taken off in all, charges of the line deducted; `unit` is the code of UN/ECE Recommendation 20
    as in the file (FacturaE: its own list); `category` a code of UNCL5305, "" when it has none; `texts` what else it
    says in words and codes, as a page may print it: article numbers, notes, properties (CII only).
    """

    description: str | None = None
    quantity: str | None = None
    unit: str | None = None
    unit_price: str | None = None
    discount: str | None = None
    tax_rate: str | None = None
    line_total: str | None = None
    category: str = ""
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EInvoiceAdjustment:
    """A discount (or a charge) on the whole invoice (BG-20, BG-21 of EN 16931-1); `percent` of `base` makes it."""

    amount: str
    charge: bool
    base: str | None = None
    percent: str | None = None
    tax_rate: str | None = None


@dataclass(frozen=True, slots=True)
class EInvoiceTax:
    """One row of the tax breakdown; `rate` in percent, `category` a code of UNCL5305."""

    base: str | None = None
    rate: str | None = None
    amount: str | None = None
    category: str = "S"
    exemption: str = ""


@dataclass(frozen=True, slots=True)
class EInvoice:
    """One invoice of an e-invoice file.

    Attributes:
        syntax: cii, ubl or facturae.
        profile: specification it claims, in short (`minimum`, `basic wl`, `basic`, `en16931`, `extended`, `xrechnung`,
            `peppol`, `3.2.2` ...), "" when it claims none.
        type: `invoice`, `credit note` or `pro forma`.
        fields: by the names of `bots.reader.reading.FIELDS`, canonical text; absent when the XML does not say it.
        self_billed: the buyer made it (UNTDID 1001 code 389), which German law calls "Gutschrift", as a credit note.
        adjustments: discounts and charges on the whole invoice, each.
        line_sum: what it says that its lines come to (BT-106).
        currencies: currencies of its amounts that are neither the invoice's nor, for taxes, the tax currency (BT-6).
        texts: what else it says in words and codes, as a page may print it: notes, contacts, other parties, references
            (CII only).
        others: further names and numbers of the same thing (trading name, number without its series, tax number).
    """

    syntax: Syntax
    profile: str
    type: Literal["invoice", "credit note", "pro forma"]
    fields: Mapping[str, str]
    lines: tuple[EInvoiceLine, ...] = ()
    taxes: tuple[EInvoiceTax, ...] = ()
    self_billed: bool = False
    adjustments: tuple[EInvoiceAdjustment, ...] = ()
    line_sum: str | None = None
    currencies: frozenset[str] = frozenset()
    texts: tuple[str, ...] = ()
    others: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
