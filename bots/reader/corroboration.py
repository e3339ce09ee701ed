"""What proves totals from elsewhere on the page: tax rows, lines, and the chain of discounts and charges between.

Every relation is checked to the cent; lines that were rounded one by one may miss their sum by one cent, but only where
the tax rates prove the totals as well.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import chain, combinations

from bots.reader.items import Item, in_part
from bots.reader.lines import Table
from bots.reader.spots import Amount
from bots.reader.taxes import TaxRow, agrees, blocks_of

__all__ = [
    "Choice",
    "Ladder",
    "choices_of",
    "line_holds",
    "lines_hold",
    "match_lines",
    "rates_of_lines_explain",
    "rates_that_explain",
    "reaches",
]

ZERO, CENT = Decimal(0), Decimal("0.01")
_TELLING = Decimal("0.05")
"""What the rounding of a price hides must be so much, to tell anything about it."""
_SAYING = frozenset({"quantity", "unit_price"})
_RUNGS = 7
_EXTRAS = 7


@dataclass(slots=True)
class Ladder:
    """The amounts of the totals block by row: what may stand between the sum of lines and the net total.

    Attributes:
        amounts: all of the document, by row; `rows` are those with money.
        discounts, charges: values that labels name so.
    """

    amounts: Mapping[int, Sequence[Amount]]
    rows: Sequence[int]
    discounts: Sequence[Decimal]
    charges: Sequence[Decimal]

    def between(self, first: int, last: int) -> Iterator[Decimal]:
        """The last money of each row between two rows, with its sign, from top to bottom."""
        for at in range(bisect_right(self.rows, first), bisect_left(self.rows, last)):
            yield next(amount.value for amount in reversed(self.amounts[self.rows[at]]) if amount.money)


def reaches(start: Decimal, target: Decimal, ladder: Ladder, rows: tuple[int, int]) -> bool:
    """Whether `start` becomes `target` by adding some of the amounts that stand between (or are named so)."""
    if start == target:
        return True
    between = (value for value in ladder.between(*rows) if value)
    named = (*(-abs(value) for value in ladder.discounts), *(abs(value) for value in ladder.charges))
    steps: list[Decimal] = []
    for value in chain(between, named):
        if value not in (start, target) and steps.count(value) < 2:
            steps.append(value)
            if len(steps) == _RUNGS:
                break
    return _subset(target - start, steps)


def _subset(difference: Decimal, steps: Sequence[Decimal]) -> bool:
    return any(
        sum(chosen, ZERO) == difference for count in range(1, len(steps) + 1) for chosen in combinations(steps, count)
    )


def rates_that_explain(rows: Sequence[TaxRow], net: Decimal, tax: Decimal) -> list[TaxRow] | None:
    """The run of tax rows whose taxes sum to the tax and whose bases sum to the net (or to its taxed part)."""
    for inside in blocks_of(rows):
        for run in _runs(inside):
            if _explains(run, net, tax):
                return run
    single = [row for row in rows if row.labelled]
    return single if len(single) > 1 and _explains(single, net, tax) else None


def _runs(rows: list[TaxRow]) -> Iterator[list[TaxRow]]:
    count = len(rows)
    for length in range(count, 0, -1):
        for begin in range(count - length + 1):
            yield rows[begin : begin + length]
    distinct = list({(row.percent, row.tax.value if row.tax else None): row for row in rows}.values())
    if len(distinct) < count:
        yield distinct


def _explains(rows: list[TaxRow], net: Decimal, tax: Decimal) -> bool:
    if len(rows) == 1 and rows[0].tax is None:
        return bool(tax) and agrees(net, rows[0].percent, tax)
    if sum((row.tax.value for row in rows if row.tax is not None), ZERO) != tax:
        return False
    bases = [row.base.value for row in rows if row.base is not None]
    if len(bases) < len(rows):
        return (len(rows) == 1 and agrees(net, rows[0].percent, tax)) or _implied(rows, net)
    total = sum(bases, ZERO)
    return total == net or (bool(tax) and abs(total) < abs(net) and len(rows) == len({row.percent for row in rows}))


def rates_of_lines_explain(table: Table | None, tax: Decimal) -> bool | None:
    """Whether the lines' totals times the rates that each of them prints make the tax; None when some print none."""
    rates = [item.value("tax_rate") for item in table.items] if table is not None else []
    if table is None or None in rates:
        return None
    made = sum(
        ((item.total_value or ZERO) * (item.value("tax_rate") or ZERO) / 100 for item in table.items),
        ZERO,
    )
    return abs(made - tax) <= CENT * max(len(set(rates)), 1) + len(rates) * CENT / 2


