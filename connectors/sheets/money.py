"""Amounts of a column as int64 minor units: of numbers and of text in any notation; vectorised and exact."""

from __future__ import annotations

from typing import Final, Literal

import polars as pl

from config.money import exponent
from connectors.sheets.options import DecimalMark
from connectors.sheets.parsed import Parsed

__all__ = ["infer_decimal_mark", "parse_money"]

_CODES: Final = (
    "EUR|USD|GBP|CHF|JPY|SEK|NOK|DKK|PLN|CZK|HUF|RON|TRY|CAD|AUD|NZD|MXN|BRL|INR|CNY|KWD|Kč|Ft|lei|kr|zł|Fr|R"
)
_CURRENCY: Final = rf"(?i)[€$£¥₺₽₹₪₩₴]|(?:{_CODES})\b\.?|\b[A-Z]{{3}}$|^[A-Z]{{3}}\b"
_BLANKS: Final = r"[\s\x{00a0}\x{2007}\x{202f}\x{200b}\x{feff}]+"
_SIDE: Final = r"(?i)\s*\b(?:CR|DR|DB|S|H|C|D)$"
_DEBIT_SIDE: Final = r"(?i)\d\s*(?:[€$£]|[A-Z]{3})?\s*\b(?:DR|DB|D|S)$"
_PLACES: Final = 5
"""Digits kept behind the decimal mark while scaling; more than any currency has, so that finer amounts are noticed."""


def infer_decimal_mark(texts: pl.Series) -> tuple[DecimalMark | None, bool]:
    """The decimal mark of numbers written as text, and whether it could be the other one.

    Evidence, over all values: a mark that stands after the other one, or once with other than three digits behind it,
    is decimal; a mark that stands twice groups thousands.  Without any (only forms such as `1.234`), the mark groups.
    """
    bare = texts.drop_nulls().str.replace_all(r"[^0-9.,]", "").str.strip_chars_end(".,")
    bare = bare.filter(bare.str.contains(r"[.,]"))
    if bare.is_empty():
        return None, False
    point, comma = _is_decimal(bare, ".", ","), _is_decimal(bare, ",", ".")
    if point and comma:
        return None, True
    if point or comma:
        return ("." if point else ","), False
    return ("," if bare.str.contains(".", literal=True).any() else "."), True


def _is_decimal(bare: pl.Series, mark: str, other: str) -> bool:
    forms = (
        rf"\{other}\d*\{mark}\d*$",  # behind the other one
        rf"^\d*\{mark}(?:\d{{0,2}}|\d{{4,}})$",  # not three digits behind it
        rf"^\d{{4,}}\{mark}\d*$",  # four digits before it
        rf"^0\{mark}\d+$",
        rf"\{other}\d+\{other}",  # the other one groups
    )
    return bool(bare.str.contains("|".join(forms)).any())


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
    places = _places(currency, len(column)) if unit == "major" else _constant(0, len(column))
    if column.dtype.is_integer():
        return _of_integers(column, places)
    if column.dtype.is_numeric():
        return _of_floats(column.cast(pl.Float64), places)
    if column.dtype == pl.Null:
        return Parsed(column.cast(pl.Int64))
    if column.dtype != pl.String:
        nothing = pl.Series(column.name, [None] * len(column), dtype=pl.Int64)
        return Parsed(nothing, tuple(column.is_not_null().arg_true()))
    return _of_text(column, places, decimal_mark or _mark_for(column, places))


def _mark_for(column: pl.Series, places: pl.Series) -> DecimalMark:
    """The inferred mark; where `1,250` could be either, a currency with three decimal places (KWD) makes it decimal."""
    mark, ambiguous = infer_decimal_mark(column)
    if mark is not None and ambiguous and (places == 3).all():
        return "," if mark == "." else "."
    return mark or "."


def _places(currency: str | pl.Series, rows: int) -> pl.Series:
    if isinstance(currency, str):
        return _constant(exponent(currency), rows)
    codes = currency.cast(pl.String).str.strip_chars().str.to_uppercase().fill_null("")
    return codes.replace_strict({code: exponent(code) for code in codes.unique()}, return_dtype=pl.Int64)


def _constant(value: int, rows: int) -> pl.Series:
    return pl.Series([value], dtype=pl.Int64).new_from_index(0, rows)


def _nulls(kind: type[pl.DataType]) -> pl.Series:
    return pl.Series([None], dtype=kind)


def _power(places: pl.Series) -> pl.Series:
    return places.replace_strict({0: 1, 1: 10, 2: 100, 3: 1000, 4: 10000}, return_dtype=pl.Int64)


