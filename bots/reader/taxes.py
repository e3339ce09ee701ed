"""Tax rows: where base, rate and tax stand in one row and agree, or a rate and its tax beside the tax's name."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from bots.reader.sheet import Sheet
from bots.reader.spots import Amount

__all__ = ["TaxRow", "agrees", "blocks_of", "find_tax_rows"]

CENT = Decimal("0.01")
_FEW = 12
"""Words of a row of headings over amounts, or of a rate that stands by itself: more are a sentence."""


@dataclass(slots=True)
class TaxRow:
    """One rate of the breakdown; `gross` when base + tax stands there too; `block` groups rows that stand together."""

    rate: Amount | None
    base: Amount | None
    tax: Amount | None
    gross: Amount | None
    block: int
    labelled: bool
    row: int
    percent: Decimal


def agrees(base: Decimal, rate: Decimal, tax: Decimal, tolerance: Decimal = CENT) -> bool:
    """Whether the tax is the base times the rate (in percent), within printed rounding."""
    return abs((base * rate / 100).quantize(CENT, ROUND_HALF_UP) - tax) <= tolerance


def blocks_of(rows: Sequence[TaxRow]) -> list[list[TaxRow]]:
    """The rows that stand together, block by block."""
    blocks: dict[int, list[TaxRow]] = {}
    for row in rows:
        blocks.setdefault(row.block, []).append(row)
    return [blocks[number] for number in sorted(blocks)]


def find_tax_rows(sheet: Sheet, skip: Container[int]) -> list[TaxRow]:
    """Rows with a rate and amounts that agree; `skip` are rows of the line table."""
    found: list[TaxRow] = []
    block, last = 0, -10
    for index in sheet.spots.amounts:  # which are in order
        if index in skip:
            block += 1
            continue
        if index - last > 4 or _breaks(sheet, last, index):
            block += 1
        row = _read(sheet, index, block)
        rows = [row] if row is not None else list(_under_captions(sheet, index, block))
        if rows:
            found += rows
            last = index
    return found


def _under_captions(sheet: Sheet, index: int, block: int) -> Iterator[TaxRow]:
    """`VAT 21% | VAT 10% | ...` in one row, and the tax of each below it."""
    row, amounts = sheet.layout.rows[index], sheet.spots.amounts[index]
    if any(not amount.percent for amount in amounts) or len(amounts) < 2:
        return
    below = next(iter(sheet.layout.below(row, 2.5 * row.height)), None)
    money = [amount for amount in sheet.spots.amounts.get(below.index, ()) if amount.money] if below is not None else []
    for rate in amounts:
        phrase = rate.phrase
        named = any(
            phrase.start <= hit.first < phrase.end and (hit.means("tax") or hit.means("label", "tax_total"))
            for hit in sheet.hits.get(index, ())
        )
        under = [amount for amount in money if min(amount.x1, phrase.x1) - max(amount.x0, phrase.x0) > 0]
        if named and len(under) == 1:
            yield TaxRow(rate, None, under[0], None, block, True, index, rate.value)


def _breaks(sheet: Sheet, last: int, index: int) -> bool:
    rows = sheet.layout.rows
    if last < 0 or rows[last].page != rows[index].page:
        return True
    return any(
        hit.means("label", "gross_total", "amount_due") and hit.pure
        for between in range(last, index)
        for hit in sheet.hits.get(between, ())
    )


def _read(sheet: Sheet, index: int, block: int) -> TaxRow | None:
    amounts = sheet.spots.amounts[index]
    hits = sheet.hits.get(index, ())
    if any(hit.prose for hit in hits) and len(sheet.layout.rows[index].words) > 14:
        return None
    if any(hit.means("label", "withheld_total") for hit in hits):
        return None
    money = [amount for amount in amounts if amount.money]
    labelled = any(hit.means("tax") or hit.means("label", "tax_total") for hit in hits)
    rates = [amount for amount in amounts if amount.percent and 0 <= amount.value <= 60]
    if not rates and len(money) >= 2:
        rates = [a for a in amounts if not a.money and not a.currency and 0 <= a.value <= 30 and not a.signed]
    for rate in rates:
        for base in money:
            for tax in money:
                if base is not tax and base is not rate and tax is not rate and _pair(base, rate, tax):
                    gross = next((a for a in money if a.value == base.value + tax.value and a not in (base, tax)), None)
                    return TaxRow(rate, base, tax, gross, block, labelled, index, rate.value)
    for rate, base, tax in zip(money, money[1:], money[2:], strict=False):
        if not rate.currency and 2 < rate.value <= 30 and tax.value and _pair(base, rate, tax):
            return TaxRow(rate, base, tax, None, block, labelled, index, rate.value)
    if labelled and len(money) == 1 and any(amount.percent for amount in amounts):
        rate = next(amount for amount in amounts if amount.percent)
        return TaxRow(rate, None, money[0], None, block, labelled, index, rate.value)
    named = labelled or any(hit.means("column", "tax_rate") for hit in hits)
    if named and not money and len(rates) == 1 and rates[0].percent and len(sheet.layout.rows[index].words) <= _FEW:
        return TaxRow(rates[0], None, None, None, block, named, index, rates[0].value)  # "Tax rate 19%"
    return None


def _pair(base: Amount, rate: Amount, tax: Amount) -> bool:
    if abs(base.value) < abs(tax.value) or (base.value < 0) != (tax.value < 0 or (tax.value == 0 and base.value < 0)):
        return False
    if not rate.percent and (rate.value == 0 or tax.value == 0):
        return rate.value == 0 and tax.value == 0 and base.value != 0
    if rate.value and abs(base.value) < Decimal(1) and abs(tax.value) < CENT:
        return False
    return agrees(base.value, rate.value, tax.value)
