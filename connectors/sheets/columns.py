"""Typed columns of a table: money in int64 minor units, dates, text; vectorised, exact, and nothing guessed in silence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import polars as pl

from config.errors import DocumentRefused
from config.money import exponent
from connectors.sheets.options import DateOrder, DecimalMark
from connectors.sheets.report import Sheet

__all__ = [
    "Parsed", "date_column", "infer_date_order", "infer_decimal_mark", "money_column", "parse_dates", "parse_money",
    "text_column",
]  # fmt: skip

_MONEY: Final = r"^[+-]?(?:\d[\d.,'’\x{00a0}\x{202f} ]*|[.,]\d+)$"
_CURRENCY: Final = r"(?i)[€$£¥₺₽₹₪₩₴zł]|\b(?:EUR|USD|GBP|CHF|JPY|SEK|NOK|DKK|PLN|CZK|HUF|RON|TRY|CAD|AUD|NZD|MXN|BRL|INR|CNY|KWD|Kč|Ft|lei|kr)\b\.?|\b[A-Z]{3}$"
_MONTHS: Final[Mapping[str, int]] = {
    name: month
    for month, names in enumerate(
        ("jan ene gen janv januar january enero gennaio janvier januari", "feb fév fev févr februar february febrero febbraio février februari",
         "mar mär mrz mars märz march marzo maart", "apr abr avr april abril aprile avril", "may mai mag mei mayo maggio",
         "jun giu juin juni june junio giugno", "jul lug juil juli july julio luglio juillet",
         "aug ago aoû août august agosto augustus", "sep set sept september septiembre settembre septembre",
         "oct okt ott oktober october octubre ottobre octobre", "nov november noviembre novembre", "dec dez dic déc dezember december diciembre dicembre décembre"),
        1,
    )
    for name in names.split()
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Parsed:
    """A column read as a type, with the rows that do not fit.

    Attributes:
        values: Int64 minor units or Date, null where the cell is empty or unreadable.
        unreadable: rows with text that is not such a value.
        finer: rows whose amount is finer than a minor unit of its currency; their value is rounded half away from zero.
    """

    values: pl.Series
    unreadable: tuple[int, ...] = ()
    finer: tuple[int, ...] = ()


def infer_decimal_mark(texts: pl.Series) -> tuple[DecimalMark | None, bool]:
    """The decimal mark of numbers written as text, and whether it could be the other one.

    Evidence, over all values: a mark that stands after the other one, or once with other than three digits behind it, is
    decimal; a mark that stands twice groups thousands.  Without any (only forms such as `1.234`), the mark groups.
    """
    bare = texts.drop_nulls().str.replace_all(r"[^0-9.,]", "").str.strip_chars_end(".,")
    bare = bare.filter(bare.str.contains(r"[.,]"))
    if bare.is_empty():
        return None, False
    found = {
        mark: bool(
            bare.str.contains(
                rf"\{other}\d*\{mark}\d*$|^\d*\{mark}(?:\d{{0,2}}|\d{{4,}})$|^\d{{4,}}\{mark}\d*$|^0\{mark}\d+$|\{other}\d+\{other}"
            ).any()
        )
        for mark, other in ((".", ","), (",", "."))
    }
    if found["."] and not found[","]:
        return ".", False
    if found[","] and not found["."]:
        return ",", False
    if found["."]:
        return None, True
    return ("," if bare.str.contains(r"\.").any() else "."), True


def parse_money(
    column: pl.Series,
    *,
    currency: str | pl.Series = "EUR",
    decimal_mark: DecimalMark | None = None,
    unit: Literal["major", "minor"] = "major",
) -> Parsed:
    """Amounts of a column as int64 minor units.

    Args:
        column: numbers, or text such as `1.234,56 €`, `(1,234.56)`, `1,234.56-`, `12.50 CR`.
        currency: ISO 4217 code for all, or a column with one a row; it sets the decimal places (JPY 0, KWD 3).
        decimal_mark: of text; inferred over the column when None.
        unit: `minor` when the column already counts minor units.
    """
    if isinstance(currency, pl.Series):
        codes = currency.cast(pl.String).str.strip_chars().str.to_uppercase().fill_null("")
        places = codes.replace_strict({code: exponent(code) for code in codes.unique()}, return_dtype=pl.Int64)
    else:
        places = pl.Series([exponent(currency)], dtype=pl.Int64).new_from_index(0, len(column))
    if unit == "minor":
        places = pl.Series([0], dtype=pl.Int64).new_from_index(0, len(column))
    if column.dtype.is_integer():
        return _of_integers(column, places)
    if column.dtype.is_numeric():
        return _of_floats(column.cast(pl.Float64), places)
    if column.dtype == pl.Null:
        return Parsed(column.cast(pl.Int64))
    if column.dtype != pl.String:
        filled = column.is_not_null()
        return Parsed(pl.Series(column.name, [None] * len(column), dtype=pl.Int64), tuple(filled.arg_true()))
    return _of_text(column, places, decimal_mark or infer_decimal_mark(column)[0] or ".")


def _of_integers(column: pl.Series, places: pl.Series) -> Parsed:
    wide = column.cast(pl.Int64)
    fits = wide.abs() <= (2**63 - 1) // 10**4
    values = (
        (wide * _power(places))
        .alias(column.name)
        .zip_with(fits.fill_null(value=True), pl.Series([None], dtype=pl.Int64))
    )
    return Parsed(values, tuple((~fits).fill_null(value=False).arg_true()))


def _power(places: pl.Series) -> pl.Series:
    return places.replace_strict({0: 1, 1: 10, 2: 100, 3: 1000, 4: 10000}, return_dtype=pl.Int64)


def _of_floats(column: pl.Series, places: pl.Series) -> Parsed:
    """Doubles, rounded to minor units: exact up to 2**53 minor units, and what is further from one than a double's noise is `finer`."""
    scaled = column * _power(places)
    rounded = (scaled.abs() + 0.5).floor() * scaled.sign()
    fits = (scaled.abs() < 2**53).fill_null(value=False)
    noise = (scaled.abs() * 1e-12).clip(lower_bound=1e-6)
    finer = ((scaled - rounded).abs() > noise).fill_null(value=False) & fits
    near = scaled.round()
    exact = near.zip_with(~finer, rounded)
    values = exact.zip_with(fits, pl.Series([None], dtype=pl.Float64)).cast(pl.Int64).alias(column.name)
    return Parsed(values, tuple((~fits & column.is_not_null()).arg_true()), tuple(finer.arg_true()))