def _of_integers(column: pl.Series, places: pl.Series) -> Parsed:
    wide = column.cast(pl.Int64, strict=False)
    fits = (wide.abs() <= (2**63 - 1) // 10**4).fill_null(value=False)
    values = (wide * _power(places)).alias(column.name).zip_with(fits, _nulls(pl.Int64))
    return Parsed(values, tuple((~fits & column.is_not_null()).arg_true()))


def _of_floats(column: pl.Series, places: pl.Series) -> Parsed:
    """Doubles to the nearest minor unit, exact up to 2**53 of them; `finer` is what is further off than a double's
    noise.

    A computed 0.30000000000000004 is 30 cents; 33.333333 is 33.33 and finer.
    """
    scaled = column * _power(places)
    fits = (scaled.abs() < 2**53).fill_null(value=False)
    nearest = (scaled.abs() + 0.5).floor() * scaled.sign()
    noise = (scaled.abs() * 1e-12).clip(lower_bound=1e-6)
    finer = ((scaled - scaled.round()).abs() > noise).fill_null(value=False) & fits
    values = nearest.zip_with(finer, scaled.round()).zip_with(fits, _nulls(pl.Float64)).cast(pl.Int64)
    return Parsed(values.alias(column.name), tuple((~fits & column.is_not_null()).arg_true()), tuple(finer.arg_true()))


def _of_text(column: pl.Series, places: pl.Series, mark: DecimalMark) -> Parsed:
    frame = (
        pl.DataFrame({"text": column, "places": places})
        .with_columns(raw=pl.col("text").str.replace_all(_BLANKS, " ").str.strip_chars().str.replace_all("[−–]", "-"))
        .with_columns(bare=_without_words(pl.col("raw")))
        .with_columns(minus=_minus(), bare=_without_signs(pl.col("bare")))
        .with_columns(shaped=_has_shape(mark), parts=_split(mark))
        .with_columns(whole=_field("field_0"), part=_field("field_1"))
        .with_columns(scaled=_scaled(), rest=pl.col("part").str.slice(_PLACES).str.contains("[1-9]"))
        .with_columns(step=pl.lit(10, pl.Int64).pow(_PLACES - pl.col("places")).cast(pl.Int128))
        .select(
            minor=((pl.col("scaled") + pl.col("step") // 2) // pl.col("step")).cast(pl.Int64, strict=False),
            finer=(pl.col("scaled") % pl.col("step") != 0) | pl.col("rest"),
            readable=(pl.col("shaped") & pl.col("scaled").is_not_null()).fill_null(value=False),
            filled=(pl.col("raw").is_not_null() & ~pl.col("raw").is_in(["", "-"])).fill_null(value=False),
            minus="minus",
        )
    )
    signed = pl.when("minus").then(-pl.col("minor")).otherwise("minor")
    values = frame.select(pl.when("readable").then(signed).cast(pl.Int64).alias(column.name)).to_series()
    unreadable = frame["filled"] & values.is_null()
    finer = frame["readable"] & frame["finer"].fill_null(value=False)
    return Parsed(values, tuple(unreadable.arg_true()), tuple(finer.arg_true()))


def _without_words(raw: pl.Expr) -> pl.Expr:
    return raw.str.replace_all(_SIDE, "").str.replace_all(_CURRENCY, "").str.strip_chars(" ")


def _minus() -> pl.Expr:
    """Parentheses, a sign before or behind, or the debit side; two of them cancel out only as `-5 DR` would."""
    return pl.col("bare").str.contains(r"^\(.*\)$|^-|-$") ^ pl.col("raw").str.contains(_DEBIT_SIDE)


def _without_signs(bare: pl.Expr) -> pl.Expr:
    return bare.str.replace_all(r"^[(+-]+\s*|\s*[)+-]+$", "").str.replace_all(r"['’ ]", "")


def _has_shape(mark: DecimalMark) -> pl.Expr:
    """Digits, grouped by three (or as in India by two and three) or not at all, with the decimal mark at most once."""
    group = "," if mark == "." else "."
    shape = rf"^(?:\d{{1,18}}|\d{{1,3}}(?:\{group}\d{{2,3}})*\{group}\d{{3}})?(?:\{mark}\d*)?$"
    return pl.col("bare").str.contains(shape) & pl.col("bare").str.contains(r"\d")


def _split(mark: DecimalMark) -> pl.Expr:
    group = "," if mark == "." else "."
    return pl.col("bare").str.replace_all(group, "", literal=True).str.split_exact(mark, 1)


def _field(name: str) -> pl.Expr:
    return pl.col("parts").struct.field(name).fill_null("")


def _scaled() -> pl.Expr:
    digits = pl.concat_str("whole", pl.col("part").str.pad_end(_PLACES, "0").str.slice(0, _PLACES))
    bare = digits.str.strip_chars_start("0")
    return pl.when(bare == "").then(pl.lit("0")).otherwise(bare).cast(pl.Int128, strict=False)
