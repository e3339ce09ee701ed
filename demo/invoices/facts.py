"""Draw the facts of an invoice: who, what, how much, under which tax case; all sums hold unless the case says not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import TypedDict

from demo.invoices.identifiers import wrong_check_digit
from demo.invoices.model import Case, Invoice, Item, Party, TaxRow, cents
from demo.invoices.parties import COUNTRIES, draw_party
from demo.invoices.words import Words, words

__all__ = ["Wishes", "draw_invoice", "settle"]

RATES: dict[str, tuple[str, ...]] = {
    "AT": ("20", "10"), "BE": ("21", "6"), "CH": ("8.1", "2.6"), "DE": ("19", "7"), "DK": ("25",),
    "ES": ("21", "10", "4"), "FR": ("20", "10", "5.5"),
    "GB": ("20", "5"), "IE": ("23", "13.5"), "IT": ("22", "10", "4"), "NL": ("21", "9"),
    "PL": ("23", "8"), "PT": ("23", "13", "6"), "SE": ("25", "12", "6"),
    "CZ": ("21", "12"), "HU": ("27", "18", "5"), "RO": ("21", "11"), "GR": ("24", "13", "6"),
}  # fmt: skip
"""VAT rates in percent, the standard one first, as of 2026."""
_ABROAD = sorted(RATES.keys() - {"CZ", "GR", "HU", "RO"})
"""Where buyers abroad sit: in countries whose letters are in the typefaces that every PDF reader has."""
_CURRENCIES = {"GB": "GBP", "CH": "CHF", "PL": "PLN", "SE": "SEK", "DK": "DKK", "CZ": "CZK", "HU": "HUF", "RO": "RON"}
_NUMBERS = (
    "{yyyy}/{n:06d}", "F-{yy}-{n:04d}", "RE-{yyyy}-{n:04d}", "A{yy}-{n:04d}", "{yyyy}{mm:02d}-{n:03d}", "INV-{n:06d}",
    "1000{n:04d}", "FV/{n}/{mm:02d}/{yyyy}", "{yy}.{n:04d}", "{n:05d}", "FAC{yyyy}{n:05d}", "R{n:04d}{yy}",
    "{n:04d}/{yy}-B", "SI-{yy}{mm:02d}-{n:04d}", "{yyyy}-{n}",
)  # fmt: skip
_ZERO = Decimal(0)


class Wishes(TypedDict, total=False):
    """What a caller fixes; the rest is drawn."""

    seller: Party
    buyer: Party
    number: str
    issued: date
    order: str
    currency: str
    days: int
    corrects: str
    items: tuple[Item, ...]
    withheld_rate: Decimal


def draw_invoice(rng: Random, case: Case, language: str, wishes: Wishes) -> Invoice:
    """An invoice of a case in a language."""
    said = words(language)
    country = rng.choice(COUNTRIES[language])
    person = case == "withholding" and country == "ES" and rng.random() < 0.7
    seller = wishes.get("seller") or draw_party(rng, country, person=person)
    buyer = wishes.get("buyer") or draw_party(rng, _buyer_country(rng, case, seller.country))
    while buyer.name == seller.name:
        buyer = draw_party(rng, buyer.country)
    issued = wishes.get("issued") or date(2024, 7, 1) + timedelta(days=rng.randrange(640))
    days = wishes.get("days", rng.choice((0, 10, 14, 15, 30, 30, 30, 45, 60, 60, 90)))
    currency = wishes.get("currency") or _currency(rng, case, seller.country)
    rates = _rates(rng, case, seller.country)
    invoice = settle(
        rng,
        Invoice(
            case=case,
            language=language,
            number=wishes.get("number") or _number(rng, issued),
            issued=issued,
            due=issued + timedelta(days=days),
            days=days,
            currency=currency,
            seller=seller,
            buyer=buyer,
            items=wishes.get("items") or _items(rng, case, said, rates),
            taxes=(),
            net=_ZERO,
            tax=_ZERO,
            gross=_ZERO,
            gross_prices=case == "gross prices",
            order=wishes.get("order", f"PO-{rng.randint(4000, 99999)}" if rng.random() < 0.4 else ""),
            customer=f"{rng.randint(1000, 89999)}" if rng.random() < 0.6 else "",
            delivery_note=f"{rng.randint(10000, 999999)}" if rng.random() < 0.25 else "",
            delivered=issued - timedelta(days=rng.randint(0, 9)) if rng.random() < 0.35 else None,
        ),
    )
    return _by_case(rng, invoice, wishes)


def _buyer_country(rng: Random, case: Case, seller_country: str) -> str:
    if case not in ("reverse charge", "intra-community"):
        return seller_country if rng.random() < 0.8 else rng.choice(_ABROAD)
    return rng.choice([country for country in _ABROAD if country not in (seller_country, "GB", "CH")])


def _currency(rng: Random, case: Case, country: str) -> str:
    own = _CURRENCIES.get(country, "EUR")
    if case == "foreign currency":
        return rng.choice([currency for currency in ("USD", "GBP", "CHF", "EUR", "SEK") if currency != own])
    return own


def _rates(rng: Random, case: Case, country: str) -> Sequence[Decimal]:
    if case in ("reverse charge", "intra-community", "exempt"):
        return (_ZERO,)
    rates = [Decimal(rate) for rate in RATES[country]]
    if case == "several rates" and len(rates) > 1:
        return rates[: rng.randint(2, len(rates))]
    return rates[:1] if rng.random() < 0.85 else rates[1:2] or rates


def _number(rng: Random, issued: date) -> str:
    return rng.choice(_NUMBERS).format(
        yyyy=issued.year, yy=f"{issued.year % 100:02d}", mm=issued.month, n=rng.randint(3, 9800)
    )


def _items(rng: Random, case: Case, said: Words, rates: Sequence[Decimal]) -> tuple[Item, ...]:
    if case == "no lines":
        return ()
    count = rng.randint(28, 75) if case == "long" else rng.choice((1, 1, 2, 2, 3, 3, 4, 5, 6, 8, 11, 14))
    count = max(count, len(rates))
    return tuple(_item(rng, case, said, rates[index % len(rates)]) for index in range(count))


def _item(rng: Random, case: Case, said: Words, rate: Decimal) -> Item:
    description, low, high, detail = rng.choice(said.goods)
    places = 4 if high < 2 and rng.random() < 0.4 else 2
    price = Decimal(rng.randint(int(low * 10**places), int(high * 10**places))).scaleb(-places)
    if high < 5:
        quantity = Decimal(rng.choice((10, 25, 50, 100, 150, 200, 500, 1200, 2500)))
    elif rng.random() < 0.15:
        quantity = Decimal(rng.randint(5, 240)) / 4
    else:
        quantity = Decimal(rng.choice((1, 1, 1, 2, 2, 3, 4, 5, 6, 8, 10, 12)))
    discounted = case == "line discounts" and rng.random() < 0.7
    discount = Decimal(rng.choice(("5", "10", "12.5", "15", "3"))) if discounted else _ZERO
    return Item(
        description=description,
        detail=detail if rng.random() < 0.6 else "",
        sku=f"{rng.choice('ABCHKMRT')}{rng.randint(10, 99)}-{rng.randint(1000, 99999)}",
        quantity=quantity,
        unit=rng.choice(said.units),
        unit_price=price,
        rate=rate,
        discount=discount,
        total=cents(quantity * price * (100 - discount) / 100),
    )


def settle(rng: Random, invoice: Invoice) -> Invoice:
    """The invoice with its sums worked out from its lines, discount and charge."""
    if invoice.case == "no lines":
        rate = Decimal(RATES[invoice.seller.country][0])
        bases = {rate: cents(Decimal(rng.randint(9_000, 290_000)) / 100)}
    else:
        bases = _bases(invoice)
    discount = charge = rate = _ZERO
    first = max(bases, key=lambda one: bases[one])
    if invoice.case == "document discount":
        rate = Decimal(rng.choice((2, 3, 5, 10)))
        discount = cents(bases[first] * rate / 100) if len(bases) == 1 else _ZERO
    if invoice.case == "charges":
        charge = Decimal(rng.choice(("6.90", "12.00", "18.50", "45.00")))
    bases[first] += charge - discount
    if invoice.gross_prices:
        taxes = tuple(TaxRow(r, cents(b / (1 + r / 100)), b - cents(b / (1 + r / 100))) for r, b in bases.items())
    else:
        taxes = tuple(TaxRow(r, base, cents(base * r / 100)) for r, base in bases.items())
    net = sum((row.base for row in taxes), _ZERO)
    tax = sum((row.amount for row in taxes), _ZERO)
    return replace(
        invoice, taxes=taxes, net=net, tax=tax, gross=net + tax, discount=discount, discount_rate=rate, charge=charge
    )


def _bases(invoice: Invoice) -> dict[Decimal, Decimal]:
    bases: dict[Decimal, Decimal] = {}
    for item in invoice.items:
        bases[item.rate] = bases.get(item.rate, _ZERO) + item.total
    return bases


def _by_case(rng: Random, invoice: Invoice, wishes: Wishes) -> Invoice:
    gross = invoice.gross
    match invoice.case:
        case "withholding":
            usual = Decimal(20) if invoice.seller.country == "IT" else Decimal(rng.choice((15, 15, 19, 7)))
            rate = wishes.get("withheld_rate", usual)
            withheld = cents(invoice.net * rate / 100)
            return replace(invoice, withheld_rate=rate, withheld=withheld, gross=gross - withheld)
        case "credit note":
            return replace(_negative(invoice), corrects=wishes.get("corrects") or _number(rng, invoice.issued))
        case "positive credit note":
            return replace(invoice, corrects=wishes.get("corrects") or _number(rng, invoice.issued))
        case "prepaid":
            part = gross if rng.random() < 0.5 else cents(gross * rng.choice((20, 30, 50)) / 100)
            return replace(invoice, prepaid=part)
        case "old balance":
            return replace(invoice, old_balance=cents(Decimal(rng.randint(2_000, 90_000)) / 100))
        case "second currency":
            other = rng.choice([currency for currency in ("USD", "CHF", "GBP", "EUR") if currency != invoice.currency])
            return replace(invoice, second=(other, cents(gross * Decimal(rng.randint(82, 124)) / 100)))
        case "rounding":
            rounded = (gross * 20).quantize(Decimal(1)) / 20
            return replace(invoice, rounding=cents(rounded - gross), gross=cents(rounded))
        case "contradiction":
            wrong = gross + rng.choice((Decimal("10.00"), Decimal("-9.00"), Decimal("100.00"), Decimal("0.90")))
            return replace(invoice, false_gross=wrong)
        case "wrong VAT id":
            seller = replace(
                invoice.seller, vat_id=wrong_check_digit(rng, invoice.seller.country, invoice.seller.vat_id)
            )
            return replace(invoice, seller=seller)
    return invoice


def _negative(invoice: Invoice) -> Invoice:
    """A credit note with negative quantities and sums, as most programs print it."""
    return replace(
        invoice,
        items=tuple(replace(item, quantity=-item.quantity, total=-item.total) for item in invoice.items),
        taxes=tuple(TaxRow(row.rate, -row.base, -row.amount) for row in invoice.taxes),
        net=-invoice.net,
        tax=-invoice.tax,
        gross=-invoice.gross,
    )