def _implied(rows: list[TaxRow], net: Decimal) -> bool:
    """Whether the bases that rates and taxes imply sum to the net, as closely as taxes in whole cents can tell."""
    if len(rows) < 2 or any(not row.percent or row.tax is None for row in rows):
        return False
    total = tolerance = ZERO
    for row in rows:
        if row.base is not None:
            total += row.base.value
        elif row.tax is not None:
            total += row.tax.value * 100 / row.percent
            tolerance += CENT * 100 / row.percent
    return abs(total - net) <= tolerance and len({row.percent for row in rows}) == len(rows)


@dataclass(slots=True)
class Choice:
    """Some lines of a table and one of their columns: its sum, and the lines as a table of their own."""

    table: Table
    column: str
    total: Decimal
    _rounded: bool | None = None

    @property
    def rounded(self) -> bool:
        """Whether a line misses its product by what the rounding of its price may hide."""
        if self._rounded is None:
            self._rounded = any(CENT <= _missed(item) <= CENT + _hidden(item) for item in self.table.items)
        return self._rounded


@dataclass(slots=True)
class LineMatch:
    """Lines that sum to a total: which lines, by which column, to which total, and to the cent or not."""

    table: Table
    column: str
    role: str
    exact: bool


def match_lines(
    choices: Sequence[Sequence[Choice]],
    targets: Sequence[tuple[str, Decimal, int]],
    ladder: Ladder,
    *,
    forgiving: bool,
) -> LineMatch | None:
    """The table whose lines sum to a target (role, value, row), directly or over discounts and charges.

    Args:
        choices: of each table, see `choices_of`.
        targets: net, gross and labelled subtotals, the most wanted first.
        forgiving: one cent of rounding may be missing.
    """
    best: LineMatch | None = None
    for table in choices:
        for choice in table:
            found = _match(choice, targets, ladder, forgiving=forgiving)
            count = len(choice.table.items)
            if found is not None and (best is None or (found.exact, count) > (best.exact, len(best.table.items))):
                best = found
                break
    return best


def choices_of(table: Table) -> list[Choice]:
    """All lines; without those that only say what is included; those with quantity or price only; by either column.

    They are summed once, for every hypothesis that is proven with them.
    """
    columns = [name for name in ("line_total", "line_gross") if name in table.sums]
    said, strict = bytearray(), bytearray()
    for item in table.items:
        said.append(not item.included)
        strict.append(not _SAYING.isdisjoint(item.columns))  # others may be rows below a line
    tables: list[Table] = []
    for items in (in_part(table.items, said), in_part(table.items, strict), table.items):
        if items and all(items is not one.items for one in tables):
            tables.append(table if items is table.items else Table(table.heading, items))
    return [Choice(one, column, one.sum_of(column)) for one in tables for column in columns]


