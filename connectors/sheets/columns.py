"""Typed columns of a table: money in int64 minor units, dates, text; what does not fit is refused with its rows."""

from __future__ import annotations

from typing import Literal

import polars as pl

from config.errors import DocumentRefused
from connectors.sheets.dates import parse_dates
from connectors.sheets.money import parse_money
from connectors.sheets.options import DateOrder, DecimalMark
from connectors.sheets.parsed import Parsed
from connectors.sheets.report import Sheet

__all__ = ["date_column", "money_column", "text_column"]


def money_column(
    sheet: Sheet,
    name: str,
    *,
    currency: str | pl.Series = "EUR",
    unit: Literal["major", "minor"] = "major",
    decimal_mark: DecimalMark | None = None,
    strict: bool = True,
) -> pl.Series:
    """Amounts of a column of a table, as int64 minor units (see `parse_money`); amounts finer than that are rounded.

    Raises:
        DocumentRefused: OF656 there is no such column; OF658 cells that are not amounts (unless not `strict`, then
        null).
    """
    column = _column(sheet, name)
    known = sheet.report.column(name)
    mark = decimal_mark or (known.decimal_mark if known and not known.ambiguous else None)
    parsed = parse_money(column, currency=currency, decimal_mark=mark, unit=unit)
    return _checked(sheet, name, column, parsed, strict, "an amount")


def date_column(sheet: Sheet, name: str, *, order: DateOrder | None = None, strict: bool = True) -> pl.Series:
    """Days of a column of a table (see `parse_dates`).

    Raises:
        DocumentRefused: OF656 there is no such column; OF658 cells that are not dates (unless not `strict`, then null).
    """
    column = _column(sheet, name)
    known = sheet.report.column(name)
    parsed = parse_dates(column, order=order or (known.date_order if known else None))
    return _checked(sheet, name, column, parsed, strict, "a date")


def text_column(sheet: Sheet, name: str) -> pl.Series:
    """Text of a column: identifiers that were typed as numbers come without a decimal point (1234, not 1234.0).

    Raises:
        DocumentRefused: OF656 there is no such column.
    """
    column = _column(sheet, name)
    if column.dtype.is_float():
        whole = (column == column.floor()).fill_null(value=True) & (column.abs() < 1e18).fill_null(value=True)
        integers = column.zip_with(whole, pl.Series([None], dtype=column.dtype)).cast(pl.Int64).cast(pl.String)
        return integers.zip_with(whole, column.cast(pl.String)).alias(name)
    return column.cast(pl.String).alias(name)


def _column(sheet: Sheet, name: str) -> pl.Series:
    if name not in sheet.frame.columns:
        raise DocumentRefused("OF656", sheet.name, thing="column", name=name, known=", ".join(sheet.frame.columns))
    return sheet.frame[name]


def _checked(sheet: Sheet, name: str, column: pl.Series, parsed: Parsed, strict: bool, what: str) -> pl.Series:
    if strict and parsed.unreadable:
        first = parsed.unreadable[0]
        raise DocumentRefused(
            "OF658", sheet.place(first), column=name, count=len(parsed.unreadable), value=str(column[first])[:60],
            rows=sheet.places(parsed.unreadable), what=what,
        )  # fmt: skip
    return parsed.values.alias(name)
