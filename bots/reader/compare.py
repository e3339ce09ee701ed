"""Compare an e-invoice with its page: every field that differs is named, and the document goes to a person.

Two witnesses are asked for each value of the XML: the reading of the page, where it found that field, and the page's
print as a whole.  A value that the page does not print at all differs, unless invoices often leave it out and nothing
else of its kind stands there instead, or it follows from values that are printed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from bots.reader.ids import compact
from bots.reader.page import Page
from bots.reader.printed import PrintedText
from bots.reader.reading import Reading
from config.errors import Reason
from connectors.einvoice import EInvoice, EInvoiceLine, EInvoiceTax

__all__ = ["Difference", "differences", "doubts_of", "line_holds"]

_AMOUNTS = (
    "net_total", "tax_total", "withheld_total", "discount_total", "charge_total", "rounding", "gross_total", "prepaid",
    "amount_due",
)  # fmt: skip
_EITHER_SIGN = frozenset(
    {"prepaid", "discount_total", "charge_total", "withheld_total"}
)  # printed as what is taken off
_DOUBTING: Mapping[str, frozenset[str]] = {
    "invoice_number": frozenset({"OF230", "OF231"}),
    "issue_date": frozenset({"OF232", "OF233", "OF234", "OF235"}),
}
"""Doubts by which the reading itself says that it is not sure of a field."""
_SHORT_ID = 6
_COUNTRY = re.compile(r"[A-Z]{2,3}")
_NOTHING = "–"
_CENT = Decimal("0.01")
Field = str


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that the XML and the page do not agree on.

    Attributes:
        field: a name of FIELDS, `type`, or a place such as `line 2 unit_price` or `tax 1 base`.
        xml: what the XML says.
        page: what the page's reading says, "–" when it has nothing for this field.
    """

    field: str
    xml: str
    page: str


def doubts_of(einvoice: EInvoice, reading: Reading | None, pages: Sequence[Page]) -> tuple[Reason, ...]:
    """The differences as reasons for a person (OF215)."""
    return tuple(
        Reason("OF215", "", {"field": found.field, "xml": found.xml, "page": found.page})
        for found in differences(einvoice, reading, pages)
    )


def differences(einvoice: EInvoice, reading: Reading | None, pages: Sequence[Page]) -> list[Difference]:
    """Every field of the XML that the page contradicts.

    Args:
        einvoice: what the XML says.
        reading: what was understood of the page, None when nothing was.
        pages: the pages with their words.
    """
    return list(_Comparison(einvoice, reading or Reading(type=einvoice.type), PrintedText.of(pages)).run())