def _of_text(column: pl.Series, places: pl.Series, mark: DecimalMark) -> Parsed:
    group = "," if mark == "." else "."
    frame = pl.DataFrame({"text": column, "places": places}).with_columns(
        raw=pl.col("text").str.replace_all(r"[\s\x{00a0}\x{202f}\x{200b}\x{feff}]+", " ").str.strip_chars().str.replace_all("[−–]", "-")
    ).with_columns(
        bare=pl.col("raw").str.replace_all(_CURRENCY, "").str.replace_all(r"(?i)\s*\b(?:CR|DR|DB|S|H|C|D)$", "").str.strip_chars(" ")
    ).with_columns(
        minus=pl.col("bare").str.contains(r"^\(.*\)$|^-|-$")
        ^ pl.col("raw").str.contains(r"(?i)\d\s*(?:[€$£]|[A-Z]{3})?\s*\b(?:DR|DB|D|S)$"),
        bare=pl.col("bare").str.replace_all(r"^[(+-]+\s*|\s*[)+-]+$", "").str.replace_all(r"['’ ]", ""),
    ).with_columns(
        shape=pl.col("bare").str.contains(
            rf"^(?:\d{{1,18}}|\d{{1,3}}(?:\{group}\d{{2,3}})*\{group}\d{{3}})?(?:\{mark}\d*)?$"
        ) & pl.col("bare").str.contains(r"\d"),
        parts=pl.col("bare").str.replace_all(group, "", literal=True).str.split_exact(mark, 1),
    ).with_columns(
        whole=pl.col("parts").struct.field("field_0").fill_null(""),
        part=pl.col("parts").struct.field("field_1").fill_null(""),
    )  # fmt: skip
    frame = frame.with_columns(
        digits=pl.concat_str("whole", pl.col("part").str.pad_end(5, "0").str.slice(0, 5)).str.strip_chars_start("0"),
        rest=pl.col("part").str.slice(5).str.contains("[1-9]"),
    ).with_columns(
        scaled=pl.when(pl.col("digits") == "").then(pl.lit("0")).otherwise("digits").cast(pl.Int64, strict=False)
    ).with_columns(step=pl.lit(10, pl.Int64) ** (5 - pl.col("places"))).with_columns(
        minor=(pl.col("scaled") + pl.col("step") // 2) // pl.col("step"),
        finer=(pl.col("scaled") % pl.col("step") != 0) | pl.col("rest"),
        readable=pl.col("shape") & pl.col("scaled").is_not_null(),
        filled=pl.col("raw").is_not_null() & ~pl.col("raw").is_in(["", "-"]),
    )  # fmt: skip
    values = frame.select(
        pl.when("readable").then(pl.when("minus").then(-pl.col("minor")).otherwise("minor")).otherwise(None)
        .cast(pl.Int64).alias(column.name)
    ).to_series()  # fmt: skip
    filled = frame["filled"].fill_null(value=False)
    readable = frame["readable"].fill_null(value=False)
    return Parsed(
        values,
        tuple((filled & ~readable).arg_true()),
        tuple((readable & frame["finer"].fill_null(value=False)).arg_true()),
    )


def infer_date_order(texts: pl.Series) -> tuple[DateOrder | None, bool]:
    """The order of day and month in dates such as `03/04/2026`, and whether it could be the other one.

    A first number above 12 says day first, a second one month first; without either, day first, ambiguous.
    """
    parts = (
        texts.drop_nulls()
        .str.extract_groups(r"^\s*(\d{1,2})[./\- ](\d{1,2})[./\- '](?:\d{4}|\d{2})\b")
        .struct.unnest()
        .drop_nulls()
    )
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
        return Parsed(
            pl.Series(column.name, [None] * len(column), dtype=pl.Date), tuple(column.is_not_null().arg_true())
        )
    order = order or infer_date_order(column)[0] or "dmy"
    text = column.str.strip_chars()
    distinct = text.unique().drop_nulls()
    days = pl.DataFrame({"text": distinct, "day": _days(distinct, order)})
    values = (
        pl.DataFrame({"text": text}).join(days, on="text", how="left", maintain_order="left")["day"].alias(column.name)
    )
    wrong = (values.is_null() & text.is_not_null() & (text != "")).fill_null(value=False)
    return Parsed(values, tuple(wrong.arg_true()))


def _days(texts: pl.Series, order: DateOrder) -> pl.Series:
    named = texts.str.to_lowercase()
    for name in sorted(_MONTHS, key=len, reverse=True):
        named = named.str.replace(
            rf"(^|[^a-zà-ÿ]){re.escape(name)}\.?([^a-zà-ÿ]|$)", f"${{1}}-{_MONTHS[name]:02d}-${{2}}"
        )
    spelled = texts.str.contains(r"(?i)[a-zà-ÿ]{3}")
    plain = texts.zip_with(~spelled, named.str.replace_all(r"[\s,./-]+", "-").str.strip_chars("-"))
    iso = plain.str.extract_groups(r"^(\d{4})[-/.]?(\d{1,2})[-/.]?(\d{1,2})(?:[T ].*)?$")
    other = plain.str.extract_groups(r"^(\d{1,2})[./\- '](\d{1,2})[./\- '](\d{4}|\d{2})(?:[T ,].*)?$")
    one, two = ("2", "1") if order == "mdy" else ("1", "2")
    frame = pl.DataFrame({"iso": iso, "other": other, "spelled": spelled}).select(
        y=pl.coalesce(pl.col("iso").struct.field("1"), pl.col("other").struct.field("3")).cast(pl.Int32, strict=False),
        m=pl.coalesce(
            pl.col("iso").struct.field("2"),
            pl.when("spelled").then(_month_of_spelled("2", "1")).otherwise(pl.col("other").struct.field(two)),
        ).cast(pl.Int32, strict=False),
        d=pl.coalesce(
            pl.col("iso").struct.field("3"),
            pl.when("spelled").then(_month_of_spelled("1", "2")).otherwise(pl.col("other").struct.field(one)),
        ).cast(pl.Int32, strict=False),
    ).with_columns(y=pl.when(pl.col("y") >= 100).then("y").when(pl.col("y") < 80).then(pl.col("y") + 2000).otherwise(pl.col("y") + 1900))  # fmt: skip
    text = frame.select(
        pl.concat_str(
            pl.col("y").cast(pl.String), pl.lit("-"), pl.col("m").cast(pl.String).str.zfill(2), pl.lit("-"),
            pl.col("d").cast(pl.String).str.zfill(2),
        )
    ).to_series()  # fmt: skip
    return text.str.to_date("%Y-%m-%d", strict=False)


def _month_of_spelled(field: str, other: str) -> pl.Expr:
    """`20 Mar 2026` became 20-03-2026 and `Mar 20, 2026` 03-20-2026: the part that the name gave has two digits and a month's range."""
    del other
    return pl.col("other").struct.field(field)


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
        DocumentRefused: OF656 there is no such column; OF658 cells that are not amounts (unless not `strict`, then null).
    """
    column = _column(sheet, name)
    known = sheet.report.column(name)
    mark = decimal_mark or (known.decimal_mark if known else None)
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
