"""Days of a column: of dates, and of text in the usual forms and languages; the order of day and month inferred."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from connectors.sheets.options import DateOrder
from connectors.sheets.parsed import Parsed

__all__ = ["infer_date_order", "parse_dates"]

_MONTH_NAMES: Final = (
    "jan ene gen janv januar january enero gennaio janvier januari janeiro",
    "feb fév fev févr februar february febrero febbraio février februari fevereiro",
    "mar mär mrz mars märz march marzo maart março mrt",
    "apr abr avr april abril aprile avril",
    "may mai mag mei mayo maggio maio",
    "jun giu juin juni june junio giugno junho",
    "jul lug juil juli july julio luglio juillet julho",
    "aug ago aoû août august agosto augustus",
    "sep set sept september septiembre settembre septembre setembro",
    "oct okt ott out oktober october octubre ottobre octobre outubro",
    "nov november noviembre novembre novembro",
    "dec dez dic déc dezember december diciembre dicembre décembre dezembro",
)
_MONTHS: Final[Mapping[str, int]] = {
    name: month for month, names in enumerate(_MONTH_NAMES, 1) for name in names.split()
}
_ISO: Final = r"^(\d{4})[-/.]?(\d{1,2})[-/.]?(\d{1,2})(?:[T ].*)?$"
_NUMBERS: Final = r"^(\d{1,2})[./\- '](\d{1,2})[./\- '](\d{4}|\d{2})(?:[T ,].*)?$"
_DAY_NAME: Final = r"^(\d{1,2})\.?[\s./-]*(?:de |of )?([a-zà-ÿ]+)\.?,?[\s./-]*(?:de |of )?(\d{4}|\d{2})(?:[ ,].*)?$"
_NAME_DAY: Final = r"^([a-zà-ÿ]+)\.?[\s./-]*(\d{1,2})(?:st|nd|rd|th)?,?[\s./-]+(\d{4})(?:[ ,].*)?$"
_AMBIGUOUS: Final = r"^\s*(\d{1,2})[./\- ](\d{1,2})[./\- '](?:\d{4}|\d{2})\b"


def infer_date_order(texts: pl.Series) -> tuple[DateOrder | None, bool]:
    """The order of day and month in dates such as `03/04/2026`, and whether it could be the other one.

    A first number above 12 says day first, a second one month first; without either, day first, ambiguous.
    """
    parts = texts.drop_nulls().str.extract_groups(_AMBIGUOUS).struct.unnest().drop_nulls()
    if parts.is_empty():
        return None, False
    first = parts.to_series(0).cast(pl.Int64, strict=False)
    second = parts.to_series(1).cast(pl.Int64, strict=False)
    day_first, month_first = bool((first > 12).any()), bool((second > 12).any())
    if day_first and month_first:
        return None, True
    if month_first:
        return "mdy", False
    return "dmy", not day_first and bool((first != second).any())


def parse_dates(column: pl.Series, *, order: DateOrder | None = None) -> Parsed:
    """Days of a column: dates, date-times, or text in the usual forms, several of them in one column if need be.

    Text is ISO (`2026-03-20`, with or without a time), compact (`20260320`), or day, month and year in `order` with
    `/`, `-`, `.` or blanks between them and a year of two or four digits (two: 1980 to 2079), or with the month's name.
    """
    if column.dtype == pl.Date:
        return Parsed(column)
    if isinstance(column.dtype, pl.Datetime):
        return Parsed(column.dt.date())
    if column.dtype == pl.Null:
        return Parsed(column.cast(pl.Date))
    if column.dtype.is_numeric():  # 20260320 typed as a number
        column = column.cast(pl.Float64).cast(pl.Int64, strict=False).cast(pl.String)
    if column.dtype != pl.String:
        nothing = pl.Series(column.name, [None] * len(column), dtype=pl.Date)
        return Parsed(nothing, tuple(column.is_not_null().arg_true()))
    order = order or infer_date_order(column)[0] or "dmy"
    text = column.str.strip_chars()
    distinct = pl.DataFrame({"text": text.unique().drop_nulls()})
    days = distinct.with_columns(day=_days(order))
    found = pl.DataFrame({"text": text}).join(days, on="text", how="left", maintain_order="left")["day"]
    wrong = (found.is_null() & text.is_not_null() & (text != "")).fill_null(value=False)
    return Parsed(found.alias(column.name), tuple(wrong.arg_true()))


def _days(order: DateOrder) -> pl.Expr:
    """The day of the column `text`, null where it is none."""
    text = pl.col("text")
    low = text.str.to_lowercase().str.replace(r"^[a-zà-ÿ]{2,10}\.?,\s*", "")  # a day of the week
    iso, numbers = text.str.extract_groups(_ISO), text.str.extract_groups(_NUMBERS)
    day_name, name_day = low.str.extract_groups(_DAY_NAME), low.str.extract_groups(_NAME_DAY)
    first, second = ("2", "1") if order == "mdy" else ("1", "2")
    year = pl.coalesce(_part(iso, "1"), _part(numbers, "3"), _part(day_name, "3"), _part(name_day, "3"))
    month = pl.coalesce(_part(iso, "2"), _part(numbers, second), _month(day_name, "2"), _month(name_day, "1"))
    day = pl.coalesce(_part(iso, "3"), _part(numbers, first), _part(day_name, "1"), _part(name_day, "2"))
    full = pl.when(year >= 100).then(year).when(year < 80).then(year + 2000).otherwise(year + 1900)
    parts = (full.cast(pl.String).str.zfill(4), month.cast(pl.String).str.zfill(2), day.cast(pl.String).str.zfill(2))
    return pl.concat_str(parts, separator="-").str.to_date("%Y-%m-%d", strict=False)


def _part(groups: pl.Expr, field: str) -> pl.Expr:
    return groups.struct.field(field).cast(pl.Int32, strict=False)


def _month(groups: pl.Expr, field: str) -> pl.Expr:
    return groups.struct.field(field).replace_strict(_MONTHS, default=None, return_dtype=pl.Int32)
