"""Tax rows that print the same tax in another way than the rates which make up the total."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from decimal import Decimal

from bots.reader.items import Item
from bots.reader.sheet import Sheet
from bots.reader.spots import Amount
from bots.reader.taxes import TaxRow

__all__ = ["contradicted_rates", "strange_rates"]

_LONG = 14


def contradicted_rates(sheet: Sheet, skip: Container[int], rates: Sequence[TaxRow], net: Decimal) -> Iterator[str]:
    """The text of each row outside the lines that gives one of these taxes with another rate, base or amount.

    Args:
        skip: rows of the line tables.
        rates: what makes up the tax; a rate without a base of its own is one of the whole net.
    """
    for index in sheet.spots.amounts:
        if index in skip:
            continue
        amounts = sheet.spots.amounts[index]
        percents = {amount.value for amount in amounts if amount.percent}
        money = {abs(amount.value) for amount in amounts if amount.money}
        if not (percents and money) or any(hit.prose for hit in sheet.hits.get(index, ())):
            continue
        row = sheet.layout.rows[index]
        differs = any(_differs(rate, net, percents, money) for rate in rates if rate.tax is not None)
        if differs and len(row.words) <= _LONG:
            yield row.text()


def strange_rates(items: Sequence[Item], rates: Sequence[TaxRow]) -> Iterator[str]:
    """Rates of lines that are none of those which make up the tax; bare digits may be a code and not a rate."""
    known = {rate.percent for rate in rates}
    for item in items if known else ():
        if item.value("tax_rate") not in known | {None, Decimal(0)}:
            rate = item.figures["tax_rate"]
            if rate.percent or rate.places:
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
