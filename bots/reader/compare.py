"""Compare an e-invoice with its page: every field that differs is named, and the document goes to a person.

Two witnesses are asked for each value of the XML: the reading of the page, where it found that field, and the page's
print as a whole.  A value that the page does not print at all differs, unless invoices often leave it out and nothing
else of its kind stands there instead, or it follows from values that are printed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property

from bots.reader.compare_lines import NOTHING, Difference, line_differences, other_words, words_of
from bots.reader.ids import compact, tax_id_holds
from bots.reader.page import OwnIdentity
from bots.reader.printed import PrintedText
from bots.reader.reading import Reading
from bots.reader.wording import written
from config.errors import Reason
from connectors.einvoice import EInvoice, EInvoiceTax

__all__ = ["Difference", "differences", "doubts_of"]

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
_DATES = ("issue_date", "due_date", "service_start", "service_end")
_OTHER_PARTY = {"seller": "buyer", "buyer": "seller"}
_SHORT_ID = 6
_TELLING = 4
"""Letters of a word that says something: not "to", "of", "bis"."""
_COUNTRY = re.compile(r"(?:^|, )[A-Z]{2,3}$")
_CENT = Decimal("0.01")
Field = str


def doubts_of(
    einvoice: EInvoice, reading: Reading | None, printed: PrintedText, own: OwnIdentity | None = None
) -> tuple[Reason, ...]:
    """The differences as reasons for a person (OF215)."""
    return tuple(
        Reason("OF215", "", {"field": found.field, "xml": found.xml, "page": found.page})
        for found in differences(einvoice, reading, printed, own)
    )


def differences(
    einvoice: EInvoice, reading: Reading | None, printed: PrintedText, own: OwnIdentity | None = None
) -> list[Difference]:
    """Every field of the XML that the page contradicts.

    Args:
        einvoice: what the XML says.
        reading: what was understood of the page, None when nothing was.
        printed: everything on the pages.
        own: who we are, when known.
    """
    reading = reading or Reading(type=einvoice.type)
    return list(_Comparison(einvoice, reading, printed, own or OwnIdentity()).run())


class _Comparison:
    def __init__(self, einvoice: EInvoice, reading: Reading, printed: PrintedText, own: OwnIdentity):
        self.xml = einvoice
        self.reading = reading
        self.printed = printed
        self.own = own
        self.signed = einvoice.type != "credit note"  # a credit note prints with or without minus signs

    def run(self) -> Iterator[Difference]:
        if not self._type_agrees():
            yield Difference("type", self.xml.type, self.reading.type)
        for name in self.xml.fields:
            if not self._agrees(name):
                yield Difference(name, self.xml.fields[name], self.reading.get(name) or NOTHING)
        yield from line_differences(self.xml, self.reading, self.printed)
        yield from self._taxes()
        yield from self._bases()
        yield from other_words("text", self.xml.texts, self.printed, words_of(self.xml))

    def _type_agrees(self) -> bool:
        """A page without a title says nothing against an invoice; the title of a reminder, a statement or a quotation
        does."""
        seen, told = self.reading.type, self.xml.type
        if told == "invoice":
            return seen in {"invoice", "receipt"} or (seen == "credit note" and self.xml.self_billed)
        return seen == told or (told == "pro forma" and seen not in {"invoice", "credit note"})

    def _agrees(self, name: Field) -> bool:
        value = self.xml.fields[name]
        if self._is_the_others(name):
            return False
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
                return self._vat_id_agrees(value) or (name == "buyer_vat_id" and self._left_out(value))
            case "iban":
                return self.printed.wording.has_letters(value)
            case "bic":
                return self._bic_agrees(value.removesuffix("XXX"))
            case "order_reference" | "corrected_invoice":
                return self.printed.wording.has_letters(value)
            case "seller_address" | "buyer_address":
                return self.printed.wording.shows(_COUNTRY.sub("", value))  # the country's code is not printed
            case _:
                return self._terms_agree(value)

    def _is_the_others(self, name: Field) -> bool:
        """Whether the page gives this name, address or id to the other party, and another one to this party."""
        role, _, what = name.partition("_")
        if role not in _OTHER_PARTY:
            return False
        mine, theirs = self.reading.get(name), self.reading.get(f"{_OTHER_PARTY[role]}_{what}")
        if mine is None or theirs is None or compact(mine) == compact(theirs):
            return False
        return compact(_COUNTRY.sub("", self.xml.fields[name])) == compact(theirs)

    def _trusted(self, name: Field) -> str | None:
        """What the page's reading says, where it does not doubt it itself."""
        doubted = any(doubt.code in _DOUBTING.get(name, ()) for doubt in self.reading.doubts)
        return None if doubted else self.reading.get(name)

    def _amount_agrees(self, name: Field, value: Decimal) -> bool:
        seen = self.reading.fields.get(name)
        if seen is not None and seen.proofs:
            read = Decimal(seen.value)
            agrees = read == value or ((not self.signed or name in _EITHER_SIGN) and read == -value)
            return agrees or (name == "amount_due" and self._follows(name, value))  # the page's may have an old balance
        signed = self.signed and name not in _EITHER_SIGN
        return self.printed.has_amount(value, signed=signed) or self._follows(name, value)

    def _has(self, value: Decimal) -> bool:
        return self.printed.has_number(value)

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
                made = lines - amount("discount_total") + amount("charge_total")
                printed = (self.xml.fields.get("net_total"), *(line.line_total for line in self.xml.lines))
                return not value or (made == amount("net_total") and self._all_printed(*printed))
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
        if self.printed.wording.names(value):
            return True
        missing = self.printed.wording.missing_words(value)
        known_by_another = any(self.printed.wording.has_letters(other) for other in others)
        return known_by_another and len(missing) == len(value.split())

    def _number_agrees(self) -> bool:
        values = (self.xml.fields["invoice_number"], *self.xml.others.get("invoice_number", ()))
        seen = self._trusted("invoice_number")
        if seen is not None and all(compact(seen) != compact(value) for value in values):
            return False
        return any(self.printed.wording.has_letters(value) for value in values)

    def _date_agrees(self, name: Field, value: date) -> bool:
        if name.startswith("service") and self._breaks_a_span(name, value):
            return False
        seen = self._trusted(name)
        if seen is not None and (name in _DOUBTING or name.startswith("service")):
            return seen == value.isoformat()
        if self._is_another_date(name, value):
            return False
        issued = self._issued
        if any(value in dates for dates in self._dates):
            return True
        if name == "issue_date" or issued is None:
            return False
        apart = value - issued
        if name == "due_date" and seen is None:  # "14 days net"
            return apart == timedelta(0) or self.printed.has_days(apart.days)
        return False

    def _is_another_date(self, name: Field, value: date) -> bool:
        """Whether the page gives this date to another field, and another date to this one."""
        seen = self._trusted(name)
        others = (self.reading.get(other) for other in _DATES if other != name)
        return seen is not None and seen != value.isoformat() and value.isoformat() in others

    @cached_property
    def _issued(self) -> date | None:
        issued = self.xml.fields.get("issue_date")
        return date.fromisoformat(issued) if issued is not None else None

    @cached_property
    def _dates(self) -> tuple[frozenset[date], ...]:
        """The dates of the page, in the order of day and month in which it prints the date of the invoice."""
        both = self.printed.dates_by_order
        return tuple(dates for dates in both if self._issued in dates) or both

    def _breaks_a_span(self, name: Field, value: date) -> bool:
        """Whether the page prints a span with the other end of this period, and none with both."""
        start, end = (self.xml.fields.get(other) for other in ("service_start", "service_end"))
        if start is None or end is None or start == end:
            return False
        at = 0 if name == "service_start" else 1
        other = date.fromisoformat(end if at == 0 else start)
        spans = {span[at] for span in self.printed.spans if span[1 - at] == other}
        return bool(spans) and value not in spans

    def _vat_id_agrees(self, value: str) -> bool:
        if any(found != value and found.startswith(value) for found in self.printed.vat_ids):
            return False
        without_country = value[2:] if value[:2].isalpha() else value
        return self.printed.wording.has_letters(value) or (
            len(without_country) > _SHORT_ID and self.printed.wording.has_letters(without_country)
        )

    def _currency_agrees(self, value: str) -> bool:
        seen = self.reading.fields.get("currency")
        if seen is not None and seen.source != "computed":
            return seen.value == value
        left_out = seen.value == value if seen is not None else not self.printed.currencies
        return value in self.printed.currencies or left_out

    def _bic_agrees(self, value: str) -> bool:
        """Eight characters and eleven that end in XXX are the same bank (ISO 9362)."""
        shown = any(self.printed.wording.has_letters(form) for form in (value, f"{value}XXX"))
        return shown or not self.printed.names_a_bic

    def _left_out(self, value: str) -> bool:
        """Whether the page has no id of the buyer, and this one is ours, or, when nobody said who we are, can be one.

        Article 226 (4) of Directive 2006/112/EC asks for it only where the buyer owes the tax: many pages leave it out.
        """
        seller = compact(self.xml.fields.get("seller_vat_id", ""))
        if self.reading.get("buyer_vat_id") is not None or self.printed.vat_ids - {seller}:
            return False
        ours = {compact(vat_id) for vat_id in self.own.vat_ids}
        return compact(value) in ours if ours else tax_id_holds(value, "") is True

    def _terms_agree(self, value: str) -> bool:
        """Terms of payment are worded freely, only their figures must be printed; but who quotes quotes all."""
        wording = self.printed.wording
        words, missing = written(value), wording.missing_words(value)
        figures = [word for word in value.split() if any(char.isdigit() for char in word)]
        if not all(self.printed.has_figure(word) for word in figures):
            return False
        told = [word for word in words if word.isalpha() and len(word) >= _TELLING]
        quotes = bool(told) and 2 * sum(word not in missing for word in told) >= len(told)
        return not quotes or (wording.in_place(value) and all(any(char.isdigit() for char in word) for word in missing))

    def _bases(self) -> Iterator[Difference]:
        """Bases of discounts and charges that the page does not print, and that no lines make."""
        sums: defaultdict[str | None, Decimal] = defaultdict(Decimal)
        for line in self.xml.lines:
            sums[None] += Decimal(line.line_total or 0)
            sums[line.tax_rate] += Decimal(line.line_total or 0)
        sums["with charges"] = sums[None] + sum(
            (Decimal(p.amount) for p in self.xml.adjustments if p.charge), Decimal(0)
        )
        for number, part in enumerate(self.xml.adjustments, start=1):
            if part.base is not None and not self._has(Decimal(part.base)) and Decimal(part.base) not in sums.values():
                yield Difference(f"adjustment {number} base", part.base, NOTHING)

    def _taxes(self) -> Iterator[Difference]:
        for number, tax in enumerate(self.xml.taxes, start=1):
            for name in ("base", "rate", "amount"):
                value = getattr(tax, name)
                if value is None or not Decimal(value) or self._has(Decimal(value)):
                    continue
                if not self._tax_follows(tax):
                    yield Difference(f"tax {number} {name}", value, NOTHING)

    def _tax_follows(self, tax: EInvoiceTax) -> bool:
        """Whether the one value of a tax row that is not printed is what the other two make it."""
        values = (tax.base, tax.rate, tax.amount)
        if None in values:
            return False
        base, rate, amount = (Decimal(value or 0) for value in values)
        shown = sum(self._has(value) or not value for value in (base, rate, amount))
        return shown >= len(values) - 1 and abs(base * rate / 100 - amount) <= _CENT
