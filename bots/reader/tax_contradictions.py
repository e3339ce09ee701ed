"""Tax rows that print the same tax in another way than the rates which make up the total."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from bots.reader.lines import Item
from bots.reader.sheet import Sheet
from bots.reader.spots import Amount
from bots.reader.taxes import TaxRow

__all__ = ["contradicted_rates", "strange_rates"]

_LONG = 14


def contradicted_rates(sheet: Sheet, skip: frozenset[int], rates: Sequence[TaxRow], net: Decimal) -> Iterator[str]:
    """The text of each row outside the lines that gives one of these taxes with another rate, base or amount.

    Args:
        skip: rows of the line tables.
        rates: what makes up the tax; a rate without a base of its own is one of the whole net.
    """
    for index, amounts in sheet.spots.amounts.items():
        row = sheet.layout.rows[index]
        if index in skip or len(row.words) > _LONG or any(hit.prose for hit in sheet.hits.get(index, ())):
            continue
        percents = {amount.value for amount in amounts if amount.percent}
        money = {abs(amount.value) for amount in amounts if amount.money}
        if percents and money and any(_differs(rate, net, percents, money) for rate in rates if rate.tax is not None):
            yield row.text()


def strange_rates(items: Sequence[Item], rates: Sequence[TaxRow]) -> Iterator[str]:
    """Rates of lines that are none of those which make up the tax; bare digits may be a code and not a rate."""
    known = {rate.percent for rate in rates}
    for item in items:
        rate = item.figures.get("tax_rate")
        if known and rate is not None and (rate.percent or rate.places) and rate.value not in known | {Decimal(0)}:
            yield rate.text


def _differs(rate: TaxRow, net: Decimal, percents: set[Decimal], money: set[Decimal]) -> bool:
    base, tax = abs(rate.base.value if rate.base is not None else net), abs(_value(rate.tax))
    if not tax:
        return False
    shown = {base, tax, base + tax} & money
    if rate.percent not in percents:
        return tax in money and (len(money) == 1 or base in money)
    return len(money) > 1 and len(shown) == 1


def _value(amount: Amount | None) -> Decimal:
    return amount.value if amount is not None else Decimal(0)