class _Comparison:
    def __init__(self, einvoice: EInvoice, reading: Reading, printed: PrintedText):
        self.xml = einvoice
        self.reading = reading
        self.printed = printed
        self.signed = einvoice.type != "credit note"  # a credit note prints with or without minus signs

    def run(self) -> Iterator[Difference]:
        if not self._type_agrees():
            yield Difference("type", self.xml.type, self.reading.type)
        for name in self.xml.fields:
            if not self._agrees(name):
                yield Difference(name, self.xml.fields[name], self.reading.get(name) or _NOTHING)
        yield from self._lines()
        yield from self._taxes()

    def _type_agrees(self) -> bool:
        seen = self.reading.type
        return seen not in {"invoice", "credit note"} or seen == self.xml.type or self.xml.self_billed

    def _agrees(self, name: Field) -> bool:
        value = self.xml.fields[name]
        if name in _AMOUNTS:
            return self._amount_agrees(name, Decimal(value))
        match name:
            case "seller_name" | "buyer_name":
                return self._name_agrees(name)
            case "invoice_number":
                return self._number_agrees()
            case "issue_date" | "due_date" | "service_start" | "service_end":
                return self._date_agrees(name, date.fromisoformat(value))
            case "currency":
                return self._currency_agrees(value)
            case "seller_vat_id" | "buyer_vat_id":
                return self._vat_id_agrees(value) or (name == "buyer_vat_id" and self._only_the_sellers())
            case "iban":
                return self.printed.has_letters(value)
            case "bic":
                return self.printed.has_letters(value.removesuffix("XXX")) or not self.printed.names_a_bic
            case "order_reference" | "corrected_invoice":
                return self.printed.has_letters(value)
            case "seller_address" | "buyer_address":
                return all(self._part_printed(part) for part in value.split(", "))
            case _:
                return self._terms_agree(value)

    def _trusted(self, name: Field) -> str | None:
        """What the page's reading says, where it does not doubt it itself."""
        doubted = any(doubt.code in _DOUBTING.get(name, ()) for doubt in self.reading.doubts)
        return None if doubted else self.reading.get(name)

    def _amount_agrees(self, name: Field, value: Decimal) -> bool:
        seen = self.reading.fields.get(name)
        if seen is not None and seen.proofs:
            read = Decimal(seen.value)
            return read == value or ((not self.signed or name in _EITHER_SIGN) and read == -value)
        signed = self.signed and name not in _EITHER_SIGN
        return self.printed.has_number(value, signed=signed) or self._follows(name, value)

    def _has(self, value: Decimal) -> bool:
        return self.printed.has_number(value, signed=False)

    def _follows(self, name: Field, value: Decimal) -> bool:
        """Whether an amount that is not printed is what the printed ones of the XML make it."""
        amount = self._amount
        lines = sum((Decimal(line.line_total or 0) for line in self.xml.lines), Decimal(0))
        match name:
            case "tax_total":
                return value == amount("gross_total") + amount("withheld_total") - amount("net_total") and (
                    not value or self._all_printed(*(tax.amount for tax in self.xml.taxes))
                )
            case "net_total":
                return value == amount("gross_total") + amount("withheld_total") - amount("tax_total") == lines
            case "amount_due":
                return value == amount("gross_total") - amount("prepaid") + amount("rounding")
            case "discount_total" | "charge_total":
                return not value or lines - amount("discount_total") + amount("charge_total") == amount("net_total")
            case _:
                return not value and self._is_zero(name)

    def _is_zero(self, name: Field) -> bool:
        seen = self.reading.get(name)
        return seen is None or not Decimal(seen)

    def _amount(self, name: Field) -> Decimal:
        return Decimal(self.xml.fields.get(name, "0"))

    def _all_printed(self, *values: str | None) -> bool:
        return all(value is None or self._has(Decimal(value)) for value in values)

    def _name_agrees(self, name: Field) -> bool:
        value, others = self.xml.fields[name], self.xml.others.get(name, ())
        missing = self.printed.missing_words(value)
        if not missing or self.printed.has_letters(value):
            return True
        known_by_another = any(self.printed.has_letters(other) for other in others)
        return known_by_another and len(missing) == len(value.split())

    def _number_agrees(self) -> bool:
        values = (self.xml.fields["invoice_number"], *self.xml.others.get("invoice_number", ()))
        seen = self._trusted("invoice_number")
        if seen is not None and all(compact(seen) != compact(value) for value in values):
            return False
        return any(self.printed.has_letters(value) for value in values)

    def _date_agrees(self, name: Field, value: date) -> bool:
        seen = self._trusted(name)
        if seen is not None and name in _DOUBTING:
            return seen == value.isoformat()
        if value in self.printed.dates:
            return True
        issued = self.xml.fields.get("issue_date")
        if name == "issue_date" or issued is None:
            return False
        apart = value - date.fromisoformat(issued)
        if name == "due_date" and seen is None:  # "14 days net"
            return apart == timedelta(0) or self.printed.has_days(apart.days)
        return False

    def _vat_id_agrees(self, value: str) -> bool:
        without_country = value[2:] if value[:2].isalpha() else value
        return self.printed.has_letters(value) or (
            len(without_country) > _SHORT_ID and self.printed.has_letters(without_country)
        )

    def _currency_agrees(self, value: str) -> bool:
        seen = self.reading.fields.get("currency")
        if seen is not None and seen.source != "computed":
            return seen.value == value
        left_out = seen.value == value if seen is not None else not self.printed.currencies
        return value in self.printed.currencies or left_out

    def _part_printed(self, part: str) -> bool:
        """A street with its number, or a town with its code: its figures must stand beside its words."""
        if _COUNTRY.fullmatch(part):  # the code is not printed
            return True
        if any(char.isdigit() for char in part) and any(char.isalpha() for char in part):
            return self.printed.has_letters(part)
        return not self.printed.missing_words(part)

    def _only_the_sellers(self) -> bool:
        """Whether the page has no VAT id beside the seller's, and its reading none of the buyer's: it is left out."""
        seller = compact(self.xml.fields.get("seller_vat_id", ""))
        return self.reading.get("buyer_vat_id") is None and not self.printed.vat_ids - {seller}

    def _terms_agree(self, value: str) -> bool:
        """Terms of payment are worded freely; the figures in them are printed all the same."""
        figures = [word for word in value.split() if any(char.isdigit() for char in word)]
        return all(self.printed.has_figure(word) for word in figures)

    def _lines(self) -> Iterator[Difference]:
        for number, line in enumerate(self.xml.lines, start=1):
            for name in ("quantity", "unit_price", "line_total"):
                value = getattr(line, name)
                if value is None or not Decimal(value) or self._has(Decimal(value)):
                    continue
                if name == "line_total" or not self._multiplies(line):
                    yield Difference(f"line {number} {name}", value, _NOTHING)
            if line.description and self.printed.missing_words(line.description):
                yield Difference(f"line {number} description", line.description, _NOTHING)

    def _multiplies(self, line: EInvoiceLine) -> bool:
        """Whether quantity times price makes a line total that is printed: one of both may be computed, not printed."""
        if line.quantity is None or line.unit_price is None or line.line_total is None:
            return False
        quantity = Decimal(line.quantity)
        shown = self._has(quantity) or self._has(Decimal(line.unit_price)) or abs(quantity) == 1
        return shown and self._has(Decimal(line.line_total)) and line_holds(line) is True

    def _taxes(self) -> Iterator[Difference]:
        for number, tax in enumerate(self.xml.taxes, start=1):
            for name in ("base", "rate", "amount"):
                value = getattr(tax, name)
                if value is None or not Decimal(value) or self._has(Decimal(value)):
                    continue
                if not self._tax_follows(tax):
                    yield Difference(f"tax {number} {name}", value, _NOTHING)

    def _tax_follows(self, tax: EInvoiceTax) -> bool:
        """Whether the one value of a tax row that is not printed is what the other two make it."""
        values = (tax.base, tax.rate, tax.amount)
        if None in values:
            return False
        base, rate, amount = (Decimal(value or 0) for value in values)
        shown = sum(self._has(value) or not value for value in (base, rate, amount))
        return shown >= len(values) - 1 and abs(base * rate / 100 - amount) <= _CENT


def line_holds(line: EInvoiceLine) -> bool | None:
    """Whether quantity times price, less the discount, makes the line's total; None when one of them is missing.

    The price may have been rounded in its last place: the total may be out by half of that, times the quantity.
    """
    if line.quantity is None or line.unit_price is None or line.line_total is None:
        return None
    quantity, price = Decimal(line.quantity), Decimal(line.unit_price)
    made = quantity * price - Decimal(line.discount or 0)
    places = len(line.unit_price.partition(".")[2])
    slack = _CENT + abs(quantity) * Decimal(5).scaleb(-places - 1)
    return abs(abs(made) - abs(Decimal(line.line_total))) <= slack