def _match(
    choice: Choice, targets: Sequence[tuple[str, Decimal, int]], ladder: Ladder, *, forgiving: bool
) -> LineMatch | None:
    total, table, items = choice.total, choice.table, choice.table.items
    for role, value, _ in targets:
        if total == value:
            return LineMatch(table, choice.column, role, exact=True)
    last = items[-1].rows[-1] if items[-1].rows else 0
    for role, value, row in targets[:2]:
        if reaches(total, value, ladder, (last, row)):
            return LineMatch(table, choice.column, role, exact=True)
    if forgiving and len(items) > 1 and not choice.rounded:
        for role, value, _ in targets:
            if abs(total - value) <= CENT:
                return LineMatch(table, choice.column, role, exact=False)
        for role, value, row in targets[:1]:
            if any(reaches(total + off, value, ladder, (last, row)) for off in (CENT, -CENT)):
                return LineMatch(table, choice.column, role, exact=False)
    return None


def line_holds(item: Item) -> bool | None:
    """Whether quantity x price is the total, as it is or by what else the line prints: a discount, a deposit, the tax,
    a price for 100 or 1000; None when the line does not print all three."""
    quantity, price, total = item.value("quantity"), item.value("unit_price"), item.total_value
    if quantity is None or price is None or total is None:
        return None
    slack = CENT / 2 + _hidden(item)
    if _missed(item) <= slack:
        return True
    money = (amount for amount in item.extras if amount.places >= 2 or amount.currency)  # not positions and codes
    extras = [amount.value for amount in (*money, *_other_figures(item)) if amount.value][:_EXTRAS]
    percents = [amount.value for amount in (*item.percents, *_other_figures(item)) if 0 < amount.value <= 100]
    return any(_explained(quantity, start, abs(total), slack, extras, percents) for start in (price, *_prices(item)))


def lines_hold(items: Sequence[Item]) -> list[bool | None]:
    """`line_holds` for each line, measured with the table's own exactness.

    A price may have been rounded to be printed, so that the total of many pieces is out by more than a cent.  Where
    other lines of as many pieces multiply out to the cent, prices are printed in full, and such a line is wrong, unless
    a discount made its price.
    """
    held, in_full = [], False
    for item in items:
        holds = line_holds(item)
        held.append(holds)
        in_full = in_full or (holds is True and _hidden(item) >= _TELLING and _missed(item) < CENT)
    if not in_full:
        return held
    return [
        False if holds and _TELLING <= _missed(item) <= CENT + _hidden(item) and not item.percents else holds
        for item, holds in zip(items, held, strict=True)
    ]


def _missed(item: Item) -> Decimal:
    """By how much quantity x price misses the total of a line; nothing where it does not print all three."""
    quantity, price, total = item.value("quantity"), item.value("unit_price"), item.total_value
    if quantity is None or price is None or total is None:
        return ZERO
    return min(abs(abs(quantity * price / per) - abs(total)) for per in (1, 100, 1000))


def _hidden(item: Item) -> Decimal:
    """What the rounding of its price to the printed places can make of the total."""
    places = item.places("unit_price")
    return abs(item.value("quantity") or ZERO) * Decimal(5).scaleb(-places - 1) if places is not None else ZERO


def _other_figures(item: Item) -> list[Amount]:
    return [item.figures[name] for name in ("discount", "tax_amount") if name in item.figures]


def _prices(item: Item) -> list[Decimal]:
    """Other unit prices that the line prints: before or after a discount, with or without tax."""
    return [amount.value for amount in item.extras if amount.places >= 2][:4]


def _explained(
    quantity: Decimal,
    price: Decimal,
    total: Decimal,
    slack: Decimal,
    extras: Sequence[Decimal],
    percents: Sequence[Decimal],
) -> bool:
    product = abs(quantity * price)
    if abs(product - total) <= slack:
        return True
    for percent in percents:
        if abs((product * (100 - percent) / 100).quantize(CENT, ROUND_HALF_UP) - total) <= slack:
            return True
        if abs((product * (100 + percent) / 100).quantize(CENT, ROUND_HALF_UP) - total) <= slack:
            return True
    for count in (1, 2, 3):
        for chosen in combinations(extras, count):
            added = sum((abs(value) for value in chosen), ZERO)
            if any(
                abs(abs(product + way) - total) <= slack for way in (added, -added, quantity * added, -quantity * added)
            ):
                return True
    return False
