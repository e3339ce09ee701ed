"""From a block of cells to one table: cut side tables, later tables, notes and totals; trim; say what each column
holds.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Final

import polars as pl

from config.errors import Reason
from connectors.sheets.dates import infer_date_order, parse_dates
from connectors.sheets.header import is_total, looks_like_value, plain
from connectors.sheets.money import infer_decimal_mark
from connectors.sheets.options import DateOrder, DecimalMark, SheetOptions
from connectors.sheets.report import ColumnReport, DroppedRow, reason

__all__ = ["Block", "clean_columns", "cut_rows"]

_INVISIBLE: Final = r"[\x{200b}\x{200c}\x{200d}\x{2060}\x{feff}\x{ad}]"
_IDENTIFIER: Final = re.compile(
    r"\b(?:ref|refs|referen\w*|id|ids|invoice|factura|rechnung\w*|belegn\w*|document\w*|numero|kontonummer|account|code|codigo|"
    r"vendor|supplier|iban|facture|fattura|kenmerk|nr|no|num)\b"
)
_ABOVE_TWELVE: Final = r"^\s*(?:1[3-9]|[23]\d)[./ -]|^\s*\d{1,2}[./ -](?:1[3-9]|[23]\d)[./ -]"
_DATED: Final = (
    r"^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[ T][\d:.,]+)?Z?$|^(?:19|20)\d{6}$|^\d{1,2}[ -.]\p{L}{3,9}\.?[ -.]\d{2,4}$|"
    r"^\p{L}{3,9}\.? \d{1,2},? \d{4}$"
)
_BLANK: Final = r"[\x{a0}\x{2007}\x{202f}]"
_LOOKED_AT: Final = 20_000
"""Cells of a long column that tell what is in it."""


@dataclass(slots=True)
class Block:
    """A table in the making: its cells, the row number of each, and what was left out or noticed.

    `decisive` are columns of dates in which a day above 12 tells the order.
    """

    frame: pl.DataFrame
    rows: pl.Series
    dropped: list[DroppedRow] = field(default_factory=list)
    remarks: list[Reason] = field(default_factory=list)
    decisive: set[str] = field(default_factory=set)

    def keep(self, mask: pl.Series) -> None:
        """Keep some rows."""
        self.frame = self.frame.filter(mask)
        self.rows = self.rows.filter(mask)


def cut_rows(block: Block, options: SheetOptions) -> None:
    """Leave out blank rows, notes under the table and totals rows, each with its reason."""
    frame = block.frame
    if not frame.width or not frame.height:
        return
    filled = frame.select(pl.sum_horizontal(pl.all().is_not_null().cast(pl.UInt32))).to_series()
    block.keep(filled > 0)
    if options.totals == "drop":
        _drop_totals(block, filled.filter(filled > 0))
    _drop_notes(block)


def _drop(block: Block, mask: pl.Series, why: str) -> None:
    for index in mask.arg_true().head(1000):
        texts = [str(cell) for cell in block.frame.row(index) if cell is not None]
        if texts:
            block.dropped.append(DroppedRow(int(block.rows[index]), why, " | ".join(texts)[:200]))
    block.keep(~mask)


def _drop_totals(block: Block, filled: pl.Series) -> None:
    """A row headed Total (Summe, suma, ...) that leaves cells empty which other rows fill."""
    text = [name for name in block.frame.columns if block.frame[name].dtype == pl.String]
    usual = filled.median()
    if not text or not isinstance(usual, float):
        return
    first = pl.coalesce([pl.col(name).str.strip_chars() for name in text])
    candidates = block.frame.select(first.str.len_chars() < 60).to_series().fill_null(value=False) & (filled < usual)
    hits = [
        index
        for index in candidates.arg_true()
        if is_total(next(str(c) for c in block.frame.select(text).row(index) if c))
    ]
    if hits:
        mask = pl.Series([False]).new_from_index(0, block.frame.height).scatter(hits, values=True)
        _drop(block, mask, "totals row")


def _drop_notes(block: Block) -> None:
    """Rows under the last full one with a single cell of text: who printed it and when."""
    if block.frame.width < 3:
        return
    filled = block.frame.select(pl.sum_horizontal(pl.all().is_not_null().cast(pl.UInt32))).to_series()
    lone = (filled == 1).to_list()
    end = len(lone)
    while end > 1 and lone[end - 1]:
        end -= 1
    if end < len(lone) and not all(lone):
        notes = [index for index in range(end, len(lone)) if not _only_value(block.frame.row(index))]
        if len(notes) == len(lone) - end:
            _drop(block, pl.arange(0, len(lone), eager=True) >= end, "note under the table")


def _only_value(row: tuple[object, ...]) -> bool:
    cell = next(cell for cell in row if cell is not None)
    return not isinstance(cell, str) or looks_like_value(cell)


def clean_columns(block: Block, options: SheetOptions) -> tuple[ColumnReport, ...]:
    """Name and trim the columns, make midnight date-times dates, and say what each column holds."""
    taken: Counter[str] = Counter()
    columns, reports = [], []
    for position, raw in enumerate(block.frame.columns):
        name = "" if raw.startswith("\0") else " ".join(raw.replace("\u200b", "").split())
        name = options.rename.get(name, name) or f"column_{position + 1}"
        taken[name] += 1
        if taken[name] > 1:
            name = f"{name}_{taken[name]}"
        column, found = _column(block, block.frame.to_series(position).alias(name), options)
        columns.append(column)
        reports.append(found)
    block.frame = pl.DataFrame(columns) if columns else pl.DataFrame()
    return _settle(block, reports)


def _settle(block: Block, reports: list[ColumnReport]) -> tuple[ColumnReport, ...]:
    """What one column leaves open, the others of the table tell: a table is written in one notation."""
    marks: set[DecimalMark | None] = {one.decimal_mark for one in reports if one.decimal_mark and not one.ambiguous}
    orders = {one.date_order for one in reports if one.name in block.decisive}
    return tuple(_settled(block, one, marks, orders) for one in reports)


def _settled(
    block: Block, one: ColumnReport, marks: set[DecimalMark | None], orders: set[DateOrder | None]
) -> ColumnReport:
    if one.ambiguous and one.kind == "money text" and len(marks) == 1:
        _forget(block, "OF673", one.name)
        return replace(one, decimal_mark=next(iter(marks)), ambiguous=False)
    if one.ambiguous and one.kind == "date text" and len(orders) == 1:
        _forget(block, "OF674", one.name)
        return replace(one, date_order=next(iter(orders)), ambiguous=False)
    return one


def _forget(block: Block, code: str, where: str) -> None:
    block.remarks = [remark for remark in block.remarks if (remark.code, remark.where) != (code, where)]


def _column(block: Block, column: pl.Series, options: SheetOptions) -> tuple[pl.Series, ColumnReport]:
    name = column.name
    if isinstance(column.dtype, pl.Datetime):
        return (column.dt.date() if (column == column.dt.truncate("1d")).all() else column), ColumnReport(name, "date")
    if column.dtype == pl.Date:
        return column, ColumnReport(name, "date")
    if column.dtype == pl.Boolean:
        return column, ColumnReport(name, "boolean")
    if column.dtype.is_numeric():
        return _number(block, column)
    if column.dtype != pl.String:
        return column, ColumnReport(name, "empty" if column.null_count() == len(column) else "mixed")
    trimmed = _trim(block, column)
    if trimmed.null_count() == len(trimmed):
        return trimmed, ColumnReport(name, "empty")
    return trimmed, _text(block, trimmed, options)


def _trim(block: Block, column: pl.Series) -> pl.Series:
    ascii_only = column.str.len_bytes().sum() == column.str.len_chars().sum()
    if not ascii_only and column.str.contains(rf"{_INVISIBLE}|{_BLANK}").any():
        count = int(column.str.contains(rf"{_INVISIBLE}|{_BLANK}").sum())
        block.remarks.append(reason("OF677", column.name, count=count))
        column = column.str.replace_all(_INVISIBLE, "").str.replace_all(_BLANK, " ")
    trimmed = column.str.strip_chars()
    return trimmed.set(trimmed == "", None) if (trimmed == "").any() else trimmed


def _number(block: Block, column: pl.Series) -> tuple[pl.Series, ColumnReport]:
    """Whole doubles become integers; digits that a double cannot hold and identifiers typed as numbers are noticed."""
    if column.dtype.is_float() and len(column):
        large = (column.abs() >= 1e15).fill_null(value=False)
        if large.any():
            rows = ", ".join(str(block.rows[index]) for index in large.arg_true().head(5))
            block.remarks.append(reason("OF676", column.name, count=int(large.sum()), rows=rows))
        whole = ((column == column.floor()) & (column.abs() < 2**53)) | column.is_null()
        if whole.all() and column.null_count() < len(column):
            column = column.cast(pl.Int64)
            _notice_identifiers(block, column)
    return column, ColumnReport(column.name, "number")


def _notice_identifiers(block: Block, column: pl.Series) -> None:
    if not _IDENTIFIER.search(plain(column.name)):
        return
    digits = column.abs().cast(pl.String).str.len_chars()
    short = (digits < digits.max()).fill_null(value=False).arg_true()
    rows = ", ".join(str(block.rows[index]) for index in short.head(5)) or "all"
    block.remarks.append(reason("OF697", column.name, rows=rows))


def _text(block: Block, column: pl.Series, options: SheetOptions) -> ColumnReport:
    name = column.name
    live = column.str.contains(r"^[=@]|^[+-][^\d\s.,(€$£]|^[+-]\d+[+*/-]|^'=")
    if live.any():
        rows = ", ".join(str(block.rows[index]) for index in live.fill_null(value=False).arg_true().head(5))
        block.remarks.append(reason("OF678", name, count=int(live.sum()), rows=rows))
    sample = _sample(column)
    dated = _share(sample, _DATED)
    if dated >= 0.9:
        return _dates(block, column, options)
    numeric = _share(
        sample, r"^\s*[(+−-]?\s*(?:[€$£]|[A-Z]{3} )?\s*[+−-]?\d[\d.,'’ ]*\s*(?:[€$£]|[A-Z]{3}|CR|DR)?\s*[)−-]?$"
    )
    marked = _share(sample, r"\d[.,]\d")
    if numeric >= 0.9 and marked > 0:
        return _money(block, column, options)
    kind = "text"
    if 0 < numeric < 0.9 and _share(sample, r"^-?\d+\.\d+$") > 0.2:
        kind = "mixed"
    return ColumnReport(name, kind)


def _sample(column: pl.Series) -> pl.Series:
    """Distinct values from all over a column, at most 2,000."""
    filled = column.drop_nulls()
    return filled.gather_every(max(1, len(filled) // _LOOKED_AT)).unique(maintain_order=True).head(2000)


def _share(sample: pl.Series, pattern: str) -> float:
    return float(sample.str.contains(pattern).sum()) / max(1, len(sample))


def _dates(block: Block, column: pl.Series, options: SheetOptions) -> ColumnReport:
    order, ambiguous = infer_date_order(column)
    if options.date_order:
        order, ambiguous = options.date_order, False
    if order is not None and not ambiguous and column.str.contains(_ABOVE_TWELVE).any():
        block.decisive.add(column.name)
    if order is None and ambiguous:
        block.remarks.append(reason("OF675", column.name, why="day first and month first stand in one column"))
    elif ambiguous:
        block.remarks.append(reason("OF674", column.name, taken="day-month-year"))
    wrong = parse_dates(column, order=order).unreadable
    if wrong:
        rows = ", ".join(str(block.rows[index]) for index in wrong[:5])
        block.remarks.append(reason("OF675", column.name, why=f"{len(wrong)} cells are no date, rows {rows}"))
    return ColumnReport(column.name, "date text", date_order=order or "dmy", ambiguous=ambiguous)


def _money(block: Block, column: pl.Series, options: SheetOptions) -> ColumnReport:
    mark, ambiguous = infer_decimal_mark(column)
    if options.decimal_mark:
        mark, ambiguous = options.decimal_mark, False
    if ambiguous:
        block.remarks.append(reason("OF673", column.name, taken=mark or "none"))
    return ColumnReport(column.name, "money text", decimal_mark=mark, ambiguous=ambiguous)
