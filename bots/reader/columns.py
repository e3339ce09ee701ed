"""Headings of line tables: which column holds what, also when a heading is printed over several rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from bots.reader.labels import Hit, rows_with
from bots.reader.layout import Row
from bots.reader.sheet import Sheet

__all__ = ["Column", "Heading", "find_headings"]

_NUMERIC = {"quantity", "unit_price", "discount", "tax_rate", "tax_amount", "line_total", "line_gross"}
_BLOCK = 4
"""A heading has at most so many printed rows."""


@dataclass(slots=True)
class Column:
    """One column: its possible meanings, most likely first, and the extent of its heading in reading direction."""

    names: list[str]
    x0: float
    x1: float

    @property
    def name(self) -> str:
        return self.names[0]


@dataclass(slots=True)
class Heading:
    """The heading of a table: the rows it takes, and its columns from left to right."""

    first: int
    last: int
    page: int
    bottom: float
    columns: list[Column] = field(default_factory=list)

    def column(self, name: str) -> Column | None:
        """The last column of that meaning (a repeated heading: gross price, net price)."""
        found = [column for column in self.columns if column.name == name]
        return found[-1] if found else None


def find_headings(sheet: Sheet) -> Iterator[Heading]:
    """All headings of line tables in the document, in order, as they are asked for."""
    index = 0
    for begin in rows_with(sheet.hits, "column"):
        if begin < index:
            continue
        heading = _heading_at(sheet, begin)
        if heading is not None:
            index = heading.last + 1
            yield heading


def _heading_at(sheet: Sheet, index: int) -> Heading | None:
    rows = sheet.layout.rows
    if not _may_head(sheet, rows[index]):
        return None
    block = [rows[index]]
    for row in rows[index + 1 : index + _BLOCK]:
        near = row.page == block[-1].page and row.top - block[-1].bottom < 0.9 * max(row.height, block[-1].height)
        if not near or _has_figures(sheet, row):
            break
        block.append(row)
    best: Heading | None = None
    for count in range(1, len(block) + 1):
        heading = _read(sheet, block[:count])
        if heading is not None and (best is None or len(heading.columns) > len(best.columns)):
            best = heading
    if best is not None:
        _extend(sheet, best, block)
    return best


def _extend(sheet: Sheet, heading: Heading, block: list[Row]) -> None:
    """Rows below that only go on with the headings ("Price / excl. / VAT") belong to it."""
    for row in block:
        if row.index == heading.last + 1:
            if not sheet.hits.get(row.index) or sheet.spots.amounts.get(row.index):
                return
            heading.last, heading.bottom = row.index, row.bottom


def _may_head(sheet: Sheet, row: Row) -> bool:
    hits = sheet.hits.get(row.index, ())
    return any(hit.means("column") and not hit.prose for hit in hits) and not _has_figures(sheet, row)


def _has_figures(sheet: Sheet, row: Row) -> bool:
    """Whether the row holds money, or more than one number: then it is a row of the table's body."""
    if sum(hit.means("column") for hit in sheet.hits.get(row.index, ())) > 3:
        return any(amount.money for amount in sheet.spots.amounts.get(row.index, ()))
    amounts = [amount for amount in sheet.spots.amounts.get(row.index, ()) if not amount.percent]
    return any(amount.money for amount in amounts) or len(amounts) > 1


def _read(sheet: Sheet, block: list[Row]) -> Heading | None:
    columns: list[Column] = []
    for row in block:
        for hit in sheet.hits.get(row.index, ()):
            names = _names(hit)
            if names and not hit.prose:
                _add(columns, Column(names, hit.x0, hit.x1))
    columns.sort(key=lambda column: column.x0)
    _choose(columns)
    _settle_twice(columns)
    kinds = {column.name for column in columns}
    if not kinds & {"description", "quantity", "unit_price"} or not kinds & {"line_total", "line_gross", "unit_price"}:
        return None
    if len(kinds & (_NUMERIC | {"description", "article", "position", "unit"})) < 2 or len(columns) < 2:
        return None
    if _crowded(block):
        return None
    return Heading(block[0].index, block[-1].index, block[0].page, block[-1].bottom, columns)


def _crowded(block: list[Row]) -> bool:
    """Sentences are no headings."""
    longest = max((phrase.end - phrase.start for row in block for phrase in row.phrases), default=0)
    return longest > 9


def _names(hit: Hit) -> list[str]:
    names = hit.names("column")
    return [name for name in names if name != "position"] + [name for name in names if name == "position"]


def _add(columns: list[Column], new: Column) -> None:
    """Join a heading's further rows to the column that they stand under."""
    for column in columns:
        overlap = min(column.x1, new.x1) - max(column.x0, new.x0)
        if overlap > 0.4 * min(column.x1 - column.x0, new.x1 - new.x0):
            column.names = _joined(column.names, new.names)
            column.x0, column.x1 = min(column.x0, new.x0), max(column.x1, new.x1)
            return
    columns.append(new)


def _joined(upper: list[str], lower: list[str]) -> list[str]:
    both = [name for name in upper if name in lower]
    rest = [name for name in (*upper, *lower) if name not in both and name != "position"]
    return list(dict.fromkeys([*both, *rest])) or upper


def _settle_twice(columns: list[Column]) -> None:
    """`Amount | Product | Price | Amount`: the first of two totals, before the price, is the quantity; and the last
    of two prices, or of two quantities behind the price, is the total where nothing else is."""
    prices = [column for column in columns if column.name == "unit_price"]
    if len(prices) > 1 and not any(column.name in ("line_total", "line_gross") for column in columns):
        prices[-1].names = ["line_total"]
    counts = [column for column in columns if column.name == "quantity"]
    if (
        len(counts) > 1
        and not any(column.name in ("line_total", "line_gross") for column in columns)
        and (prices and counts[-1].x0 > prices[-1].x0)
    ):
        counts[-1].names = ["line_total"]
    totals = [column for column in columns if column.name == "line_total"]
    if len(totals) > 1 and not any(column.name == "quantity" for column in columns):
        after = columns[columns.index(totals[0]) + 1 :]
        if any(column.name in ("unit_price", "description") for column in after):
            totals[0].names = ["quantity"]


def _choose(columns: list[Column]) -> None:
    """Settle what may be several things by what the others are: the last figure is the total, one rate is enough."""
    for index, column in enumerate(columns):
        if len(column.names) == 1:
            continue
        others = {other.name for other in columns if other is not column and len(other.names) == 1}
        numbers_after = [
            other for other in columns[index + 1 :] if set(other.names) & {"line_total", "unit_price", "line_gross"}
        ]
        options = [name for name in column.names if name not in others] or column.names
        if "unit_price" in options and "line_total" in options:
            options = ["unit_price"] if numbers_after else ["line_total"]
        if "tax_rate" in options and "tax_amount" in options:
            options = ["tax_rate", "tax_amount"] if "tax_rate" not in others else ["tax_amount"]
        if "description" in options and "line_total" in options:
            options = ["description"] if index < len(columns) - 1 else ["line_total"]
        column.names = options + [name for name in column.names if name not in options]
