"""Invoice lines: rows of a table under its heading, over page breaks, with descriptions over several printed rows."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from bots.reader.columns import Column, Heading, find_headings
from bots.reader.folding import folded
from bots.reader.items import Item, Items, chosen, gathered, kept, row_set
from bots.reader.labels import Hit
from bots.reader.languages import AMOUNT_ROLES
from bots.reader.layout import Row
from bots.reader.sheet import Sheet
from bots.reader.spots import Amount

__all__ = ["Table", "find_tables", "rows_of"]

_ZERO = Decimal(0)
_FIGURES = ("quantity", "unit_price", "discount", "tax_rate", "tax_amount", "line_total", "line_gross")
_INCLUDED = ("incl", "inkl", "davon", "darin", "dont ", "waarvan", "of which", "di cui", "inkluderet", "varav", "heraf")
_STOP = AMOUNT_ROLES - {"charge_total", "discount_total", "change", "rounding", "carried", "prepaid"}


@dataclass(slots=True)
class Table:
    """The lines under one heading, and under its repetitions on later pages (whose rows are `repeated`)."""

    heading: Heading
    items: Sequence[Item] = field(default_factory=list)
    repeated: list[int] = field(default_factory=list)
    _sums: dict[str, Decimal] = field(default_factory=dict)

    @property
    def rows(self) -> Iterator[int]:
        """Rows of the heading and of the lines."""
        yield from range(self.heading.first, self.heading.last + 1)
        yield from self.repeated
        for item in self.items:
            yield from item.rows

    @property
    def sums(self) -> Mapping[str, Decimal]:
        """Sum of each column over all lines; summed once, when all lines are there."""
        if not self._sums:
            for item in self.items:
                for name, value in item.values():
                    self._sums[name] = self._sums.get(name, _ZERO) + value
        return self._sums

    def sum_of(self, name: str) -> Decimal:
        """Sum of one column over all lines."""
        return self.sums.get(name, _ZERO)


def find_tables(sheet: Sheet) -> list[Table]:
    """All line tables; tables with the same columns on following pages are one."""
    tables: list[Table] = []
    layout, amounts = sheet.layout, sheet.spots.amounts
    growing: list[Item] | Items = []
    for heading, end in _with_ends(find_headings(sheet), len(layout.rows)):
        _complete(sheet, heading)
        read = _printed_alike(gathered(layout, amounts, _items(sheet, heading, end)))
        if not read:
            continue
        items = _with_extras(sheet, read)
        if tables and [c.name for c in tables[-1].heading.columns] == [c.name for c in heading.columns]:
            growing.extend(items)
            tables[-1].repeated.extend(range(heading.first, heading.last + 1))
        else:
            growing = kept(layout, amounts, items)
            tables.append(Table(heading, growing))
    return tables


def _with_ends(headings: Iterator[Heading], rows: int) -> Iterator[tuple[Heading, int]]:
    """Each heading, and the row in which the next one begins."""
    before = next(headings, None)
    for heading in headings:
        if before is not None:
            yield before, heading.first
        before = heading
    if before is not None:
        yield before, rows


def rows_of(sheet: Sheet, tables: Sequence[Table]) -> Container[int]:
    """Indexes of all rows of the tables."""
    return row_set(sheet.layout, (index for table in tables for index in table.rows))


def _items(sheet: Sheet, heading: Heading, end: int) -> Iterator[Item]:
    """Walk the rows under a heading; a row with a total (or its only figure column) is a line."""
    last = _total_column(heading)
    current: Item | None = None
    pending: Item | None = None
    previous: Row | None = None
    foot = 0
    for row in sheet.layout.rows[heading.last + 1 : end]:
        figures = _figures(sheet, heading, row)
        over_page = row.page != (previous.page if previous is not None else heading.page)
        if over_page or (previous is not None and previous.page != heading.page and current is None):
            if not (last in figures and figures.keys() & {"quantity", "unit_price"}):
                if _stops(sheet, row, figures, started=False):
                    break
                continue
            over_page, previous = False, row
        if _stops(sheet, row, figures, started=current is not None or pending is not None):
            break
        if row.page == foot:
            continue
        if _carried(sheet, row) and not {"quantity", "unit_price"} <= figures.keys():
            continue  # "Transport 1.234,00", and not "Transport Rotterdam - Delft 2 x 50,00"
        gap = row.top - (previous.bottom if previous is not None and previous is not row else heading.bottom)
        if gap > 7 * row.height and current is not None and not figures:
            foot = row.page  # the table may go on after it
            continue
        previous = row
        if last in figures and (figures[last].money or len(figures) > 1):
            beside = pending is not None and gap < 0.8 * row.height and not set(pending.figures) & set(figures)
            item = pending if beside and pending is not None else Item()
            item.figures.update(figures)
            item.rows.append(row.index)
            _describe(heading, row, item)
            if current is not None and current.real:
                yield current
            current, pending = item, None
        elif figures.keys() & {"quantity", "unit_price"} and not _adds_to(current, gap, row, figures):
            pending = Item(figures, rows=[row.index])
            _describe(heading, row, pending)
        elif current is not None and gap < 1.6 * row.height and len(figures) < 2:
            _describe(heading, row, current)
    if current is not None and current.real:
        yield current


def _adds_to(current: Item | None, gap: float, row: Row, figures: dict[str, Amount]) -> bool:
    """A lone number close under a line that has both quantity and price is part of its description."""
    return (
        current is not None
        and gap < 0.6 * row.height
        and len(figures) == 1
        and not any(figure.money for figure in figures.values())
    )


def _printed_alike(items: Sequence[Item]) -> Sequence[Item]:
    """Where totals are printed with decimals, a bare number under them is no total (a count, an article's code)."""
    money = sum(item.total is not None and item.total.money for item in items)
    if not money or money < len(items) / 2 or money == len(items):
        return items
    return chosen(items, lambda item: item.total is None or item.total.money or _multiplies(item))


def _multiplies(item: Item) -> bool:
    quantity, price, total = item.value("quantity"), item.value("unit_price"), item.total
    return None not in (quantity, price) and total is not None and (quantity or 0) * (price or 0) == total.value


def _with_extras(sheet: Sheet, items: Sequence[Item]) -> Iterator[Item]:
    """Each line with the other numbers down to the next line, and whether it only repeats what is included."""
    coming = iter(items)
    item: Item | None = next(coming, None)
    while item is not None:
        after = next(coming, None)
        begin, end = item.rows[0], after.rows[0] if after is not None else item.rows[-1] + 1
        last = max([item.rows[-1], *(row.index for row, _, _ in item.description)])
        mine = {id(amount) for amount in item.figures.values()}
        others = [
            amount
            for index in range(begin, max(min(end, begin + 14), last + 1))
            for amount in sheet.spots.amounts.get(index, ())
            if id(amount) not in mine
        ]
        percents = tuple(amount for amount in others if amount.percent)
        extras = tuple(sorted((a for a in others if not a.percent), key=lambda amount: not amount.money))
        first = next((row.text(a, b) for row, a, b in item.description), "")
        included = folded(first).startswith(_INCLUDED)
        yield Item(item.figures, item.description, item.unit, item.rows, extras, percents, included)
        item = after


def _complete(sheet: Sheet, heading: Heading) -> None:
    """A table whose total has no heading that we know: the money right of all columns in the first rows below."""
    if any(column.name in ("line_total", "line_gross") for column in heading.columns):
        return
    known = [column for column in heading.columns if column.name in _FIGURES]
    for row in sheet.layout.rows[heading.last + 1 : heading.last + 7]:
        if row.page > heading.page + 1:
            return
        prices = [column for column in known if column.name == "unit_price"]
        for amount in reversed(sheet.spots.amounts.get(row.index, [])):
            free = all(min(amount.x1, c.x1) - max(amount.x0, c.x0) < -2 for c in known)
            if amount.money and free and prices and amount.x0 > prices[-1].x0:
                heading.columns.append(Column(["line_total"], amount.x0, amount.x1))
                heading.columns.sort(key=lambda column: column.x0)
                return


def _total_column(heading: Heading) -> str:
    names = [column.name for column in heading.columns]
    for name in ("line_total", "line_gross", "unit_price"):
        if name in names:
            return name
    return names[-1]


def _figures(sheet: Sheet, heading: Heading, row: Row) -> dict[str, Amount]:
    """The row's numbers by the column that they stand under, each column at most once."""
    columns = [column for column in heading.columns if column.name in _FIGURES]
    claims: list[tuple[float, int, int]] = []
    amounts = sheet.spots.amounts.get(row.index, [])
    for a, amount in enumerate(amounts):
        for c, column in enumerate(columns):
            if (distance := _distance(amount, column)) is not None and _fits(amount, _called(column, amount)):
                claims.append((distance, a, c))
    taken: dict[str, Amount] = {}
    used: set[int] = set()
    for _, a, c in sorted(claims):
        name = _called(columns[c], amounts[a])
        if a not in used and name not in taken:
            used.add(a)
            taken[name] = amounts[a]
    taken.update(_by_order(columns, taken, [amount for a, amount in enumerate(amounts) if a not in used]))
    return taken


def _called(column: Column, amount: Amount) -> str:
    """`VAT` heads rates as well as amounts."""
    return "tax_rate" if column.name == "tax_amount" and amount.percent else column.name


def _by_order(columns: list[Column], taken: dict[str, Amount], left: list[Amount]) -> dict[str, Amount]:
    """A number alone in its phrase, and alone between the figures of the columns beside an empty one, is that column's,
    however far from the heading it is set."""
    found: dict[str, Amount] = {}
    for at, column in enumerate(columns):
        if column.name in taken or not 0 < at < len(columns) - 1:
            continue
        before, after = taken.get(columns[at - 1].name), taken.get(columns[at + 1].name)
        if before is None or after is None:
            continue
        between = [
            a
            for a in left
            if before.x1 < a.x0 and a.x1 < after.x0 and (a.first, a.last) == (a.phrase.start, a.phrase.end)
        ]
        if len(between) == 1 and _fits(between[0], column.name):
            found[column.name] = between[0]
    return found


def _distance(amount: Amount, column: Column) -> float | None:
    """How far a number is from standing under a heading: by its edges or its middle; None when it is elsewhere."""
    overlap = min(amount.x1, column.x1) - max(amount.x0, column.x0)
    edges = min(
        abs(amount.x0 - column.x0), abs(amount.x1 - column.x1), abs(amount.x0 + amount.x1 - column.x0 - column.x1) / 2
    )
    if overlap > 0:
        return edges * 0.5
    return edges if overlap > -32 else None


def _fits(amount: Amount, name: str) -> bool:
    if name == "tax_rate":
        return amount.percent or (not amount.currency and 0 <= amount.value <= 30)
    if name == "discount":
        return True
    if name == "unit_price" and not amount.money and abs(amount.value) > 10**8:
        return False
    return not amount.percent


def _stops(sheet: Sheet, row: Row, figures: dict[str, Amount], *, started: bool) -> bool:
    """A row of totals ends the table: its first words name a total, and it is no line with quantity and price."""
    hits = sheet.hits.get(row.index, ())
    first = row.phrases[0]
    whole = any(hit.first == first.start and hit.last == first.end and hit.means("label", *_STOP) for hit in hits)
    if "quantity" in figures and "unit_price" in figures and not whole:
        return False
    totals = [hit for hit in hits if hit.means("label", *_STOP) and hit.pure and not hit.prose and _fills(row, hit)]
    if any(amount.money for amount in sheet.spots.amounts.get(row.index, ())):
        return bool(totals)
    captions = started and all(figure.percent for figure in figures.values())
    return captions and (len(totals) > 1 or any(hit.first == 0 or hit.means("label", "gross_total") for hit in totals))


def _fills(row: Row, hit: Hit) -> bool:
    """Whether the label is most of its phrase: "Base de datos pacientes" is no total, "Total (EUR):" is one."""
    phrase = next(p for p in row.phrases if p.start <= hit.first < p.end)
    rest = sum(len(row.words[i].text) > 3 and row.words[i].text.isalpha() for i in range(hit.last, phrase.end))
    return rest <= max(1, hit.last - hit.first) and not (rest and len(hit.key) < 6)


def _carried(sheet: Sheet, row: Row) -> bool:
    return any(hit.means("label", "carried") and hit.pure for hit in sheet.hits.get(row.index, ()))


def _describe(heading: Heading, row: Row, item: Item) -> None:
    """Add the row's words that stand under the description to the line; a unit beside the quantity too."""
    column = heading.column("description")
    taken = {
        index for amount in item.figures.values() if amount.row is row for index in range(amount.first, amount.last)
    }
    if column is None:
        left, right = 0.0, min((row.x0[i] for i in taken), default=1e9)
    else:
        left, right = _span(heading, column)
    for phrase in row.phrases:
        if phrase.x0 >= right or phrase.x1 <= left or set(range(phrase.start, phrase.end)) & taken:
            continue
        centre_in = left <= (phrase.x0 + phrase.x1) / 2 <= right or (phrase.x0 >= left - 6 and phrase.x0 < right)
        if centre_in and any(char.isalpha() for char in phrase.text):
            item.description.append((row, phrase.start, phrase.end))
    quantity = item.figures.get("quantity")
    if quantity is not None and quantity.row is row and item.unit is None:
        after = quantity.last
        near = after < len(row.words) and row.x0[after] - quantity.x1 < 1.2 * row.height
        told = any(line is row and first <= after < last for line, first, last in item.description)
        if near and after not in taken and not told and row.words[after].text[:1].isalpha():
            item.unit = (row, after, after + 1)


def _span(heading: Heading, column: Column) -> tuple[float, float]:
    """Where a text column may reach: from the end of the one before to the beginning of the next."""
    before = [other.x1 for other in heading.columns if other.x1 <= column.x0]
    after = [other.x0 for other in heading.columns if other.x0 >= column.x1]
    return (max(before) if before else 0.0), (min(after) if after else 1e9)
